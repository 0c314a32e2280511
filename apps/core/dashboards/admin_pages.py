"""The home page: what stands where, each number with the list behind it (interface 15)."""
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from apps.core.dashboards.selectors import cards, drawings, nothing_yet
from apps.core.iam.selectors import helpers, holds_nothing
from apps.core.jobs.selectors import under_way
from apps.kernel.kpis import Reader


def home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's DASHBOARD_CALLBACK: the index with its figures; for who holds nothing, who can help; for an empty site, what to do."""
    reader = Reader(request.user)
    found = cards(reader)
    context |= {"title": _("Home"), "cards": found, "drawings": drawings(reader), "at": reader.at, "empty": nothing_yet(found),
                "jobs": under_way(request.user)}
    if not found and holds_nothing(request.user):
        context["helpers"] = helpers()
    if context["empty"]:
        context["import_url"] = _address("admin:exchange_import")
    return context


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
