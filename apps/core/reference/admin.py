"""Code lists in the back office: everybody with the right reads them, whoever holds it everywhere keeps them."""
from functools import cache
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apps.core.reference.choices import Function
from apps.core.reference.models import Airfield, Country, Currency, Helipad, Locode, Subdivision
from apps.core.reference.models.codes import TRANSLATED
from apps.kernel.admin.filters import ChoicesDropdownFilter, ReferenceFilter
from apps.kernel.admin.resource import ResourceAdmin
from apps.kernel.search import Fold

_NAMES = ("name", "name_fr", "name_es")


@cache
def _called(language: str) -> Any:
    """The column of names in a language, in their order there."""
    def called(record: Any) -> str:
        return str(record)
    own = NullIf(F(f"name_{language}"), Value("")) if language in TRANSLATED else F("name")
    called.short_description = _("name")        # type: ignore[attr-defined]  # Django's own way
    called.admin_order_field = Fold(Coalesce(own, F("name"))).asc()     # type: ignore[attr-defined]  # as above
    return called


class NamedAdmin(ResourceAdmin):
    """Named in the reader's language, and in its order."""
    search_fields = tuple(f"{name}__holds" for name in _NAMES)

    def get_list_display(self, request: HttpRequest) -> Any:
        return (_called((get_language() or "en").split("-")[0]), *self.list_display)

    def get_ordering(self, request: HttpRequest) -> Any:
        return (_called((get_language() or "en").split("-")[0]).admin_order_field, "pk")


@admin.register(Country)
class CountryAdmin(NamedAdmin):
    icon = "flag"
    list_display = ("alpha_2", "alpha_3", "numeric")
    search_fields = (*NamedAdmin.search_fields, "alpha_2__holds", "alpha_3__holds")
    fields = (*_NAMES, "alpha_2", "alpha_3", "numeric")


@admin.register(Subdivision)
class SubdivisionAdmin(ResourceAdmin):
    icon = "map"
    list_display = ("name", "code", "category", "country")
    list_select_related = ("country",)
    list_filter = (("country", ReferenceFilter),)
    search_fields = ("name__holds", "code__holds")
    fields = ("code", "country", "name", "category")


class WithdrawnFilter(DropdownFilter):
    """In use, or not any more."""
    title = _("use")
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("in use")), ("withdrawn", _("withdrawn"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(withdrawn__isnull=self.value() == "now") if self.value() else queryset


@admin.register(Currency)
class CurrencyAdmin(NamedAdmin):
    icon = "payments"
    list_display = ("code", "numeric", "minor_units", "withdrawn")
    list_filter = (WithdrawnFilter,)
    search_fields = (*NamedAdmin.search_fields, "code__holds")
    fields = (*_NAMES, "code", "numeric", "minor_units", "withdrawn")


class FunctionFilter(DropdownFilter):
    """Places that serve for something."""
    title = _("function")
    parameter_name = "function"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Function.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(functions__contains=[self.value()]) if self.value() else queryset


@admin.register(Locode)
class LocodeAdmin(ResourceAdmin):
    icon = "pin_drop"
    list_display = ("name", "code", "country", "subdivision", "served", "approval")
    list_select_related = ("country",)
    list_filter = (("country", ReferenceFilter), FunctionFilter, ("approval", ChoicesDropdownFilter))
    search_fields = ("search__holds",)
    fieldsets = (
        (None, {"fields": ("code", "country", "name", "plain_name", "other_names", "subdivision", "functions", "approval", "dated", "iata",
                           "remarks")}),
        (_("Position"), {"classes": ["tab"], "fields": ("latitude", "longitude", "source_position")}),
    )

    @admin.display(description=_("functions"))
    def served(self, place: Locode) -> str:
        return ", ".join(str(Function(code).label) for code in place.functions)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "functions":
            return forms.MultipleChoiceField(label=capfirst(db_field.verbose_name), choices=Function.choices, required=False,
                                             widget=UnfoldAdminCheckboxSelectMultipleWidget)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Airfield)
class AirfieldAdmin(ResourceAdmin):
    icon = "flight"
    list_display = ("name", "ident", "iata", "kind", "country", "municipality", "elevation")
    list_select_related = ("country",)
    list_filter = (("country", ReferenceFilter), ("kind", ChoicesDropdownFilter))
    search_fields = ("search__holds",)
    fieldsets = (
        (None, {"fields": ("name", "kind", "ident", "icao", "iata", "local_code", "country", "region", "municipality", "time_zone",
                           "source")}),
        (_("Position"), {"classes": ["tab"], "fields": ("latitude", "longitude", "elevation")}),
    )


@admin.register(Helipad)
class HelipadAdmin(ResourceAdmin):
    icon = "adjust"
    list_display = ("airfield", "designation", "length", "width", "surface", "lighted", "closed")
    list_filter = ("lighted", "closed")
    search_fields = ("search__holds",)
    fieldsets = (
        (None, {"fields": ("airfield", "designation", "length", "width", "surface", "lighted", "closed", "source_key")}),
        (_("Position"), {"classes": ["tab"], "fields": ("latitude", "longitude", "elevation")}),
    )
