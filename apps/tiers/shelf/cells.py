"""Cells that only the register's files have: shares, and 9999-12-31 for "open"."""
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from apps.kernel.cells import BadCell, number

OPEN_DATE = date(9999, 12, 31)
SHARE_PLACES = 5


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
