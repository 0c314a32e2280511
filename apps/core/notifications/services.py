"""Telling people something, and their saying that they have read it."""
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models.functions import Now
from django.utils import timezone

from apps.core.automation.services import delivery
from apps.core.iam.choices import AccountStatus
from apps.core.notifications.models import Notification
from apps.kernel.events import Event

KEPT = timedelta(days=90)
_NAMED = re.compile(r"%\((\w+)\)")


def notify(recipients: Iterable[int | None], event: Event, *, title: str, body: str = "") -> int:
    """Called by a receiver: tell the accounts with these keys, once each however often the event is delivered.

    `title` and `body` are message ids (gettext_noop) that name the event's fields: "%(legal_name)s was blocked". None and accounts
    that are not active are passed over. Answers how many accounts are told. Raises LookupError outside of a receiver, KeyError for
    a field that the event does not have."""
    delivered = delivery()
    if delivered is None:
        raise LookupError("notify() is called by receivers: the event they received makes a notice unique")
    payload = event.payload()
    parameters = {name: payload[name] for name in _NAMED.findall(title + body)}
    told = get_user_model().objects.filter(pk__in={pk for pk in recipients if pk}, status=AccountStatus.ACTIVE)
    rows = [Notification(event=delivered.uuid, recipient_id=pk, topic=event.topic, title=title, body=body, parameters=parameters,
                         about=event.about, object_pk=event.pk) for pk in told.order_by("pk").values_list("pk", flat=True)]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def mark_read(user: Any, pks: Iterable[int] | None = None) -> int:
    """Mark one's own notices as read: those with these keys, or all. Answers how many were unread."""
    unread = Notification.objects.visible_to(user, "change").filter(read_at=None)
    return (unread if pks is None else unread.filter(pk__in=list(pks))).update(read_at=Now())


def clean() -> int:
    """Forget notices 90 days after they were made (NTF-04). Answers how many."""
    return Notification.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
