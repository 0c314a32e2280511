"""What a plan must know of the records that exist: answered as plain mappings, so that planning needs no database.

`wanted_*` says which ids, names, keys and numbers the files mention: the caller looks up those and nothing else.
"""
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from apps.kernel.errors import Invalid
from apps.tiers.identifiers import Checked, normalise_unnamed
from apps.tiers.names import company_key
from apps.tiers.shelf.rows import CompanyRow, FieldRow, FixedRow, LicenseeRow, MoveableRow, OperatorRow, Reading

COMPANY_SYSTEM = "npdid.company"
FIELD_SYSTEM = "npdid.field"
FACILITY_SYSTEM = "npdid.facility"
TRANSPORT_SYSTEM = "npdid.tuf"  # the register calls transport and utilisation facilities TUF

Number = tuple[str, str]  # identifier scheme and compact value
SiteRef = tuple[str, str]  # external id: system and value


@dataclass(frozen=True, order=True)
class CompanyRef:
    """A company of a plan: one that exists (`pk`), or one the plan makes, known by its `npdid` or, without one, by its name alone."""
    pk: int | None = None
    npdid: str = ""
    name: str = ""


@dataclass(frozen=True)
class KnownCompanies:
    """Companies that exist, not merged away. `ids`: npdid.company to pk. `names` and `keys`: every kind of name and its key to pks.
    `numbers`: the valid identifiers (scheme, value) to pk. `legal`: pk to current legal name. `numbers_of`: pk to its valid identifiers."""
    ids: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, Set[int]] = field(default_factory=dict)
    keys: Mapping[str, Set[int]] = field(default_factory=dict)
    numbers: Mapping[Number, int] = field(default_factory=dict)
    legal: Mapping[int, str] = field(default_factory=dict)
    numbers_of: Mapping[int, Set[Number]] = field(default_factory=dict)


@dataclass(frozen=True)
class WantedCompanies:
    """What to look up for `KnownCompanies`; `legal` and `numbers_of` are wanted for every pk found by these."""
    ids: frozenset[str]
    names: frozenset[str]
    keys: frozenset[str]
    numbers: frozenset[Number]


def number_of(row: CompanyRow) -> Checked | None:
    """The row's number as stored: a Norwegian organisation number where its check digits agree, else of an unnamed scheme, unverified.

    Raises Invalid for a number that may not be kept.
    """
    return normalise_unnamed("no.orgnr", row.number) if row.number else None


def wanted_companies(readings: Iterable[Reading]) -> WantedCompanies:
    """The ids, names, keys and valid numbers of companies that the files mention."""
    ids: set[str] = set()
    names: set[str] = set()
    numbers: set[Number] = set()
    for reading in readings:
        for row in reading.rows:
            if isinstance(row, CompanyRow):
                ids.add(row.npdid)
                names.add(row.name)
                numbers.update(_valid_number(row))
            else:
                ids.update([npdid] if (npdid := getattr(row, "company_id", None)) else ())
                names.update([row.company_name] if row.company_name else ())
    return WantedCompanies(frozenset(ids), frozenset(names), frozenset(map(company_key, names)), frozenset(numbers))


def wanted_sites(readings: Iterable[Reading]) -> frozenset[SiteRef]:
    """The external ids of sites that the files mention, their own and those they point at."""
    found: set[SiteRef] = set()
    for reading in readings:
        for row in reading.rows:
            match row:
                case FieldRow():
                    found.add((FIELD_SYSTEM, row.npdid))
                case OperatorRow() | LicenseeRow():
                    found.add((FIELD_SYSTEM, row.field_id))
                case FixedRow():
                    found.update({(FACILITY_SYSTEM, row.npdid)} | ({parent} if (parent := parent_of(row)) else set()))
                case MoveableRow():
                    found.add((FACILITY_SYSTEM, row.npdid))
    return frozenset(found)


def parent_of(row: FixedRow) -> SiteRef | None:
    """The site a fixed facility belongs to: a field, else a transport system or a part of one; None without."""
    if row.parent_id is None:
        return None
    return (FIELD_SYSTEM if row.parent_kind == "FIELD" else TRANSPORT_SYSTEM), row.parent_id


def _valid_number(row: CompanyRow) -> set[Number]:
    try:
        checked = number_of(row)
    except Invalid:
        return set()  # the plan reports it with its line
    return {(checked.scheme, checked.value)} if checked is not None and checked.unique else set()
