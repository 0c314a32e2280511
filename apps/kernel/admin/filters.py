"""List filters that name only what the reader may see."""
from typing import Any

from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.contrib.filters.forms import AutocompleteDropdownForm

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


__all__ = ["ChoicesDropdownFilter", "ReferenceFilter"]
