"""Which sites, stubs and interests the register's field and facility files say should exist: a plan, without database (rules 6, 7, 12)."""
from collections import Counter, defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from apps.kernel.presets import Fault
from apps.tiers.names import company_key
from apps.tiers.periods import Period, close_one_day_gaps
from apps.tiers.shelf.companies import Candidate, find_candidates
from apps.tiers.shelf.interests import CONTRACTOR, LICENSEE, OPERATOR, Finding, PlannedInterest, clashes, findings
from apps.tiers.shelf.known import FIELD_SYSTEM, CompanyRef, KnownCompanies, SiteRef
from apps.tiers.shelf.references import References, StubCompany
from apps.tiers.shelf.rows import FieldRow, FixedRow, LicenseeRow, MoveableRow, OperatorRow, Reading, open_end
from apps.tiers.shelf.sites import PlannedSite, field_site, fixed_site, moveable_site, stub_site


@dataclass(frozen=True)
class ShelfPlan:
    """What should exist after the files. Nothing is written where there are errors. `sites` come parents first. `candidates` pair the stubs
    with companies of the same name key. The counters are by file: rows naming companies, and sites, that are not there."""
    sites: tuple[PlannedSite, ...]
    stubs: tuple[StubCompany, ...]
    interests: tuple[PlannedInterest, ...]
    candidates: tuple[Candidate, ...]
    findings: tuple[Finding, ...]
    errors: tuple[Fault, ...]
    missing_companies: Counter[str]
    missing_sites: Counter[str]


def plan_shelf(readings: Sequence[Reading], companies: KnownCompanies, sites: Container[SiteRef], *,
               create_missing: bool = False) -> ShelfPlan:
    """The plan of a run over any of the field and facility files, whatever their order. `sites` are those that exist, by external id.

    A reference to a company or site that neither exists nor is in the files is an error of its line, or a stub with `create_missing`.
    """
    run = _Run(companies, sites, create_missing)
    for reading in sorted(readings, key=lambda one: one.layout.order):
        run.take(reading)
    return run.plan()


class _Run:
    """The state of one planning: what has been planned so far, so that later files find it."""

    def __init__(self, companies: KnownCompanies, sites: Container[SiteRef], create_missing: bool) -> None:
        self.references = References(companies, create_missing=create_missing)
        self.companies, self.known_sites, self.create_missing = companies, sites, create_missing
        self.sites: dict[SiteRef, PlannedSite] = {}
        self.interests: list[PlannedInterest] = []
        self.errors: list[Fault] = []
        self.missing_sites: Counter[str] = Counter()
        self.files: list[str] = []

    def take(self, reading: Reading) -> None:
        """Plan one file."""
        self.files.append(reading.file)
        self.errors.extend(reading.errors)
        histories: dict[str, list[OperatorRow | LicenseeRow]] = defaultdict(list)
        for row in reading.rows:
            match row:
                case FieldRow():
                    self.site(field_site(row, reading.file, self.errors), "fldNpdidField")
                    # The field's operator is in the history with its dates: here it is only checked, or made a stub.
                    self.references.by_id(row.company_id, row.company_name, reading.file, row.line, "cmpNpdidCompany")
                case OperatorRow() | LicenseeRow():
                    histories[row.field_id].append(row)
                case FixedRow():
                    self.fixed(row, reading.file)
                case MoveableRow():
                    self.moveable(row, reading.file)
        for rows in histories.values():
            self.history(rows, reading.file)

    def site(self, site: PlannedSite, column: str) -> None:
        """Plan a site the file describes; it takes the place of a stub, two descriptions are an error."""
        before = self.sites.get(site.ref)
        if before is not None and not before.stub:
            self.errors.append(Fault(site.file, site.line, column, "id_twice", _("This site is already on line %(line)d of %(file)s.")
                                         % {"line": before.line, "file": before.file}))
        else:
            self.sites[site.ref] = site

    def fixed(self, row: FixedRow, file: str) -> None:
        site = fixed_site(row, file, self.errors)
        if site.parent is not None:
            self.expect(site.parent, row.parent_name or site.parent[1], file, row.line, "fclBelongsToS")
        self.site(site, "fclNpdidFacility")
        company = self.references.by_name(row.company_name, file, row.line, "fclCurrentOperatorName")
        self.today(company, site, OPERATOR, row)

    def moveable(self, row: MoveableRow, file: str) -> None:
        site = moveable_site(row, file)
        self.site(site, "fclNpdidFacility")
        company = self.references.by_id(row.company_id, row.company_name, file, row.line, "fclNpdidCurrentRespCompany")
        self.today(company, site, CONTRACTOR, row)

    def today(self, company: CompanyRef | None, site: PlannedSite, role: str, row: FixedRow | MoveableRow) -> None:
        """An interest the file gives without dates: from the day of its snapshot."""
        if company is not None:
            self.interests.append(PlannedInterest(company, site.ref, role, Period(row.as_of), source=site.file, line=row.line, dated=False))

    def history(self, rows: Sequence[OperatorRow | LicenseeRow], file: str) -> None:
        """The interests in one field, one-day gaps closed over all its rows."""
        periods, dated = [], []
        for row in rows:
            try:
                periods.append(Period(row.start, open_end(row.end)))
            except ValueError:
                self.errors.append(Fault(file, row.line, "", "period_empty", _("The period ends on or before the day it begins.")))
            else:
                dated.append(row)
        for row, period in zip(dated, close_one_day_gaps(periods), strict=True):
            site = (FIELD_SYSTEM, row.field_id)
            self.expect(site, row.field_name, file, row.line, "fldNpdidField")
            company = self.references.by_id(row.company_id, row.company_name, file, row.line, "cmpNpdidCompany")
            if company is not None:
                self.interests.append(_dated(row, company, site, period, file))

    def expect(self, ref: SiteRef, name: str, file: str, line: int, column: str) -> None:
        """Count and report, or make a stub of, a site that is neither there nor planned."""
        planned = self.sites.get(ref)
        if ref in self.known_sites or (planned is not None and not planned.stub):
            return
        self.missing_sites[file] += 1
        if not self.create_missing:
            self.errors.append(Fault(file, line, column, "site_unknown",
                                         _("No site %(given)s (%(name)s).") % {"given": ref[1], "name": name}))
        elif planned is None:
            self.sites[ref] = stub_site(ref, name, file, line)

    def plan(self) -> ShelfPlan:
        """Everything planned, with what only shows once all files are read."""
        stubs = tuple(self.references.stubs.values())
        keys = {stub.ref: frozenset((company_key(stub.name),)) for stub in stubs}
        errors = [*self.errors, *self.references.errors, *map(_clash, clashes(self.interests))]
        errors.sort(key=lambda error: (self.files.index(error.file), error.line))
        parents_first = sorted(self.sites.values(), key=lambda site: site.parent is not None)
        return ShelfPlan(
            tuple(parents_first), stubs, tuple(self.interests), find_candidates(keys, {}, self.companies), tuple(findings(self.interests)),
            tuple(errors), self.references.missing, self.missing_sites)


def _dated(row: OperatorRow | LicenseeRow, company: CompanyRef, site: SiteRef, period: Period, file: str) -> PlannedInterest:
    if isinstance(row, LicenseeRow):
        return PlannedInterest(company, site, LICENSEE, period, row.share, row.state_share, file, row.line)
    return PlannedInterest(company, site, OPERATOR, period, source=file, line=row.line)


def _clash(pair: tuple[PlannedInterest, PlannedInterest]) -> Fault:
    first, second = sorted(pair, key=lambda interest: interest.line)
    return Fault(second.source, second.line, "", "interest_overlap",
                     _("The company already holds this part in the site on some of these days, by line %(line)d.") % {"line": first.line})
