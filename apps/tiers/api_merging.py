"""TIE-19 by REST: possible duplicates, merging two records into one, and undoing it."""
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.kernel.api.commands import Command, described
from apps.kernel.api.registry import command, resource
from apps.kernel.api.viewsets import ResourceViewSet
from apps.kernel.api.writing import writes
from apps.tiers.models import Company, DuplicateCandidate, Merge, Person
from apps.tiers.services import dismiss, merge, preview_merge, undo

_KEPT = ("version", "created_at", "updated_at", "created_by", "updated_by")
_DATES = {"created_at": ("gte", "lt"), "updated_at": ("gte", "lt")}


@resource
class DuplicateCandidateViewSet(ResourceViewSet):
    """Pairs that may be one company or person."""
    model = DuplicateCandidate
    operations = frozenset()
    fields = ("id", "kind", "a_id", "b_id", "reason", "score", "state", *_KEPT)
    filters = {"kind": ("exact",), "state": ("exact", "in"), "reason": ("exact",), "a_id": ("exact",), "b_id": ("exact",), **_DATES}
    ordering = ("score", "created_at")


@resource
class MergeViewSet(ResourceViewSet):
    """Merges: which record became part of which, and whether it still is."""
    model = Merge
    operations = frozenset()
    fields = ("id", "kind", "survivor_id", "loser_id", "state", "report", *_KEPT)
    filters = {"kind": ("exact",), "state": ("exact",), "survivor_id": ("exact",), "loser_id": ("exact",), **_DATES}


class MergeInput(serializers.Serializer):
    """The record that goes, whose values stay where they differ, and whether only to look."""
    other = serializers.IntegerField(min_value=1, help_text="Key of the record that becomes part of this one.")
    choices = serializers.DictField(child=serializers.ChoiceField(choices=["survivor", "loser"]), required=False)
    preview = serializers.BooleanField(default=False)


class MergeOutput(serializers.Serializer):
    """What moved, by table, and what prevents it."""
    id = serializers.IntegerField(allow_null=True)
    moved = serializers.DictField(child=serializers.IntegerField())
    dropped = serializers.DictField(child=serializers.IntegerField())
    conflicts = serializers.ListField(child=serializers.DictField())


class SettledOutput(serializers.Serializer):
    """What the record is now."""
    id = serializers.IntegerField()
    state = serializers.CharField()


class MergeInto(Command):
    """Make another record part of this one."""
    kind: ClassVar[str]

    @extend_schema(request=MergeInput, responses=described(MergeOutput))
    @writes
    def post(self, request: Request, pk: int) -> Response:
        given = MergeInput(data=request.data)
        given.is_valid(raise_exception=True)
        survivor, loser = self.seen(pk), self.seen(given.validated_data["other"])
        asked = {"kind": self.kind, "survivor": survivor, "loser": loser, "actor": request.user,
                 "choices": given.validated_data.get("choices")}
        if given.validated_data["preview"]:
            found = preview_merge(**asked)
            conflicts = [{"code": one.code, "detail": str(one.message)} for one in found.conflicts]
            return Response({"id": None, "moved": found.moved, "dropped": found.dropped, "conflicts": conflicts})
        done = merge(**asked)
        return Response({"id": done.pk, "moved": done.report["moved"], "dropped": done.report.get("dropped", {}), "conflicts": []})


class MergeCompany(MergeInto):
    """Make another company part of this one."""
    model, kind = Company, "company"


class MergePerson(MergeInto):
    """Make another person part of this one."""
    model, kind = Person, "person"


class UndoMerge(Command):
    """Make two records of one again."""
    model = Merge

    @extend_schema(request=None, responses=described(SettledOutput))
    @writes
    def post(self, request: Request, pk: int) -> Response:
        done = undo(merge=self.seen(pk), actor=request.user)
        return Response({"id": done.pk, "state": done.state})


class Dismiss(Command):
    """Say that a pair is two records."""
    model = DuplicateCandidate

    @extend_schema(request=None, responses=described(SettledOutput))
    @writes
    def post(self, request: Request, pk: int) -> Response:
        candidate = dismiss(candidate=self.seen(pk), actor=request.user)
        return Response({"id": candidate.pk, "state": candidate.state})


command("tiers/companies/<int:pk>/merge/", MergeCompany, "tiers_companies_merge")
command("tiers/persons/<int:pk>/merge/", MergePerson, "tiers_persons_merge")
command("tiers/merges/<int:pk>/undo/", UndoMerge, "tiers_merges_undo")
command("tiers/duplicate-candidates/<int:pk>/dismiss/", Dismiss, "tiers_duplicate_candidates_dismiss")
