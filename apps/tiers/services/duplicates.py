"""TIE-19: the warning while somebody types: records that may be the one being typed (domain rule 4). It never blocks.

What a user may not see is not shown: of a hidden company only the fact that its registration number is taken."""
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.kernel.errors import Conflict, Invalid
from apps.tiers.contact_values import normal_value
from apps.tiers.identifiers import Checked, normalise
from apps.tiers.models import Company, CompanyName, ContactPoint, Identifier, Person
from apps.tiers.names import company_key, person_key, similarity
from apps.tiers.services import likeness
from apps.tiers.services.addresses import Typed, at_address
from apps.tiers.services.candidates import passed_over_for


@dataclass(frozen=True)
class Likeness:
    """A record that may be the one being typed. `reason` is identifier, contact, name or address; `score` (0 to 1) is that of the name."""
    record: Any
    reason: str
    matched: str
    score: Fraction | None = None


@dataclass(frozen=True)
class Similar:
    """What was found, surest first. `registered`: numbers that belong to a company which is not shown to this user."""
    found: tuple[Likeness, ...]
    registered: tuple[Checked, ...] = ()


def similar_companies(*, user: Any, name: str, identifiers: Iterable[tuple[str, str]] = (), addresses: Iterable[Typed] = (),
                      known: Company | None = None, limit: int = 8) -> Similar:
    """Companies that may be the one being typed: one of its (scheme, value) numbers is theirs, a name of theirs is like its name, or they
    are at one of its addresses and a name of theirs is not unlike.

    `known` is the record being edited, if it exists: it and what was dismissed as its duplicate are left out."""
    passed_over = passed_over_for("company", known)
    numbers = list(_readable(identifiers))
    found = {line.company_id: Likeness(line.company, "identifier", str(line)) for line in _with_numbers(user, numbers, passed_over)}
    shown = {(line.scheme, line.value) for line in Identifier.objects.visible_to(user).filter(_any_number(numbers))} if numbers else set()
    registered = tuple(number for number in numbers if number.unique and (number.scheme, number.value) not in shown
                       and taken_by(number, known) is not None)
    names = CompanyName.objects.visible_to(user).filter(company__merged_into__isnull=True).exclude(company__in=passed_over)
    for line, score in _alike(names.select_related("company"), company_key(name), limit):
        found.setdefault(line.company_id, Likeness(line.company, "name", line.name, score))
    there = at_address(user=user, name_key=company_key(name), addresses=addresses, passed_over=passed_over, limit=limit)
    for line, address, score in there:
        found.setdefault(line.company_id, Likeness(line.company, "address", str(address), score))
    return Similar(tuple(list(found.values())[:limit]), registered)


def similar_persons(*, user: Any, given: str, family: str, contacts: Iterable[tuple[str, str]] = (), known: Person | None = None,
                    limit: int = 8) -> Similar:
    """Persons that may be the one being typed: one of its (kind, value) e-mails or phones is theirs, or their name is like its name."""
    passed_over = passed_over_for("person", known)
    found = {line.person_id: Likeness(line.person, "contact", line.value) for line in _with_contacts(user, contacts, passed_over)}
    persons = Person.objects.visible_to(user).filter(merged_into__isnull=True).exclude(pk__in=passed_over)
    for person, score in _alike(persons, person_key(given, family), limit):
        found.setdefault(person.pk, Likeness(person, "name", str(person), score))
    return Similar(tuple(list(found.values())[:limit]))


def taken_by(number: Checked, known: Company | None = None) -> int | None:
    """The key of the other company that holds a unique number; None where the number is free or need not be unique."""
    if not number.unique:
        return None
    held = Identifier.objects.filter(scheme=number.scheme, value=number.value, check_result=number.check, registration=True)
    return held.exclude(company=known.pk if known else None).values_list("company", flat=True).first()


def refuse_taken(*, user: Any, scheme: str, value: str, known: Company | None = None) -> None:
    """Raise Conflict `identifier_taken` where another company holds the number, naming it (data["company"]) to those who may see it.

    Raises Invalid as identifiers.normalise does. Two sessions at once may both pass: the database's constraint then decides."""
    holder = taken_by(normalise(scheme, value), known)
    if holder is None:
        return
    company = Company.objects.visible_to(user).filter(pk=holder).first()
    if company is None:
        raise Conflict("identifier_taken", _("This number is already registered."))
    raise Conflict("identifier_taken", _("This number is already registered for %(company)s.") % {"company": company},
                   data={"company": company.pk})


def _readable(identifiers: Iterable[tuple[str, str]]) -> Iterator[Checked]:
    """The numbers that are complete and correct: others are still being typed."""
    for scheme, value in identifiers:
        try:
            yield normalise(scheme, value)
        except Invalid:
            continue


def _any_number(numbers: Iterable[Checked]) -> Q:
    found = Q()
    for number in numbers:
        found |= Q(scheme=number.scheme, value=number.value)
    return found


def _with_numbers(user: Any, numbers: list[Checked], passed_over: set[int]) -> Iterable[Identifier]:
    if not numbers:
        return []
    lines = Identifier.objects.visible_to(user).filter(_any_number(numbers), company__merged_into__isnull=True)
    return lines.exclude(company__in=passed_over).select_related("company").order_by("-registration", "pk")


def _with_contacts(user: Any, contacts: Iterable[tuple[str, str]], passed_over: set[int]) -> Iterable[ContactPoint]:
    wanted = Q()
    for kind, value in contacts:
        try:
            wanted |= Q(kind=kind, value=normal_value(kind, value))
        except ValueError:
            continue            # still being typed
    if not wanted:
        return []
    lines = ContactPoint.objects.visible_to(user).filter(wanted, person__isnull=False, person__merged_into__isnull=True)
    return lines.exclude(person__in=passed_over).select_related("person").order_by("pk")


def _alike(rows: Any, key: str, limit: int) -> list[tuple[Any, Fraction]]:
    """The rows whose name key is like `key`, best first. The index finds them, the exact fraction decides."""
    if not key:
        return []
    with likeness.threshold():
        near = rows.filter(name_key__trigram_similar=key).annotate(near=TrigramSimilarity("name_key", key))
        scored = [(row, similarity(key, row.name_key)) for row in near.order_by("-near", "pk")[:limit * 5]]
    return [(row, score) for row, score in scored if score >= likeness.TIERS_SIMILARITY]
