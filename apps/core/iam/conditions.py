"""The conditions of rules: their grammar, and their translation into a WHERE clause over a row's own columns.

    condition  = null | "own" | "group" | "company" | {column[__operator]: value, …} (AND) | [condition, …] (OR)
    operator   = exact | in | lt | lte | gt | gte | isnull
    value      = literal | list of literals | $user | $person | $company | $groups | $sites
"""
from collections.abc import Mapping
from functools import reduce
from operator import and_, or_
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Model, Q
from django.utils.translation import gettext as _

from apps.kernel import trees  # noqa: F401 (registers the look-up `any`)
from apps.kernel.access import Access
from apps.kernel.principal import ATTRIBUTES

OPERATORS = {"exact", "in", "lt", "lte", "gt", "gte", "isnull"}
SHORTHANDS = {"own": ("owner", "$user"), "group": ("group", "$groups"), "company": ("company", "$company")}
LISTS = {"$groups", "$sites"}
ALL = object()          # the value of $sites for somebody who holds a role everywhere
Filter = bool | Q


def any_of(terms: list[Filter]) -> Filter:
    """OR, where True and False are rows "all" and "none"."""
    conditions = [term for term in terms if isinstance(term, Q)]
    if any(term is True for term in terms):
        return True
    return reduce(or_, conditions) if conditions else False


def all_of(terms: list[Filter]) -> Filter:
    """AND, where True and False are rows "all" and "none"."""
    conditions = [term for term in terms if isinstance(term, Q)]
    if any(term is False for term in terms):
        return False
    return reduce(and_, conditions) if conditions else True


def model_of(permission: str) -> type[Model]:
    """The model a permission `app.action_model` is about; ValidationError where there is none, no such action, or it is a line."""
    app_label, _dot, codename = permission.partition(".")
    action, _sep, name = codename.rpartition("_")
    try:
        model = apps.get_model(app_label, name)
    except (LookupError, ValueError):
        model = None
    if model is not None and isinstance(getattr(model, "access", None), Access) and model.access.parents:
        raise ValidationError({"permission": _("“%(permission)s” is decided by the record the line belongs to: name that one.") % {
            "permission": permission}})
    if model is None or not isinstance(getattr(model, "access", None), Access) or action not in actions_of(model):
        raise ValidationError({"permission": _("“%(permission)s” is not a permission. Write app.action_model.") % {
            "permission": permission}})
    return model


def actions_of(model: type[Model]) -> list[str]:
    """The actions rights may be held for on a model: view, add, change, delete, export and its own."""
    return [*model._meta.default_permissions, *(codename[:-len(model._meta.model_name or "") - 1]
                                                for codename, _label in model._meta.permissions)]


def translate(model: type[Model], condition: Any, tokens: Mapping[str, Any], prefix: str = "") -> Filter:
    """The rows of `model` that meet the condition. Raises ValueError and kin on one that cannot be read."""
    if condition is None:
        return True
    if isinstance(condition, str):
        column, token = SHORTHANDS[condition]
        condition = {getattr(model.access, column): token}      # type: ignore[attr-defined]  # every model behind the door has it
    if isinstance(condition, list):
        if not condition:
            raise ValueError("an empty list of conditions")
        return any_of([translate(model, part, tokens, prefix) for part in condition])
    if not condition:
        raise ValueError("an empty condition")
    return all_of([_term(model, name, value, tokens, prefix) for name, value in condition.items()])


def _term(model: type[Model], name: str | None, value: Any, tokens: Mapping[str, Any], prefix: str) -> Filter:
    column, _sep, operator = (name or "").partition("__")
    operator = operator or "exact"
    if column not in model.access.named() or operator not in OPERATORS:  # type: ignore[attr-defined]  # as above
        raise ValueError(name)
    if operator == "isnull":
        if not isinstance(value, bool):
            raise ValueError(name)
        return Q(**{f"{prefix}{name}": value})
    field: Any = model._meta.get_field(column)
    field = field.target_field if isinstance(field, models.ForeignKey) else field
    token = isinstance(value, str) and value.startswith("$")
    many = value in LISTS if token else isinstance(value, list)
    if operator not in (("exact", "in") if many else OPERATORS - {"in"}):
        raise ValueError(name)
    if token:
        value = _held(field, tokens[value])
        if value is None:                       # $company of one who has none: never "IS NULL"
            return False
        if value is ALL:
            return Q(**{f"{prefix}{column}__isnull": False})
    else:
        value = [_prepared(field, item) for item in value] if many else _prepared(field, value)
    if many:
        return Q(**{f"{prefix}{column}__any": sorted(value)}) if value else False
    return Q(**{f"{prefix}{column}__{operator}": value})


def _held(field: Any, value: Any) -> Any:
    """The value of a token: a key or keys, so that whether a rule can be read depends on no user's values."""
    if not isinstance(field, models.IntegerField):
        raise ValueError(field.name)
    return value


def _prepared(field: Any, value: Any) -> Any:
    """A literal as the column stores it; nothing is rounded, cut or taken for another kind of value."""
    if value is None or isinstance(value, (dict, list)) or isinstance(value, bool) != isinstance(field, models.BooleanField):
        raise ValueError(value)
    found = field.to_python(value)
    if isinstance(field, models.IntegerField):
        field.run_validators(found)             # beyond 64 bits the database would refuse every question
        if isinstance(value, float) and found != value:
            raise ValueError(value)
    return field.get_prep_value(found)


def sample_tokens() -> dict[str, Any]:
    """Every token with a value of its kind: what a condition is tried with before it is saved."""
    return {"$user": 1, "$groups": [1], "$sites": frozenset({1}), **{f"${name}": 1 for name in ATTRIBUTES}}


def check_condition(model: type[Model], condition: Any) -> None:
    """Compile the condition to SQL; ValidationError says what cannot be read and what may be named."""
    try:
        found = translate(model, condition, sample_tokens())
        if isinstance(found, Q):
            str(model._base_manager.filter(found).values("pk").query)
    except (ValueError, TypeError, LookupError, AttributeError, ValidationError, FieldDoesNotExist) as error:
        named = ", ".join(sorted(model.access.named())) or "–"  # type: ignore[attr-defined]  # as above
        raise ValidationError({"condition": _("This condition cannot be read (%(error)s). It may name: %(columns)s.") % {
            "error": error, "columns": named}}) from error
