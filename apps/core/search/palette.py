"""The command palette: pages and records that hold, or resemble, what is typed; only what the door shows."""
from typing import Any

from django.contrib import admin
from django.db.models import BooleanField, F, Func, Model, QuerySet, Value
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.kernel.access import may
from apps.kernel.admin.menu import navigation
from apps.kernel.admin.resource import ResourceAdmin
from apps.kernel.search import Fold

SHORTEST, A_KIND, PAGES = 2, 6, 8
INDEXED = 3         # characters: a shorter word has no trigram; in large tables only names that begin with it are found
GATHERED = 60
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
    """Names that begin with the text, then others that hold or resemble it."""
    rows, name = page.get_queryset(request), _kept_folded(model)
    found = {row.pk: row for row in _beginning(rows, name, typed)} if name else {}
    if len(found) < A_KIND and (not name or any(len(word) >= INDEXED for word in typed.split())):
        # In no order: to walk the names until six are found reads the whole table when the six stand at its end.
        others, _distinct = page.get_search_results(request, rows.order_by(), typed)
        for row in sorted(others[:GATHERED], key=lambda row: str(row).casefold()):
            found.setdefault(row.pk, row)
    address = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    return [{"title": str(row), "subtitle": capfirst(str(model._meta.verbose_name)), "url": reverse(address, args=[row.pk])}
            for row in [*found.values()][:A_KIND]]


def _kept_folded(model: type[Model]) -> str:
    """The column of folded names a large table is sorted by; "" for the others, which are small."""
    first = model._meta.ordering[0] if model._meta.ordering else None
    folded = {field.name for field in model._meta.fields if isinstance(getattr(field, "expression", None), Fold)}
    return str(first) if first in folded else ""


def _beginning(rows: QuerySet, name: str, typed: str) -> QuerySet:
    """The rows whose folded name begins with the text, from that place of the name's index on."""
    # Whose rows they are is asked afterwards: otherwise somebody who sees little walks to the end of the table.
    from_there = rows.model._base_manager.filter(**{f"{name}__gte": Fold(Value(typed))}).order_by(name)[:GATHERED]
    begins = rows.filter(pk__in=from_there.values("pk")).alias(_begins=StartsWith(F(name), Fold(Value(typed))))
    return begins.filter(_begins=True)[:A_KIND]


class StartsWith(Func):
    """Whether the text begins with another, taken literally."""
    function, arity = "starts_with", 2
    output_field = BooleanField()
