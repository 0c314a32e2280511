"""TIE-19 in the back office: the worklist of pairs that may be one record, and the page on which a pair is compared and decided."""
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import action

from apps.kernel.access import can_many, may
from apps.kernel.admin.filters import ChoicesDropdownFilter
from apps.kernel.admin.refusals import reasons
from apps.kernel.admin.resource import ResourceAdmin
from apps.kernel.errors import BusinessError
from apps.kernel.paging import capped_count
from apps.tiers.admin_pages import named_tables
from apps.tiers.choices import CandidateState, Reason
from apps.tiers.comparing import compare, proposed
from apps.tiers.models import DuplicateCandidate, DuplicateSearch
from apps.tiers.models.merging import PartyKind
from apps.tiers.services import MergePreview, Seen, dismiss, dismiss_many, merge_pair, preview_pair, reopen, start_search
from apps.tiers.services.candidates import MODELS

FILTERS = "_changelist_filters"
REFUSED = (BusinessError, PermissionDenied)


class StateFilter(DropdownFilter):
    """Open pairs, unless others are asked for."""
    title = gettext_lazy("state")
    parameter_name = "state"
    all_option = None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*CandidateState.choices, ("all", gettext_lazy("all"))]

    def value(self) -> str:
        return super().value() or CandidateState.OPEN

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset if self.value() == "all" else queryset.filter(state=self.value())


class ReasonFilter(DropdownFilter):
    """Pairs for which a reason speaks, alone or among others."""
    title = gettext_lazy("reason")
    parameter_name = "why"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Reason.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(reasons__contains=[self.value()]) if self.value() else queryset


class LikenessFilter(DropdownFilter):
    """How like the names are."""
    title = gettext_lazy("likeness")
    parameter_name = "likeness"
    BANDS = {"equal": (1, None), "close": ("0.8", 1), "like": ("0.6", "0.8"), "less": (None, "0.6")}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("equal", gettext_lazy("equal")), ("close", gettext_lazy("0.8 and above")), ("like", gettext_lazy("0.6 to 0.8")),
                ("less", gettext_lazy("below 0.6"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        low, high = self.BANDS.get(self.value() or "", (None, None))
        rows = queryset if low is None else queryset.filter(score__gte=low)
        return rows if high is None else rows.filter(score__lt=high)


def name_records(user: Any, pairs: Iterable[DuplicateCandidate]) -> None:
    """Put the two records on each pair, as `a` and `b`: one query for each kind. Pairs come through the door, which shows both."""
    rows: list[Any] = list(pairs)
    for kind, model in MODELS.items():
        pks = {pk for row in rows if row.kind == kind for pk in (row.a_id, row.b_id)}
        found = {one.pk: one for one in model.objects.visible_to(user).filter(pk__in=pks)} if pks else {}
        for row in rows:
            if row.kind == kind:
                row.a, row.b = found.get(row.a_id), found.get(row.b_id)


def following(rows: QuerySet, pair: DuplicateCandidate, step: int) -> DuplicateCandidate | None:
    """The pair after this one (`step` 1) or before it (-1) among `rows`, in the order of the list: likeness, then newest."""
    if pair.score is None:          # first of all: the database puts what was never measured above the highest
        after, before = Q(score=None, pk__lt=pair.pk) | Q(score__isnull=False), Q(score=None, pk__gt=pair.pk)
    else:
        after = Q(score__lt=pair.score) | Q(score=pair.score, pk__lt=pair.pk)
        before = Q(score__gt=pair.score) | Q(score=pair.score, pk__gt=pair.pk) | Q(score=None)
    found: Any = rows.filter(after).order_by("-score", "-pk") if step > 0 else rows.filter(before).order_by("score", "pk")
    chosen: DuplicateCandidate | None = found.first()
    return chosen


class DuplicateCandidateAdmin(ResourceAdmin):
    icon = "difference"
    list_display = ("first", "second", "kind", "why", "likeness", "state")
    list_filter = (StateFilter, ("kind", ChoicesDropdownFilter), ReasonFilter, LikenessFilter)
    ordering = ("-score", "-pk")
    sortable_by = ()
    actions = ("dismiss_pairs",)
    actions_list = ("find_view",)

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [path("<int:pk>/reopen/", wrap(self.reopen_view), name="tiers_duplicatecandidate_reopen"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def has_find_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "find", DuplicateCandidate)

    # -- the list ------------------------------------------------------------------------------------------------------

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changes = super().get_changelist_instance(request)
        name_records(request.user, changes.result_list)
        return changes

    @admin.display(description=gettext_lazy("first record"))
    def first(self, pair: Any) -> str:
        return str(pair.a or "–")

    @admin.display(description=gettext_lazy("second record"))
    def second(self, pair: Any) -> str:
        return str(pair.b or "–")

    @admin.display(description=gettext_lazy("reason"))
    def why(self, pair: Any) -> str:
        return ", ".join(str(Reason(reason).label) for reason in pair.reasons or [pair.reason])

    @admin.display(description=gettext_lazy("likeness"))
    def likeness(self, pair: Any) -> str:
        return "–" if pair.score is None else number_format(round(pair.score, 2), 2)

    @admin.action(description=gettext_lazy("These are two records"))
    def dismiss_pairs(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Show the pairs by name and ask why; then say of all of them, or none, that they are two records."""
        pairs = list(queryset.order_by("-score", "-pk"))
        refused: list[str] = []
        if "_confirmed" in request.POST:
            try:
                done = dismiss_many(pks=[pair.pk for pair in pairs], actor=request.user, reason=request.POST.get("reason", "")[:500])
            except REFUSED as error:
                refused = [str(reason.message) for reason in reasons(error)]
            else:
                messages.success(request, ngettext("%(count)d pair dismissed.", "%(count)d pairs dismissed.", len(done)) % {
                    "count": len(done)})
                return None
        name_records(request.user, pairs)
        return TemplateResponse(request, "tiers/dismiss_pairs.html", {
            **self.admin_site.each_context(request), "opts": self.opts, "pairs": pairs, "refused": refused,
            "title": _("These are two records"), "selected_name": ACTION_CHECKBOX_NAME, "back": request.get_full_path()},
            status=409 if refused else 200)

    @action(description=gettext_lazy("Find duplicates"), url_path="find", permissions=["find"], icon="person_search")
    def find_view(self, request: HttpRequest) -> HttpResponse:
        """What was compared until when; and the start of a search, as a job."""
        kinds = [kind for kind in request.POST.getlist("kinds") if kind in MODELS]
        if request.method == "POST" and kinds:
            job = start_search(author=request.user, kinds=kinds, full=request.POST.get("full") == "1")
            return redirect("admin:jobs_job_change", job.pk)
        marks = {mark.kind: mark for mark in DuplicateSearch.objects.order_by("kind")}
        return TemplateResponse(request, "tiers/find_duplicates.html", {
            **self.admin_site.each_context(request), "opts": self.opts, "title": _("Find duplicates"),
            "kinds": [(kind, label, marks.get(kind)) for kind, label in PartyKind.choices], "none_chosen": request.method == "POST",
            "back": reverse("admin:tiers_duplicatecandidate_changelist")})

    # -- the pair ------------------------------------------------------------------------------------------------------

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Both records side by side; what is decided leads to the next pair of the list one came from."""
        pair = self.get_queryset(request).filter(pk=object_id if object_id.isdigit() else None).first()
        if pair is None:
            raise Http404
        refused: list[str] = []
        status = 200
        if request.method == "POST":
            queue = self._queue(request)
            onward = following(queue, pair, 1) or following(queue, pair, -1)    # before the pair leaves the list
            try:
                self._decide(request, pair)
            except REFUSED as error:
                refused, status = [str(reason.message) for reason in reasons(error)], getattr(error, "status", 403)
            else:
                return redirect(self._address(request, onward if onward and onward.pk != pair.pk else None))
            pair = self.get_queryset(request).filter(pk=pair.pk).first()
            if pair is None:
                raise Http404
        return TemplateResponse(request, "tiers/pair.html", self._context(request, pair, refused), status=status)

    def _decide(self, request: HttpRequest, pair: Any) -> None:
        """Do what the form says, to the records as its reader saw them."""
        versions = [request.POST.get(name, "") for name in ("_pair", "_a", "_b")]
        seen = Seen(*map(int, versions)) if all(version.isdigit() for version in versions) else None
        name_records(request.user, [pair])
        names = {"a": pair.a, "b": pair.b}
        if request.POST.get("_do") == "merge":
            keep = "b" if request.POST.get("_keep") == "b" else "a"
            other = "a" if keep == "b" else "b"
            choices = {name.removeprefix("keep-"): "survivor" if side == keep else "loser"
                       for name, side in request.POST.items() if name.startswith("keep-") and side in names}
            done = merge_pair(candidate=pair, survivor_pk=names[keep].pk, actor=request.user, choices=choices, seen=seen)
            said = _("“%(loser)s” is now part of “%(survivor)s”.") % {"loser": names[other], "survivor": names[keep]}
            messages.success(request, format_html('{} <a class="of-undo" href="{}">{}</a>', said, reverse(
                "admin:tiers_merge_undo", args=[done.pk]), _("Undo the merge")))
        elif request.POST.get("_do") == "dismiss":
            dismiss(candidate=pair, actor=request.user, reason=request.POST.get("reason", "")[:500], seen=seen)
            said = _("“%(a)s” and “%(b)s” are two records.") % names
            messages.success(request, format_html('{} <a class="of-undo" href="{}">{}</a>', said, reverse(
                "admin:tiers_duplicatecandidate_reopen", args=[pair.pk]), _("Take it back")))

    def reopen_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, then take a dismissal back."""
        pair = self.get_queryset(request).filter(pk=pk).first()
        if pair is None:
            raise Http404
        refused: list[str] = []
        if request.method == "POST":
            try:
                reopen(candidate=pair, actor=request.user)
            except REFUSED as error:
                refused = [str(reason.message) for reason in reasons(error)]
            else:
                return redirect("admin:tiers_duplicatecandidate_change", pk)
        name_records(request.user, [pair])
        return TemplateResponse(request, "tiers/reopen.html", {
            **self.admin_site.each_context(request), "opts": self.opts, "title": _("Propose the pair again"), "pair": pair,
            "refused": refused, "back": reverse("admin:tiers_duplicatecandidate_change", args=[pk])}, status=409 if refused else 200)

    def _context(self, request: HttpRequest, pair: Any, refused: list[str]) -> dict[str, Any]:
        name_records(request.user, [pair])
        asked, (keep, because) = request.GET.get("keep"), proposed(pair.kind, pair.a, pair.b)
        if asked in ("a", "b") and asked != keep:
            keep, because = asked, ""
        queue, allowed = self._queue(request), len(can_many(request.user, "merge", [pair.a, pair.b])) == 2
        preview = self._preview(request, pair, keep) if allowed and pair.state == CandidateState.OPEN else None
        moved = Counter(preview.moved if preview else {}) - Counter({DuplicateCandidate._meta.db_table: 1})     # the pair itself is settled
        total, more = capped_count(queue)
        after, before = following(queue, pair, 1), following(queue, pair, -1)
        return {
            **self.admin_site.each_context(request), "opts": self.opts, "title": str(pair), "original": pair, "pair": pair,
            "keep": keep, "because": because, "kept": getattr(pair, keep), "gone": pair.b if keep == "a" else pair.a,
            "lines": compare(kind=pair.kind, a=pair.a, b=pair.b, keep=keep, user=request.user),
            "reasons": [Reason(reason).label for reason in pair.reasons or [pair.reason]], "score": self.likeness(pair),
            "preview": preview, "moved": named_tables(moved),
            "dropped": named_tables(preview.dropped) if preview else {}, "open": pair.state == CandidateState.OPEN, "allowed": allowed,
            "rows": sum(moved.values()), "refused": refused,
            "total": _("more than %(count)d") % {"count": total} if more else total,
            "records": [reverse(f"admin:tiers_{pair.kind}_change", args=[one.pk]) for one in (pair.a, pair.b)],
            "next": self._address(request, after) if after else "", "previous": self._address(request, before) if before else "",
            "back": self._address(request, None), "filters": request.GET.get(FILTERS, "")}

    def _preview(self, request: HttpRequest, pair: Any, keep: str) -> MergePreview | None:
        """What a merge would do; None where somebody settled the pair this moment."""
        try:
            return preview_pair(candidate=pair, survivor_pk=getattr(pair, keep).pk, actor=request.user)
        except REFUSED:
            return None

    def _queue(self, request: HttpRequest) -> QuerySet:
        """The pairs of the list one came from."""
        asked = HttpRequest()
        asked.user, asked.method, asked.session, asked.META = request.user, "GET", request.session, request.META
        asked.GET = QueryDict(request.GET.get(FILTERS, ""))
        rows: QuerySet = super().get_changelist_instance(asked).queryset
        return rows

    def _address(self, request: HttpRequest, pair: DuplicateCandidate | None) -> str:
        """Where a pair is, or the list, with the filters one came with."""
        filters = request.GET.get(FILTERS, "")
        if pair is None:
            return reverse("admin:tiers_duplicatecandidate_changelist") + (f"?{filters}" if filters else "")
        query = QueryDict(mutable=True)
        query[FILTERS] = filters
        return reverse("admin:tiers_duplicatecandidate_change", args=[pair.pk]) + (f"?{query.urlencode()}" if filters else "")
