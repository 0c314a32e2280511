"""What two companies' numbers say about each other: the same company, two companies, or nothing."""
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from apps.tiers.choices import Check
from apps.tiers.identifiers import SCHEMES, siren_of
from apps.tiers.models import Identifier

# Numbers of what a company has, not of the company itself: two of them say nothing.
OF_BELONGINGS = frozenset({"iban", "bic", "imo"})
Numbers = dict[str, set[str]]


def valid_numbers(companies: Iterable[int], *, registration: bool = False) -> dict[int, Numbers]:
    """company → scheme → its valid numbers of that scheme. An establishment's SIRET counts as the SIREN of its company."""
    rows = Identifier.objects.filter(company__in=companies, check_result=Check.VALID).exclude(scheme__in=OF_BELONGINGS)
    if registration:
        rows = rows.filter(registration=True)
    found: dict[int, Numbers] = defaultdict(lambda: defaultdict(set))
    for company, scheme, value in rows.values_list("company", "scheme", "value"):
        if scheme == "fr.siret":
            scheme, value = "fr.siren", siren_of(value)
        found[company][scheme].add(value)
    return found


def contradicting(left: Numbers, right: Numbers) -> list[str]:
    """The schemes of which each side holds another number."""
    return sorted(scheme for scheme in left.keys() & right.keys() if left[scheme].isdisjoint(right[scheme]))


def contradictions(survivor: int, loser: int) -> Iterator[tuple[Any, list[str]]]:
    """The registration schemes of which two companies hold different valid numbers: (its name, the numbers)."""
    numbers = valid_numbers((survivor, loser), registration=True)
    left, right = numbers.get(survivor, {}), numbers.get(loser, {})
    for scheme in contradicting(left, right):
        yield SCHEMES[scheme].label, [*sorted(left[scheme]), *sorted(right[scheme])]
