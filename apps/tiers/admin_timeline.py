"""TIE-18 in the back office: everything that happened to a company or a person, newest first, by kind."""
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.kernel.stream import Mark, Moment, kinds_of, moments
from apps.tiers.models import Company, Person
from apps.tiers.picturing import frame, seen

ICONS = {"status": "flag", "names": "badge", "identifiers": "tag", "roles": "work", "shares": "pie_chart", "ties": "link",
         "sites": "location_on", "contacts": "person", "merges": "merge", "record": "edit"}


@require_safe
def company_timeline_view(request: HttpRequest, pk: int) -> HttpResponse:
    """`?kind=names&kind=roles&before=…` → a page of the company's stream."""
    return _timeline(request, seen(Company.objects, request.user, pk), "tiers_company_timeline")


@require_safe
def person_timeline_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The same of a person."""
    return _timeline(request, seen(Person.objects, request.user, pk), "tiers_person_timeline")


def _timeline(request: HttpRequest, record: Any, here: str) -> HttpResponse:
    known = kinds_of(type(record))
    chosen = frozenset(request.GET.getlist("kind")) & known.keys()
    before = Mark.read(request.GET.get("before", ""))
    found, following = moments(record, request.user, chosen, before)
    asking = request.GET.copy()
    asking.pop("before", None)
    older = asking.copy()
    if following:
        older["before"] = str(following)
    return TemplateResponse(request, "tiers/timeline.html", {
        **frame(request, record, _("Timeline of %(record)s") % {"record": record}, here),
        "kinds": [(kind, title, ICONS.get(kind, "event"), kind in chosen) for kind, title in known.items()], "chosen": chosen,
        "days": [{"day": day, "to_come": day > timezone.localdate(), "moments": [_shown(one, known) for one in found_then]}
                 for day, found_then in groupby(found, key=lambda one: timezone.localtime(one.mark.at).date())],
        "older": older.urlencode() if following else "", "newest": asking.urlencode(), "begun": before is not None,
        "page": reverse(f"admin:{here}", args=[record.pk])})


def _shown(moment: Moment, titles: dict[str, Any]) -> dict[str, Any]:
    return {"moment": moment, "at": timezone.localtime(moment.mark.at), "title": titles.get(moment.kind, ""),
            "icon": ICONS.get(moment.kind, "event")}
