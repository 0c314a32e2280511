"""A record's history for its readers: who, when, why, and each value before and after. References are named only to those who see them."""
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from apps.kernel.periods import shown

QUIET = frozenset({"id", "version", "created_at", "updated_at", "created_by", "updated_by", "uuid", "name_key", "registration"})
Labels = dict[tuple[type[models.Model], Any], str]


@dataclass(frozen=True)
class Change:
    """One value of one version: the field's name and label, raw and as people read it."""
    field: str
    label: str
    before: Any
    after: Any
    before_text: str
    after_text: str


@dataclass(frozen=True)
class Entry:
    """One version of a record or of one of its lines (`line` names its kind). `label` is insert, update or delete; `action`
    names the transition, if one made it."""
    version: int
    at: datetime
    label: str
    actor_id: int | None
    actor: str
    request_id: str
    reason: str
    action: str
    changes: tuple[Change, ...]
    line: str = ""


def displayed(column: Any, value: Any, labels: Labels | None = None) -> str:
    """A column's value as people read it."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(column, models.ForeignKey):
        target = column.remote_field.model
        return (labels or {}).get((target, value), _("hidden")) if labels is not None else f"#{value}"
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(value, DateRange):
        return shown(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    if isinstance(column, models.DecimalField):
        return str(number_format(value.normalize() if value == value.to_integral() else value, use_l10n=True))
    return str(value)


def timeline(record: Any, reader: Any, limit: int = 100) -> list[Entry]:
    """The last `limit` changes of a record and its lines, newest first. Ask the door for the record first: lines take its rights."""
    found = _entries(type(record), {"pgh_obj": record.pk}, reader, limit)
    for line, link in _lines(type(record)):
        found += _entries(line, {link: record.pk}, reader, limit, str(line._meta.verbose_name))
    return [entry for _key, entry in sorted(found, key=lambda pair: pair[0], reverse=True)][:limit]


def _lines(model: type[models.Model]) -> list[tuple[Any, str]]:
    """The kinds of lines that hang on a model, each with its foreign key."""
    return [(relation.related_model, relation.field.name) for relation in model._meta.related_objects
            if relation.field.name in getattr(getattr(relation.related_model, "access", None), "parents", ())]


def _entries(model: Any, of: dict[str, Any], reader: Any, limit: int, line: str = "") -> list[tuple[Any, Entry]]:
    """Entries of one table's versions, each with the key it is sorted by; versions that changed no value are left out."""
    versions = model.versions.rel.related_model
    rows = list(versions.objects.filter(**of).select_related("pgh_context").order_by("-pgh_id")[:limit + 1])
    columns = [model._meta.get_field(field.name) for field in versions._meta.concrete_fields
               if field.name not in {*QUIET, *model.access.parents} and field.name in {f.name for f in model._meta.concrete_fields}]
    labels, people = _labels(rows, columns, reader), _people(rows)
    older: dict[Any, Any] = {}
    found = []
    for row in reversed(rows):
        before = older.get(row.pgh_obj_id)
        older[row.pgh_obj_id] = row
        if before is None and row.pgh_label != "insert" and len(rows) > limit:
            continue        # the version before lies beyond the limit
        changes = tuple(_change(column, before, row, labels) for column in columns if _differs(column, before, row))
        if changes or row.pgh_label != "update":
            context = row.pgh_context.metadata if row.pgh_context else {}
            entry = Entry(row.version, row.pgh_created_at, row.pgh_label, context.get("user"), people.get(context.get("user"), ""),
                          context.get("request") or "", context.get("reason") or "", context.get("action") or "", changes, line)
            found.append(((row.pgh_created_at, not line, row.pgh_id), entry))
    return found


def _differs(column: Any, before: Any, after: Any) -> bool:
    if after.pgh_label == "delete":
        return bool(column.model.access.parents) and getattr(after, column.attname) not in (None, "", [], {})
    value = getattr(after, column.attname)
    return value not in (None, "", [], {}) if before is None else getattr(before, column.attname) != value


def _change(column: Any, before: Any, after: Any, labels: Labels) -> Change:
    old = getattr(before, column.attname) if before is not None else None
    new = None if after.pgh_label == "delete" else getattr(after, column.attname)
    return Change(column.name, str(column.verbose_name), old, new, displayed(column, old, labels), displayed(column, new, labels))


def _labels(rows: list[Any], columns: list[Any], reader: Any) -> Labels:
    """The names of referenced records, those the reader may see: one query a model."""
    wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
    for column in columns:
        if isinstance(column, models.ForeignKey):
            wanted[column.remote_field.model].update(getattr(row, column.attname) for row in rows)
    labels: Labels = {}
    for model, keys in wanted.items():
        manager: Any = model._default_manager
        seen = manager.visible_to(reader) if hasattr(manager, "visible_to") else manager.all()
        labels.update({(model, row.pk): str(row) for row in seen.filter(pk__in=keys - {None})})
    return labels


def _people(rows: list[Any]) -> dict[Any, str]:
    """Who did it: an account's name is shown to everyone who may read the record it changed."""
    keys = {row.pgh_context.metadata.get("user") for row in rows if row.pgh_context}
    return {user.pk: str(user) for user in get_user_model()._base_manager.filter(pk__in=keys - {None})}
