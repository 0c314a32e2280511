"""Cells of a file as values: strictly, so that a wrong cell is told and never guessed. Each reader takes the cell's text.

A reader gives None for an empty cell and raises BadCell, with a code for machines and a sentence for people, for one it cannot read.
"""
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

LONGEST_TEXT = 200
NO_VALUE = frozenset(("", "NULL"))
YES = frozenset(("Y", "YES", "TRUE", "1", "OUI", "SI", "SÍ", "JA", "VRAI"))
NO = frozenset(("N", "NO", "FALSE", "0", "NON", "NEI", "FAUX"))
DAY_FORMS = {"iso": (), "dmy": ("day", "month", "year"), "mdy": ("month", "day", "year")}
Reader = Callable[[str], Any]

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_SOLID = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,12})?", re.ASCII)
_GROUPED = re.compile(r"-?\d{1,3}(?:[\s.\u00a0\u202f]\d{3})+(?:,\d{1,12})?|-?\d{1,12}(?:,\d{1,12})?", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)


class BadCell(Exception):
    """A cell that cannot be read: a code for machines, a message for people; `column` where another than the one being read is at fault."""

    def __init__(self, code: str, message: Any, column: str = "") -> None:
        super().__init__(code, message)
        self.code, self.message, self.column = code, message, column


def text(cell: str, longest: int = LONGEST_TEXT) -> str | None:
    """The cell's text with single blanks, None for an empty cell or NULL."""
    found = " ".join(cell.split())
    if "\0" in found:
        raise BadCell("text_invalid", _("The cell holds a character that cannot be stored."))
    if len(found) > longest:
        raise BadCell("text_long", _("The text is longer than %(count)d characters.") % {"count": longest})
    return None if found in NO_VALUE else found


def text_to(longest: int) -> Reader:
    """A reader of texts up to `longest` characters."""
    return lambda cell: text(cell, longest)


def words(cell: str) -> str | None:
    """Text as written, lines kept; None for an empty cell or NULL."""
    if "\0" in cell:
        raise BadCell("text_invalid", _("The cell holds a character that cannot be stored."))
    found = cell.strip()
    return None if found in NO_VALUE else found


def flag(cell: str) -> bool | None:
    """Y or N, yes or no in the product's languages, true or false, 1 or 0."""
    found = text(cell)
    if found is None:
        return None
    if (said := found.upper()) in YES:
        return True
    if said in NO:
        return False
    raise BadCell("flag_invalid", _("“%(text)s” is neither Y nor N.") % {"text": found})


def day(cell: str) -> date | None:
    """A date written year-month-day, 20130508 or 08.05.2013 (dots always put the day first).

    Slashes are refused: 03/04/2013 has two readings. Whoever imports may say which one is meant: `day_as`."""
    return _day(cell, "iso")


def day_as(form: str) -> Reader:
    """A reader of dates where slashes and hyphens are meant as `dmy` or `mdy`; `iso` refuses them."""
    return lambda cell: _day(cell, form)


def _day(cell: str, form: str) -> date | None:
    found = text(cell)
    if found is None:
        return None
    if (parts := _ISO.fullmatch(found) or _SOLID.fullmatch(found)) is not None:
        year, month, of_month = map(int, parts.groups())
    elif (parts := _DOTTED.fullmatch(found)) is not None:
        of_month, month, year = map(int, parts.groups())
    elif DAY_FORMS[form] and (parts := _SLASHED.fullmatch(found)) is not None:
        said = dict(zip(DAY_FORMS[form], map(int, parts.groups()), strict=True))
        year, month, of_month = said["year"], said["month"], said["day"]
    else:
        raise BadCell("date_format", _("“%(text)s” is not written year-month-day, as 2013-05-08.") % {"text": found})
    try:
        return date(year, month, of_month)
    except ValueError:
        raise BadCell("date_invalid", _("There is no day “%(text)s”.") % {"text": found}) from None


def number(cell: str) -> Decimal | None:
    """A decimal number with a point; None for NULL."""
    found = text(cell)
    if found is None:
        return None
    if not _NUMBER.fullmatch(found):
        raise BadCell("number_invalid", _("“%(text)s” is not a number written with a decimal point.") % {"text": found})
    return Decimal(found)


def number_with_comma(cell: str) -> Decimal | None:
    """A decimal number with a comma, its thousands set apart by blanks or points: `1 234,5`."""
    found = text(cell)
    if found is None:
        return None
    if not _GROUPED.fullmatch(found):
        raise BadCell("number_invalid", _("“%(text)s” is not a number written with a decimal comma.") % {"text": found})
    return Decimal(re.sub(r"[\s.\u00a0\u202f]", "", found).replace(",", "."))


def amount(cell: str) -> Decimal | None:
    """A number that is not negative; None for NULL."""
    found = number(cell)
    if found is not None and found < 0:
        raise BadCell("number_negative", _("The number is negative."))
    return found


def whole(cell: str) -> int | None:
    """A whole number; None for NULL."""
    found = text(cell)
    if found is None:
        return None
    if not _WHOLE.fullmatch(found):
        raise BadCell("number_invalid", _("“%(text)s” is not a whole number.") % {"text": found})
    return int(found)


def one_of(values: Iterable[str] | Mapping[str, str]) -> Reader:
    """A reader of one of these codes; a mapping says how each is stored."""
    known = dict(values) if isinstance(values, Mapping) else {value: value for value in values}

    def read(cell: str) -> str | None:
        found = text(cell)
        if found is not None and found not in known:
            raise BadCell("value_unknown", _("“%(text)s” is not one of the values known here.") % {"text": found})
        return None if found is None else known[found]
    return read


def coded(*, length: int) -> Reader:
    """A reader of codes of at most `length` characters, stored in capitals."""
    def read(cell: str) -> str | None:
        found = text(cell, length)
        return None if found is None else found.upper()
    return read
