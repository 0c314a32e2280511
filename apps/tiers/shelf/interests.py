"""What companies have in sites: interests as planned, and findings on a site's interests as a whole.

Several operators at once are real (a hand-over by licence), and so are years without one: both are told, not refused.
"""
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations

from apps.tiers.periods import Period, gaps
from apps.tiers.shelf.known import CompanyRef, SiteRef

OPERATOR, LICENSEE, CONTRACTOR = "operator", "licensee", "contractor"
WHOLE = Decimal(100)


@dataclass(frozen=True)
class PlannedInterest:
    """A company's part in a site: `share_pct` for licensees only, with the State's part of it. An interest that is not `dated` comes from a
    snapshot: it begins on the snapshot's day unless the company is already known to hold it then."""
    company: CompanyRef
    site: SiteRef
    role: str
    period: Period
    share_pct: Decimal | None = None
    state_share_pct: Decimal | None = None
    source: str = ""
    line: int = 0
    dated: bool = True


@dataclass(frozen=True)
class Finding:
    """Something a person should look at. `period` is where it lies; `found` the total, for shares; `companies` those concerned."""
    code: str
    site: SiteRef
    period: Period
    companies: tuple[CompanyRef, ...] = ()
    found: Decimal | None = None


def findings(interests: Iterable[PlannedInterest]) -> list[Finding]:
    """`operators_overlap`, a pair of operators of one site at once; `operator_gap`, days without one between two; `share_total`, a stretch
    in which licensees do not hold exactly 100 %. Sites without a licensee are unknown, not wrong."""
    by_site: dict[tuple[SiteRef, str], list[PlannedInterest]] = defaultdict(list)
    for interest in interests:
        by_site[interest.site, interest.role].append(interest)
    found: list[Finding] = []
    for (site, role), held in by_site.items():
        if role == OPERATOR:
            found.extend(_overlaps(site, held))
            found.extend(Finding("operator_gap", site, gap) for gap in gaps(interest.period for interest in held))
        elif role == LICENSEE:
            found.extend(Finding("share_total", site, period, found=total) for period, total in share_totals(held) if total != WHOLE)
    return found


def share_totals(interests: Iterable[PlannedInterest]) -> list[tuple[Period, Decimal]]:
    """The shares of one site's licensees added up, for each stretch between two changes in which anyone holds a share."""
    changes: dict[date, Decimal] = defaultdict(Decimal)
    holders: dict[date, int] = defaultdict(int)
    for interest in interests:
        for day, sign in ((interest.period.start or date.min, 1), (interest.period.end, -1)):
            if day is not None:
                changes[day] += sign * (interest.share_pct or Decimal(0))
                holders[day] += sign
    totals, total, count = [], Decimal(0), 0
    days = sorted(changes)
    for day, until in zip(days, [*days[1:], None], strict=True):
        total, count = total + changes[day], count + holders[day]
        if count:
            totals.append((Period(day, until), total))
    return totals


def clashes(interests: Iterable[PlannedInterest]) -> list[tuple[PlannedInterest, PlannedInterest]]:
    """Pairs that cannot both be stored: the same company, site and role on a common day."""
    held: dict[tuple[CompanyRef, SiteRef, str], list[PlannedInterest]] = defaultdict(list)
    for interest in interests:
        held[interest.company, interest.site, interest.role].append(interest)
    return [pair for same in held.values() for pair in combinations(same, 2) if pair[0].period.overlaps(pair[1].period)]


def _overlaps(site: SiteRef, held: list[PlannedInterest]) -> list[Finding]:
    found = []
    for a, b in combinations(held, 2):
        period = a.period.common(b.period)
        if period is not None:
            found.append(Finding("operators_overlap", site, period, (a.company, b.company)))
    return found
