"""TIE-19 by REST: possible duplicates, merging two records into one, and undoing it."""
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.kernel.api.commands import Command, described
from apps.kernel.api.registry import command, resource
from apps.kernel.api.viewsets import ResourceViewSet
from apps.kernel.api.writing import writes
from apps.tiers.models import Company, DuplicateCandidate, Merge, Person
from apps.tiers.services import (
    MergePreview,
    Seen,
    dismiss,
    dismiss_many,
    merge,
    merge_pair,
    preview_merge,
    preview_pair,
    reopen,
    start_search,
    undo,
)
from apps.tiers.services.finding import KINDS

_KEPT = ("version", "created_at", "updated_at", "created_by", "updated_by")
_DATES = {"created_at": ("gte", "lt"), "updated_at": ("gte", "lt")}


@resource
class DuplicateCandidateViewSet(ResourceViewSet):
    """Pairs that may be one company or person."""
    model = DuplicateCandidate
    operations = frozenset()
    fields = ("id", "kind", "a_id", "b_id", "reason", "reasons", "score", "state", *_KEPT)
    filters = {"kind": ("exact",), "state": ("exact", "in"), "reason": ("exact", "in"), "score": ("gte", "lt"), "a_id": ("exact",),
               "b_id": ("exact",), **_DATES}
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
        wanted = given(MergeInput, request)
        survivor, loser = self.seen(pk), self.seen(wanted["other"])
        asked = {"kind": self.kind, "survivor": survivor, "loser": loser, "actor": request.user, "choices": wanted.get("choices")}
        if wanted["preview"]:
            return Response(_previewed(preview_merge(**asked)))
        done = merge(**asked)
        return Response({"id": done.pk, "moved": done.report["moved"], "dropped": done.report.get("dropped", {}), "conflicts": []})


def _previewed(found: MergePreview) -> dict[str, Any]:
    conflicts = [{"code": one.code, "detail": str(one.message)} for one in found.conflicts]
    return {"id": None, "moved": found.moved, "dropped": found.dropped, "conflicts": conflicts}


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


class VersionsInput(serializers.Serializer):
    """What was looked at: where one of the two records is another version by now, nothing is done (409)."""
    pair = serializers.IntegerField(min_value=1, help_text="Version of the pair.")
    a = serializers.IntegerField(min_value=1, help_text="Version of its first record.")
    b = serializers.IntegerField(min_value=1, help_text="Version of its second record.")


class DismissInput(serializers.Serializer):
    """Why these are two records, for the history."""
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)
    versions = VersionsInput(required=False)


class DismissManyInput(serializers.Serializer):
    """The pairs that are two records each."""
    ids = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=500)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class DismissManyOutput(serializers.Serializer):
    """The pairs dismissed."""
    dismissed = serializers.ListField(child=serializers.IntegerField())


class MergePairInput(serializers.Serializer):
    """Which of the two stays, whose values stay where they differ, and whether only to look."""
    survivor = serializers.IntegerField(min_value=1, help_text="Key of the record that is kept: one of the pair.")
    choices = serializers.DictField(child=serializers.ChoiceField(choices=["survivor", "loser"]), required=False)
    preview = serializers.BooleanField(default=False)
    versions = VersionsInput(required=False)


class FindInput(serializers.Serializer):
    """What to search: without kinds all of them, without `full` what changed since the last search."""
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=list(KINDS)), required=False)
    full = serializers.BooleanField(default=False)


class FindOutput(serializers.Serializer):
    """The job that searches: /api/v1/jobs/jobs/{id}/ tells how far it is."""
    job = serializers.IntegerField()


def given(shape: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """The body, checked."""
    read = shape(data=request.data)
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)


def seen_versions(asked: dict[str, Any]) -> Seen | None:
    """The versions a decision is about, if it names them."""
    return Seen(**asked["versions"]) if asked.get("versions") else None


class Dismiss(Command):
    """Say that a pair is two records."""
    model = DuplicateCandidate

    @extend_schema(request=DismissInput, responses=described(SettledOutput))
    @writes
    def post(self, request: Request, pk: int) -> Response:
        asked = given(DismissInput, request)
        candidate = dismiss(candidate=self.seen(pk), actor=request.user, reason=asked.get("reason", ""), seen=seen_versions(asked))
        return Response({"id": candidate.pk, "state": candidate.state})


class DismissMany(Command):
    """Say of several pairs that they are two records each: all or none."""
    model = DuplicateCandidate

    @extend_schema(request=DismissManyInput, responses=described(DismissManyOutput))
    @writes
    def post(self, request: Request) -> Response:
        asked = given(DismissManyInput, request)
        done = dismiss_many(pks=asked["ids"], actor=request.user, reason=asked.get("reason", ""))
        return Response({"dismissed": [candidate.pk for candidate in done]})


class Reopen(Command):
    """Take a dismissal back."""
    model = DuplicateCandidate

    @extend_schema(request=None, responses=described(SettledOutput))
    @writes
    def post(self, request: Request, pk: int) -> Response:
        candidate = reopen(candidate=self.seen(pk), actor=request.user)
        return Response({"id": candidate.pk, "state": candidate.state})


class MergePair(Command):
    """Make one record of a pair part of the other."""
    model = DuplicateCandidate

    @extend_schema(request=MergePairInput, responses=described(MergeOutput))
    @writes
    def post(self, request: Request, pk: int) -> Response:
        asked = given(MergePairInput, request)
        wanted = {"candidate": self.seen(pk), "survivor_pk": asked["survivor"], "actor": request.user, "choices": asked.get("choices")}
        if asked["preview"]:
            return Response(_previewed(preview_pair(**wanted)))
        done = merge_pair(**wanted, seen=seen_versions(asked))
        return Response({"id": done.pk, "moved": done.report["moved"], "dropped": done.report.get("dropped", {}), "conflicts": []})


class Find(Command):
    """Search the register for duplicates, as a job."""
    model = DuplicateCandidate

    @extend_schema(request=FindInput, responses=described(FindOutput))
    @writes
    def post(self, request: Request) -> Response:
        asked = given(FindInput, request)
        job = start_search(author=request.user, kinds=asked.get("kinds", ()), full=asked["full"])
        return Response({"job": job.pk})


command("tiers/companies/<int:pk>/merge/", MergeCompany, "tiers_companies_merge")
command("tiers/persons/<int:pk>/merge/", MergePerson, "tiers_persons_merge")
command("tiers/merges/<int:pk>/undo/", UndoMerge, "tiers_merges_undo")
command("tiers/duplicate-candidates/<int:pk>/dismiss/", Dismiss, "tiers_duplicate_candidates_dismiss")
command("tiers/duplicate-candidates/<int:pk>/reopen/", Reopen, "tiers_duplicate_candidates_reopen")
command("tiers/duplicate-candidates/<int:pk>/merge/", MergePair, "tiers_duplicate_candidates_merge")
command("tiers/duplicate-candidates/bulk-dismiss/", DismissMany, "tiers_duplicate_candidates_bulk_dismiss")
command("tiers/duplicate-candidates/find/", Find, "tiers_duplicate_candidates_find")
