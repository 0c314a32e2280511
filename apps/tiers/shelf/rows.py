"""The register's files as rows: one dataclass a file, and which column feeds which attribute through which reader of cells."""
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.tiers.shelf.cells import OPEN_DATE, BadCell, amount, day, flag, share, state_share, text
from apps.tiers.shelf.tables import LineError, split


@dataclass(frozen=True)
class Column:
    """A column of a file: its name there, the reader of its cells, and whether every cell must say something."""
    name: str
    read: Callable[[str], Any] = text
    required: bool = False


@dataclass(frozen=True)
class CompanyRow:
    """company.csv. `operator` and `licensee` are the register's flags for a current one; `as_of` is the day of the snapshot."""
    line: int
    npdid: str
    name: str
    number: str | None
    operator: bool
    licensee: bool
    as_of: date


@dataclass(frozen=True)
class FieldRow:
    """field.csv: a petroleum field with its current operator."""
    line: int
    npdid: str
    name: str
    status: str
    company_id: str | None
    company_name: str | None
    as_of: date


@dataclass(frozen=True)
class OperatorRow:
    """field_operator_hst.csv: who operated a field. `end` as written; 9999-12-31 for open."""
    line: int
    field_id: str
    field_name: str
    company_id: str | None
    company_name: str | None
    start: date
    end: date


@dataclass(frozen=True)
class LicenseeRow:
    """field_licensee_hst.csv: who held which share (percent) of a field; `state_share` is the State's direct interest in it."""
    line: int
    field_id: str
    field_name: str
    company_id: str | None
    company_name: str | None
    start: date
    end: date
    share: Decimal
    state_share: Decimal | None


@dataclass(frozen=True)
class FixedRow:
    """facility_fixed.csv: an installation with its position in parts as written, water depth in metres, design lifetime in years."""
    line: int
    npdid: str
    name: str
    phase: str
    structure: str | None
    surface: bool | None
    company_name: str | None
    parent_kind: str | None
    parent_id: str | None
    parent_name: str | None
    startup: date | None
    datum: str | None
    north: tuple[str | None, ...]
    east: tuple[str | None, ...]
    water_depth: Decimal | None
    functions: str | None
    lifetime: Decimal | None
    as_of: date


@dataclass(frozen=True)
class MoveableRow:
    """facility_moveable.csv: a rig or vessel with the company responsible for it and its flag state."""
    line: int
    npdid: str
    name: str
    structure: str | None
    functions: str | None
    nation: str | None
    company_id: str | None
    company_name: str | None
    as_of: date


Row = CompanyRow | FieldRow | OperatorRow | LicenseeRow | FixedRow | MoveableRow


@dataclass(frozen=True)
class Layout:
    """What a file of one kind looks like. `order` is its place in a run over several files: what others name comes first."""
    row: type[Row]
    order: int
    columns: Mapping[str, Column | tuple[Column, ...]]

    @property
    def names(self) -> list[str]:
        """Every column the file must have."""
        return [column.name for entry in self.columns.values() for column in (entry if isinstance(entry, tuple) else (entry,))]


@dataclass(frozen=True)
class Reading:
    """A file as read: its rows and every fault found. `count` is the number of lines with data, faulty ones included."""
    file: str
    layout: Layout
    rows: tuple[Any, ...]
    errors: tuple[LineError, ...]
    count: int
    encoding: str = ""


def _angle(axis: str) -> tuple[Column, ...]:
    return tuple(Column(f"fcl{axis}{part}") for part in ("Deg", "Min", "Sec", "Code"))


def _history(start: str, end: str) -> dict[str, Column]:
    return {"field_id": Column("fldNpdidField", required=True), "field_name": Column("fldName", required=True),
            "company_id": Column("cmpNpdidCompany"), "company_name": Column("cmpLongName"),
            "start": Column(start, day, required=True), "end": Column(end, day, required=True)}


_AS_OF = Column("dateSyncNPD", day, required=True)

COMPANY = Layout(CompanyRow, 1, {
    "npdid": Column("cmpNpdidCompany", required=True), "name": Column("cmpLongName", required=True), "number": Column("cmpOrgNumberBrReg"),
    "operator": Column("cmpLicenceOperCurrent", flag, required=True),
    "licensee": Column("cmpLicenceLicenseeCurrent", flag, required=True), "as_of": _AS_OF})
FIELD = Layout(FieldRow, 2, {
    "npdid": Column("fldNpdidField", required=True), "name": Column("fldName", required=True),
    "status": Column("fldCurrentActivitySatus", required=True), "company_id": Column("cmpNpdidCompany"),
    "company_name": Column("cmpLongName"), "as_of": _AS_OF})
OPERATOR = Layout(OperatorRow, 3, _history("fldOperatorFrom", "fldOperatorTo"))
LICENSEE = Layout(LicenseeRow, 4, {
    **_history("fldLicenseeFrom", "fldLicenseeTo"), "share": Column("fldCompanyShare", share, required=True),
    "state_share": Column("fldSdfiShare", state_share)})
FIXED = Layout(FixedRow, 5, {
    "npdid": Column("fclNpdidFacility", required=True), "name": Column("fclName", required=True),
    "phase": Column("fclPhase", required=True), "structure": Column("fclKind"), "surface": Column("fclSurface", flag),
    "company_name": Column("fclCurrentOperatorName"), "parent_kind": Column("fclBelongsToKind"),
    "parent_id": Column("fclBelongsToS"), "parent_name": Column("fclBelongsToName"),
    "startup": Column("fclStartupDate", day), "datum": Column("fclGeodeticDatum"), "north": _angle("Ns"), "east": _angle("Ew"),
    "water_depth": Column("fclWaterDepth", amount), "functions": Column("fclFunctions"), "lifetime": Column("fclDesignLifetime", amount),
    "as_of": _AS_OF})
MOVEABLE = Layout(MoveableRow, 6, {
    "npdid": Column("fclNpdidFacility", required=True), "name": Column("fclName", required=True), "structure": Column("fclKind"),
    "functions": Column("fclFunctions"), "nation": Column("fclNationName"), "company_id": Column("fclNpdidCurrentRespCompany"),
    "company_name": Column("fclCurrentRespCompanyName"), "as_of": _AS_OF})

SITE_LAYOUTS = (FIELD, OPERATOR, LICENSEE, FIXED, MOVEABLE)


def read(data: bytes, file: str, layouts: tuple[Layout, ...] = (COMPANY, *SITE_LAYOUTS)) -> Reading:
    """The rows of a file, its kind told by its columns among `layouts`. A file that lacks columns gives one error naming them all."""
    table = split(data, file)
    layout = min(layouts, key=lambda one: (len(set(one.names) - set(table.header)), -len(one.names)))
    missing = [name for name in layout.names if name not in table.header]
    broken = [error for error in table.errors if error.code in ("file_empty", "column_twice")]
    if missing and not broken:
        broken = [LineError(file, 1, "", "columns_missing", _("These columns are missing: %(names)s.") % {"names": ", ".join(missing)})]
    if broken:
        return Reading(file, layout, (), tuple(broken), len(table.records), table.encoding)
    rows, errors = [], list(table.errors)
    for line, cells in table.records:
        values, faults = _values(layout, dict(zip(table.header, cells, strict=True)))
        errors.extend(LineError(file, line, column, fault.code, fault.message) for column, fault in faults)
        if not faults:
            rows.append(layout.row(line=line, **values))
    errors.sort(key=lambda error: error.line)
    return Reading(file, layout, tuple(rows), tuple(errors), len(table.records) + len(table.errors), table.encoding)


def open_end(written: date | None) -> date | None:
    """A date of the register, None for its 9999-12-31: "open" as an end, "unknown" as a day something happened."""
    return None if written == OPEN_DATE else written


def _values(layout: Layout, cells: Mapping[str, str]) -> tuple[dict[str, Any], list[tuple[str, BadCell]]]:
    """The attributes a line gives, and the faults of its cells, each with its column."""
    values: dict[str, Any] = {}
    faults: list[tuple[str, BadCell]] = []

    def value(column: Column) -> Any:
        try:
            found = column.read(cells[column.name])
            if found is None and column.required:
                raise BadCell("value_missing", _("A value is needed here."))
        except BadCell as fault:
            faults.append((column.name, fault))
            return None
        return found

    for attribute, entry in layout.columns.items():
        values[attribute] = tuple(map(value, entry)) if isinstance(entry, tuple) else value(entry)
    return values, faults
