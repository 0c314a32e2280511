"""Interests as an import finds them: kept, brought up to date, opened, handed over (rule 7)."""
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.kernel.bulk import Outcome, put_all
from apps.kernel.periods import period
from apps.kernel.presets import Fault
from apps.tiers.models import Interest
from apps.tiers.periods import Period
from apps.tiers.services.importing.register import Register
from apps.tiers.shelf.interests import CONTRACTOR, LICENSEE, OPERATOR, PlannedInterest
from apps.tiers.shelf.known import SiteRef

# Where an interest comes from, by role and whether it is dated: the register's files, whatever name they have on somebody's disk.
SOURCES = {(OPERATOR, True): "npd field_operator_hst", (LICENSEE, True): "npd field_licensee_hst",
           (OPERATOR, False): "npd facility_fixed", (CONTRACTOR, False): "npd facility_moveable"}
Part = tuple[int, int, str]     # company, site, role
Wanted = list[tuple[Interest | None, dict[str, Any]]]


def write_interests(planned: Sequence[PlannedInterest], register: Register,
                    sites: Mapping[SiteRef, Any]) -> tuple[list[tuple[Interest, Outcome]], list[Fault]]:
    """Write interests. Returns their outcomes, or nothing and the lines that contradict what the records hold."""
    held = _held({sites[one.site].pk for one in planned})
    parts: dict[Part, list[PlannedInterest]] = defaultdict(list)
    for one in planned:
        parts[register.pk(one.company), sites[one.site].pk, one.role].append(one)
    wanted: Wanted = []
    errors: list[Fault] = []
    for part, of_part in parts.items():
        rows = held.get(part, [])
        wanted += _dated(part, [one for one in of_part if one.dated], rows, errors)
        wanted += _snapshot(part, [one for one in of_part if not one.dated], rows)
    wanted += _handed_over([one for one in planned if not one.dated], parts, held, register, sites)
    if errors:
        return [], sorted(errors, key=lambda error: (error.file, error.line))
    shorter, others = [pair for pair in wanted if _shrinks(*pair)], [pair for pair in wanted if not _shrinks(*pair)]
    return put_all(Interest, shorter) + put_all(Interest, others), []   # what ends makes room first: no instant may overlap


def _held(sites: set[int]) -> dict[Part, list[Interest]]:
    found: dict[Part, list[Interest]] = defaultdict(list)
    for row in Interest.objects.filter(site__any=sites).order_by("pk").select_for_update(of=("self",)):
        found[row.company_id, row.site_id, row.role].append(row)
    return found


def _dated(part: Part, planned: Sequence[PlannedInterest], rows: Sequence[Interest], errors: list[Fault]) -> Wanted:
    """Each planned interest with the row that begins on its day; other rows of the company's part may not share its days."""
    by_start = {row.period.lower: row for row in rows}
    starts = {one.period.start for one in planned}
    others = [row for row in rows if row.period.lower not in starts]
    wanted: Wanted = []
    for one in planned:
        if any(one.period.overlaps(_days(row)) for row in others):
            errors.append(Fault(one.source, one.line, "", "interest_held",
                                    _("The records already give the company this part in the site on some of these days, from another day "
                                      "on: correct the record or the file.")))
        values = {"period": period(one.period.start, one.period.end), "share_pct": one.share_pct, "state_share_pct": one.state_share_pct}
        row = by_start.get(one.period.start)
        wanted.append((row, values if row is not None else _new(part, one) | values))
    return wanted


def _snapshot(part: Part, planned: Sequence[PlannedInterest], rows: Sequence[Interest]) -> Wanted:
    """An interest without dates begins on the snapshot's day, unless the company is known to hold the part then or later."""
    wanted: Wanted = []
    for one in planned:
        row = next((row for row in rows if one.period.overlaps(_days(row))), None)
        wanted.append((row, {}) if row is not None else (None, _new(part, one) | {"period": period(one.period.start, one.period.end)}))
    return wanted


def _handed_over(planned: Sequence[PlannedInterest], parts: Mapping[Part, Any], held: Mapping[Part, Sequence[Interest]],
                 register: Register, sites: Mapping[SiteRef, Any]) -> Wanted:
    """A later snapshot that names another company ends, on its day, the open interest that an earlier one had begun."""
    days: dict[tuple[int, str], date | None] = {(sites[one.site].pk, one.role): one.period.start for one in planned}
    wanted: Wanted = []
    for (company, site, role), rows in held.items():
        day = days.get((site, role))
        if day is None or (company, site, role) in parts:
            continue
        wanted += [(row, {"period": period(row.period.lower, day)}) for row in rows
                   if row.source == SOURCES[role, False] and row.period.upper is None and row.period.lower < day]
    return wanted


def _new(part: Part, one: PlannedInterest) -> dict[str, Any]:
    company, site, role = part
    return {"company_id": company, "site_id": site, "role": role, "source": SOURCES[one.role, one.dated]}


def _days(row: Interest) -> Period:
    return Period(row.period.lower, row.period.upper)


def _shrinks(row: Interest | None, values: Mapping[str, Any]) -> bool:
    end = values["period"].upper if "period" in values else None
    return row is not None and end is not None and (row.period.upper is None or end < row.period.upper)
