"""TIE-03, TIE-17 in the back office: the group of a company drawn, with the tables that say the same in figures."""
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from apps.kernel.periods import shown
from apps.tiers.models import Affiliation, Company
from apps.tiers.picturing import DayForm, asked, frame, percent, seen
from apps.tiers.selectors.group import CONTACTS, EDGES, SITES, Group, Member, contacts_of, read_group

DRAWN = 300     # companies and persons in the picture
LISTED = 500    # companies in a table
DEPTHS = [("1", "1"), ("2", "2"), ("3", "3"), ("4", "4"), ("all", gettext_lazy("all"))]
METHODS = {"full": gettext_lazy("full consolidation"), "equity": gettext_lazy("equity method"), "none": gettext_lazy("not consolidated")}


class GroupForm(DayForm):
    """Which day, how many levels above and below, and whether persons are drawn."""
    depth = forms.ChoiceField(label=gettext_lazy("levels"), choices=DEPTHS, required=False)
    contacts = forms.BooleanField(label=gettext_lazy("with contacts"), required=False)

    @property
    def levels(self) -> int:
        """How far from the company the picture reaches."""
        depth = getattr(self, "cleaned_data", {}).get("depth") or "3"
        return EDGES if depth == "all" else int(depth)


@require_safe
def group_view(request: HttpRequest, pk: int) -> HttpResponse:
    """`?on=2011-07-03&depth=2&contacts=on` → the group on that day."""
    company = seen(Company.objects, request.user, pk)
    if company.merged_into_id is not None:
        return HttpResponsePermanentRedirect(_page(company.merged_into_id))
    form = asked(GroupForm, request, depth="3")
    group = read_group(request.user, company, form.day)
    drawn, cut = _drawn(group, form.levels)
    contacts: list[Affiliation] = []
    more_contacts = False
    if form.is_valid() and form.cleaned_data["contacts"]:
        contacts, more_contacts = contacts_of(request.user, [one.company for one in drawn], form.day)
    asking = request.GET.urlencode()
    title = _("Group of %(company)s") % {"company": company}
    return TemplateResponse(request, "tiers/group.html", {
        **frame(request, company, title, "tiers_company_group"), "form": form, "group": group, "on": form.day,
        "graph": _graph(group, drawn, contacts, asking), "cut": cut, "limit": DRAWN, "edges": EDGES,
        "owners": [_row(one, asking) for one in group.owners[:LISTED]], "held": [_row(one, asking) for one in group.held[:LISTED]],
        "listed": LISTED, "long": max(len(group.owners), len(group.held)) > LISTED,
        "sites": [_site(one) for one in group.sites], "more_sites": group.more_sites, "site_limit": SITES,
        "relations": [{"a": one.a, "b": one.b, "kind": one.get_kind_display(), "period": shown(one.period)} for one in group.relations],
        "contacts": contacts, "more_contacts": more_contacts, "contact_limit": CONTACTS,
        "tops": [{"name": one.company.legal_name, "url": _page(one.company.pk, asking)} for one in group.tops]})


def _page(pk: int, asking: str = "") -> str:
    address = reverse("admin:tiers_company_group", args=[pk])
    return f"{address}?{asking}" if asking else address


def _drawn(group: Group, levels: int) -> tuple[list[Member], bool]:
    """The companies of the picture, nearest first, and whether it was cut at DRAWN."""
    wanted = sorted((one for one in (*group.owners, *group.held) if abs(one.level) <= levels), key=lambda one: abs(one.level))
    near = {group.company.pk, *(one.company.pk for one in wanted)}
    tied = {pk for one in group.relations for pk in (one.a_id, one.b_id) if not near.isdisjoint((one.a_id, one.b_id))}
    partners = [Member(company, 0, None) for company in group.partners if company.pk in tied]
    everyone = [Member(group.company, 0, None), *wanted, *partners]
    return everyone[:DRAWN], len(everyone) > DRAWN


def _row(member: Member, asking: str) -> dict[str, Any]:
    """A company of the group as a table shows it."""
    stake = member.stake
    return {"company": member.company, "url": reverse("admin:tiers_company_change", args=[member.company.pk]),
            "group_url": _page(member.company.pk, asking), "level": member.level,
            "direct": percent(stake.direct if stake else None), "effective": percent(stake.effective if stake else None),
            "votes": percent(stake.votes if stake else None), "method": METHODS[stake.method] if stake else "–",
            "ways": [{"names": [str(company) for company in way.companies], "share": percent(way.share)} for way in member.ways],
            "more_ways": member.more_ways}


def _site(stake: Any) -> dict[str, Any]:
    return {"site": stake.site, "url": reverse("admin:factory_site_change", args=[stake.site.pk]), "effective": percent(stake.effective),
            "parts": [{"company": part.company, "share": percent(part.share), "held": percent(part.held),
                       "effective": percent(part.effective)} for part in stake.parts]}


def _graph(group: Group, drawn: list[Member], contacts: list[Affiliation], asking: str) -> dict[str, Any]:
    """What the picture is drawn from: nodes with their level, place in words and address; edges with their label."""
    keys = {one.company.pk for one in drawn}
    partners = {one.pk for one in group.partners}
    nodes = [{"id": f"c{one.company.pk}", "label": one.company.legal_name, "level": one.level, "url": _page(one.company.pk, asking),
              "kind": "head" if one.company.pk == group.company.pk else "partner" if one.company.pk in partners else "company",
              "status": one.company.status, "about": _about(one)} for one in drawn]
    edges = [{"source": f"c{tie.parent}", "target": f"c{tie.child}", "kind": "ownership", "label": percent(tie.share)}
             for tie in group.ties if {tie.parent, tie.child} <= keys]
    edges += [{"source": f"c{one.a_id}", "target": f"c{one.b_id}", "kind": one.kind, "label": one.get_kind_display()}
              for one in group.relations if {one.a_id, one.b_id} <= keys]
    persons = {row.person_id: row for row in reversed(contacts[:max(DRAWN - len(nodes), 0)])}
    nodes += [{"id": f"p{pk}", "label": str(row.person), "level": 0, "kind": "person", "status": "", "about": row.function or _("contact"),
               "url": reverse("admin:tiers_person_change", args=[pk])} for pk, row in reversed(persons.items())]
    edges += [{"source": f"c{row.company_id}", "target": f"p{row.person_id}", "kind": "affiliation", "label": row.function}
              for row in contacts if row.person_id in persons]
    return {"nodes": nodes, "edges": edges}


def _about(member: Member) -> str:
    """A company's place in the group, in a few words."""
    if member.stake is None:
        return ""
    sentence = _("holds %(share)s, %(method)s") if member.level < 0 else _("%(share)s held, %(method)s")
    return sentence % {"share": percent(member.stake.effective), "method": METHODS[member.stake.method]}
