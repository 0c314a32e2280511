"""A resource as its viewset declares it, compiled once."""
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from django.db.models import Model

from apps.kernel.actions import Action, actions_of
from apps.kernel.api import columns as column_kinds
from apps.kernel.api import filters as filter_kinds
from apps.kernel.api.columns import Annotation, Column
from apps.kernel.api.serializers import InputSerializer, input_serializer

PRIVILEGED = frozenset({"status", "number", "version", "extra", "path", "owner"})


class Spec:
    """Columns, filters, orders and input of one resource."""

    def __init__(self, viewset: Any) -> None:
        self.viewset = viewset
        self.model: type[Model] = viewset.model
        self.declared: tuple[str | Annotation, ...] = viewset.fields
        self.writable: tuple[str, ...] = viewset.writable
        self.expand: Mapping[str, Iterable[str]] = viewset.expand

    @cached_property
    def columns(self) -> dict[str, Column]:
        return column_kinds.columns(self.model, self.declared)

    @cached_property
    def all_columns(self) -> list[Column]:
        return list(self.columns.values())

    @cached_property
    def filters(self) -> filter_kinds.Filters:
        return filter_kinds.Filters(self.model, self.viewset.filters)

    @cached_property
    def picks(self) -> tuple[str, ...]:
        """The parameters that say which rows, and in which order."""
        return ("ordering", *(("search",) if self.viewset.search else ()), *self.filters.known)

    @cached_property
    def words(self) -> filter_kinds.Words:
        return filter_kinds.Words(self.viewset.search)

    @cached_property
    def orders(self) -> filter_kinds.Orders:
        return filter_kinds.Orders(self.model, self.viewset.ordering, self.viewset.order)

    @cached_property
    def expansions(self) -> dict[str, tuple[type[Model], dict[str, Column]]]:
        """Reference -> the model it names and the columns to show of it."""
        return {name: (self.columns[name].target, column_kinds.columns(self.columns[name].target, ("id", *(f for f in shown if f != "id"))))
                for name, shown in self.expand.items()}

    @cached_property
    def input(self) -> type[InputSerializer]:
        return input_serializer(self.model, self.writable, self.columns)

    @cached_property
    def actions(self) -> dict[str, Action]:
        return actions_of(self.model)

    def faults(self) -> list[str]:
        """What the declaration gets wrong, for the system check."""
        model = self.model
        found = column_kinds.faults(model, self.declared) + filter_kinds.faults(
            model, self.viewset.filters, [*self.viewset.ordering, self.viewset.order.removeprefix("-"), *self.viewset.search])
        if found:
            return found
        access_owner = getattr(model.access, "owner", None)      # type: ignore[attr-defined]  # every resource is Tracked
        for name in self.writable:
            field: Any = model._meta.get_field(name)
            if name not in self.columns:
                found.append(f"writable '{name}' is not among the fields")
            if name in PRIVILEGED or name == access_owner or not field.editable or field.many_to_many or field.primary_key:
                found.append(f"writable '{name}' is set by a service or an action, never by input")
        found += [f"expand '{name}' is no reference among the fields" for name in self.expand
                  if name not in self.columns or self.columns[name].target is None]
        if model._meta.pk.name not in self.columns:
            found.append("the key is not among the fields")
        return found


_SPECS: dict[Any, Spec] = {}


def spec_of(viewset: Any) -> Spec:
    """The compiled declaration of a viewset class."""
    if viewset not in _SPECS:
        _SPECS[viewset] = Spec(viewset)
    return _SPECS[viewset]
