"""The lines of a form: what their references name is read once a column, not once a line."""
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteMixin, RelatedFieldWidgetWrapper
from django.utils.functional import cached_property


class Read:
    """Records already read, asked as an autocomplete widget asks its queryset."""

    def __init__(self, records: Mapping[str, Any]) -> None:
        self.records = records

    def using(self, _database: str | None) -> "Read":
        return self

    def filter(self, **wanted: Iterable[Any]) -> list[Any]:
        return [self.records[str(key)] for keys in wanted.values() for key in keys if str(key) in self.records]


class LineFormSet(forms.BaseInlineFormSet):
    """The lines of one record."""

    @cached_property
    def forms(self) -> list[Any]:
        made = super().forms
        if made:
            fields: dict[str, Any] = made[0].fields
            for name, field in fields.items():
                if _is_autocomplete(field):
                    keys = {str(form[name].value()) for form in made}
                    found = field.queryset.filter(pk__in=[int(key) for key in keys if key.isdecimal()])
                    read = Read({str(record.pk): record for record in found})
                    for form in made:
                        form.fields[name].widget.choices.queryset = read
        return made


def _is_autocomplete(field: Any) -> bool:
    """Whether a field is a reference that is found while typing."""
    widget = field.widget.widget if isinstance(field.widget, RelatedFieldWidgetWrapper) else field.widget
    return isinstance(field, forms.ModelChoiceField) and isinstance(widget, AutocompleteMixin)
