"""A site with every kind of page and field the shell must carry, whatever the modules register. Used by test_shell only."""
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import path
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action

from apps.core.factory.models import Division, Site
from apps.kernel.admin.labels import LabelledList
from apps.kernel.admin.site import OpsFluxSite


def palette(request: HttpRequest) -> JsonResponse:
    """The answer of the search, in the agreed form, for a fixed set of names."""
    asked = request.GET.get("q", "").casefold()
    pages = [{"title": "Sites", "subtitle": "Organisation", "url": "/admin/factory/site/"}]
    records = [{"title": site.name, "subtitle": site.code or "", "url": f"/admin/factory/site/{site.pk}/change/"}
               for site in Site.objects.order_by("name") if asked and asked in site.name.casefold()]
    return JsonResponse({"groups": [{"label": "Pages", "items": [page for page in pages if asked in page["title"].casefold()]},
                                    {"label": "Sites", "items": records}]})


def broken(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


class ShellSite(OpsFluxSite):
    index_template = "admin/index.html"

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Without the modules' figures, whose lists this site does not have."""
        return AdminSite.index(self, request, extra_context)

    def get_sidebar_list(self, request: HttpRequest) -> list:
        """No menu of modules: this site has none of their pages."""
        return []

    def get_urls(self):
        return [path("palette/", palette, name="palette"), path("broken/", broken), path("forbidden/", forbidden), *super().get_urls()]


class DivisionInline(TabularInline):
    model = Division
    fields = ["code", "name", "kind", "active"]
    extra = 0
    tab = True


class SiteAdmin(LabelledList, ModelAdmin):
    list_display = ["name", "code", "kind", "phase", "commissioned_on"]
    list_editable = ["code", "phase"]
    list_filter = ["kind", "phase"]
    search_fields = ["name", "code"]
    list_per_page = 20
    autocomplete_fields = ["parent"]
    inlines = [DivisionInline]
    warn_unsaved_form = True
    fieldsets = [
        (None, {"fields": ["name", "code", "kind", "phase", "parent"]}),
        ("Dates", {"classes": ["tab"], "fields": ["commissioned_on", "time_zone"]}),
        ("Position", {"classes": ["tab"], "fields": ["latitude", "longitude", "address"]}),
    ]
    actions_detail = ["greet"]

    @action(description="Saluer")
    def greet(self, request: HttpRequest, object_id: int) -> HttpResponse:
        messages.success(request, "Bonjour")
        return redirect("admin:factory_site_change", object_id)


class DivisionAdmin(LabelledList, ModelAdmin):
    list_display = ["name", "site", "kind", "active"]
    search_fields = ["name"]
    fields = ["site", "code", "name", "kind", "active"]


site = ShellSite(name="admin")
site.register(Site, SiteAdmin)
site.register(Division, DivisionAdmin)
