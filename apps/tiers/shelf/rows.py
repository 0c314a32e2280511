"""The register's files as rows: one dataclass a file, and which column feeds which attribute through which reader of cells."""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from apps.kernel.cells import Reader, amount, day, flag, text
from apps.kernel.presets import Column, Fault, Table
from apps.tiers.shelf.cells import OPEN_DATE, share, state_share

Fields = Mapping[str, Column | tuple[Column, ...]]


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
    """What a file of one kind looks like: which columns feed which attribute of its rows. `order` is its place in a run over several files:
    what others name comes first."""
    row: type[Row]
    order: int
    title: Any
    columns: Fields

    def make(self, *, line: int, **values: Any) -> Row:
        """A row from the values of its columns."""
        found = {name: tuple(values[column.name] for column in entry) if isinstance(entry, tuple) else values[entry.name]
                 for name, entry in self.columns.items()}
        return self.row(line=line, **found)

    @property
    def table(self) -> Table:
        """The same as an import wants it."""
        columns = (column for entry in self.columns.values() for column in (entry if isinstance(entry, tuple) else (entry,)))
        return Table(self.row.__name__, self.title, tuple(columns), self.order, self.make)


@dataclass(frozen=True)
class Reading:
    """A file as read: its good rows, and the faults of the others where the import does not tell them itself. `count` is the number of
    lines with data, faulty ones included."""
    file: str
    layout: Layout
    rows: tuple[Any, ...]
    errors: tuple[Fault, ...]
    count: int


def _column(name: str, title: Any, read: Reader = text, *, required: bool = False) -> Column:
    """Every column of a kind must be in the file: what the register leaves out of a row it writes as NULL."""
    return Column(name, title, read=read, required=required, needed=True)


def _angle(axis: str, title: Any) -> tuple[Column, ...]:
    parts = (("Deg", _("degrees")), ("Min", _("minutes")), ("Sec", _("seconds")), ("Code", _("hemisphere")))
    return tuple(_column(f"fcl{axis}{part}", format_lazy("{}: {}", title, its)) for part, its in parts)


def _history(start: str, end: str) -> dict[str, Column]:
    return {"field_id": _column("fldNpdidField", _("Field, key in the register"), required=True),
            "field_name": _column("fldName", _("Field"), required=True), "company_id": _column("cmpNpdidCompany", _COMPANY_KEY),
            "company_name": _column("cmpLongName", _("Company")), "start": _column(start, _("From"), day, required=True),
            "end": _column(end, _("To, not included"), day, required=True)}


_COMPANY_KEY = _("Company, key in the register")
_AS_OF = _column("dateSyncNPD", _("Day of the file"), day, required=True)
_FACILITY = {"npdid": _column("fclNpdidFacility", _("Facility, key in the register"), required=True),
             "name": _column("fclName", _("Facility"), required=True)}

COMPANY = Layout(CompanyRow, 1, _("Companies of the register"), {
    "npdid": _column("cmpNpdidCompany", _COMPANY_KEY, required=True), "name": _column("cmpLongName", _("Company"), required=True),
    "number": _column("cmpOrgNumberBrReg", _("Organisation number")),
    "operator": _column("cmpLicenceOperCurrent", _("Operates a licence now"), flag, required=True),
    "licensee": _column("cmpLicenceLicenseeCurrent", _("Holds a licence now"), flag, required=True), "as_of": _AS_OF})
FIELD = Layout(FieldRow, 2, _("Fields"), {
    "npdid": _column("fldNpdidField", _("Field, key in the register"), required=True),
    "name": _column("fldName", _("Field"), required=True),
    "status": _column("fldCurrentActivitySatus", _("Activity"), required=True), "company_id": _column("cmpNpdidCompany", _COMPANY_KEY),
    "company_name": _column("cmpLongName", _("Company")), "as_of": _AS_OF})
OPERATOR = Layout(OperatorRow, 3, _("Operators of fields"), _history("fldOperatorFrom", "fldOperatorTo"))
LICENSEE = Layout(LicenseeRow, 4, _("Licensees of fields"), {
    **_history("fldLicenseeFrom", "fldLicenseeTo"), "share": _column("fldCompanyShare", _("Share (%)"), share, required=True),
    "state_share": _column("fldSdfiShare", _("Share of the State (%)"), state_share)})
FIXED = Layout(FixedRow, 5, _("Fixed facilities"), {
    **_FACILITY, "phase": _column("fclPhase", _("Phase"), required=True), "structure": _column("fclKind", _("Structure")),
    "surface": _column("fclSurface", _("At the surface"), flag), "company_name": _column("fclCurrentOperatorName", _("Operator")),
    "parent_kind": _column("fclBelongsToKind", _("Kind of what it belongs to")),
    "parent_id": _column("fclBelongsToS", _("Belongs to, key in the register")),
    "parent_name": _column("fclBelongsToName", _("Belongs to")),
    "startup": _column("fclStartupDate", _("Start-up"), day), "datum": _column("fclGeodeticDatum", _("Geodetic datum")),
    "north": _angle("Ns", _("Latitude")), "east": _angle("Ew", _("Longitude")),
    "water_depth": _column("fclWaterDepth", _("Water depth (m)"), amount), "functions": _column("fclFunctions", _("Functions")),
    "lifetime": _column("fclDesignLifetime", _("Design lifetime (years)"), amount), "as_of": _AS_OF})
MOVEABLE = Layout(MoveableRow, 6, _("Moveable facilities"), {
    **_FACILITY, "structure": _column("fclKind", _("Structure")), "functions": _column("fclFunctions", _("Functions")),
    "nation": _column("fclNationName", _("Flag state")),
    "company_id": _column("fclNpdidCurrentRespCompany", _("Responsible company, key in the register")),
    "company_name": _column("fclCurrentRespCompanyName", _("Responsible company")), "as_of": _AS_OF})

SITE_LAYOUTS = (FIELD, OPERATOR, LICENSEE, FIXED, MOVEABLE)
LAYOUTS = {layout.row.__name__: layout for layout in (COMPANY, *SITE_LAYOUTS)}


def open_end(written: date | None) -> date | None:
    """A date of the register, None for its 9999-12-31: "open" as an end, "unknown" as a day something happened."""
    return None if written == OPEN_DATE else written
