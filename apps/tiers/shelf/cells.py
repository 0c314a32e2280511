"""Cells of the register's files: text, dates, shares and flags, strictly, with NULL for nothing and 9999-12-31 for "open"."""
import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

OPEN_DATE = date(9999, 12, 31)
SHARE_PLACES = 5
LONGEST_TEXT = 200
NO_VALUE = frozenset(("", "NULL"))


class BadCell(Exception):
    """A cell that cannot be read: a code for machines, a message for people."""

    def __init__(self, code: str, message: Any) -> None:
        super().__init__(code, message)
        self.code, self.message = code, message


def text(cell: str) -> str | None:
    """The cell's text with single blanks, None for an empty cell or NULL."""
    found = " ".join(cell.split())
    if "\0" in found:
        raise BadCell("text_invalid", _("The cell holds a character that cannot be stored."))
    if len(found) > LONGEST_TEXT:
        raise BadCell("text_long", _("The text is longer than %(count)d characters.") % {"count": LONGEST_TEXT})
    return None if found in NO_VALUE else found


def flag(cell: str) -> bool | None:
    """Y or N."""
    found = text(cell)
    if found is None:
        return None
    if found not in ("Y", "N"):
        raise BadCell("flag_invalid", _("“%(text)s” is neither Y nor N.") % {"text": found})
    return found == "Y"


def day(cell: str) -> date | None:
    """A date written year-month-day; None for NULL. Other ways of writing are refused: 03/04/2013 has two readings."""
    found = text(cell)
    if found is None:
        return None
    if re.fullmatch(r"\d{4}-\d\d-\d\d", found, re.ASCII):
        try:
            return date.fromisoformat(found)
        except ValueError:
            raise BadCell("date_invalid", _("There is no day “%(text)s”.") % {"text": found}) from None
    raise BadCell("date_format", _("“%(text)s” is not written year-month-day, as 2013-05-08.") % {"text": found})


def number(cell: str) -> Decimal | None:
    """A decimal number with a point; None for NULL."""
    found = text(cell)
    if found is None:
        return None
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,12})?", found, re.ASCII):
        raise BadCell("number_invalid", _("“%(text)s” is not a number written with a decimal point.") % {"text": found})
    return Decimal(found)


def amount(cell: str) -> Decimal | None:
    """A number that is not negative; None for NULL."""
    found = number(cell)
    if found is not None and found < 0:
        raise BadCell("number_negative", _("The number is negative."))
    return found


def share(cell: str) -> Decimal | None:
    """A share in percent: over 0, up to 100, with at most five decimals."""
    found = state_share(cell)
    if found == 0:
        raise BadCell("share_range", _("A share is more than 0 %."))
    return found


def state_share(cell: str) -> Decimal | None:
    """The State's part of a share in percent: 0 to 100, with at most five decimals."""
    found = number(cell)
    if found is None:
        return None
    if not 0 <= found <= 100:
        raise BadCell("share_range", _("A share lies between 0 and 100 %."))
    if -int(found.normalize().as_tuple().exponent) > SHARE_PLACES:
        raise BadCell("share_places", _("A share has at most %(count)d decimals.") % {"count": SHARE_PLACES})
    return found
