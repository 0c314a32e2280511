"""The relay: takes due events to their receivers, in order per record, each receiver once.

An event is claimed by a lease; whoever holds the lease runs the receivers, each in a transaction of its own that also
holds the event's row and inserts the receipt. A relay that dies leaves a lease that runs out: reap() counts it as a failed
attempt. An event that fails waits longer each time and is a dead letter after MAX_ATTEMPTS (domain/core.md, section 8)."""
from collections import Counter
from collections.abc import Callable
from time import monotonic
from typing import Any

import structlog
from django.db import connection, transaction

from apps.core.automation.choices import EventState
from apps.core.automation.models import OutboxEvent, Receipt
from apps.core.automation.services import delivering
from apps.core.iam.selectors import system_user
from apps.kernel.access import session
from apps.kernel.broker import backoff
from apps.kernel.context import act
from apps.kernel.events import EVENTS, RECEIVERS, Event

log = structlog.get_logger("opsflux.outbox")
LEASE = 30      # seconds; a running receiver also holds its row: it is never taken away while it lives
MAX_ATTEMPTS = 11
ERROR_LENGTH = 2000

# The oldest of a record is looked up row by row: a NOT EXISTS becomes a join that reads every open row when statistics are old.
CLAIM = """
WITH head AS MATERIALIZED (
  SELECT e.id FROM automation_outboxevent e
  WHERE e.state = 'open' AND e.leased_until IS NULL AND e.next_at <= statement_timestamp()
    AND e.id = (SELECT first.id FROM automation_outboxevent first WHERE first.state = 'open'
                AND first.about = e.about AND first.object_pk = e.object_pk ORDER BY first.id LIMIT 1)
  ORDER BY e.next_at, e.id LIMIT 1 FOR UPDATE OF e SKIP LOCKED)
UPDATE automation_outboxevent e SET leased_until = statement_timestamp() + make_interval(secs => %s), attempts = e.attempts + 1,
  after_dead = e.after_dead OR EXISTS (SELECT FROM automation_outboxevent older WHERE older.state = 'dead'
                                       AND older.about = e.about AND older.object_pk = e.object_pk AND older.id < e.id)
FROM head WHERE e.id = head.id RETURNING e.*"""
# Only the claim that is still the event's last one may go on; the row stays locked until the receiver's commit.
HOLD = """
UPDATE automation_outboxevent SET leased_until = statement_timestamp() + make_interval(secs => %s)
WHERE id = %s AND state = 'open' AND attempts = %s AND leased_until IS NOT NULL"""
FINISH = """
UPDATE automation_outboxevent SET state = %s, last_error = %s, leased_until = NULL,
  next_at = statement_timestamp() + make_interval(secs => %s), done_at = CASE WHEN %s THEN statement_timestamp() END
WHERE id = %s AND state = 'open' AND attempts = %s AND leased_until IS NOT NULL"""
# What waits behind an event that is put off is not looked at before its time either.
FOLLOW = """
UPDATE automation_outboxevent later SET next_at = e.next_at FROM automation_outboxevent e
WHERE e.id = %s AND later.state = 'open' AND later.about = e.about AND later.object_pk = e.object_pk AND later.id > e.id"""
ABANDONED = """
SELECT * FROM automation_outboxevent WHERE state = 'open' AND leased_until < statement_timestamp()
ORDER BY id FOR UPDATE SKIP LOCKED"""


def claim() -> OutboxEvent | None:
    """Lease the oldest due event that no older open event of its record precedes; None when nothing is due."""
    with transaction.atomic(durable=True):
        found = list(OutboxEvent.objects.raw(CLAIM, [LEASE]))
    return found[0] if found else None


def deliver(event: OutboxEvent) -> str:
    """Run every receiver that has no receipt yet. Answers done, retry, dead, or lost (another relay has the event now)."""
    errors = []
    for name, handler in RECEIVERS.get(event.topic, {}).items():
        try:
            if not _receive(event, name, handler):
                return "lost"
        except Exception as error:  # a receiver may fail in any way: the others still get the event, and it is tried again
            log.exception("receiver_failed", receiver=name, topic=event.topic, uuid=str(event.uuid), attempt=event.attempts)
            errors.append(f"{name}: {type(error).__name__}: {error}")
    if event.topic not in EVENTS:       # a worker of an older release: a newer one will know it
        errors.append(f"unknown topic {event.topic}")
    return _finish(event, "\n".join(errors))


def _receive(event: OutboxEvent, name: str, handler: Callable[[Any], None]) -> bool:
    """One receiver's transaction; False when the lease is lost, in which case nothing was done."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute(HOLD, [LEASE, event.pk, event.attempts])
            if not cursor.rowcount:
                return False
        if _is_new(event, name):
            actor = event.actor or system_user()
            with (session(), delivering(event), act(actor, request_id=event.request_id, reason="", depth=event.depth + 1),
                  structlog.contextvars.bound_contextvars(request_id=event.request_id, uuid=str(event.uuid))):
                handler(said(event))
    return True


def _is_new(event: OutboxEvent, name: str) -> bool:
    """Insert the receipt; False when this receiver already has the event."""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {Receipt._meta.db_table} (event_id, receiver) VALUES (%s, %s) ON CONFLICT DO NOTHING",  # nosec B608: our own table's name
                       [event.pk, name])
        return bool(cursor.rowcount)


def said(event: OutboxEvent) -> Event:
    """The event as it was published. Fields added since then need a default; TypeError otherwise."""
    return EVENTS[event.topic](**event.payload)


def _finish(event: OutboxEvent, errors: str) -> str:
    """Acknowledge, put off or give up, if the lease is still ours."""
    state = EventState.DONE if not errors else EventState.DEAD if event.attempts >= MAX_ATTEMPTS else EventState.OPEN
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FINISH, [state, errors[:ERROR_LENGTH], backoff(event.attempts) if errors else 0,
                                state == EventState.DONE, event.pk, event.attempts])
        if not cursor.rowcount:
            return "lost"
        if state == EventState.OPEN:
            cursor.execute(FOLLOW, [event.pk])
    if state == EventState.DEAD:
        log.error("dead_letter", topic=event.topic, uuid=str(event.uuid), error=errors[:ERROR_LENGTH])
    if state == EventState.DONE and event.after_dead:
        log.warning("delivered_after_dead_letter", topic=event.topic, uuid=str(event.uuid), about=event.about, pk=event.object_pk)
    return "retry" if state == EventState.OPEN else state.value


def reap() -> int:
    """Take events back whose relay died: the lease ran out and no transaction holds the row. Answers how many."""
    with transaction.atomic(durable=True):
        abandoned = list(OutboxEvent.objects.raw(ABANDONED))
        for event in abandoned:
            _finish(event, "the worker died: its lease ran out")
    return len(abandoned)


def drain(limit: int = 1000, seconds: float = 60) -> Counter[str]:
    """Deliver what is due, at most `limit` events, claiming none after `seconds`. Answers how many were done, retry, dead, lost."""
    tally: Counter[str] = Counter()
    end = monotonic() + seconds
    while tally.total() < limit and monotonic() < end:
        event = claim()
        if event is None:
            break
        tally[deliver(event)] += 1
    return tally
