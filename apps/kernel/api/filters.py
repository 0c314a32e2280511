"""Filters, free text and orders of a resource: literal names, each allowed by name. django-filter makes the fields that read the values."""
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from django import forms
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters import BaseInFilter, CharFilter, DateFilter, Filter, FilterSet
from django_filters.filterset import filterset_factory

from apps.kernel.api.keyset import Order
from apps.kernel.api.problems import BadQuery

LOOKUPS = frozenset({"exact", "in", "lt", "lte", "gt", "gte", "isnull", "holds", "resembles", "startswith", "within", "contains",
                     "overlap"})
MAX_WORDS, MAX_LENGTH, MAX_VALUES, MAX_TERMS = 6, 200, 200, 3


class KeyField(forms.IntegerField):
    """A whole number that a bigint column could hold."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": -(2 ** 63), "max_value": 2 ** 63 - 1, **kwargs})


class KeyFilter(Filter):
    """A whole number; of a reference its key: whether the record it names exists, or is shown, makes no difference."""
    field_class = KeyField


class KeysFilter(BaseInFilter, KeyFilter):
    """Several of them, separated by commas."""


class TextsFilter(BaseInFilter, CharFilter):
    """Several texts, separated by commas: all of them (contains) or any of them (overlap)."""


class BelowFilter(KeyFilter):
    """A node of a tree and everything below it, by the node's key: the whole subtree of a path column."""

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        top = qs.model._base_manager.filter(pk=value).values(self.field_name)
        return qs.filter(**{f"{self.field_name}__within": models.Subquery(top)})


class ResourceFilters(FilterSet):
    """How the model's fields become filters, where django-filter's own choice would not do."""

    @classmethod
    def filter_for_lookup(cls, field: Any, lookup_type: str) -> tuple[Any, dict[str, Any]]:
        if field.is_relation and lookup_type in ("exact", "in"):
            return (KeysFilter if lookup_type == "in" else KeyFilter), {}
        if isinstance(field, models.IntegerField) and lookup_type in ("exact", "in", "lt", "lte", "gt", "gte"):
            return (KeysFilter if lookup_type == "in" else KeyFilter), {}
        if lookup_type == "contains" and isinstance(field, DateRangeField):
            return DateFilter, {}
        if lookup_type in ("contains", "overlap") and isinstance(field, ArrayField):
            return TextsFilter, {}
        if lookup_type == "within":
            return BelowFilter, {}
        if lookup_type in ("holds", "resembles", "startswith"):
            return CharFilter, {"max_length": MAX_LENGTH}
        return super().filter_for_lookup(field, lookup_type)


class Filters:
    """The filters of one resource: `{"kind": ("exact", "in")}` takes ?kind= and ?kind__in=."""

    def __init__(self, model: type[Model], declared: Mapping[str, Iterable[str]]) -> None:
        fields = {name: list(lookups) for name, lookups in declared.items()}
        self.known: dict[str, Any] = dict(filterset_factory(model, ResourceFilters, fields).base_filters)

    def apply(self, rows: Any, given: QueryDict) -> Any:
        """The rows that meet every filter given. Raises BadQuery for a value that cannot be read."""
        for name, one in self.known.items():
            if given.get(name, "") != "":
                value = self._read(name, one, given)
                rows = one.filter(rows, value)
        return rows

    def _read(self, name: str, one: Any, given: QueryDict) -> Any:
        try:
            value = one.field.clean(one.field.widget.value_from_datadict(given, {}, name))
        except ValidationError as error:
            raise BadQuery(name, "bad_value", " ".join(map(str, error.messages))) from error
        if value is None:
            raise BadQuery(name, "bad_value", _("Write true or false."))
        if isinstance(value, datetime):
            return _in_utc(name, value)
        if isinstance(value, list) and len(value) > MAX_VALUES:
            raise BadQuery(name, "too_many", _("At most %(count)d values.") % {"count": MAX_VALUES})
        return value


def _in_utc(name: str, value: datetime) -> datetime:
    """The same moment in UTC: the database knows fewer zones than ISO 8601 can write."""
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise BadQuery(name, "bad_value", _("This moment lies outside of the calendar.")) from error


class Words:
    """?search=: each word stands, accents and case apart, in one of the columns."""

    def __init__(self, columns: Iterable[str]) -> None:
        self.columns = tuple(columns)

    def apply(self, rows: Any, text: str) -> Any:
        """The rows that hold every word of the text."""
        if not text:
            return rows
        if len(text) > MAX_LENGTH or "\0" in text:
            raise BadQuery("search", "bad_value", _("Search for at most %(count)d characters.") % {"count": MAX_LENGTH})
        for word in text.split()[:MAX_WORDS]:
            held = Q()
            for column in self.columns:
                held |= Q(**{f"{column}__holds": word})
            rows = rows.filter(held)
        return rows


class Orders:
    """?ordering=: up to three of the allowed columns, each perhaps with a minus; compiled once each."""
    made: ClassVar[int] = 64

    def __init__(self, model: type[Model], allowed: Iterable[str], default: str) -> None:
        self.model, self.allowed, self.default = model, tuple(allowed), default
        self._orders: dict[str, Order] = {}

    def read(self, asked: str) -> Order:
        """The order asked for, or the resource's own. Raises BadQuery naming what is allowed."""
        wanted = asked or self.default
        if wanted not in self._orders:
            terms = wanted.split(",")
            names = [term.removeprefix("-") for term in terms]
            if asked and (not set(names) <= set(self.allowed) or len(set(names)) != len(names) or len(names) > MAX_TERMS):
                raise BadQuery("ordering", "bad_ordering", _("Order by up to %(count)d of: %(names)s; a minus turns one round.") % {
                    "count": MAX_TERMS, "names": ", ".join(self.allowed)})
            if len(self._orders) >= self.made:
                self._orders.clear()
            self._orders[wanted] = Order(self.model, terms)
        return self._orders[wanted]


def faults(model: type[Model], declared: Mapping[str, Iterable[str]], names: Iterable[str]) -> list[str]:
    """What is wrong with declared filters and column names, for the system check."""
    own = {field.name for field in model._meta.concrete_fields} | {"pk"}
    found = [f"filter on '{name}', which is no column of {model._meta.label}" for name in declared if name not in own]
    found += [f"filter {name}__{lookup} is not allowed" for name, lookups in declared.items()
              for lookup in lookups if lookup not in LOOKUPS]
    if not found:
        try:
            Filters(model, declared)
        except (AssertionError, LookupError, FieldError) as error:
            found.append(str(error))
    found += [f"'{name}' is no column of {model._meta.label}" for name in names if name not in own]
    return found
