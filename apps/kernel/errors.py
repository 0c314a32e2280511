"""The errors a rule may answer with. The API turns them into problem+json, the admin into a message that says what to do."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


@dataclass(frozen=True)
class Refusal:
    """One reason why a rule says no: a machine-readable code, a sentence for people, and the field it concerns."""
    code: str
    message: Any
    field: str = ""


class BusinessError(Exception):
    """A rule refused. `code` is for machines, `message` for people, `fields` names the inputs concerned."""
    status = 422

    def __init__(self, code: str, message: Any, *, reasons: Iterable[Refusal] = (), data: Mapping[str, Any] | None = None,
                 **fields: Any) -> None:
        super().__init__(code, message)
        self.code, self.message, self.fields = code, message, fields
        self.reasons = list(reasons) or [Refusal(code, text, name) for name, text in fields.items()] or [Refusal(code, message)]
        self.data = dict(data or {})

    def __str__(self) -> str:
        return str(self.message)


class Invalid(BusinessError):
    """What was given cannot be accepted as data (422)."""


class Conflict(BusinessError):
    """What was asked does not fit the state the record is in (409)."""
    status = 409


class Refused(Conflict):
    """A guard said no, with every reason at once (409)."""

    def __init__(self, reasons: Iterable[Refusal]) -> None:
        found = list(reasons)
        message = ngettext("%(count)d reason prevents this: %(reasons)s", "%(count)d reasons prevent this: %(reasons)s", len(found)) % {
            "count": len(found), "reasons": " ".join(str(reason.message) for reason in found)}
        super().__init__(found[0].code if len(found) == 1 else "refused", message, reasons=found)


class Stale(Conflict):
    """Somebody else saved the record since it was read: nothing was written (409; the API answers 412)."""

    def __init__(self, record: Any, expected: int) -> None:
        super().__init__("stale_version", _("This record was changed by somebody else since you opened it. Compare, then save again."),
                         data={"expected": expected})
        self.record = record
