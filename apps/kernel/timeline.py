"""A record's history for its readers: who, when, why, and each value before and after. References are named only to those who see them."""
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, JSONObject
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from apps.kernel.periods import shown

QUIET = frozenset({"id", "version", "created_at", "updated_at", "created_by", "updated_by", "uuid", "name_key", "registration"})
ROW = ("at", "key", "rank", "pgh_label", "version", "pgh_context__metadata", "values_now", "values_before")
AT, KEY, RANK, LABEL, VERSION, CONTEXT, NOW, BEFORE = range(len(ROW))
RANKS, RECORD_FIRST = 64, 1 << 56       # of one moment, the record itself stands before its lines
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
    """One version of a record or of one of its lines (`line` names its kind, `model` its table). `label` is insert, update or delete;
    `action` names the transition, if one made it. Entries are ordered by `at` and `key`."""
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
    model: str = ""
    key: int = 0


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
    return recorded(record, reader, [(model, Q()) for model in parts_of(type(record))], Q(), limit)


def parts_of(model: type[models.Model]) -> list[Any]:
    """A model and the kinds of lines that hang on it."""
    return [model, *(line for line, _link in _lines(model))]


def recorded(record: Any, reader: Any, wanted: list[tuple[Any, Q]], later: Q, limit: int) -> list[Entry]:
    """Versions of a record and its lines that changed something, newest first: one query, and one for each kind of record they name.

    `wanted` are models of parts_of(), each with a condition on its versions; `later` narrows by `at` and `key`, the order of entries."""
    links = {type(record): "pgh_obj", **dict(_lines(type(record)))}
    parts = parts_of(type(record))
    asked = [_versions(model, {links[model]: record.pk}, parts.index(model)).filter(which, later).values_list(*ROW)
             for model, which in wanted]
    if not asked:
        return []
    rows = list(asked[0].union(*asked[1:], all=True).order_by("-at", "-key")[:limit])
    found = [_read(parts, row) for row in rows]
    labels, people = _labels(found, reader), _people([row[CONTEXT] for row in rows])
    return [_entry(one, row, record, labels, people) for one, row in zip(found, rows, strict=True)]


def _lines(model: type[models.Model]) -> list[tuple[Any, str]]:
    """The kinds of lines that hang on a model, each with its foreign key."""
    return [(relation.related_model, relation.field.name) for relation in model._meta.related_objects
            if relation.field.name in getattr(getattr(relation.related_model, "access", None), "parents", ())]


def _columns(model: Any) -> list[Any]:
    """The columns whose changes people are told of."""
    known = {field.name for field in model._meta.concrete_fields}
    return [model._meta.get_field(field.name) for field in model.versions.rel.related_model._meta.concrete_fields
            if field.name in known and field.name not in {*QUIET, *model.access.parents}]


def _versions(model: Any, of: dict[str, Any], rank: int) -> Any:
    """One table's versions as rows of the union, each with the version before it."""
    table = model.versions.rel.related_model.objects
    values = JSONObject(**{column.attname: Cast(column.attname, models.TextField()) if isinstance(column, models.DecimalField)
                           else F(column.attname) for column in _columns(model)})
    before = table.filter(pgh_obj=OuterRef("pgh_obj"), pgh_id__lt=OuterRef("pgh_id")).order_by("-pgh_id").annotate(values_then=values)
    rows = table.filter(**of).annotate(
        at=F("pgh_created_at"), key=F("pgh_id") * RANKS + Value(rank + (0 if rank else RECORD_FIRST)), rank=Value(rank), values_now=values,
        values_before=Subquery(before.values("values_then")[:1]))
    return rows.filter(~Q(pgh_label="update") | Q(values_before=None) | ~Q(values_now=F("values_before")))


def _read(parts: list[Any], row: Any) -> tuple[Any, dict[str, Any] | None, dict[str, Any]]:
    """The model of a row, and its values before and after as Python knows them."""
    model = parts[row[RANK]]
    columns = _columns(model)
    before, after = ({column.attname: _value(column, values.get(column.attname)) for column in columns} if values else None
                     for values in (row[BEFORE], row[NOW]))
    return model, before, after or {}


def _value(column: Any, raw: Any) -> Any:
    """A column's value from how JSON holds it."""
    if raw is None or isinstance(column, (models.JSONField, ArrayField)):
        return raw
    if isinstance(column, DateRangeField):
        return _range(raw)
    return column.to_python(raw) if isinstance(column, (models.DateField, models.DecimalField)) else raw


def _range(raw: str) -> DateRange:
    if raw == "empty":
        return DateRange(empty=True)
    first, _comma, last = raw[1:-1].partition(",")
    return DateRange(*(date.fromisoformat(day) if day else None for day in (first, last)), "[)")


def _entry(read: tuple[Any, dict[str, Any] | None, dict[str, Any]], row: Any, record: Any, labels: Labels, people: dict[Any, str]) -> Entry:
    model, before, after = read
    context = row[CONTEXT] or {}
    gone = row[LABEL] == "delete"
    changes = tuple(_change(column, before, after, gone, labels) for column in _columns(model) if _differs(column, before, after, gone))
    return Entry(row[VERSION], row[AT], row[LABEL], context.get("user"), people.get(context.get("user"), ""),
                 context.get("request") or "", context.get("reason") or "", context.get("action") or "", changes,
                 "" if model is type(record) else str(model._meta.verbose_name), model._meta.label, row[KEY])


def _differs(column: Any, before: dict[str, Any] | None, after: dict[str, Any], gone: bool) -> bool:
    value = after[column.attname]
    if gone:
        return bool(column.model.access.parents) and value not in (None, "", [], {})
    return value not in (None, "", [], {}) if before is None else before[column.attname] != value


def _change(column: Any, before: dict[str, Any] | None, after: dict[str, Any], gone: bool, labels: Labels) -> Change:
    old = after[column.attname] if gone else before[column.attname] if before is not None else None
    new = None if gone else after[column.attname]
    return Change(column.name, str(column.verbose_name), old, new, displayed(column, old, labels), displayed(column, new, labels))


def _labels(found: list[Any], reader: Any) -> Labels:
    """The names of referenced records, those the reader may see: one query a model."""
    wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
    for model, *values in found:
        for column in _columns(model):
            if isinstance(column, models.ForeignKey):
                wanted[column.remote_field.model].update(value[column.attname] for value in values if value)
    labels: Labels = {}
    for model, keys in wanted.items():
        if keys - {None}:
            manager: Any = model._default_manager
            seen = manager.visible_to(reader) if hasattr(manager, "visible_to") else manager.all()
            labels.update({(model, row.pk): str(row) for row in seen.filter(pk__in=keys - {None})})
    return labels


def _people(contexts: list[Any]) -> dict[Any, str]:
    """Who did it: an account's name is shown to everyone who may read the record it changed."""
    keys = {context.get("user") for context in contexts if context} - {None}
    return {user.pk: str(user) for user in get_user_model()._base_manager.filter(pk__in=keys)} if keys else {}
