"""TIE-18 by REST: the timeline of a company or a person."""
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.kernel.api import query, shapes
from apps.kernel.api.problems import BadQuery
from apps.kernel.api.registry import command
from apps.kernel.api.shapes import ANY, MOMENT, TEXT, listed, record
from apps.kernel.stream import Mark, Moment, kinds_of, moments
from apps.tiers.api_merging import Command
from apps.tiers.api_pictures import pictured
from apps.tiers.models import Company, Person

STREAM = record({"results": listed(record({
    "at": MOMENT, "whole_day": {"type": "boolean"}, "kind": TEXT, "sentence": TEXT, "about": TEXT, "actor": TEXT, "reason": TEXT,
    "changes": listed(record({"field": TEXT, "label": TEXT, "before": ANY, "after": ANY, "before_text": TEXT, "after_text": TEXT}))})),
    "next": {"type": ["string", "null"]}})
KIND = shapes.parameter("kind", listed(TEXT), "Kinds of moments, separated by commas; all without it.", explode=False, style="form")


class TimelineView(Command):
    """What happened to a record, newest first, from every module that knows something of it."""

    @extend_schema(parameters=[KIND, shapes.LIMIT, shapes.CURSOR], responses=pictured(STREAM))
    def get(self, request: Request, pk: int) -> Response:
        given = request._request.GET
        query.only(given, ("kind", "limit", "cursor"))
        found, following = moments(self.seen(pk), request.user, self._kinds(given), self._after(given), query.limit(given))
        return Response({"results": [_told(one) for one in found], "next": str(following) if following else None})

    def _kinds(self, given: Any) -> frozenset[str]:
        asked = frozenset(name for name in given.get("kind", "").split(",") if name)
        known = kinds_of(self.model)
        if not asked <= known.keys():
            raise BadQuery("kind", "unknown_kind", _("“%(name)s” is not among: %(names)s.") % {
                "name": min(asked - known.keys())[:100], "names": ", ".join(known)})
        return asked

    @staticmethod
    def _after(given: Any) -> Mark | None:
        if "cursor" not in given:
            return None
        mark = Mark.read(given["cursor"])
        if mark is None:
            raise BadQuery("cursor", "bad_cursor", _("This cursor does not belong to this list and order. Start again without it."))
        return mark


class CompanyTimeline(TimelineView):
    """What happened to a company, newest first."""
    model = Company


class PersonTimeline(TimelineView):
    """What happened to a person, newest first."""
    model = Person


def _told(moment: Moment) -> dict[str, Any]:
    return {"at": moment.mark.at, "whole_day": moment.whole_day, "kind": moment.kind, "sentence": moment.sentence, "about": moment.about,
            "actor": moment.actor, "reason": moment.reason,
            "changes": [{"field": change.field, "label": change.label, "before": change.before, "after": change.after,
                         "before_text": change.before_text, "after_text": change.after_text} for change in moment.changes]}


command("tiers/companies/<int:pk>/timeline/", CompanyTimeline, "tiers_companies_timeline")
command("tiers/persons/<int:pk>/timeline/", PersonTimeline, "tiers_persons_timeline")
