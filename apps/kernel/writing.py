"""What must be true before a record is saved or deleted by somebody, wherever they do it: admin and API ask here.

A module's services.py marks a function with @before_write(Model, …); it gets (actor, record, removing=…) and raises to refuse."""
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db.models import Model

from apps.kernel.references import refuse_superseded

Check = Callable[..., None]
CHECKS: dict[type[Model], list[Check]] = defaultdict(list)


def before_write(*models: type[Model]) -> Callable[[Check], Check]:
    """Mark a check of the models' records: called with the record as it is to be, before it is saved, and before it is deleted."""
    def mark(check: Check) -> Check:
        for model in models:
            CHECKS[model].append(check)
        return check
    return mark


def authorise_write(actor: Any, record: Any, *, removing: bool = False) -> None:
    """Run the checks of the record's model. Raises PermissionDenied, ValidationError or BusinessError."""
    if not removing:
        refuse_superseded(actor, record)
    for check in CHECKS.get(type(record), ()):
        check(actor, record, removing=removing)
