"""Unfold's widgets on plain Django forms."""
from typing import TypeVar

from django import forms
from unfold import widgets

Form = TypeVar("Form", bound=forms.BaseForm)

_DRESS: dict[type[forms.Widget], type[forms.Widget]] = {
    forms.TextInput: widgets.UnfoldAdminTextInputWidget,
    forms.Textarea: widgets.UnfoldAdminTextareaWidget,
    forms.Select: widgets.UnfoldAdminSelectWidget,
    forms.DateInput: widgets.UnfoldAdminSingleDateWidget,
    forms.EmailInput: widgets.UnfoldAdminEmailInputWidget,
    forms.NumberInput: widgets.UnfoldAdminIntegerFieldWidget,
    forms.CheckboxInput: widgets.UnfoldBooleanWidget,
}


def dressed(form: Form) -> Form:
    """The form with the admin's look; attributes, choices and values stay."""
    for field in form.fields.values():
        look = _DRESS.get(type(field.widget))
        if look is not None:
            attrs = dict(field.widget.attrs)
            choices = getattr(field.widget, "choices", None)
            field.widget = look(attrs=attrs)
            if choices is not None:
                field.widget.choices = choices
            field.widget.is_required = field.required
    return form
