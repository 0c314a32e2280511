"""What a company file of the register says should exist, row by row in Python (rules 3, 5): the import is held against it."""
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apps.kernel.errors import Invalid
from apps.kernel.presets import Fault
from apps.tiers.identifiers import VALID, Checked
from apps.tiers.names import company_key
from apps.tiers.shelf.companies import Candidate, find_candidates
from apps.tiers.shelf.known import CompanyRef, KnownCompanies, Number, number_of
from apps.tiers.shelf.rows import CompanyRow, Reading

OLD_MARK = re.compile(r"\(old\d*\)", re.IGNORECASE)


@dataclass(frozen=True)
class PlannedCompany:
    """One company as the file describes it: `pk` where it exists already. `lines` are those of its rows. It is not incomplete any more."""
    ref: CompanyRef
    legal_name: str
    former_names: tuple[str, ...]
    identifiers: tuple[Checked, ...]
    npdids: tuple[str, ...]
    lines: tuple[int, ...]

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all its names."""
        return frozenset(map(company_key, (self.legal_name, *self.former_names)))


@dataclass(frozen=True)
class CompanyPlan:
    """What should exist after the file. Nothing is written where there are errors."""
    companies: tuple[PlannedCompany, ...]
    candidates: tuple[Candidate, ...]
    errors: tuple[Fault, ...]
    rows: int
    valid_numbers: int
    unverified_numbers: int

    @property
    def without_number(self) -> int:
        """Rows that give no number."""
        return self.rows - self.valid_numbers - self.unverified_numbers


def plan_companies(reading: Reading, known: KnownCompanies) -> CompanyPlan:
    """One company for each valid number, else for each row; rows of a company that exists (same id or number) go to it."""
    errors = list(reading.errors)
    numbers = _numbers(reading, errors)
    rows = _once_each(reading, errors)
    companies = [_company(pk, groups, numbers, known) for pk, groups in _records(reading.file, rows, numbers, known, errors)]
    candidates = find_candidates(
        {company.ref: company.keys for company in companies},
        {company.ref: _valid(company.identifiers) for company in companies}, known)
    checks = [checked.unique for checked in numbers.values()]
    errors.sort(key=lambda error: error.line)
    return CompanyPlan(tuple(companies), candidates, tuple(errors), reading.count, checks.count(True), checks.count(False))


def _numbers(reading: Reading, errors: list[Fault]) -> dict[int, Checked]:
    """The checked number of each line that gives one."""
    found = {}
    for row in reading.rows:
        try:
            checked = number_of(row)
        except Invalid as refusal:
            errors.append(Fault(reading.file, row.line, "cmpOrgNumberBrReg", refusal.code, refusal.message))
        else:
            if checked is not None:
                found[row.line] = checked
    return found


def _once_each(reading: Reading, errors: list[Fault]) -> list[CompanyRow]:
    """The rows, each external id once; a second row with the same one is an error."""
    first: dict[str, CompanyRow] = {}
    for row in reading.rows:
        if row.npdid in first:
            errors.append(Fault(reading.file, row.line, "cmpNpdidCompany", "id_twice",
                                    f"already on line {first[row.npdid].line}"))
        else:
            first[row.npdid] = row
    return list(first.values())


Group = list[CompanyRow]


def _records(file: str, rows: Iterable[CompanyRow], numbers: Mapping[int, Checked], known: KnownCompanies,
             errors: list[Fault]) -> list[tuple[int | None, list[Group]]]:
    """The groups of rows of each company: rows sharing a valid number are a group; groups that lead to one existing company are fused."""
    groups: dict[object, Group] = defaultdict(list)
    for row in rows:
        checked = numbers.get(row.line)
        groups[(checked.scheme, checked.value) if checked and checked.unique else row.line].append(row)
    existing: dict[int, list[Group]] = defaultdict(list)
    new: list[tuple[int | None, list[Group]]] = []
    for key, group in groups.items():
        pks = {known.ids[row.npdid] for row in group if row.npdid in known.ids}
        pks.update({known.numbers[key]} if key in known.numbers else ())  # type: ignore[index]  # a line number is in no mapping of numbers
        if len(pks) > 1:
            errors.append(_several_records(file, group))
        elif pks:
            existing[pks.pop()].append(group)
        else:
            new.append((None, [group]))
    for fused in existing.values():
        errors.extend(_contradictions(file, fused, numbers))
    return [*existing.items(), *new]


def _several_records(file: str, group: Group) -> Fault:
    lines = ", ".join(str(row.line) for row in group)
    return Fault(file, group[0].line, "cmpOrgNumberBrReg", "company_split",
                     f"lines {lines} lead to several records")


def _contradictions(file: str, groups: list[Group], numbers: Mapping[int, Checked]) -> list[Fault]:
    """Errors for rows that lead to one existing company with different valid numbers."""
    named = [group for group in groups if (checked := numbers.get(group[0].line)) is not None and checked.unique]
    return [Fault(file, group[0].line, "cmpOrgNumberBrReg", "company_numbers_differ",
                      f"line {named[0][0].line} has another number")
            for group in named[1:]]


def _company(pk: int | None, groups: list[Group], numbers: Mapping[int, Checked], known: KnownCompanies) -> PlannedCompany:
    rows = [row for group in groups for row in group]
    # Groups were fused because somebody merged the records: the name chosen then decides between them.
    current = known.legal.get(pk) if pk is not None and len(groups) > 1 else None
    legal = legal_row(next((group for group in groups if any(row.name == current for row in group)), rows))
    names = dict.fromkeys(row.name for row in sorted(rows, key=lambda row: row.line) if row.name != legal.name)
    identifiers = dict.fromkeys(numbers[row.line] for row in rows if row.line in numbers)
    return PlannedCompany(CompanyRef(pk) if pk is not None else CompanyRef(npdid=legal.npdid), legal.name, tuple(names), tuple(identifiers),
                          tuple(row.npdid for row in rows), tuple(row.line for row in rows))


def legal_row(rows: Iterable[CompanyRow]) -> CompanyRow:
    """The row that names a company several rows are about: a current operator or licensee, else one without "(old)", else any; of these
    the one with the highest id."""
    found = list(rows)
    current = [row for row in found if row.operator or row.licensee]
    without_mark = [row for row in found if not OLD_MARK.search(row.name)]
    return max(current or without_mark or found, key=lambda row: (len(row.npdid), row.npdid))


def _valid(identifiers: Iterable[Checked]) -> frozenset[Number]:
    return frozenset((checked.scheme, checked.value) for checked in identifiers if checked.check == VALID)
