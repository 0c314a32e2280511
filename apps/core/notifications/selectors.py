"""What one is told: the count for the bell, and the page."""
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from apps.core.notifications.models import Notification
from apps.kernel.access import DoorQuerySet

SHOWN = 100     # the bell counts no further


def unread_count(user: Any) -> int:
    """How many notices `user` has not read, at most SHOWN: one query."""
    return Notification.objects.visible_to(user).filter(read_at=None)[:SHOWN].count()


def resolve(user: Any, notices: Iterable[Notification]) -> list[Notification]:
    """Give each notice its record and the record's address, where `user` may see it: one query for each kind of record."""
    found = list(notices)
    kinds: dict[str, set[int]] = {}
    for notice in found:
        kinds.setdefault(notice.about, set()).add(notice.object_pk)
    seen = {label: _visible(user, label, pks) for label, pks in kinds.items()}
    for notice in found:
        notice.target = seen[notice.about].get(notice.object_pk)  # type: ignore[misc]  # this row's, over the class's None
        notice.link = _address(notice.target) if notice.target else ""  # type: ignore[misc]  # as above
    return found


def _visible(user: Any, label: str, pks: set[int]) -> dict[int, Any]:
    try:
        rows = apps.get_model(label)._default_manager.all()
    except LookupError:     # the module is gone; its notices are not yet
        return {}
    return rows.visible_to(user).in_bulk(pks) if isinstance(rows, DoorQuerySet) else {}


def _address(record: Any) -> str:
    if not admin.site.is_registered(type(record)):
        return ""
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])
