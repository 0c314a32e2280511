"""Everything that names a record, found when asked: keys of every installed model, generic keys, grants, and ids inside JSON.

Nothing has to be declared for a foreign key: a module that points at a company is moved with it. What hides a key in a value (a saved
view's filter) registers a finder with @soft_reference."""
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pghistory.models
from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.db.models.functions import Cast

from apps.kernel.access import GRANTS_TABLE, Access

ROWS = "SELECT {pk} FROM {table} WHERE {column} = %s{narrowed} ORDER BY {pk}"


@dataclass(frozen=True)
class Reference:
    """A column that holds the key of a record. `only` narrows it to the rows where other columns have one of these values; `also` is
    what else changes in a row whose key moves."""
    model: type[models.Model]
    column: str
    only: Mapping[str, list[Any]] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)

    def rows(self, pk: int) -> list[int]:
        """The keys of the rows that name the record, in order."""
        quote, meta = connection.ops.quote_name, cast(Any, self.model)._meta
        narrowed = "".join(f" AND {quote(name)} = ANY(%s)" for name in self.only)
        sql = ROWS.format(pk=quote(meta.pk.column), table=quote(meta.db_table), column=quote(self.column),
                          narrowed=narrowed)
        with connection.cursor() as cursor:
            cursor.execute(sql, [str(pk), *self.only.values()])
            return [row[0] for row in cursor.fetchall()]


@dataclass(frozen=True)
class Rewrite:
    """A value that names a record somewhere inside, and the value that names the other one instead."""
    model: type[models.Model]
    pk: int
    field: str
    value: Any


Finder = Callable[[type[models.Model], int, int], Iterable[Rewrite]]
SOFT_REFERENCES: list[Finder] = []

# A name that comes from a merged company is a former name of the one that is kept.
CHANGES_WITH_KEY: dict[tuple[str, str], dict[str, str]] = {("tiers.companyname", "company_id"): {"kind": "former"}}


def soft_reference(finder: Finder) -> Finder:
    """Register a finder(model, old key, new key): it yields the values that hold the old key, rewritten with the new one."""
    SOFT_REFERENCES.append(finder)
    return finder


def is_history(model: type[models.Model]) -> bool:
    """Whether a table holds past versions: those say what was, and stay as they are."""
    return issubclass(model, pghistory.models.Event)


def holders() -> Iterator[type[models.Model]]:
    """The tables whose keys move: of every installed model, many-to-many tables included, history not."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy and not is_history(model):
            yield model


def references_to(target: type[models.Model]) -> list[Reference]:
    """Every column that can hold a key of `target`, except inside values (SOFT_REFERENCES)."""
    found: list[Reference] = []
    for model in holders():
        for column in model._meta.local_concrete_fields:
            if isinstance(column, models.ForeignKey) and column.remote_field.model._meta.concrete_model is target:
                found.append(_by_key(model, column))
        for generic in model._meta.private_fields:
            if isinstance(generic, GenericForeignKey):
                kind, key = (cast(Any, model._meta.get_field(name)).column for name in (generic.ct_field, generic.fk_field))
                found.append(Reference(model, key, only={kind: [ContentType.objects.get_for_model(target).pk]}))
        if model._meta.db_table == GRANTS_TABLE and isinstance(getattr(target, "access", None), Access):
            found.append(Reference(model, "object_id", only={"permission": permissions_of(target)}))
    return found


def permissions_of(model: type[models.Model]) -> list[str]:
    """The names under which rights on one row of the model are granted."""
    meta = model._meta
    actions = (*meta.default_permissions, *(codename.rsplit("_", 1)[0] for codename, _label in meta.permissions))
    return [f"{meta.app_label}.{action}_{meta.model_name}" for action in actions]


def _by_key(model: type[models.Model], column: models.ForeignKey) -> Reference:
    if column.primary_key or not column.target_field.primary_key:
        raise ImproperlyConfigured(f"{model._meta.label}.{column.name} cannot be moved in a merge: give the table its own key, "
                                   "and let the reference name the other's primary key.")
    return Reference(model, column.column, also=CHANGES_WITH_KEY.get((model._meta.label_lower, column.column), {}))


@soft_reference
def rule_conditions(target: type[models.Model], old: int, new: int) -> Iterator[Rewrite]:
    """Rules that name the record literally, {"company": 5}: what they allow or deny must follow it."""
    rule = apps.get_model("iam", "Rule")
    naming = rule._base_manager.annotate(text=Cast("condition", models.TextField())).filter(text__contains=str(old)).order_by("pk")
    for row in naming:
        columns = _columns_naming(row.permission, target)
        condition = _renamed(row.condition, columns, old, new)
        if condition != row.condition:
            yield Rewrite(rule, row.pk, "condition", condition)


def _columns_naming(permission: str, target: type[models.Model]) -> set[str]:
    """The columns of the permission's model that hold keys of `target`, its own key among them."""
    app_label, _dot, codename = permission.partition(".")
    try:
        model = apps.get_model(app_label, codename.rpartition("_")[2])
    except LookupError:         # a rule about a module that is not installed
        return set()
    own = {"id", "pk"} if model is target else set()
    return own | {column.name for column in model._meta.concrete_fields
                  if isinstance(column, models.ForeignKey) and column.remote_field.model._meta.concrete_model is target}


def _renamed(condition: Any, columns: set[str], old: int, new: int) -> Any:
    if isinstance(condition, list):
        return [_renamed(part, columns, old, new) for part in condition]
    if not isinstance(condition, dict):
        return condition
    return {name: _swapped(value, old, new) if name.partition("__")[0] in columns else value for name, value in condition.items()}


def _swapped(value: Any, old: int, new: int) -> Any:
    if isinstance(value, list):
        return list(dict.fromkeys(_swapped(item, old, new) for item in value))
    return type(value)(new) if not isinstance(value, bool) and str(value) == str(old) else value
