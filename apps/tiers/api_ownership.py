"""Who holds and operates a site on a day, by REST, with the check of the shares and what looks wrong over all time."""
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.kernel.api import query
from apps.kernel.api.registry import command
from apps.kernel.api.serializers import PERIOD
from apps.kernel.api.shapes import TEXT, WHOLE, listed, record
from apps.kernel.periods import period
from apps.tiers.api_merging import Command
from apps.tiers.api_pictures import DATE, MAYBE_SHARE, ON, SHARE, day, pictured
from apps.tiers.models import Interest
from apps.tiers.periods import Period
from apps.tiers.selectors.ownership import Held, SiteOwnership, complete, read_ownership

NAMED = record({"id": WHOLE, "name": TEXT})
OWNERSHIP = record({
    "site": NAMED, "on": DATE, "whole": {"type": "boolean"}, "operators": listed(record({"company": NAMED, "period": PERIOD})),
    "licensees": listed(record({"company": NAMED, "share_pct": SHARE, "state_share_pct": MAYBE_SHARE, "period": PERIOD})),
    "total": MAYBE_SHARE, "complete": {"type": ["boolean", "null"]},
    "findings": listed(record({"code": {"type": "string", "enum": ["operators_overlap", "operator_gap", "share_total"]}, "period": PERIOD,
                               "companies": listed(WHOLE), "total": MAYBE_SHARE}))})


class OwnershipView(Command):
    """Who holds and operates a site on a day.

    `total` is null where no licensee is known: unknown, not 0 %. `whole` says that the caller is shown every company and interest; without
    it `complete` is null and there are no findings, for a part proves nothing."""
    model = Interest._meta.get_field("site").related_model

    @extend_schema(parameters=[ON], responses=pictured(OWNERSHIP))
    def get(self, request: Request, pk: int) -> Response:
        query.only(request._request.GET, ("on",))
        site, on = self.seen(pk), day(request._request.GET)
        ownership = read_ownership(request.user, site)
        found = ownership.on(on)

        def named(held: Held) -> dict[str, Any]:
            return {"id": held.company.pk, "name": ownership.name(held.company, on)}
        return Response({
            "site": {"id": site.pk, "name": site.name}, "on": on, "whole": ownership.whole,
            "operators": [{"company": named(held), "period": _range(held.period)} for held in found.operators],
            "licensees": [{"company": named(held), "share_pct": held.share, "state_share_pct": held.state_share,
                           "period": _range(held.period)} for held in found.licensees],
            "total": found.total, "complete": complete(found.total) if ownership.whole and found.licensees else None,
            "findings": _findings(ownership)})


def _findings(ownership: SiteOwnership) -> list[dict[str, Any]]:
    companies: Any = [(one, [company.pk for company in one.companies]) for one in ownership.findings()]
    return [{"code": one.code, "period": _range(one.period), "companies": keys, "total": one.found} for one, keys in companies]


def _range(found: Period) -> Any:
    return period(found.start, found.end)


command("tiers/sites/<int:pk>/ownership/", OwnershipView, "tiers_sites_ownership")
