"""TIE-19: the same postal address, differently written, as a reason beside the name (domain rule 4): while typing and in the search.

Two addresses are one where country, postcode (the city, where there is none) and the numbers in the street are equal and the words of the
street are like: the database keeps both keys of every address (migration 0007). An address alone proves nothing: hundreds share one.
Addresses of persons are not compared: a family shares its address and its name."""
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection
from django.db.models import F

from apps.tiers.models import Address, CompanyName
from apps.tiers.names import similarity

STREET_SIMILARITY = Fraction(3, 5)          # [policy] the words of two streets are like from here
NAME_AT_ADDRESS = Fraction(3, 10)           # [policy] at one address, names are like from here
_HAIR = Fraction(1, 10_000)                 # the database compares four-byte floats; the exact fraction decides
Typed = Mapping[str, str]                   # country, postcode, city, lines
Keys = tuple[str, str]

LIKE_ADDRESSES = """
SELECT mine.company_id, near.company_id, mine.street_key, near.street_key
FROM (SELECT DISTINCT a.company_id, a.place_key, a.street_key, n.name_key
      FROM tiers_address a JOIN tiers_companyname n ON n.company_id = a.company_id AND n.name_key <> ''
      WHERE a.place_key <> '' AND a.company_id = ANY(%(pks)s)) mine
CROSS JOIN LATERAL (
    SELECT o.company_id, o.street_key FROM tiers_address o JOIN tiers_companyname m ON m.company_id = o.company_id
    WHERE o.place_key = mine.place_key AND o.company_id <> mine.company_id
    AND similarity(o.street_key, mine.street_key) >= %(street)s AND similarity(m.name_key, mine.name_key) >= %(name)s
    ORDER BY similarity(m.name_key, mine.name_key) DESC, o.company_id LIMIT %(most)s) near
JOIN tiers_company a ON a.id = mine.company_id AND a.merged_into_id IS NULL
JOIN tiers_company b ON b.id = near.company_id AND b.merged_into_id IS NULL"""


def neighbours(pks: list[int] | None, most: int) -> Iterator[tuple[int, int]]:
    """For companies, the others at their addresses whose names are not unlike; at most so many for a name at an address."""
    with connection.cursor() as cursor:
        cursor.execute(LIKE_ADDRESSES, {"pks": pks or [], "most": most, "street": float(STREET_SIMILARITY - _HAIR),
                                        "name": float(NAME_AT_ADDRESS - _HAIR)})
        for one, other, mine, theirs in cursor.fetchall():
            if similarity(mine, theirs) >= STREET_SIMILARITY:
                yield one, other


def at_address(*, user: Any, name_key: str, addresses: Iterable[Typed], passed_over: set[int],
               limit: int) -> Iterator[tuple[CompanyName, Address, Fraction]]:
    """Names of companies at one of these addresses that are not unlike `name_key`, with the address and how like, best first."""
    keys = dict(_keys(addresses))
    if not name_key or not keys:
        return
    names = CompanyName.objects.visible_to(user).filter(company__addresss__place_key__in=keys, company__merged_into__isnull=True)
    near = names.exclude(company__in=passed_over).select_related("company").annotate(
        near=TrigramSimilarity("name_key", name_key), at=F("company__addresss__pk")).filter(near__gte=float(NAME_AT_ADDRESS - _HAIR))
    found = list(near.order_by("-near", "pk")[:limit * 5])
    lines = Address.objects.visible_to(user).in_bulk({line.at for line in found})
    for line in found:
        address, score = lines.get(line.at), similarity(name_key, line.name_key)
        if address and score >= NAME_AT_ADDRESS and similarity(keys[address.place_key], address.street_key) >= STREET_SIMILARITY:
            yield line, address, score


def _keys(addresses: Iterable[Typed]) -> Iterator[Keys]:
    """The keys of what is typed, as the database makes them; none of an address that does not say enough yet."""
    with connection.cursor() as cursor:
        for one in addresses:
            cursor.execute("SELECT tiers_place_key(%(country)s, %(postcode)s, %(city)s, %(lines)s), tiers_street_key(%(lines)s)",
                           {name: one.get(name, "") for name in ("country", "postcode", "city", "lines")})
            place, street = cursor.fetchone()
            if place:
                yield place, street
