"""A refused save shows its reasons in the form, with everything that was typed."""
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import HttpRequest

from apps.kernel.errors import BusinessError, Refusal
from apps.kernel.integrity import explained

REFUSED = (BusinessError, IntegrityError, PermissionDenied, ValidationError)


def reasons(error: Exception) -> list[Refusal]:
    """Why it was refused, field by field."""
    if isinstance(error, IntegrityError):
        return explained(error).reasons
    if isinstance(error, BusinessError):
        return error.reasons
    if isinstance(error, ValidationError):
        by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        return [Refusal("invalid", message, name) for name, messages in by_field.items() for message in messages]
    return [Refusal("denied", str(error))]


class RefusableForm(forms.ModelForm):
    """A form that shows the refusal met when it was saved the first time."""
    refused: tuple[Refusal, ...] = ()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        found: dict[str, list[ValidationError]] = {}
        for reason in self.refused:
            name = reason.field if reason.field in self.fields else NON_FIELD_ERRORS
            found.setdefault(name, []).append(ValidationError(str(reason.message), reason.code))
        if found:
            raise ValidationError(found)
        return cleaned


class ShowsRefusals:
    """A ModelAdmin whose saves answer a refusal with the form, not with an error page."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)  # type: ignore[misc]  # a mixin's parent
        except REFUSED as error:
            if request.method != "POST" or hasattr(request, "of_refused"):
                raise
            request.of_refused = tuple(reasons(error))  # type: ignore[attr-defined]  # read by get_form below
            return super().changeform_view(request, *args, **kwargs)  # type: ignore[misc]  # as above

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)  # type: ignore[misc]  # as above
        refused = getattr(request, "of_refused", ())
        return type(form.__name__, (form,), {"refused": refused}) if refused else form
