"""TIE-19: pairs that may be one record, found by equality (domain rule 3): people merge them or say that they are two."""
import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from apps.kernel.access import can_many, permission
from apps.kernel.context import act
from apps.kernel.errors import Conflict
from apps.kernel.events import publish
from apps.tiers.choices import CandidateState
from apps.tiers.events import DuplicateDismissed
from apps.tiers.models import Company, CompanyName, ContactPoint, DuplicateCandidate, Identifier, Person
from apps.tiers.services.numbers import contradicting, valid_numbers

MODELS: dict[str, Any] = {"company": Company, "person": Person}
SEEN = "dismissed_as"           # in a dismissed pair's extra fields: what the two records were called then
Pair = tuple[int, int]

EQUAL_NAMES = """
SELECT DISTINCT least(n.company_id, o.company_id), greatest(n.company_id, o.company_id)
FROM tiers_companyname n JOIN tiers_companyname o ON o.name_key = n.name_key AND o.company_id <> n.company_id
JOIN tiers_company a ON a.id = n.company_id AND a.merged_into_id IS NULL
JOIN tiers_company b ON b.id = o.company_id AND b.merged_into_id IS NULL
WHERE n.name_key <> '' AND (%(all)s OR n.company_id = ANY(%(pks)s))"""
EQUAL_NUMBERS = """
SELECT DISTINCT least(n.company_id, o.company_id), greatest(n.company_id, o.company_id)
FROM tiers_identifier n JOIN tiers_identifier o ON o.scheme = n.scheme AND o.value = n.value AND o.company_id <> n.company_id
JOIN tiers_company a ON a.id = n.company_id AND a.merged_into_id IS NULL
JOIN tiers_company b ON b.id = o.company_id AND b.merged_into_id IS NULL
WHERE %(all)s OR n.company_id = ANY(%(pks)s)"""
EQUAL_CONTACTS = """
SELECT DISTINCT least(n.person_id, o.person_id), greatest(n.person_id, o.person_id)
FROM tiers_contactpoint n JOIN tiers_contactpoint o ON o.kind = n.kind AND o.value = n.value AND o.person_id <> n.person_id
JOIN tiers_person a ON a.id = n.person_id AND a.merged_into_id IS NULL
JOIN tiers_person b ON b.id = o.person_id AND b.merged_into_id IS NULL
WHERE %(all)s OR n.person_id = ANY(%(pks)s)"""
EQUAL_BIRTHS = """
SELECT DISTINCT least(a.id, b.id), greatest(a.id, b.id)
FROM tiers_person a JOIN tiers_person b ON b.name_key = a.name_key AND b.id <> a.id AND b.merged_into_id IS NULL
JOIN tiers_personaldetails p ON p.person_id = a.id JOIN tiers_personaldetails q ON q.person_id = b.id AND q.birth_date = p.birth_date
WHERE a.merged_into_id IS NULL AND a.name_key <> '' AND (%(all)s OR a.id = ANY(%(pks)s))"""


def record_candidates(*, kind: str, pks: Iterable[int] | None = None) -> int:
    """Open a candidate for every pair of equals among the records `pks` and all others (everything without `pks`); how many were opened.

    Companies are equal by a name key of any kind of name or by a number, unless each holds a different valid number of one scheme;
    persons by e-mail or phone, or by name key and birth date. A dismissed pair opens again once a name or number of either is another."""
    found = _equal_persons(pks) if kind == "person" else _equal_companies(pks)
    opened = 0
    with transaction.atomic():
        for chunk in _chunks(sorted(found.items())):
            pairs = Q()
            for (a, b), _reason in chunk:
                pairs |= Q(a_id=a, b_id=b)
            rows = DuplicateCandidate.objects.filter(pairs, kind=kind).order_by("pk").select_for_update()
            known = {(row.a_id, row.b_id): row for row in rows}
            new = [DuplicateCandidate(kind=kind, a_id=a, b_id=b, reason=reason) for (a, b), reason in chunk if (a, b) not in known]
            DuplicateCandidate.objects.bulk_create(new, ignore_conflicts=True)
            opened += len(new) + sum(_reopen(row) for row in known.values() if row.state == CandidateState.DISMISSED)
    return opened


def dismiss(*, candidate: DuplicateCandidate, actor: Any) -> DuplicateCandidate:
    """These are two records: the pair is not proposed again while their names and numbers stay as they are.

    Raises Http404 (a record is hidden), PermissionDenied (the right `merge` on both) or Conflict (settled before)."""
    with transaction.atomic(), act(actor):
        row = DuplicateCandidate.objects.select_for_update().get(pk=candidate.pk)
        model = MODELS[row.kind]
        records = list(model.objects.visible_to(actor).filter(pk__in=(row.a_id, row.b_id)))
        if len(records) != 2:
            raise Http404(_("There is no such record, or it is not shown to you."))
        if len(can_many(actor, "merge", records)) != 2:
            raise PermissionDenied(_("You need the right %(right)s on both records; an administrator can give it.") % {
                "right": permission(model, "merge")})
        if row.state != CandidateState.OPEN:
            raise Conflict("invalid_state", _("This pair is already %(state)s.") % {"state": row.get_state_display()})
        row.state = CandidateState.DISMISSED
        row.extra = {**row.extra, SEEN: _called(row.kind, row.a_id, row.b_id)}
        row.save()
        publish(DuplicateDismissed(pk=row.pk, kind=row.kind, a_id=row.a_id, b_id=row.b_id, actor_id=actor.pk))
        return row


def passed_over_for(kind: str, known: Any) -> set[int]:
    """The keys of a record (none without it) and of those that people said are others."""
    if known is None or known.pk is None:
        return set()
    dismissed = DuplicateCandidate.objects.filter(Q(a_id=known.pk) | Q(b_id=known.pk), kind=kind, state=CandidateState.DISMISSED)
    return {known.pk} | {row.b_id if row.a_id == known.pk else row.a_id for row in dismissed
                         if row.extra.get(SEEN) == _called(kind, row.a_id, row.b_id)}


def _reopen(row: DuplicateCandidate) -> bool:
    """Open a dismissed pair again when either record is called or numbered otherwise than then."""
    if row.extra.get(SEEN) == _called(row.kind, row.a_id, row.b_id):
        return False
    row.state = CandidateState.OPEN
    row.save()
    return True


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


def _pairs(sql: str, pks: Iterable[int] | None) -> list[Pair]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"all": pks is None, "pks": list(pks or ())})
        return cursor.fetchall()


def _equal_companies(pks: Iterable[int] | None) -> dict[Pair, str]:
    pks = None if pks is None else list(pks)
    found = dict.fromkeys(_pairs(EQUAL_NAMES, pks), "name") | dict.fromkeys(_pairs(EQUAL_NUMBERS, pks), "identifier")
    numbers = valid_numbers({pk for pair in found for pk in pair})
    return {pair: reason for pair, reason in found.items() if not contradicting(numbers.get(pair[0], {}), numbers.get(pair[1], {}))}


def _equal_persons(pks: Iterable[int] | None) -> dict[Pair, str]:
    pks = None if pks is None else list(pks)
    return dict.fromkeys(_pairs(EQUAL_BIRTHS, pks), "birth") | dict.fromkeys(_pairs(EQUAL_CONTACTS, pks), "contact")


def _chunks(items: list[Any], size: int = 500) -> Iterator[list[Any]]:
    for at in range(0, len(items), size):
        yield items[at:at + size]
