"""Who holds and operates a site over time: the picture, the periods as a table, one day in detail, and what looks wrong."""
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from apps.kernel.periods import period as day_range
from apps.kernel.periods import shown
from apps.tiers.models import Interest
from apps.tiers.ownership_picture import drawn
from apps.tiers.periods import Period
from apps.tiers.picturing import DayForm, asked, frame, percent, seen
from apps.tiers.selectors.ownership import ROWS, Held, SiteOwnership, Stretch, complete, read_ownership

FINDINGS = {"operators_overlap": gettext_lazy("Two operators at once"), "operator_gap": gettext_lazy("No operator"),
            "share_total": gettext_lazy("Shares do not add up to 100 %")}


@require_safe
def ownership_view(request: HttpRequest, pk: int) -> HttpResponse:
    """`?on=2011-07-03` → the site's holders on that day, and over all time."""
    sites: Any = Interest._meta.get_field("site").related_model
    site = seen(sites.objects, request.user, pk)
    form = asked(DayForm, request)
    ownership = read_ownership(request.user, site)
    words = {"unknown": _("unknown"), "operator": _("operator"), "title": lambda name, share, held: f"{name}: {share}, {_dates(held)}"}
    stretches = [_row(ownership, one) for one in reversed(ownership.stretches())]
    return TemplateResponse(request, "tiers/ownership.html", {
        **frame(request, site, _("Ownership of %(site)s") % {"site": site}, "factory_site_ownership"), "form": form, "on": form.day,
        "picture": drawn(ownership, form.day, timezone.localdate(), words), "day": _row(ownership, ownership.on(form.day), form.day),
        "stretches": stretches, "whole": ownership.whole, "cut": ownership.cut, "limit": ROWS,
        "findings": [{"title": FINDINGS[one.code], "period": _dates(one.period), "companies": [str(company) for company in one.companies],
                      "total": "" if one.found is None else percent(one.found)} for one in ownership.findings()]})


def _dates(period: Period) -> str:
    return shown(day_range(period.start, period.end))


def _row(ownership: SiteOwnership, one: Stretch, day: date | None = None) -> dict[str, Any]:
    """A stretch, or the day asked for, as a table shows it."""
    first = day or one.period.start or date.min
    return {"period": _dates(one.period), "first": one.period.start, "licensees": [_held(ownership, held, first) for held in one.licensees],
            "operators": [_held(ownership, held, first) for held in one.operators], "total": percent(one.total),
            "known": one.total is not None, "complete": complete(one.total)}


def _held(ownership: SiteOwnership, held: Held, day: date) -> dict[str, Any]:
    name = ownership.name(held.company, day)
    return {"name": name, "url": reverse("admin:tiers_company_change", args=[held.company.pk]),
            "former": [other for other in ownership.former(held.company) if other != name], "share": percent(held.share),
            "state_share": percent(held.state_share), "period": _dates(held.period)}
