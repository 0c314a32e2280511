"""TIE-19: what makes two records look like one (domain rules 3 and 4).

Each rule answers, for some records, which others look like them, and why; `RULES` is the list. A further reason is a further rule."""
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db import connection, transaction

from apps.tiers.choices import Reason
from apps.tiers.models import CompanyName, Person
from apps.tiers.names import similarity
from apps.tiers.services.addresses import NAME_AT_ADDRESS, neighbours
from apps.tiers.services.numbers import contradicting, valid_numbers

TIERS_SIMILARITY = Fraction(3, 5)       # [policy] like from here
AT_MOST = 20            # [policy] others by rule for one record: an address that hundreds share says nothing of one of them
Pair = tuple[int, int]

EQUAL_NAMES = """
SELECT n.company_id AS mine, o.company_id AS other
FROM tiers_companyname n JOIN tiers_companyname o ON o.name_key = n.name_key AND o.company_id <> n.company_id
JOIN tiers_company a ON a.id = n.company_id AND a.merged_into_id IS NULL
JOIN tiers_company b ON b.id = o.company_id AND b.merged_into_id IS NULL
WHERE n.name_key <> '' AND (%(all)s OR n.company_id = ANY(%(pks)s))"""
EQUAL_NUMBERS = """
SELECT n.company_id AS mine, o.company_id AS other
FROM tiers_identifier n JOIN tiers_identifier o ON o.scheme = n.scheme AND o.value = n.value AND o.company_id <> n.company_id
JOIN tiers_company a ON a.id = n.company_id AND a.merged_into_id IS NULL
JOIN tiers_company b ON b.id = o.company_id AND b.merged_into_id IS NULL
WHERE %(all)s OR n.company_id = ANY(%(pks)s)"""
EQUAL_CONTACTS = """
SELECT n.person_id AS mine, o.person_id AS other
FROM tiers_contactpoint n JOIN tiers_contactpoint o ON o.kind = n.kind AND o.value = n.value AND o.person_id <> n.person_id
JOIN tiers_person a ON a.id = n.person_id AND a.merged_into_id IS NULL
JOIN tiers_person b ON b.id = o.person_id AND b.merged_into_id IS NULL
WHERE %(all)s OR n.person_id = ANY(%(pks)s)"""
EQUAL_BIRTHS = """
SELECT a.id AS mine, b.id AS other
FROM tiers_person a JOIN tiers_person b ON b.name_key = a.name_key AND b.id <> a.id AND b.merged_into_id IS NULL
JOIN tiers_personaldetails p ON p.person_id = a.id JOIN tiers_personaldetails q ON q.person_id = b.id AND q.birth_date = p.birth_date
WHERE a.merged_into_id IS NULL AND a.name_key <> '' AND (%(all)s OR a.id = ANY(%(pks)s))"""
FIRST = """
SELECT mine, other FROM (
    SELECT mine, other, row_number() OVER (PARTITION BY mine ORDER BY other) AS place FROM ({pairs}) found GROUP BY mine, other) counted
WHERE place <= %(most)s"""

# For each name its nearest others: the trigram index of the keys finds them, one look-up a name.
LIKE_COMPANIES = """
SELECT mine.company_id, near.company_id
FROM (SELECT DISTINCT company_id, name_key FROM tiers_companyname WHERE name_key <> '' AND company_id = ANY(%(pks)s)) mine
CROSS JOIN LATERAL (
    SELECT o.company_id FROM tiers_companyname o WHERE o.name_key %% mine.name_key AND o.company_id <> mine.company_id
    ORDER BY similarity(o.name_key, mine.name_key) DESC, o.company_id LIMIT %(most)s) near
JOIN tiers_company a ON a.id = mine.company_id AND a.merged_into_id IS NULL
JOIN tiers_company b ON b.id = near.company_id AND b.merged_into_id IS NULL"""
# Two persons who are known to be born on different days are two, however they are called.
LIKE_PERSONS = """
SELECT mine.id, near.id
FROM (SELECT p.id, p.name_key, d.birth_date FROM tiers_person p LEFT JOIN tiers_personaldetails d ON d.person_id = p.id
      WHERE p.merged_into_id IS NULL AND p.name_key <> '' AND p.id = ANY(%(pks)s)) mine
CROSS JOIN LATERAL (
    SELECT o.id FROM tiers_person o LEFT JOIN tiers_personaldetails d ON d.person_id = o.id
    WHERE o.name_key %% mine.name_key AND o.id <> mine.id AND o.merged_into_id IS NULL
    AND (d.birth_date <> mine.birth_date) IS NOT TRUE
    ORDER BY similarity(o.name_key, mine.name_key) DESC, o.id LIMIT %(most)s) near"""


@dataclass(frozen=True)
class Rule:
    """A reason to take two records of a kind for one. `find` gives (a record of those asked about, another); asked about None, all.

    `equality` rules are cheap enough for imports; the others are asked by the search for duplicates alone, some records at a time."""
    kind: str
    reason: str
    equality: bool
    find: Callable[[list[int] | None], Iterable[Pair]]


@dataclass(frozen=True)
class Alike:
    """Why a pair may be one, the surest reason first, and how like the names are: 0 to 1, four digits."""
    reasons: tuple[str, ...]
    score: Decimal


def _asking(sql: str) -> Callable[[list[int] | None], Iterable[Pair]]:
    def find(pks: list[int] | None) -> Iterable[Pair]:
        with connection.cursor() as cursor:
            cursor.execute(sql, {"all": pks is None, "pks": pks or [], "most": AT_MOST})
            return cursor.fetchall()
    return find


def _asking_near(sql: str) -> Callable[[list[int] | None], Iterable[Pair]]:
    def find(pks: list[int] | None) -> Iterable[Pair]:
        with threshold(), by_index():
            return _asking(sql)(pks)
    return find


RULES: list[Rule] = [
    Rule("company", Reason.IDENTIFIER, True, _asking(FIRST.format(pairs=EQUAL_NUMBERS))),
    Rule("company", Reason.NAME, True, _asking(FIRST.format(pairs=EQUAL_NAMES))),
    Rule("company", Reason.NAME, False, _asking_near(LIKE_COMPANIES)),
    Rule("company", Reason.ADDRESS, False, lambda pks: neighbours(pks, AT_MOST)),
    Rule("person", Reason.CONTACT, True, _asking(FIRST.format(pairs=EQUAL_CONTACTS))),
    Rule("person", Reason.BIRTH, True, _asking(FIRST.format(pairs=EQUAL_BIRTHS))),
    Rule("person", Reason.NAME, False, _asking_near(LIKE_PERSONS)),
]


def alike(kind: str, pks: list[int] | None, *, equality_only: bool = False) -> dict[Pair, Alike]:
    """The pairs (lower key first) that one of the records `pks` makes with any other of its kind.

    Companies that each hold a different valid number of one scheme are two, whatever else they share."""
    reasons: dict[Pair, set[str]] = defaultdict(set)
    for rule in RULES:
        if rule.kind == kind and (rule.equality or not equality_only):
            for one, other in rule.find(pks):
                reasons[min(one, other), max(one, other)].add(rule.reason)
    if kind == "company":
        numbers = valid_numbers({pk for pair in reasons for pk in pair})
        reasons = {pair: why for pair, why in reasons.items()
                   if not contradicting(numbers.get(pair[0], {}), numbers.get(pair[1], {}))}
    scores = _scores(kind, reasons)
    judged = {pair: _judged(why, scores[pair]) for pair, why in sorted(reasons.items())}
    return {pair: found for pair, found in judged.items() if found.reasons}


def _judged(why: set[str], score: Fraction) -> Alike:
    """The reasons in order, less a name that the index took for like enough and the exact fraction does not: there the pair needs to be
    at one address."""
    kept = why if score >= TIERS_SIMILARITY else why - {Reason.NAME}
    kept = kept if score >= NAME_AT_ADDRESS else kept - {Reason.ADDRESS}
    order = [str(reason) for reason in Reason if reason in kept]
    return Alike(tuple(order), Decimal(round(score * 10_000)) / 10_000)


def _scores(kind: str, pairs: Iterable[Pair]) -> dict[Pair, Fraction]:
    """How like the nearest two names of each pair are."""
    keys = _keys(kind, {pk for pair in pairs for pk in pair})
    return {(a, b): max((similarity(mine, theirs) for mine in keys.get(a, ()) for theirs in keys.get(b, ())), default=Fraction(0))
            for a, b in pairs}


def _keys(kind: str, pks: set[int]) -> Mapping[int, set[str]]:
    rows = (CompanyName.objects.filter(company__in=pks).values_list("company", "name_key") if kind == "company"
            else Person.objects.filter(pk__in=pks).values_list("pk", "name_key"))
    found: dict[int, set[str]] = defaultdict(set)
    for pk, key in rows:
        found[pk].add(key)
    return found


@contextmanager
def threshold() -> Iterator[None]:
    """Let `%` mean our policy, a hair below: the database compares four-byte floats."""
    setting = "SELECT set_config('pg_trgm.similarity_threshold', %s, true)"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT show_limit()::text")     # on a new connection this also loads the extension, and with it the setting
        before = cursor.fetchone()[0]
        cursor.execute(setting, [str(float(TIERS_SIMILARITY) - 0.0001)])
        yield
        cursor.execute(setting, [before])


@contextmanager
def by_index() -> Iterator[None]:
    """Let the planner look names up in their index: it takes comparing one with every other for cheaper than it is."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('enable_seqscan')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('enable_seqscan', 'off', true)")
        yield
        cursor.execute("SELECT set_config('enable_seqscan', %s, true)", [before])
