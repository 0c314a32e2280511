"""Groups of companies over plain ownership edges: effective shares, control, consolidation, and the refusal of cycles (TIE-03, rule 9).

Percentages are exact (Fraction): 60 % of a company that holds 65 % is 39 %, whatever the depth. Nothing here reads the database.
"""
from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import MAX_PREC, Context, Decimal
from fractions import Fraction
from math import gcd
from typing import Literal

from apps.tiers.periods import Period

Node = Hashable
Percent = Fraction | Decimal | int
WHOLE = Fraction(100)
MAJORITY = Fraction(50)
EQUITY_FROM = Fraction(20)
ALWAYS = Period()

Method = Literal["full", "equity", "none"]


class CycleError(ValueError):
    """Ownership that leads back to where it began. `path` starts and ends with the same company; `period` is when it would."""

    def __init__(self, path: list[Node], period: Period) -> None:
        super().__init__(f"ownership returns to {path[0]}: {' > '.join(map(str, path))}")
        self.path, self.period = path, period


class ShareError(ValueError):
    """Parents that hold over 100 % of a child on some day. `total` is what they would hold, `day` the first such day (None: ever)."""

    def __init__(self, child: Node, total: Fraction, day: date | None) -> None:
        super().__init__(f"{child} would be held at {float(total)} %")
        self.child, self.total, self.day = child, total, day


@dataclass(frozen=True)
class Holding:
    """`parent` holds `share` percent of `child`, and `votes` percent of its votes (the share, where they are not given)."""
    parent: Node
    child: Node
    share: Percent
    votes: Percent | None = None
    period: Period = ALWAYS

    @property
    def voting(self) -> Fraction:
        return Fraction(self.share if self.votes is None else self.votes)


def effective_shares(parent: Node, holdings: Iterable[Holding], on: date) -> dict[Node, Fraction]:
    """The percentage a company holds in every company below it on a day: over all paths, the product of the shares along each.

    Raises CycleError where the holdings of that day are circular.
    """
    below = _by_parent(holdings, on)
    shares: dict[Node, Fraction] = defaultdict(Fraction, {parent: WHOLE})
    for company in _parents_first(parent, below, on):
        for holding in below[company]:
            shares[holding.child] += shares[company] * Fraction(holding.share) / 100
    del shares[parent]
    return dict(shares)


def effective_share(parent: Node, child: Node, holdings: Iterable[Holding], on: date) -> Fraction:
    """The percentage a company holds in another on a day, directly and through others; 0 without any path."""
    return effective_shares(parent, holdings, on).get(child, Fraction(0))


def controlled(parent: Node, holdings: Iterable[Holding], on: date) -> dict[Node, Fraction]:
    """The companies a company controls on a day, each with the percentage of votes it directs there: over 50 % held by itself and by
    companies it controls, together. Circular holdings do no harm here."""
    return {company: votes for company, votes in _votes(parent, _by_parent(holdings, on)).items() if votes > MAJORITY}


def method(parent: Node, child: Node, holdings: Iterable[Holding], on: date, equity_from: Percent = EQUITY_FROM) -> Method:
    """How a child enters the parent's consolidated figures: controlled, in full; else by equity from an effective share on; else not."""
    edges = list(holdings)
    votes = _votes(parent, _by_parent(edges, on)).get(child, Fraction(0))
    return _method(effective_share(parent, child, edges, on), votes, equity_from)


@dataclass(frozen=True)
class Stake:
    """What a company holds in another on a day: its direct percentage (None without one), its effective one, the percentage of votes it
    directs, and how the other enters its consolidated figures."""
    direct: Fraction | None
    effective: Fraction
    votes: Fraction
    method: Method


def consolidated(parent: Node, holdings: Iterable[Holding], on: date, equity_from: Percent = EQUITY_FROM) -> dict[Node, Stake]:
    """What a company holds in every company below it on a day. Raises CycleError where the holdings of that day are circular."""
    edges = list(holdings)
    below = _by_parent(edges, on)
    votes = _votes(parent, below)
    direct = {holding.child: Fraction(holding.share) for holding in below[parent]}
    return {company: Stake(direct.get(company), share, votes.get(company, Fraction(0)),
                           _method(share, votes.get(company, Fraction(0)), equity_from))
            for company, share in effective_shares(parent, edges, on).items()}


def holders(child: Node, holdings: Iterable[Holding], on: date, equity_from: Percent = EQUITY_FROM) -> dict[Node, Stake]:
    """What every company above a company holds in it on a day. Raises CycleError as above."""
    edges = list(holdings)
    below = _by_parent(edges, on)
    upwards = [Holding(holding.child, holding.parent, holding.share, period=holding.period) for holding in edges]
    direct = {holding.parent: Fraction(holding.share) for holding in edges if holding.child == child and holding.period.holds(on)}
    found = {}
    for company, share in effective_shares(child, upwards, on).items():
        votes = _votes(company, below).get(child, Fraction(0))
        found[company] = Stake(direct.get(company), share, votes, _method(share, votes, equity_from))
    return found


class Ways:
    """The chains of holdings that lead from a company down to others on a day. Circular holdings do no harm here."""

    def __init__(self, parent: Node, holdings: Iterable[Holding], on: date) -> None:
        below = _by_parent(holdings, on)
        self.parent = parent
        self.above: dict[Node, list[Holding]] = defaultdict(list)       # only what lies below the parent: every way up leads to it
        seen, waiting = {parent}, [parent]
        while waiting:
            for holding in below[waiting.pop()]:
                self.above[holding.child].append(holding)
                if holding.child not in seen:
                    seen.add(holding.child)
                    waiting.append(holding.child)

    def to(self, child: Node, limit: int) -> tuple[list[tuple[list[Node], Fraction]], bool]:
        """The first `limit` ways found to a company, each with the product of the shares along it, largest first; and whether there are
        more."""
        found: list[tuple[list[Node], Fraction]] = []
        trails: list[tuple[list[Node], Fraction]] = [([child], WHOLE)]
        while trails and len(found) <= limit:
            trail, share = trails.pop()
            for holding in self.above[trail[0]]:
                if holding.parent not in trail:
                    longer = [holding.parent, *trail], share * Fraction(holding.share) / 100
                    (found if holding.parent == self.parent else trails).append(longer)
        more = len(found) > limit or bool(trails)
        return sorted(found[:limit], key=lambda way: (-way[1], len(way[0]))), more


def site_shares(parent: Node, interests: Mapping[Node, Percent], holdings: Iterable[Holding], on: date) -> Fraction:
    """The percentage a company has in a site through itself and its group, given who holds which share of it that day."""
    shares = effective_shares(parent, holdings, on) | {parent: WHOLE}
    return sum((shares[company] * Fraction(share) / 100 for company, share in interests.items() if company in shares), Fraction(0))


def exact(share: Fraction) -> Decimal:
    """The same number as a decimal, every digit of it. Shares are products of decimals, so there always is one; else ValueError."""
    places, rest = 0, share.denominator
    while rest != 1:
        factor = gcd(rest, 10)
        if factor == 1:
            raise ValueError(f"{share} has no last decimal")
        rest, places = rest // factor, places + 1
    return Decimal(share.numerator * 10 ** places // share.denominator).scaleb(-places, Context(prec=MAX_PREC))


def check_holding(new: Holding, holdings: Iterable[Holding]) -> None:
    """Refuse a holding that cannot be: `holdings` are the others.

    Raises CycleError with the path where it would close a circle on any day, ShareError where a child would be held over 100 % on any day.
    """
    others = list(holdings)
    path = _way_back(new, others)
    if path is not None:
        raise CycleError(*path)
    siblings = [holding for holding in others if holding.child == new.child]
    # Totals only rise where a holding begins, so only those days, and the new one's own first day, need adding up.
    days = {common.start for holding in siblings if (common := holding.period.common(new.period)) is not None} | {new.period.start}
    for day in sorted(days, key=lambda day: day or date.min):
        total = Fraction(new.share) + sum(Fraction(holding.share) for holding in siblings if holding.period.holds(day or date.min))
        if total > WHOLE:
            raise ShareError(new.child, total, day)


def _way_back(new: Holding, others: list[Holding]) -> tuple[list[Node], Period] | None:
    """The circle the new holding would close, with the days all its holdings have in common; None without."""
    if new.parent == new.child:
        return [new.parent, new.child], new.period
    below: dict[Node, list[Holding]] = defaultdict(list)
    for holding in others:
        below[holding.parent].append(holding)
    # A company may be reached several times, on different days: it is looked at again only for days not seen there before.
    seen: dict[Node, list[Period]] = defaultdict(list)
    waiting: deque[tuple[list[Node], Period]] = deque([([new.parent, new.child], new.period)])
    while waiting:
        path, period = waiting.popleft()
        for holding in below[path[-1]]:
            common = holding.period.common(period)
            if common is None or any(before.common(common) == common for before in seen[holding.child]):
                continue
            if holding.child == new.parent:
                return [*path, holding.child], common
            seen[holding.child].append(common)
            waiting.append(([*path, holding.child], common))
    return None


def _method(effective: Fraction, votes: Fraction, equity_from: Percent) -> Method:
    if votes > MAJORITY:
        return "full"
    return "equity" if effective >= Fraction(equity_from) else "none"


def _votes(top: Node, below: Mapping[Node, list[Holding]]) -> dict[Node, Fraction]:
    """The percentage of votes a company directs in others: its own and those of companies it controls."""
    votes: dict[Node, Fraction] = defaultdict(Fraction)
    group, waiting = {top}, deque([top])
    while waiting:
        for holding in below.get(waiting.popleft(), ()):
            votes[holding.child] += holding.voting
            if votes[holding.child] > MAJORITY and holding.child not in group:
                group.add(holding.child)
                waiting.append(holding.child)
    votes.pop(top, None)
    return dict(votes)


def _by_parent(holdings: Iterable[Holding], on: date) -> dict[Node, list[Holding]]:
    below: dict[Node, list[Holding]] = defaultdict(list)
    for holding in holdings:
        if holding.period.holds(on):
            below[holding.parent].append(holding)
    return below


def _parents_first(top: Node, below: Mapping[Node, list[Holding]], on: date) -> list[Node]:
    """The companies under `top`, itself included, each after all its parents there."""
    order: list[Node] = []
    trail: list[Node] = [top]
    open_edges = {top: iter(below[top])}
    done: set[Node] = set()
    while trail:
        company = trail[-1]
        child = next((holding.child for holding in open_edges[company] if holding.child not in done), None)
        if child is None:
            done.add(company)
            order.append(trail.pop())
        elif child in open_edges:
            raise CycleError([*trail[trail.index(child):], child], Period(on))
        else:
            trail.append(child)
            open_edges[child] = iter(below[child])
    return order[::-1]
