"""The outbox's two doors: write an event in the open transaction, and what people do about dead letters."""
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.automation.choices import EventState
from apps.core.automation.models import OutboxEvent, Receipt
from apps.core.automation.wake import wake
from apps.kernel.context import acting
from apps.kernel.errors import Conflict
from apps.kernel.events import Event
from apps.kernel.models import IdempotencyKey

MAX_DEPTH = 5
KEEP_DONE = timedelta(days=30)
KEEP_KEYS = timedelta(hours=24)
BATCH = 5000

_delivery: ContextVar[OutboxEvent | None] = ContextVar("delivery", default=None)


def delivery() -> OutboxEvent | None:
    """The event whose receiver is running, or None outside of one."""
    return _delivery.get()


@contextmanager
def delivering(event: OutboxEvent) -> Iterator[None]:
    """For the relay: while a receiver of `event` runs, delivery() names it."""
    token = _delivery.set(event)
    try:
        yield
    finally:
        _delivery.reset(token)


def write(event: Event) -> None:
    """The kernel's Outbox.write: one row in the open transaction; after the commit the relay is woken.

    A chain of more than MAX_DEPTH events (each published by a receiver of the one before) is a loop: it is kept as a dead letter."""
    now = acting()
    with connection.cursor() as cursor:
        # Held until the commit: keys of one record's events are then given in the order in which their transactions commit.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"outbox {event.about} {event.pk}"])
    looping = now.depth > MAX_DEPTH
    OutboxEvent.objects.create(
        topic=event.topic, about=event.about.lower(), object_pk=event.pk, payload=event.payload(), actor_id=now.actor_id,
        request_id=now.request_id, depth=now.depth, state=EventState.DEAD if looping else EventState.OPEN,
        last_error=f"chain of more than {MAX_DEPTH} events" if looping else "")
    # A running relay finds what its receivers publish; one wake is enough for a transaction.
    if delivery() is None and not any(entry[1] is wake for entry in connection.run_on_commit):
        transaction.on_commit(wake, robust=True)


def replay(uuids: Iterable[UUID]) -> int:
    """Open these dead letters again with all their attempts; receivers that have them are not run twice. All or nothing.

    Raises Conflict (not_dead) when one is unknown or not a dead letter."""
    wanted = set(uuids)
    with transaction.atomic():
        found = OutboxEvent.objects.filter(uuid__in=wanted, state=EventState.DEAD).order_by("pk").select_for_update()
        missing = wanted - {event.uuid for event in found}
        if missing:
            raise Conflict("not_dead", _("These are no dead letters: %(ids)s. Nothing was replayed.") % {
                "ids": ", ".join(sorted(map(str, missing)))})
        opened = OutboxEvent.objects.filter(uuid__in=wanted).update(state=EventState.OPEN, attempts=0, next_at=Now())
        if opened:
            transaction.on_commit(wake, robust=True)
    return opened


def clean() -> dict[str, int]:
    """Delete delivered events 30 days after their delivery and kept answers after 24 hours, in batches."""
    now, counts = timezone.now(), {"events": 0, "keys": 0}
    while pks := list(OutboxEvent.objects.filter(state=EventState.DONE, done_at__lt=now - KEEP_DONE).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            Receipt.objects.filter(event__in=pks).delete()
            counts["events"] += OutboxEvent.objects.filter(pk__in=pks).delete()[0]
    while pks := list(IdempotencyKey.objects.filter(created_at__lt=now - KEEP_KEYS).values_list("pk", flat=True)[:BATCH]):
        counts["keys"] += IdempotencyKey.objects.filter(pk__in=pks).delete()[0]
    return counts
