"""Events: what happened, said once in the transaction that did it; receivers run after the commit (the outbox is automation's).

An app's events.py holds frozen dataclasses; receivers.py holds functions marked @receives(TheEvent)."""
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, TypeVar

from django.db import connection, transaction

_TOPIC = re.compile(r"[a-z_]+\.[a-z_]+\.[a-z_]+")


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of every event. `topic` is app.noun.past_participle, `about` the model (app.model) and `pk` the record it happened to.

    Fields are plain JSON values: a receiver reads the records it needs afresh."""
    topic: ClassVar[str]
    about: ClassVar[str]
    pk: int

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not _TOPIC.fullmatch(cls.topic):
            raise ValueError(f"{cls.topic!r} is not of the form app.noun.past_participle")
        if EVENTS.setdefault(cls.topic, cls).__qualname__ != cls.__qualname__:
            raise ValueError(f"event {cls.topic!r} is declared twice")

    def payload(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return asdict(self)

    @classmethod
    def schema(cls) -> dict[str, str]:
        """Field → type, for the catalogue."""
        return {field.name: getattr(field.type, "__name__", str(field.type)) for field in fields(cls)}


EVENTS: dict[str, type[Event]] = {}
Handler = Callable[[Any], None]
RECEIVERS: dict[str, dict[str, Handler]] = {}
Received = TypeVar("Received", bound=Event)


class Outbox:
    """Where automation plugs in: writes the event's row in the open transaction."""
    write: Callable[[Event], None]


def publish(event: Event) -> None:
    """Record the event in the open transaction: it is delivered if, and only if, the transaction commits."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(f"{event.topic} must be published inside the transaction that caused it")
    Outbox.write(event)


def receives(event: type[Received]) -> Callable[[Callable[[Received], None]], Callable[[Received], None]]:
    """Mark a function of receivers.py: it is called with the event, once, in a transaction of its own, in order per record."""
    def register(handler: Callable[[Received], None]) -> Callable[[Received], None]:
        name = f"{handler.__module__}.{handler.__qualname__}"
        known = RECEIVERS.setdefault(event.topic, {})
        if name in known:
            raise ValueError(f"receiver {name} is registered twice")
        known[name] = handler
        return handler
    return register
