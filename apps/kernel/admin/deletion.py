"""What a deletion takes with it, told to somebody who may not see all of it."""
from collections import defaultdict
from typing import Any

from django.contrib.admin.utils import NestedObjects
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import ngettext

from apps.kernel.access import can_many
from apps.kernel.bases import Tracked

Told = tuple[list[Any], dict[Any, int], set[Any], list[Any]]


def what_goes(records: list[Model], user: Any) -> Told:
    """As Django's get_deleted_objects: nested names, counts by kind, kinds whose right is missing, names of what prevents it."""
    if not records:
        return [], {}, set(), []
    collector = NestedObjects(using=DEFAULT_DB_ALIAS, origin=records)
    collector.collect(records)
    gathered = [row for rows in collector.model_objs.values() for row in rows]
    seen = _allowed(user, "view", [*gathered, *collector.protected])

    def named(row: Model) -> str:
        if row in seen:
            return f"{capfirst(str(row._meta.verbose_name))}: {row}"
        return _unseen(1)

    goes = collector.nested(named)
    preventing: list[Any] = list(collector.protected)
    protected = [named(row) for row in preventing if row in seen]
    unseen = sum(1 for row in preventing if row not in seen)
    by_model: dict[Any, Any] = dict(collector.model_objs)
    counts = {model._meta.verbose_name_plural: len(rows) for model, rows in by_model.items()}
    deletable = _allowed(user, "delete", gathered)
    missing = {row._meta.verbose_name for row in gathered if row not in deletable}
    return goes, counts, missing, protected + ([_unseen(unseen)] if unseen else [])


def _allowed(user: Any, action: str, rows: list[Model]) -> set[Model]:
    """Those of the rows, of any models, on which the user may act; tables without a door count as part of their owner."""
    by_model: dict[type[Model], list[Any]] = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row)
    allowed: set[Model] = set()
    for model, of_model in by_model.items():
        if issubclass(model, Tracked):
            keys = can_many(user, action, of_model)
            allowed.update(row for row in of_model if row.pk in keys)
        else:
            allowed.update(of_model)
    return allowed


def _unseen(count: int) -> str:
    return ngettext("%(count)d record you may not see", "%(count)d records you may not see", count) % {"count": count}
