"""Sites and divisions in the back office."""
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.core.factory.models import Division, Site
from apps.kernel.admin.filters import ChoicesDropdownFilter, ReferenceFilter
from apps.kernel.admin.resource import ResourceAdmin


@admin.register(Site)
class SiteAdmin(ResourceAdmin):
    icon = "location_on"
    menu_pages = ((_("Map of sites"), "map", "factory_site_map"),)
    list_display = ("name", "code", "kind", "phase", "parent", "capacity")
    list_select_related = ("parent",)
    list_filter = (("kind", ChoicesDropdownFilter), ("phase", ChoicesDropdownFilter), ("parent", ReferenceFilter))
    search_fields = ("name__holds", "code__holds")
    readonly_fields = ("source_datum", "source_latitude", "source_longitude", "source_position", "position_accuracy", "position_flags")
    fieldsets = (
        (None, {"fields": ("name", "code", "kind", "phase", "parent", "time_zone", "capacity", "commissioned_on", "water_depth",
                           "functions", "address")}),
        (_("Position"), {"classes": ["tab"], "fields": ("latitude", "longitude", *readonly_fields)}),
    )


@admin.register(Division)
class DivisionAdmin(ResourceAdmin):
    icon = "groups_2"
    list_display = ("name", "code", "kind", "site", "parent", "active")
    list_select_related = ("site", "parent")
    list_filter = (("kind", ChoicesDropdownFilter), ("site", ReferenceFilter), "active")
    search_fields = ("name__holds", "code__holds")
    fields = ("name", "code", "kind", "site", "parent", "active")
