"""Turns a database refusal into the sentence its constraint declares. Triggers declare theirs with `explain`."""
from typing import Any

from django.apps import apps
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import BusinessError, Conflict, Invalid

_UNIQUE, _FOREIGN, _CHECK, _EXCLUSION, _NOT_NULL = "23505", "23503", "23514", "23P01", "23502"
TRIGGER_MESSAGES: dict[str, Any] = {}


def explain(constraint: str, message: Any) -> None:
    """Declare the sentence for a refusal that a trigger raises under the name `constraint`."""
    TRIGGER_MESSAGES[constraint] = message


def _declared(name: str) -> Any:
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return constraint.violation_error_message
    return None


def explained(error: IntegrityError) -> BusinessError:
    """The business error that says what a constraint's refusal means. Values of other records are never shown."""
    diagnosis = getattr(error.__cause__, "diag", None)
    state = getattr(diagnosis, "sqlstate", "") or ""
    name = getattr(diagnosis, "constraint_name", "") or ""
    if name.endswith("_cycle"):
        return Invalid("cycle", _("This would make the record part of itself."))
    message = TRIGGER_MESSAGES.get(name) or _declared(name)
    if state in (_UNIQUE, _EXCLUSION):
        return Conflict("already_exists", message or _("A record with these values already exists."), data={"constraint": name})
    if state == _FOREIGN:
        return Conflict("in_use", message or _("Other records refer to this one, or one it refers to is gone."), data={"constraint": name})
    if state == _CHECK:
        return Invalid("invalid", message or _("A rule of the database refuses these values."), data={"constraint": name})
    if state == _NOT_NULL:
        return Invalid("required", _("A required value is missing."), data={"column": getattr(diagnosis, "column_name", "")})
    return Conflict("refused", message or _("The database refused this change."), data={"constraint": name})
