"""TIE-19: pairs that may be one record: opened by imports and by the search, merged by people or said to be two."""
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from apps.kernel.access import can_many, permission
from apps.kernel.context import act, acting
from apps.kernel.errors import Conflict
from apps.kernel.events import publish
from apps.tiers.choices import CandidateState
from apps.tiers.events import DuplicateDismissed
from apps.tiers.models import Company, CompanyName, ContactPoint, DuplicateCandidate, Identifier, Merge, Person
from apps.tiers.services.likeness import Alike, Pair, alike
from apps.tiers.services.merging import MergePreview, merge, preview_merge

MODELS: dict[str, Any] = {"company": Company, "person": Person}
SEEN = "dismissed_as"           # in a dismissed pair's extra fields: what the two records were called then

# A record that is being merged is locked: it is waited for, and left out if it is gone.
STANDING = "SELECT id FROM {table} WHERE id = ANY(%s) AND merged_into_id IS NULL ORDER BY id FOR KEY SHARE"
OPEN = """
INSERT INTO tiers_duplicatecandidate (kind, a_id, b_id, reason, reasons, score, state, created_by_id, updated_by_id)
SELECT %s, a, b, reasons[1], reasons, score, 'open', %s, %s
FROM jsonb_to_recordset(%s::jsonb) AS found(a bigint, b bigint, reasons text[], score numeric) ORDER BY a, b
ON CONFLICT DO NOTHING RETURNING id"""


@dataclass(frozen=True)
class Seen:
    """The versions of a pair and of its records that somebody looked at: what they decide holds for these."""
    pair: int
    a: int
    b: int


def record_candidates(*, kind: str, pks: Iterable[int] | None = None) -> int:
    """Open a candidate for every pair of equals among the records `pks` and all others (everything without `pks`); how many were opened.

    Companies are equal by a name key of any kind of name or by a number, unless each holds a different valid number of one scheme;
    persons by e-mail or phone, or by name key and birth date. A dismissed pair opens again once a name or number of either is another."""
    found = alike(kind, None if pks is None else list(pks), equality_only=True)
    with transaction.atomic():
        return sum(propose(kind=kind, found=dict(chunk)) for chunk in _chunks(list(found.items())))


def propose(*, kind: str, found: Mapping[Pair, Alike], everything: bool = False) -> int:
    """Open these pairs; how many were opened, or opened again. `everything`: all rules were asked, so open pairs take what they said."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STANDING.format(table=MODELS[kind]._meta.db_table), [sorted({pk for pair in found for pk in pair})])
        standing = {pk for pk, in cursor.fetchall()}
        wanted = {(a, b): why for (a, b), why in found.items() if a in standing and b in standing}
        known = {(row.a_id, row.b_id): row for row in _locked(kind, wanted)}
        new = [{"a": a, "b": b, "reasons": why.reasons, "score": str(why.score)} for (a, b), why in wanted.items() if (a, b) not in known]
        actor = acting().actor_id
        cursor.execute(OPEN, [kind, actor, actor, json.dumps(new)])
        opened = len(cursor.fetchall())
        for pair, row in known.items():
            if row.state == CandidateState.DISMISSED:
                opened += _reopen(row, wanted[pair])
            elif everything and row.state == CandidateState.OPEN:
                _tell(row, wanted[pair])
    return opened


def dismiss(*, candidate: DuplicateCandidate, actor: Any, reason: str = "", seen: Seen | None = None) -> DuplicateCandidate:
    """These are two records: the pair is not proposed again while their names and numbers stay as they are.

    Raises Http404 (a record is hidden), PermissionDenied (the right `merge` on both) or Conflict (settled before, changed since `seen`)."""
    with transaction.atomic(), act(actor, reason=reason):
        row, _records = _decidable(candidate, actor, seen)
        row.state = CandidateState.DISMISSED
        row.extra = {**row.extra, SEEN: _called(row.kind, row.a_id, row.b_id)}
        row.save()
        publish(DuplicateDismissed(pk=row.pk, kind=row.kind, a_id=row.a_id, b_id=row.b_id, actor_id=actor.pk))
        return row


def dismiss_many(*, pks: Iterable[int], actor: Any, reason: str = "") -> list[DuplicateCandidate]:
    """The same of several pairs: all or none."""
    wanted = set(pks)
    with transaction.atomic():
        rows: Any = DuplicateCandidate.objects
        found = list(rows.visible_to(actor).filter(pk__in=wanted).order_by("pk"))
        if len(found) != len(wanted):
            raise Http404(_("There is no such record, or it is not shown to you."))
        return [dismiss(candidate=candidate, actor=actor, reason=reason) for candidate in found]


def reopen(*, candidate: DuplicateCandidate, actor: Any) -> DuplicateCandidate:
    """Take a dismissal back. Raises as dismiss does; Conflict where the pair is not dismissed."""
    with transaction.atomic(), act(actor):
        row, _records = _decidable(candidate, actor, None, state=CandidateState.DISMISSED)
        row.state, row.extra = CandidateState.OPEN, {name: value for name, value in row.extra.items() if name != SEEN}
        row.save()
        return row


def merge_pair(*, candidate: DuplicateCandidate, survivor_pk: int, actor: Any, choices: Mapping[str, str] | None = None,
               seen: Seen | None = None) -> Merge:
    """Make one record of the pair part of the other. Raises as dismiss and merge do; Conflict (not_of_pair) for another survivor."""
    with transaction.atomic():
        row, records = _decidable(candidate, actor, seen)
        if survivor_pk not in records:
            raise Conflict("not_of_pair", _("Choose one of the two records of the pair."))
        loser_pk = row.a_id + row.b_id - survivor_pk
        return merge(kind=row.kind, survivor=records[survivor_pk], loser=records[loser_pk], actor=actor, choices=choices)


def preview_pair(*, candidate: DuplicateCandidate, survivor_pk: int, actor: Any, choices: Mapping[str, str] | None = None) -> MergePreview:
    """What merge_pair() would do with the same arguments; nothing stays. Raises as it does."""
    with transaction.atomic():
        row, records = _decidable(candidate, actor, None)
        if survivor_pk not in records:
            raise Conflict("not_of_pair", _("Choose one of the two records of the pair."))
        loser = records[row.a_id + row.b_id - survivor_pk]
        return preview_merge(kind=row.kind, survivor=records[survivor_pk], loser=loser, actor=actor, choices=choices)


def _decidable(candidate: DuplicateCandidate, actor: Any, seen: Seen | None,
               state: str = CandidateState.OPEN) -> tuple[DuplicateCandidate, dict[int, Any]]:
    """The pair and its records, locked, if the actor may decide on them as they are: records before pairs, as a merge locks them."""
    model, pks = MODELS[candidate.kind], (candidate.a_id, candidate.b_id)
    records = {row.pk: row for row in model.objects.visible_to(actor).filter(pk__in=pks).order_by("pk").select_for_update(of=("self",))}
    row = DuplicateCandidate.objects.select_for_update().filter(pk=candidate.pk).first()
    if row is None or len(records) != 2:
        raise Http404(_("There is no such record, or it is not shown to you."))
    if len(can_many(actor, "merge", list(records.values()))) != 2:
        raise PermissionDenied(_("You need the right %(right)s on both records; an administrator can give it.") % {
            "right": permission(model, "merge")})
    if (row.a_id, row.b_id) != pks:
        raise Conflict("stale_pair", _("Nothing was done: one of the two records became part of another meanwhile."))
    if row.state != state:
        raise Conflict("invalid_state", _("Nothing was done: this pair is already %(state)s.") % {"state": row.get_state_display()})
    if seen and seen != Seen(row.version, records[row.a_id].version, records[row.b_id].version):
        raise Conflict("stale_pair", _("Nothing was done: one of the two records was changed since you opened this page. "
                                       "Compare them again, then decide."))
    return row, records


def passed_over_for(kind: str, known: Any) -> set[int]:
    """The keys of a record (none without it) and of those that people said are others."""
    if known is None or known.pk is None:
        return set()
    dismissed = DuplicateCandidate.objects.filter(Q(a_id=known.pk) | Q(b_id=known.pk), kind=kind, state=CandidateState.DISMISSED)
    return {known.pk} | {row.b_id if row.a_id == known.pk else row.a_id for row in dismissed
                         if row.extra.get(SEEN) == _called(kind, row.a_id, row.b_id)}


def _locked(kind: str, wanted: Mapping[Pair, Alike]) -> list[DuplicateCandidate]:
    rows = DuplicateCandidate.objects.filter(kind=kind, a_id__in={a for a, _b in wanted}, b_id__in={b for _a, b in wanted})
    pks = [row.pk for row in rows.only("a_id", "b_id") if (row.a_id, row.b_id) in wanted]
    return list(DuplicateCandidate.objects.filter(pk__in=pks).order_by("pk").select_for_update())


def _reopen(row: DuplicateCandidate, why: Alike) -> bool:
    """Open a dismissed pair again when either record is called or numbered otherwise than then."""
    if row.extra.get(SEEN) == _called(row.kind, row.a_id, row.b_id):
        return False
    row.state, row.reason, row.reasons, row.score = CandidateState.OPEN, why.reasons[0], list(why.reasons), why.score
    row.save()
    return True


def _tell(row: DuplicateCandidate, why: Alike) -> None:
    """Keep what speaks for the pair now, where that is something else."""
    if (row.reasons, row.score) != (list(why.reasons), why.score):
        row.reason, row.reasons, row.score = why.reasons[0], list(why.reasons), why.score
        row.save()


def _called(kind: str, *pks: int) -> str:
    """A digest of the names and numbers two records have."""
    if kind == "company":
        facts = [*CompanyName.objects.filter(company__in=pks).values_list("company", "name"),
                 *((company, f"{scheme} {value}") for company, scheme, value in
                   Identifier.objects.filter(company__in=pks).values_list("company", "scheme", "value"))]
    else:
        facts = [*((person.pk, str(person)) for person in Person.objects.filter(pk__in=pks)),
                 *ContactPoint.objects.filter(person__in=pks).values_list("person", "value")]
    return hashlib.sha256(repr(sorted(facts)).encode()).hexdigest()


def _chunks(items: list[Any], size: int = 500) -> Iterator[list[Any]]:
    for at in range(0, len(items), size):
        yield items[at:at + size]
