"""TIE-03 by REST: the group of a company on a day, with the figures its page shows."""
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.kernel.api import query
from apps.kernel.api.registry import command
from apps.kernel.api.serializers import PERIOD
from apps.kernel.api.shapes import TEXT, WHOLE, listed, record
from apps.tiers.api_merging import Command
from apps.tiers.api_pictures import DATE, MAYBE_SHARE, ON, SHARE, day, pictured
from apps.tiers.group import exact
from apps.tiers.models import Company
from apps.tiers.selectors.group import Group, Member, SiteStake, read_group

NAMED = record({"id": WHOLE, "legal_name": TEXT})
WAY = record({"companies": listed(WHOLE), "share": SHARE})
MEMBER = record({"company": NAMED, "level": WHOLE, "direct_share": MAYBE_SHARE, "effective_share": MAYBE_SHARE, "votes": MAYBE_SHARE,
                 "method": {"type": ["string", "null"], "enum": ["full", "equity", "none", None]}, "ways": listed(WAY),
                 "more_ways": {"type": "boolean"}})
GROUP = record({
    "company": NAMED, "on": DATE, "whole": {"type": "boolean"}, "held": listed(MEMBER), "owners": listed(MEMBER),
    "ownerships": listed(record({"id": WHOLE, "parent": WHOLE, "child": WHOLE, "share_pct": SHARE, "votes_pct": MAYBE_SHARE,
                                 "period": PERIOD})),
    "relations": listed(record({"id": WHOLE, "a": NAMED, "kind": TEXT, "b": NAMED, "period": PERIOD})),
    "sites": listed(record({"site": record({"id": WHOLE, "name": TEXT}), "effective_share": SHARE, "parts": listed(record({
        "company": WHOLE, "share_pct": SHARE, "held": SHARE, "effective_share": SHARE}))})),
    "more_sites": {"type": "boolean"}})


class GroupView(Command):
    """The group of a company on a day: who holds it, what it holds, directly and through others, and its shares of sites.

    Percentages are exact. They count the companies and holdings shown to the caller. `whole` is false for a group too large to work out."""
    model = Company

    @extend_schema(parameters=[ON], responses=pictured(GROUP, moves=True))
    def get(self, request: Request, pk: int) -> Response:
        query.only(request._request.GET, ("on",))
        company = self.seen(pk)
        if company.merged_into_id is not None:
            where = request.path.replace(f"/{pk}/", f"/{company.merged_into_id}/")
            return Response({"id": pk, "moved_to": where}, status=301, headers={"Location": where})
        return Response(_told(read_group(request.user, company, day(request._request.GET))))


def _named(company: Company) -> dict[str, Any]:
    return {"id": company.pk, "legal_name": company.legal_name}


def _told(group: Group) -> dict[str, Any]:
    return {
        "company": _named(group.company), "on": group.on, "whole": group.whole,
        "held": [_member(one) for one in group.held], "owners": [_member(one) for one in group.owners],
        "ownerships": [{"id": tie.pk, "parent": tie.parent, "child": tie.child, "share_pct": tie.share, "votes_pct": tie.votes,
                        "period": tie.period} for tie in group.ties],
        "relations": [{"id": one.pk, "a": _named(one.a), "kind": one.kind, "b": _named(one.b), "period": one.period}
                      for one in group.relations],
        "sites": [_site(one) for one in group.sites], "more_sites": group.more_sites}


def _member(member: Member) -> dict[str, Any]:
    stake = member.stake
    return {"company": _named(member.company), "level": member.level,
            "direct_share": None if stake is None or stake.direct is None else exact(stake.direct),
            "effective_share": stake and exact(stake.effective), "votes": stake and exact(stake.votes), "method": stake and stake.method,
            "ways": [{"companies": [company.pk for company in way.companies], "share": exact(way.share)} for way in member.ways],
            "more_ways": member.more_ways}


def _site(stake: SiteStake) -> dict[str, Any]:
    return {"site": {"id": stake.site.pk, "name": stake.site.name}, "effective_share": exact(stake.effective),
            "parts": [{"company": part.company.pk, "share_pct": part.share, "held": exact(part.held),
                       "effective_share": exact(part.effective)} for part in stake.parts]}


command("tiers/companies/<int:pk>/group/", GroupView, "tiers_companies_group")
