"""Company files: the columns they may have, and what a row says, with the name's key and the number's check digits."""
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.kernel.cells import BadCell, Reader, coded, text_to, whole, words
from apps.kernel.codes import countries, currencies, languages
from apps.kernel.errors import Invalid
from apps.kernel.presets import Column, Table
from apps.tiers.identifiers import SCHEMES, Checked, nace_code, normalise, normalise_unnamed
from apps.tiers.names import company_key
from apps.tiers.shelf.rows import COMPANY

SHELF = COMPANY.table
SYSTEM = "company"              # what ids of a file belong to, where nobody names the system
OLD_MARK = re.compile(r"\(old\d*\)", re.IGNORECASE)     # the registrar's mark of a company that another follows

# Columns of the staged rows, in order. The last ones are attributes, by the field they fill.
KEYS = {"ext": "varchar", "name": "varchar", "key": "varchar", "scheme": "varchar", "value": "varchar", "checked": "varchar",
        "registration": "boolean", "is_unique": "boolean", "current": "boolean", "marked": "boolean"}
ATTRIBUTES = {"legal_form": "varchar", "country": "varchar", "nace": "varchar", "headcount": "int", "currency": "varchar",
              "language": "varchar", "website": "varchar"}
ADDRESS = {"street": "varchar", "postcode": "varchar", "city": "varchar", "subdivision": "varchar", "address_country": "varchar"}
TYPES = {**KEYS, **ATTRIBUTES, **ADDRESS}
Values = Callable[[Any], Sequence[Any]]


def remembered(read: Reader) -> Reader:
    """A reader of cells of few different values that reads each of them once."""
    return lru_cache(4096)(read)


def _listed(codes: Any, length: int, message: Any) -> Callable[[str], str | None]:
    """A reader of codes of a list, in capitals or not."""
    read, known = coded(length=length), {str(code).upper(): code for code, _name in codes}

    def listed(cell: str) -> str | None:
        found = read(cell)
        if found is not None and found not in known:
            raise BadCell("code_unknown", message % {"code": found})
        return None if found is None else known[found]
    return remembered(listed)


def _scheme(cell: str) -> str | None:
    found = text_to(20)(cell)
    if found is not None and found not in SCHEMES:
        raise BadCell("identifier_scheme", _("Unknown kind of identifier."))
    return found


def _nace(cell: str) -> str | None:
    found = text_to(20)(cell)
    try:
        return None if found is None else nace_code(found)
    except Invalid as refusal:
        raise BadCell(refusal.code, refusal.message) from None


def _headcount(cell: str) -> int | None:
    found = whole(cell)
    if found is not None and not 0 <= found < 2 ** 31:
        raise BadCell("number_range", _("A number of employees lies between 0 and 2,147,483,647."))
    return found


_COUNTRY = _listed(countries(), 2, _("There is no country “%(code)s” (ISO 3166-1, two letters)."))
COMPANIES = Table("companies", _("Companies"), (
    Column("external_id", _("Key in the other system"), ("id", "code", "external id"), text_to(100),
           help=_("By it the company is found again: importing twice changes nothing.")),
    Column("name", _("Legal name"), ("name", "company", "raison sociale", "société"), text_to(250), required=True),
    Column("number", _("Registration number"), ("siren", "siret", "ice", "lei", "org number"), text_to(64),
           help=_("A number whose check digits agree identifies the company; one company for each.")),
    Column("scheme", _("Kind of number"), ("identifier scheme",), _scheme,
           help=_("For example fr.siren, ma.ice, no.orgnr, lei; else by country.")),
    Column("country", _("Country"), ("country code", "pays"), _COUNTRY, help=_("ISO 3166-1, two letters.")),
    Column("legal_form", _("Legal form"), (), text_to(40)),
    Column("nace", _("Sector (NACE)"), ("naf", "ape"), remembered(_nace)),
    Column("headcount", _("Employees"), ("effectif",), _headcount),
    Column("currency", _("Currency"), (), _listed(currencies(), 3, _("There is no currency “%(code)s” (ISO 4217)."))),
    Column("language", _("Language"), (), _listed(languages(), 2, _("There is no language “%(code)s” (ISO 639-1)."))),
    Column("website", _("Website"), ("url", "web"), text_to(200)),
    Column("street", _("Street"), ("address", "adresse"), words),
    Column("postcode", _("Postcode"), ("zip", "code postal"), text_to(20)),
    Column("city", _("City"), ("town", "ville"), text_to(120)),
    Column("subdivision", _("Subdivision"), ("region", "état"), coded(length=6), help=_("ISO 3166-2, for example NO-11."))))

# The scheme by which a country's companies are registered: the first of its own that is unique and has check digits.
NATIONAL: Mapping[str, str] = {}
for _code, _one in SCHEMES.items():
    if _one.country and _one.registration and _one.module:
        NATIONAL = {_one.country: _code, **NATIONAL}


def row_values(table: str) -> Values:
    """What a row of a file of this table says, as staged. Raises BadCell for a number that may not be kept."""
    return _shelf_values if table == SHELF.name else _values


def _shelf_values(row: Any) -> Sequence[Any]:
    checked = _checked("cmpOrgNumberBrReg", lambda: normalise_unnamed("no.orgnr", row.number)) if row.number else None
    return (row.npdid, row.name, company_key(row.name), *_number(checked), row.operator or row.licensee,
            OLD_MARK.search(row.name) is not None, *(None for _name in (*ATTRIBUTES, *ADDRESS)))


def _values(row: Any) -> Sequence[Any]:
    found = row[1]
    checked = None
    if (number := found["number"]) is not None:
        scheme, likely = found["scheme"], NATIONAL.get(found["country"] or "", "lei")
        checked = _checked("number", (lambda: normalise(scheme, number)) if scheme else (lambda: normalise_unnamed(likely, number)))
    address = (found["street"], found["postcode"], found["city"], found["subdivision"])
    return (found["external_id"], found["name"], company_key(found["name"]), *_number(checked), False, False,
            *(found[name] for name in ATTRIBUTES), *address, found["country"] if any(address) else None)


def _number(checked: Checked | None) -> Sequence[Any]:
    if checked is None:
        return None, None, None, False, False
    return checked.scheme, checked.value, checked.check, SCHEMES[checked.scheme].registration, checked.unique


def _checked(column: str, check: Callable[[], Checked]) -> Checked:
    try:
        return check()
    except Invalid as refusal:
        raise BadCell(refusal.code, refusal.message, column) from None
