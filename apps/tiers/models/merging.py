"""Pairs that may be one, merges of two records, and the journal that undoes them."""
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.access import Access, DoorManager, DoorQuerySet
from apps.kernel.bases import Tracked
from apps.tiers.choices import CandidateState, MergeState, Reason
from apps.tiers.models.company import Company
from apps.tiers.models.person import Person


class PartyKind(models.TextChoices):
    """What was merged."""
    COMPANY = "company", _("company")
    PERSON = "person", _("person")


class CandidateQuerySet(DoorQuerySet):
    """Reads of pairs."""

    def visible_to(self, user: Any, action: str = "view") -> "CandidateQuerySet":
        """Pairs of which both records are shown as well: half a pair would tell that the other half exists."""
        both = Q()
        for kind, model in (("company", Company), ("person", Person)):
            shown: Any = model.objects.visible_to(user).order_by()
            both |= Q(Exists(shown.filter(pk=OuterRef("a_id"))), Exists(shown.filter(pk=OuterRef("b_id"))), kind=kind)
        return super().visible_to(user, action).filter(both)  # type: ignore[return-value]  # of its own class


class DuplicateCandidate(Tracked):
    """TIE-19: two records that may be one, found by equality on import or by likeness; dismissed pairs stay dismissed.

    `score` is the likeness of their names, 0 to 1; `reasons` is everything that speaks for one record, `reason` the surest of it."""
    kind = models.CharField(_("kind"), max_length=8, choices=PartyKind.choices, editable=False)
    a_id = models.BigIntegerField(_("first record"), editable=False)
    b_id = models.BigIntegerField(_("second record"), editable=False)
    reason = models.CharField(_("reason"), max_length=40, choices=Reason.choices, editable=False)
    reasons = ArrayField(models.CharField(max_length=40), verbose_name=_("reasons"), default=list, db_default=[], blank=True,
                         editable=False)
    score = models.DecimalField(_("likeness"), max_digits=5, decimal_places=4, null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=CandidateState.choices, default=CandidateState.OPEN, editable=False)

    objects = DoorManager.from_queryset(CandidateQuerySet)()
    access: ClassVar[Access] = Access(columns=frozenset({"state", "kind"}))

    class Meta(Tracked.Meta):
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        ordering = ("-created_at", "-pk")
        permissions = [("find_duplicatecandidate", _("Can search the whole register for duplicates"))]
        indexes = [models.Index(fields=["kind", "-score", "-id"], condition=Q(state="open"), name="tiers_candidate_open")]
        constraints = [
            models.CheckConstraint(condition=Q(a_id__lt=F("b_id")), name="tiers_candidate_order"),
            models.UniqueConstraint(fields=["kind", "a_id", "b_id"], name="tiers_candidate_once"),
        ]

    def __str__(self) -> str:
        """The two by name, where a page has put the records on the pair."""
        a, b = getattr(self, "a", None), getattr(self, "b", None)
        return f"{a} · {b}" if a and b else f"{self.kind} {self.a_id} ~ {self.b_id}"


class DuplicateSearch(models.Model):
    """How far the search for duplicates has come, for one kind of record: a search that was stopped goes on from there.

    What changed before `complete_until` has been compared. While a search runs, `until` is the moment it will have compared everything
    up to, `since` from which on (null: always), `reached` the last key done."""
    kind = models.CharField(max_length=8, choices=PartyKind.choices, unique=True)
    complete_until = models.DateTimeField(null=True)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    reached = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.kind


class Merge(Tracked):
    """TIE-19: one record became part of another. What moved is in the journal, what was dropped in the snapshot."""
    kind = models.CharField(_("kind"), max_length=8, choices=PartyKind.choices, editable=False)
    survivor_id = models.BigIntegerField(_("kept record"), editable=False)
    loser_id = models.BigIntegerField(_("merged record"), editable=False)
    state = models.CharField(_("state"), max_length=10, choices=MergeState.choices, default=MergeState.APPLIED, editable=False)
    snapshot = models.JSONField(_("dropped rows"), default=list, editable=False)
    report = models.JSONField(_("report"), default=dict, editable=False)

    confidential: ClassVar[bool] = True     # the snapshot holds dropped rows whole, personal details among them

    class Meta(Tracked.Meta):
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(condition=~Q(survivor_id=F("loser_id")), name="tiers_merge_two"),
            models.UniqueConstraint(fields=["kind", "loser_id"], condition=Q(state=MergeState.APPLIED), name="tiers_merge_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.loser_id} → {self.survivor_id}"


class MergeMove(models.Model):
    """One cell a merge changed: table, row, column, before and after."""
    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="moves")
    table = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    column = models.CharField(max_length=63)
    before = models.TextField(null=True)
    after = models.TextField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ("pk",)
