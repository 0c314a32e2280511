"""Which sites the register's field and facility files say should exist: kind, phase, parent, position."""
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.factory.choices import Phase, SiteKind
from apps.core.factory.selectors import Position, dms_text, from_dms, position
from apps.kernel.errors import Invalid
from apps.kernel.presets import Fault
from apps.tiers.shelf.known import FACILITY_SYSTEM, FIELD_SYSTEM, SiteRef, parent_of
from apps.tiers.shelf.rows import FieldRow, FixedRow, MoveableRow, open_end

FIELD_PHASES = {"PRODUCING": Phase.IN_SERVICE, "SHUT DOWN": Phase.SHUT_DOWN, "PDO APPROVED": Phase.UNDER_CONSTRUCTION}
FACILITY_PHASES = {
    "FUTURE": Phase.PLANNED, "FABRICATION": Phase.PLANNED, "INSTALLATION": Phase.UNDER_CONSTRUCTION, "IN SERVICE": Phase.IN_SERVICE,
    "SHUT DOWN": Phase.SHUT_DOWN, "REMOVAL": Phase.DECOMMISSIONING, "PARTLY REMOVED": Phase.DECOMMISSIONING,
    "DECOMMISSIONED": Phase.DECOMMISSIONING, "REMOVED": Phase.REMOVED}


@dataclass(frozen=True)
class PlannedSite:
    """One site as the files describe it, known by its external id. None says nothing about an attribute; `water_depth` is in metres.
    `details` holds what the register says beyond the site's own attributes. A `stub` is known by its name only."""
    ref: SiteRef
    kind: SiteKind
    name: str
    phase: Phase | None = None
    parent: SiteRef | None = None
    position: Position | None = None
    commissioned_on: date | None = None
    water_depth: int | None = None
    functions: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""
    line: int = 0
    stub: bool = False


def field_site(row: FieldRow, file: str, errors: list[Fault]) -> PlannedSite:
    """A petroleum field."""
    phase = _phase(FIELD_PHASES, row.status, file, row.line, "fldCurrentActivitySatus", errors)
    return PlannedSite((FIELD_SYSTEM, row.npdid), SiteKind.FIELD, row.name, phase, file=file, line=row.line)


def fixed_site(row: FixedRow, file: str, errors: list[Fault]) -> PlannedSite:
    """A fixed facility under its field or transport system."""
    details = {"structure": row.structure, "surface": row.surface, "design_lifetime_years": _whole(row.lifetime)}
    return PlannedSite(
        (FACILITY_SYSTEM, row.npdid), SiteKind.FIXED_FACILITY, row.name,
        _phase(FACILITY_PHASES, row.phase, file, row.line, "fclPhase", errors), parent_of(row), _position(row, file, errors),
        open_end(row.startup), _whole(row.water_depth), row.functions or "", _said(details), file, row.line)


def moveable_site(row: MoveableRow, file: str) -> PlannedSite:
    """A rig or vessel: no parent, no position."""
    return PlannedSite((FACILITY_SYSTEM, row.npdid), SiteKind.MOVEABLE_FACILITY, row.name, functions=row.functions or "",
                       details=_said({"structure": row.structure, "nation": row.nation}), file=file, line=row.line)


def stub_site(ref: SiteRef, name: str, file: str, line: int) -> PlannedSite:
    """A site the files name without describing it."""
    kind = SiteKind.FIELD if ref[0] == FIELD_SYSTEM else SiteKind.TRANSPORT_SYSTEM
    return PlannedSite(ref, kind, name, file=file, line=line, stub=True)


def _phase(phases: Mapping[str, Phase], written: str, file: str, line: int, column: str, errors: list[Fault]) -> Phase | None:
    if written not in phases:
        errors.append(Fault(file, line, column, "status_unknown", _("Unknown status “%(status)s”.") % {"status": written}))
    return phases.get(written)


def _position(row: FixedRow, file: str, errors: list[Fault]) -> Position | None:
    try:
        north, east = from_dms(*row.north), from_dms(*row.east)
        return position(row.datum, north, east, f"{dms_text(*row.north)} {dms_text(*row.east)}".strip())
    except Invalid as refusal:
        errors.append(Fault(file, row.line, "fclNsDeg", refusal.code, refusal.message))
        return None


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else round(value)


def _said(details: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in details.items() if value is not None}
