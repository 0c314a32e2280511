"""TIE-19: two records become one, and may become two again (domain rules 13 and 14).

The record that goes keeps its row and points at the one that is kept; everything that named it names the other. Companies and persons
are merged by the same code."""
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pghistory
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Count, F, Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.kernel.access import can_many, permission
from apps.kernel.context import act
from apps.kernel.errors import Conflict, Invalid, Refusal, Refused
from apps.kernel.events import publish
from apps.tiers.choices import CandidateState, CompanyStatus, MergeState
from apps.tiers.events import PartiesMerged, PartiesUnmerged, PersonsMerged, PersonsUnmerged
from apps.tiers.models import Company, DuplicateCandidate, Merge, MergeMove, Person
from apps.tiers.services.moving import Mover
from apps.tiers.services.numbers import contradictions
from apps.tiers.services.restoring import Restored, put_back

UNDO_WITHIN = timedelta(days=30)        # [policy]
MODELS: dict[str, Any] = {"company": Company, "person": Person}
MERGED: dict[str, type[PartiesMerged]] = {"company": PartiesMerged, "person": PersonsMerged}
UNMERGED: dict[str, type[PartiesUnmerged]] = {"company": PartiesUnmerged, "person": PersonsUnmerged}

# Whose value is kept may be chosen for these; a name is chosen by choosing which record is kept.
CHOOSABLE = {
    "company": ("legal_form", "country", "nace", "headcount", "currency", "language", "website", "category", "tags", "account_manager"),
    "person": ("language", "time_zone", "category", "tags"),
}


@dataclass(frozen=True)
class MergePreview:
    """What a merge would do: rows moved and dropped by table, and everything that prevents it."""
    moved: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    conflicts: list[Refusal] = field(default_factory=list)


class _LeaveNothing(Exception):
    """Ends a preview's savepoint without keeping what it did."""


def merge(*, kind: str, survivor: Any, loser: Any, actor: Any, choices: Mapping[str, str] | None = None) -> Merge:
    """Make `loser` part of `survivor` (two companies or two persons). `choices` maps a field to "survivor" or "loser": whose value stays.

    Raises Http404 (hidden), PermissionDenied (the right `merge` on both), Invalid (one record twice, unknown choice), Conflict (already
    merged) or Refused with every row that stands in the way: then nothing has moved."""
    with transaction.atomic(), act(actor), pghistory.context(action=f"tiers.{kind}.merge"):
        mover = _carry_out(kind, survivor, loser, actor, choices or {})
        if mover.conflicts:
            raise Refused(mover.conflicts)
        publish(MERGED[kind](pk=survivor.pk, kind=kind, loser_id=loser.pk, actor_id=actor.pk))
        return mover.merge


def preview_merge(*, kind: str, survivor: Any, loser: Any, actor: Any, choices: Mapping[str, str] | None = None) -> MergePreview:
    """What merge() would do with the same arguments. It is done and taken back, so that the answer is exact; nothing stays."""
    found = MergePreview()
    try:
        with transaction.atomic(), act(actor):
            mover = _carry_out(kind, survivor, loser, actor, choices or {})
            found = MergePreview(mover.merge.report["moved"], dict(mover.dropped), mover.conflicts)
            raise _LeaveNothing
    except _LeaveNothing:
        return found


def undo(*, merge: Merge, actor: Any) -> Merge:
    """Make two records of one again: cells that still hold what the merge wrote go back, dropped rows return. What was changed since stays
    and is listed in merge.report["undo"]["kept"]; rows made on the kept record since stay with it.

    Raises Http404, PermissionDenied (the right `merge` on both) or Conflict: undone before, 30 days over, or a later merge stands on it."""
    with transaction.atomic(), act(actor), pghistory.context(action=f"tiers.{merge.kind}.unmerge"):
        survivor, loser = _locked(merge.kind, merge.survivor_id, merge.loser_id, actor)
        done = Merge.objects.select_for_update().get(pk=merge.pk)
        _check_undo(done, survivor)
        _check_at_once()
        restored = put_back(done)
        MODELS[done.kind]._base_manager.filter(pk=loser.pk).update(merged_into=None, updated_by=actor)
        _touch(done.kind, survivor.pk, actor)
        done.state = MergeState.REVERTED
        done.report = {**done.report, "undo": _undo_report(restored)}
        done.save()
        publish(UNMERGED[done.kind](pk=survivor.pk, kind=done.kind, loser_id=loser.pk, actor_id=actor.pk))
        return done


def _carry_out(kind: str, survivor: Any, loser: Any, actor: Any, choices: Mapping[str, str]) -> Mover:
    if not isinstance(survivor, MODELS[kind]) or not isinstance(loser, MODELS[kind]) or survivor.pk == loser.pk:
        raise Invalid("not_two_records", _("Choose two different records of one kind."))
    _check_choices(kind, choices)
    survivor, loser = _locked(kind, survivor.pk, loser.pk, actor)
    for record in (survivor, loser):
        if record.merged_into_id:
            raise Conflict("already_merged", _("“%(record)s” is already part of another record.") % {"record": record})
    _check_at_once()
    mover = Mover(Merge.objects.create(kind=kind, survivor_id=survivor.pk, loser_id=loser.pk), actor)
    mover.conflicts += _obstacles(kind, survivor, loser)
    mover.absorb(MODELS[kind], loser.pk, survivor.pk)
    _move_account(mover, survivor, loser)
    _move_candidates(mover)
    _apply_choices(mover, choices)
    MODELS[kind]._base_manager.filter(pk=loser.pk).update(merged_into=survivor, updated_by=actor)
    _touch(kind, survivor.pk, actor)
    mover.merge.report = {"moved": _moved(mover.merge), "dropped": dict(mover.dropped), "choices": dict(choices)}
    mover.merge.save()
    return mover


def _locked(kind: str, survivor_pk: int, loser_pk: int, actor: Any) -> tuple[Any, Any]:
    """Both records, locked in the order of their keys, after asking the door."""
    model = MODELS[kind]
    pks = {survivor_pk, loser_pk}
    rows = {row.pk: row for row in _lock(model.objects.visible_to(actor).filter(pk__in=pks).order_by("pk"))}
    if set(rows) != pks:
        raise Http404(_("There is no such record, or it is not shown to you."))
    if can_many(actor, "merge", list(rows.values())) != pks:
        raise PermissionDenied(_("You need the right %(right)s on both records; an administrator can give it.") % {
            "right": permission(model, "merge")})
    return rows[survivor_pk], rows[loser_pk]


def _lock(rows: Any) -> Any:
    return rows.select_for_update(of=("self",))


def _check_at_once() -> None:
    """Let the database check deferrable constraints as each statement ends, where a refusal can still be told from another."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _check_choices(kind: str, choices: Mapping[str, str]) -> None:
    unknown = sorted(name for name, side in choices.items() if name not in CHOOSABLE[kind] or side not in ("survivor", "loser"))
    if unknown:
        raise Invalid("unknown_choice", _("There is nothing to choose for: %(names)s.") % {"names": ", ".join(unknown)})


def _obstacles(kind: str, survivor: Any, loser: Any) -> Iterator[Refusal]:
    """What prevents the merge although no constraint of the database would refuse a row."""
    if kind == "person":
        if survivor.user_id and loser.user_id:
            yield Refusal("both_have_accounts", _("Both persons have an account: take one away first."), "user")
        return
    for scheme, numbers in contradictions(survivor.pk, loser.pk):
        yield Refusal("different_numbers", _("Two different valid numbers: %(scheme)s %(numbers)s. These are two companies.") % {
            "scheme": scheme, "numbers": ", ".join(numbers)}, "identifiers")
    if loser.status == CompanyStatus.BLOCKED and survivor.status != CompanyStatus.BLOCKED:
        yield Refusal("loser_blocked", _("“%(company)s” is blocked and the other is not: a merge would lift the block.") % {
            "company": loser}, "status")


def _move_account(mover: Mover, survivor: Any, loser: Any) -> None:
    """The account goes with the person: taken from one before the other gets it."""
    if isinstance(loser, Person) and loser.user_id and not survivor.user_id:
        mover.write(Person, [loser.pk], {"user_id": None})
        mover.write(Person, [survivor.pk], {"user_id": loser.user_id})


def _move_candidates(mover: Mover) -> None:
    """The pair itself is settled; other pairs of the record that goes become pairs of the one that is kept, where it has none such."""
    merge = mover.merge
    pairs = DuplicateCandidate.objects.filter(kind=merge.kind)
    for pair in pairs.filter(Q(a_id=merge.loser_id) | Q(b_id=merge.loser_id)).order_by("pk").select_for_update():
        other = pair.b_id if pair.a_id == merge.loser_id else pair.a_id
        if other == merge.survivor_id:
            mover.write(DuplicateCandidate, [pair.pk], {"state": CandidateState.MERGED.value})
            continue
        a, b = sorted((merge.survivor_id, other))
        twin = pairs.filter(a_id=a, b_id=b).first()
        if twin:
            mover.drop(DuplicateCandidate, pair.pk, twin.pk)
        else:
            mover.write(DuplicateCandidate, [pair.pk], {"a_id": a, "b_id": b})


def _apply_choices(mover: Mover, choices: Mapping[str, str]) -> None:
    model = MODELS[mover.merge.kind]
    columns = [model._meta.get_field(name).column for name, side in choices.items() if side == "loser"]
    if columns:
        mover.write(model, [mover.merge.survivor_id], mover.texts(model, mover.merge.loser_id, columns))


def _touch(kind: str, pk: int, actor: Any) -> None:
    """The kept record is a new version, and its search text is made again: its lines have come or gone."""
    MODELS[kind]._base_manager.filter(pk=pk).update(version=F("version"), updated_by=actor)


def _moved(merge: Merge) -> dict[str, int]:
    """Rows changed by table."""
    found = merge.moves.order_by().values_list("table").annotate(rows=Count("row_id", distinct=True)).order_by("table")
    return dict(found)


def _check_undo(done: Merge, survivor: Any) -> None:
    if done.state != MergeState.APPLIED:
        raise Conflict("already_reverted", _("This merge has been undone before."))
    if done.created_at + UNDO_WITHIN < timezone.now():
        raise Conflict("undo_too_late", _("A merge can be undone for %(days)d days.") % {"days": UNDO_WITHIN.days})
    if survivor.merged_into_id:
        raise Conflict("survivor_merged", _("“%(record)s” has become part of another record since: undo that merge first.") % {
            "record": survivor})
    later = Merge.objects.filter(kind=done.kind, survivor_id=done.survivor_id, state=MergeState.APPLIED, pk__gt=done.pk).order_by("-pk")
    for other in later:
        twins = Q()
        for entry in other.snapshot:
            twins |= Q(table=entry["table"], row_id=entry["twin"])
        if twins and MergeMove.objects.filter(twins, merge=done).exists():
            raise Conflict("later_merge", _("A later merge dropped rows for which rows of this one stand: undo merge %(number)d first.") % {
                "number": other.pk}, data={"merge": other.pk})


def _undo_report(restored: Restored) -> dict[str, Any]:
    return {"restored": dict(Counter(table for table, _row in restored.rows)), "returned": dict(restored.returned), "kept": restored.kept}
