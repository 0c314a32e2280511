"""List filters that name only what the reader may see."""
from typing import Any

from django.db.models import QuerySet
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters import admin as unfold_filters
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.contrib.filters.forms import AutocompleteDropdownForm, DropdownForm
from unfold.widgets import UnfoldAdminSelectWidget

from apps.kernel.admin.door import shown_to


class _DoorForm(AutocompleteDropdownForm):
    """The chosen record is named only if it may be seen."""

    def __init__(self, request: Any, name: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, name, *args, **kwargs)
        choice: Any = self.fields[name]
        choice.queryset = shown_to(request.user, choice.queryset.model)


class ReferenceFilter(AutocompleteSelectFilter):
    """Filter by a reference, found while typing."""
    form_class = _DoorForm


class _LongSelect(UnfoldAdminSelectWidget):
    """A select whose options are written at once: a template for each of 249 countries takes longer than the list beside it."""
    template_name = "kernel/admin/long_select.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["options"] = self._options(context["widget"].pop("optgroups"))
        return context

    @staticmethod
    def _options(groups: list[Any]) -> SafeString:
        options = [option for _label, group, _index in groups for option in group]
        return format_html_join("", '<option value="{}"{}>{}</option>', (
            ("" if option["value"] is None else option["value"], flatatt(option["attrs"]), option["label"]) for option in options))


class _ChoicesForm(DropdownForm):
    widget = _LongSelect(attrs=dict(DropdownForm.widget.attrs))


class ChoicesDropdownFilter(unfold_filters.ChoicesDropdownFilter):
    """Filter by a value of a list, or, in an address, by having none (`country__isnull=True`)."""
    form_class = _ChoicesForm

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.lookup_kwarg_isnull in self.used_parameters:
            return queryset.filter(**{self.lookup_kwarg_isnull: self.lookup_val_isnull in ("True", "1")})
        found: QuerySet = super().queryset(request, queryset)
        return found


__all__ = ["ChoicesDropdownFilter", "ReferenceFilter"]
