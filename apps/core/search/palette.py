"""The command palette: pages and records that hold, or resemble, what is typed; only what the door shows."""
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.kernel.access import may
from apps.kernel.admin.menu import navigation
from apps.kernel.admin.resource import ResourceAdmin

SHORTEST, A_KIND, PAGES = 2, 6, 8
Item = dict[str, str]


def palette_view(request: HttpRequest) -> JsonResponse:
    """`?q=` → {"groups": [{"label", "items": [{"title", "subtitle", "url"}]}]}."""
    return JsonResponse({"groups": found(request, request.GET.get("q", "").strip()[:100])})


def found(request: HttpRequest, typed: str) -> list[dict[str, Any]]:
    """Pages whose title holds the text, then records kind by kind."""
    pages = [{"title": str(item["title"]), "subtitle": str(group["title"]), "url": item["link"]}
             for group in navigation(request) for item in group["items"] if typed.lower() in str(item["title"]).lower()]
    groups = [{"label": _("Pages"), "items": pages[:PAGES]}] if pages else []
    if len(typed) < SHORTEST:
        return groups
    for model, page in admin.site._registry.items():
        if isinstance(page, ResourceAdmin) and page.search_fields and may(request.user, "view", model):
            items = _records(request, page, model, typed)
            if items:
                groups.append({"label": capfirst(str(model._meta.verbose_name_plural)), "items": items})
    return groups


def _records(request: HttpRequest, page: ResourceAdmin, model: type[Model], typed: str) -> list[Item]:
    rows, _distinct = page.get_search_results(request, page.get_queryset(request), typed)
    address = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    return [{"title": str(row), "subtitle": capfirst(str(model._meta.verbose_name)), "url": reverse(address, args=[row.pk])}
            for row in rows[:A_KIND]]
