"""What stands in the outbox, and which events exist."""
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone

from apps.core.automation.choices import EventState
from apps.core.automation.models import OutboxEvent
from apps.kernel.events import EVENTS, RECEIVERS

SHOWN = 100


def status() -> dict[str, Any]:
    """Counts by state, the age of the oldest open event in seconds, and the newest dead letters (at most SHOWN)."""
    undelivered = OutboxEvent.objects.filter(state__in=[EventState.OPEN, EventState.DEAD]).aggregate(
        open=Count("pk", filter=Q(state="open")), retrying=Count("pk", filter=Q(state="open", attempts__gt=0, leased_until=None)),
        leased=Count("pk", filter=Q(leased_until__isnull=False)), dead=Count("pk", filter=Q(state="dead")),
        oldest=Min("occurred_at", filter=Q(state="open")))
    oldest = undelivered.pop("oldest")
    return {**undelivered, "done": OutboxEvent.objects.filter(state=EventState.DONE).count(),
            "oldest_open_seconds": round((timezone.now() - oldest).total_seconds(), 1) if oldest else 0,
            "dead_letters": [_letter(event) for event in OutboxEvent.objects.filter(state=EventState.DEAD).order_by("-pk")[:SHOWN]]}


def _letter(event: OutboxEvent) -> dict[str, Any]:
    return {"uuid": str(event.uuid), "topic": event.topic, "about": event.about, "pk": event.object_pk, "attempts": event.attempts,
            "occurred_at": event.occurred_at.isoformat(), "error": event.last_error}


def catalogue() -> list[dict[str, Any]]:
    """AUT-01: every event by topic: what it is about, its fields with their types, who receives it."""
    return [{"topic": topic, "about": event.about, "description": (event.__doc__ or "").strip().split("\n")[0],
             "fields": event.schema(), "receivers": sorted(RECEIVERS.get(topic, {}))} for topic, event in sorted(EVENTS.items())]
