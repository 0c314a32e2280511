"""Acts worth keeping that change no record: sign-ins, refusals, exports. Said here by whoever does them; audit keeps them."""
from dataclasses import dataclass, field
from typing import Any, ClassVar

from apps.kernel.context import acting


@dataclass(frozen=True)
class Act:
    """What was done: a `kind` (export, login …), by whom, about what (app.model and key), with what else there is to say as JSON."""
    kind: str
    actor_id: int | None = None
    about: str = ""
    pk: int | None = None
    details: dict[str, Any] = field(default_factory=dict)
    request_id: str = ""
    address: str | None = None


class Acts:
    """Where audit plugs in: stores the act, at once or with the open transaction."""
    sinks: ClassVar[list[Any]] = []


def record_act(kind: str, *, request: Any = None, actor: Any = None, about: Any = None, pk: int | None = None, **details: Any) -> None:
    """Keep an act. Without an actor it is the request's user, or whoever acts now; `about` is a model."""
    who = actor if actor is not None else getattr(request, "user", None)
    meta = getattr(request, "META", {})
    act = Act(kind, who.pk if who is not None else acting().actor_id, about._meta.label_lower if about is not None else "", pk, details,
              meta.get("opsflux.request_id", "") or acting().request_id, meta.get("REMOTE_ADDR") or None)
    for sink in Acts.sinks:
        sink(act)
