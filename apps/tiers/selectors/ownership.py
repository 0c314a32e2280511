"""Who holds and operates a site over time, as one reader may see it (rules 7 and 8, scenario 4)."""
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from apps.kernel.access import rights
from apps.tiers.choices import InterestRole, NameKind
from apps.tiers.models import Company, CompanyName, Interest
from apps.tiers.periods import Period
from apps.tiers.shelf.interests import WHOLE, Finding, PlannedInterest, findings

ROWS = 1_000


@dataclass(frozen=True)
class Held:
    """One interest: a company's part in the site between two days; `share` for licensees only, in per cent."""
    company: Company
    role: str
    period: Period
    share: Decimal | None = None
    state_share: Decimal | None = None


@dataclass(frozen=True)
class Stretch:
    """Days on which the same companies hold the same shares and operate. No holder: unknown, not 0 %."""
    period: Period
    licensees: tuple[Held, ...]
    operators: tuple[Held, ...]

    @property
    def total(self) -> Decimal | None:
        """The licensees' shares added up; None where there is no licensee."""
        return sum((held.share or Decimal(0) for held in self.licensees), Decimal(0)) if self.licensees else None


@dataclass
class SiteOwnership:
    """The interests of a site. `whole`: the reader sees every company and interest, so that totals can be judged."""
    site: Any
    held: list[Held]
    whole: bool
    cut: bool = False
    names: dict[int, list[CompanyName]] = field(default_factory=dict)

    def stretches(self) -> list[Stretch]:
        """All days from the first to the last on which anything is known, cut where anything changes; earliest first."""
        edges = sorted({day for held in self.held for day in (held.period.start, held.period.end) if day is not None})
        bounds: list[date | None] = [None, *edges, None]
        parts: list[list[Held]] = [[] for _ in bounds[1:]]
        for held in self.held:
            first = 0 if held.period.start is None else edges.index(held.period.start) + 1
            last = len(parts) if held.period.end is None else edges.index(held.period.end) + 1
            for part in parts[first:last]:
                part.append(held)
        found = [_stretch(Period(*days), part) for days, part in zip(pairwise(bounds), parts, strict=True)]
        while found and not (found[0].licensees or found[0].operators):
            del found[0]
        while found and not (found[-1].licensees or found[-1].operators):
            del found[-1]
        return found

    def on(self, day: date) -> Stretch:
        """Who holds and operates the site on a day; its period is that day's stretch."""
        return next((one for one in self.stretches() if one.period.holds(day)), Stretch(Period(), (), ()))

    def name(self, company: Company, day: date) -> str:
        """The company's legal name on that day, where it is dated; else its present one."""
        dated = (one.name for one in self.names.get(company.pk, ()) if one.kind == NameKind.LEGAL and day in one.period)
        return next(dated, company.legal_name)

    def former(self, company: Company) -> list[str]:
        """Names the company had."""
        return [one.name for one in self.names.get(company.pk, ()) if one.kind == NameKind.FORMER]

    def findings(self) -> list[Finding]:
        """What a person should look at; nothing where the reader sees a part only, for a part proves nothing."""
        if not self.whole or self.cut:
            return []
        companies: Any = {held.company.pk: held.company for held in self.held}
        planned: Any = [PlannedInterest(companies[held.company.pk], self.site, held.role, held.period, held.share) for held in self.held]
        return sorted(findings(planned), key=lambda one: (one.period.start or date.min, one.code))


def _stretch(period: Period, part: list[Held]) -> Stretch:
    licensees = [held for held in part if held.role == InterestRole.LICENSEE]
    operators = [held for held in part if held.role == InterestRole.OPERATOR]
    return Stretch(period, tuple(sorted(licensees, key=lambda held: (-(held.share or 0), held.company.sort_name))),
                   tuple(sorted(operators, key=lambda held: held.company.sort_name)))


def complete(total: Decimal | None) -> bool:
    """Whether licensees hold exactly the whole of a site."""
    return total == WHOLE


def read_ownership(user: Any, site: Any) -> SiteOwnership:
    """The operators and licensees of a site that the reader was shown: three queries."""
    roles = (InterestRole.OPERATOR, InterestRole.LICENSEE)
    rows = list(Interest.objects.visible_to(user).filter(site=site, role__in=roles).order_by("pk")[:ROWS + 1])
    seen = Company.objects.visible_to(user).filter(pk__any={row.company_id for row in rows})
    companies = {one.pk: one for one in seen.only("legal_name", "sort_name", "status")}
    found = [Held(companies[row.company_id], row.role, Period(row.period.lower, row.period.upper), row.share_pct, row.state_share_pct)
             for row in rows[:ROWS] if row.company_id in companies]
    whole = all(rights(user).filter(model, "view") is True for model in (Company, Interest))
    names: dict[int, list[CompanyName]] = defaultdict(list)
    for name in CompanyName.objects.visible_to(user).filter(company__any=companies.keys()).exclude(kind=NameKind.TRADE):
        names[name.company_id].append(name)
    return SiteOwnership(site, found, whole, len(rows) > ROWS, dict(names))
