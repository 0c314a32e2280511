"""A record checked as a whole before it is written: its fields, clean(), uniqueness and constraints; every reason at once."""
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import BaseConstraint, CheckConstraint, F, Model, Q, UniqueConstraint
from django.db.models.deletion import ProtectedError, RestrictedError
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict, Invalid, Refusal

INVALID = _("Correct the fields that are marked.")


def refusals(error: ValidationError) -> list[Refusal]:
    """Django's validation error as reasons, each with its field."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    return [Refusal(str(one.code or "invalid"), " ".join(map(str, one.messages)), "" if name == NON_FIELD_ERRORS else name)
            for name, errors in by_field.items() for one in errors]


def spoken_of(model: type[Model], constraint: BaseConstraint) -> list[str]:
    """The fields of the model that a constraint speaks about, in the model's order."""
    named: set[str] = set()
    if isinstance(constraint, UniqueConstraint):
        parts: Any = (part for one in constraint.expressions for part in (one.flatten() if hasattr(one, "flatten") else (one,)))
        named = {*constraint.fields, *(str(vars(part)["name"]) for part in parts if isinstance(part, F))}
    elif isinstance(constraint, CheckConstraint) and isinstance(constraint.condition, Q):
        named = {name.partition("__")[0] for name in constraint.condition.referenced_base_fields}
    return [field.name for field in model._meta.concrete_fields if field.name in named]


def check(record: Model, given: set[str]) -> None:
    """Validate a record of which the fields `given` come from outside. Raises Invalid."""
    left_out = {field.name for field in record._meta.concrete_fields} - given
    found: list[Refusal] = []
    for step in (lambda: record.clean_fields(exclude=left_out), record.clean, lambda: record.validate_unique(exclude=left_out)):
        try:
            step()
        except ValidationError as error:
            found += refusals(error)
    marked = {reason.field for reason in found}
    for model, constraints in record.get_constraints():
        for constraint in constraints:
            names = spoken_of(model, constraint)
            if not marked & set(names):
                found += _broken(model, constraint, record, names)
    if found:
        raise Invalid("invalid", INVALID, reasons=found)


def _broken(model: type[Model], constraint: BaseConstraint, record: Model, names: list[str]) -> list[Refusal]:
    """The reason a record breaks a constraint, at its field when it speaks of one only."""
    try:
        constraint.validate(model, record)
    except ValidationError as error:
        code = "unique" if isinstance(constraint, UniqueConstraint) else str(error.code or "constraint")
        return [Refusal(code, " ".join(map(str, error.messages)), names[0] if len(names) == 1 else "")]
    return []


def in_use(error: ProtectedError | RestrictedError, user: Any) -> Conflict:
    """Why a record cannot be deleted, counting only what `user` is shown."""
    held = error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
    keys: dict[type[Model], set[Any]] = {}
    for row in held:
        keys.setdefault(type(row), set()).add(row.pk)
    shown = []
    for model, pks in keys.items():
        manager: Any = model._default_manager
        count = manager.visible_to(user).filter(pk__in=pks).count()
        if count:
            shown.append(f"{count} {model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural}")
    if shown:
        return Conflict("in_use", _("It is still used by: %(records)s.") % {"records": ", ".join(shown)})
    return Conflict("in_use", _("It is still used by other records."))
