"""TIE-03, TIE-17: the group of a company on a day, as one reader may see it.

Everything is counted over what is shown to the reader: a company or a holding that the door hides is neither in a figure nor in a count.
"""
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q

from apps.tiers.choices import InterestRole
from apps.tiers.group import WHOLE, Holding, Stake, Ways, consolidated, holders
from apps.tiers.models import Affiliation, Company, Interest, Ownership, Relation

EDGES = 5_000       # holdings read in each direction; a group that has more is drawn in part, without figures
PATHS = 5
SITES = 1_000
CONTACTS = 300

_WALK = """
WITH RECURSIVE edge AS NOT MATERIALIZED ({edges}), walk AS (
    SELECT edge.* FROM edge WHERE edge.{near} = %s
    UNION SELECT edge.* FROM walk JOIN edge ON edge.{near} = walk.{far})
SELECT * FROM walk LIMIT %s"""


@dataclass(frozen=True)
class Tie:
    """One holding of the day."""
    pk: int
    parent: int
    child: int
    share: Decimal
    votes: Decimal | None
    period: Any

    @property
    def holding(self) -> Holding:
        return Holding(self.parent, self.child, self.share, self.votes)


@dataclass(frozen=True)
class Way:
    """A chain of holdings, and the product of its shares in per cent."""
    companies: tuple[Company, ...]
    share: Fraction


@dataclass(frozen=True)
class Member:
    """A company of the group. `level` is how many holdings lie between, negative above; `stake` is None without figures."""
    company: Company
    level: int
    stake: Stake | None
    ways: tuple[Way, ...] = ()
    more_ways: bool = False


@dataclass(frozen=True)
class Part:
    """A licensee of the group on a site: its share there, what the head holds of it, and their product, all in per cent."""
    company: Company
    share: Decimal
    held: Fraction

    @property
    def effective(self) -> Fraction:
        return self.held * Fraction(self.share) / 100


@dataclass(frozen=True)
class SiteStake:
    """What the group holds of a site."""
    site: Any
    parts: tuple[Part, ...]

    @property
    def effective(self) -> Fraction:
        return sum((part.effective for part in self.parts), Fraction(0))


@dataclass
class Group:
    """The companies above and below one, the ties between them, and the sites they hold. `whole` is False where it was cut at EDGES."""
    company: Company
    on: date
    whole: bool = True
    owners: list[Member] = field(default_factory=list)
    held: list[Member] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    partners: list[Company] = field(default_factory=list)
    sites: list[SiteStake] = field(default_factory=list)
    more_sites: bool = False

    @property
    def tops(self) -> list[Member]:
        """The owners that nobody owns."""
        owned = {tie.child for tie in self.ties}
        return [one for one in self.owners if one.company.pk not in owned]


def read_group(user: Any, company: Company, on: date) -> Group:
    """The group of a company that the reader was shown, at most nine queries however deep it is."""
    below, above = _walk(user, company.pk, on, "parent_id", "child_id"), _walk(user, company.pk, on, "child_id", "parent_id")
    relations = list(Relation.objects.visible_to(user).filter(period__contains=on).order_by("kind", "pk")
                     .filter(Q(a__any=_ends(company, below, above)) | Q(b__any=_ends(company, below, above))))
    seen = _companies(user, {*_ends(company, below, above), *(pk for one in relations for pk in (one.a_id, one.b_id))})
    seen[company.pk] = company
    group = Group(company, on, whole=len(below) <= EDGES and len(above) <= EDGES)
    down, levels = _shown(below[:EDGES], company.pk, seen, "parent", "child")
    up, heights = _shown(above[:EDGES], company.pk, seen, "child", "parent")
    group.ties = list({tie.pk: tie for tie in (*up, *down)}.values())
    group.held = _members(seen, levels, consolidated(company.pk, (tie.holding for tie in down), on) if group.whole else {}, 1)
    group.owners = _members(seen, heights, holders(company.pk, (tie.holding for tie in up), on) if group.whole else {}, -1)
    if group.whole:
        ways = Ways(company.pk, (tie.holding for tie in down), on)
        group.held = [_with_ways(one, ways, seen) for one in group.held]
        group.sites, group.more_sites = _sites(user, {company.pk: (company, WHOLE), **{
            one.company.pk: (one.company, one.stake.effective) for one in group.held if one.stake}}, on)
    _tie_partners(group, relations, seen)
    return group


def contacts_of(user: Any, companies: Iterable[Company], on: date) -> tuple[list[Affiliation], bool]:
    """Who works for these companies on the day, of the persons shown to the reader, and whether there are more than CONTACTS."""
    known = {company.pk: company for company in companies}
    rows = Affiliation.objects.visible_to(user).filter(company__any=known.keys(), period__contains=on, person__merged_into=None)
    found = list(rows.select_related("person").order_by("company", "-primary", "pk")[:CONTACTS + 1])
    for row in found:
        row.company = known[row.company_id]
    return found[:CONTACTS], len(found) > CONTACTS


def _walk(user: Any, start: int, on: date, near: str, far: str) -> list[Tie]:
    """The holdings of the day reached from a company, nearest first, one more than EDGES at most: one query."""
    edges = Ownership.objects.visible_to(user).filter(period__contains=on).order_by()
    try:
        sql, values = edges.values("pk", "parent_id", "child_id", "share_pct", "votes_pct", "period").query.sql_with_params()
    except EmptyResultSet:      # the reader may see none
        return []
    with connection.cursor() as cursor:
        cursor.execute(_WALK.format(edges=sql, near=near, far=far), [*values, start, EDGES + 1])  # nosec B608 # Django's SQL, our names
        return [Tie(*row) for row in cursor.fetchall()]


def _ends(company: Company, *walks: Sequence[Tie]) -> set[int]:
    return {company.pk, *(pk for walk in walks for tie in walk for pk in (tie.parent, tie.child))}


def _companies(user: Any, keys: set[int]) -> dict[int, Company]:
    rows = Company.objects.visible_to(user).filter(pk__any=keys, merged_into=None)
    return {one.pk: one for one in rows.only("legal_name", "sort_name", "status", "country")}


def _shown(walk: Sequence[Tie], start: int, seen: dict[int, Company], near: str, far: str) -> tuple[list[Tie], dict[int, int]]:
    """Of a walk, the ties between companies that are shown and still reached through such; and how far each company lies."""
    ties_from: dict[int, list[Tie]] = defaultdict(list)
    for tie in walk:
        if tie.parent in seen and tie.child in seen:
            ties_from[getattr(tie, near)].append(tie)
    kept, levels, waiting = [], {start: 0}, [start]
    for company in waiting:
        for tie in ties_from[company]:
            kept.append(tie)
            other = getattr(tie, far)
            if other not in levels:
                levels[other] = levels[company] + 1
                waiting.append(other)
    return kept, {pk: level for pk, level in levels.items() if pk != start}


def _members(seen: dict[int, Company], levels: dict[int, int], stakes: dict[Any, Stake], sign: int) -> list[Member]:
    found = [Member(seen[pk], sign * level, stakes.get(pk)) for pk, level in levels.items()]
    return sorted(found, key=lambda one: (abs(one.level), one.company.sort_name, one.company.pk))


def _with_ways(member: Member, ways: Ways, seen: dict[int, Company]) -> Member:
    """The member with the ways that lead to it; held directly and in no other way, its share says it all."""
    found, more = ways.to(member.company.pk, PATHS)
    if not more and [len(way) for way, _share in found] == [2]:
        return member
    told = tuple(Way(tuple(seen[pk] for pk in way if isinstance(pk, int)), share) for way, share in found)
    return Member(member.company, member.level, member.stake, told, more)


def _sites(user: Any, held: dict[int, tuple[Company, Fraction]], on: date) -> tuple[list[SiteStake], bool]:
    """The sites in which companies of the group are licensees on the day, by name."""
    interests = list(Interest.objects.visible_to(user).filter(company__any=held.keys(), role=InterestRole.LICENSEE, period__contains=on)
                     .order_by("pk").only("company_id", "site_id", "share_pct"))
    sites: Any = Interest._meta.get_field("site").related_model
    by_site: dict[int, list[Part]] = defaultdict(list)
    for one in interests:
        by_site[one.site_id].append(Part(held[one.company_id][0], one.share_pct or Decimal(0), held[one.company_id][1]))
    rows = list(sites.objects.visible_to(user).filter(pk__any=by_site.keys()).order_by("name", "pk")[:SITES + 1])
    return [SiteStake(site, tuple(by_site[site.pk])) for site in rows[:SITES]], len(rows) > SITES


def _tie_partners(group: Group, relations: list[Relation], seen: dict[int, Company]) -> None:
    """Keep the relations of companies of the group with companies that are shown; those outside the group become its partners."""
    inside = {group.company.pk, *(one.company.pk for one in (*group.owners, *group.held))}
    partners: dict[int, Company] = {}
    for one in relations:
        if one.a_id in seen and one.b_id in seen and not inside.isdisjoint((one.a_id, one.b_id)):
            one.a, one.b = seen[one.a_id], seen[one.b_id]
            group.relations.append(one)
            partners |= {pk: seen[pk] for pk in (one.a_id, one.b_id) if pk not in inside}
    group.partners = sorted(partners.values(), key=lambda company: (company.sort_name, company.pk))
