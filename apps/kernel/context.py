"""Who acts, in which request and why: read by model bases, history and events, so that no call has to carry it."""
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import pghistory


@dataclass(frozen=True)
class Acting:
    """The principal behind the current work. `actor_id` None is the system."""
    actor_id: int | None = None
    request_id: str = ""
    reason: str = ""
    depth: int = 0


SYSTEM = Acting()
_acting: ContextVar[Acting | None] = ContextVar("acting", default=None)


def acting() -> Acting:
    """Who acts now; the system outside any request, task or command."""
    return _acting.get() or SYSTEM


@contextmanager
def act(actor: Any = None, **values: Any) -> Iterator[Acting]:
    """Run a block as `actor` (a user, or None to keep the present one); history rows written in it carry the values."""
    now = replace(acting(), **values)
    if actor is not None:
        now = replace(now, actor_id=actor.pk)
    token = _acting.set(now)
    try:
        with pghistory.context(user=now.actor_id, request=now.request_id, reason=now.reason):
            yield now
    finally:
        _acting.reset(token)
