"""Cells of the published lists as values."""
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.reference.choices import Function
from apps.kernel.cells import BadCell, text

MILLIONTH = Decimal("0.000001")
FUNCTIONS = {"0": Function.UNKNOWN, "1": Function.PORT, "2": Function.RAIL, "3": Function.ROAD, "4": Function.AIRPORT, "5": Function.POSTAL,
             "6": Function.MULTIMODAL, "7": Function.FIXED, "8": Function.INLAND_PORT, "A": Function.ECONOMIC_ZONE, "B": Function.BORDER}
FIRST_YEAR = 70     # the list began in 1981: two digits below this are of the years 2000
_MINUTES = re.compile(r"(\d{2})(\d{2})([NS]) (\d{3})(\d{2})([EW])", re.ASCII)
_MONTH = re.compile(r"(\d\d)(\d\d)", re.ASCII)


def three_digits(cell: str) -> str | None:
    """A numeric code, which some files write without its zeros: 4 is 004."""
    found = text(cell)
    return None if found is None else found.zfill(3)


def minor_units(cell: str) -> int | None:
    """The decimals of a currency; a hyphen where it has none to speak of."""
    found = text(cell)
    if found in (None, "-"):
        return None
    if not found.isdecimal():
        raise BadCell("number_invalid", _("“%(text)s” is not a whole number.") % {"text": found})
    return int(found)


def degrees(limit: int) -> Callable[[str], Decimal | None]:
    """A reader of decimal degrees up to `limit` either way, rounded to the millionth (0.1 m)."""
    def read(cell: str) -> Decimal | None:
        found = text(cell)
        if found is None:
            return None
        try:
            value = Decimal(found)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or abs(value) > limit:
            raise BadCell("degrees_invalid", _("“%(text)s” is not a number of degrees between −%(limit)d and %(limit)d.") % {
                "text": found, "limit": limit})
        return value.quantize(MILLIONTH)
    return read


def functions(cell: str) -> list[str]:
    """UN/LOCODE's eight places of functions: `12345---` is port, rail, road, airport, postal."""
    found = text(cell) or ""
    unknown = set(found) - {"-"} - FUNCTIONS.keys()
    if unknown:
        raise BadCell("function_unknown", _("“%(text)s” holds a function that UN/LOCODE does not have.") % {"text": found})
    return [str(FUNCTIONS[sign]) for sign in found if sign != "-"]


def month(cell: str) -> date | None:
    """UN/LOCODE's year and month, two digits each, as the month's first day."""
    found = text(cell)
    if found is None:
        return None
    parts = _MONTH.fullmatch(found)
    if parts is None or not 1 <= int(parts[2]) <= 12:
        raise BadCell("month_invalid", _("“%(text)s” is not a year and a month of two digits each.") % {"text": found})
    year = int(parts[1])
    return date(year + (1900 if year >= FIRST_YEAR else 2000), int(parts[2]), 1)


def minutes(written: str | None) -> tuple[Decimal | None, Decimal | None]:
    """A position of whole minutes, `4930N 00006E` → 49.5, 0.1. Neither where it cannot be read: of 60 minutes or more nobody can say
    whether they were meant as hundredths."""
    parts = _MINUTES.fullmatch(written or "")
    if parts is None:
        return None, None
    latitude, longitude = _angle(parts[1], parts[2], 90), _angle(parts[4], parts[5], 180)
    if latitude is None or longitude is None:
        return None, None
    return (-latitude if parts[3] == "S" else latitude), (-longitude if parts[6] == "W" else longitude)


@lru_cache(25_000)
def _angle(whole: str, sixtieths: str, limit: int) -> Decimal | None:
    if int(sixtieths) > 59:
        return None
    value = (Decimal(whole) + Decimal(sixtieths) / 60).quantize(MILLIONTH)
    return value if value <= limit else None


def both(row: dict[str, Any]) -> dict[str, Any]:
    """The row, without its position where the source gives one half of it."""
    if row.get("latitude") is None or row.get("longitude") is None:
        row["latitude"] = row["longitude"] = None
    return row
