"""Companies that may be one: pairs that share a name key (rule 3 of the duplicates), without database."""
from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass
from itertools import combinations

from apps.tiers.shelf.known import CompanyRef, KnownCompanies, Number


@dataclass(frozen=True)
class Candidate:
    """Two companies that may be one: they share a name key and no number tells them apart. `a` sorts before `b`."""
    a: CompanyRef
    b: CompanyRef
    key: str


def find_candidates(keys: Mapping[CompanyRef, Set[str]], numbers: Mapping[CompanyRef, Set[Number]],
                    known: KnownCompanies) -> tuple[Candidate, ...]:
    """Pairs sharing a name key, at least one of them in `keys`, unless each side holds a different valid number of the same scheme."""
    bearers: dict[str, set[CompanyRef]] = defaultdict(set)
    for ref, its_keys in keys.items():
        for key in its_keys:
            bearers[key].update({ref}, map(CompanyRef, known.keys.get(key, ())))

    def held(ref: CompanyRef) -> Set[Number]:
        return set(numbers.get(ref, ())) | set(known.numbers_of.get(ref.pk, ()) if ref.pk is not None else ())

    found: dict[tuple[CompanyRef, CompanyRef], Candidate] = {}
    for key in sorted(bearers):
        for a, b in combinations(sorted(bearers[key], key=_order), 2):
            if (a in keys or b in keys) and (a, b) not in found and not told_apart(held(a), held(b)):
                found[a, b] = Candidate(a, b, key)
    return tuple(found.values())


def told_apart(a: Set[Number], b: Set[Number]) -> bool:
    """Whether two companies are surely two: each holds a valid number of one scheme, and they have none in common there."""
    schemes = {scheme for scheme, _value in a} & {scheme for scheme, _value in b}
    return any({number for number in a if number[0] == scheme}.isdisjoint(b) for scheme in schemes)


def _order(ref: CompanyRef) -> tuple[bool, int, str, str]:
    return ref.pk is None, ref.pk or 0, ref.npdid, ref.name
