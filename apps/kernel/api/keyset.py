"""Pages by key: the rows after, or before, the last one read, in any order of columns closed by the primary key, NULLs last.

Ties and NULLs cost nothing and lose nothing: the key is unique because it ends in the primary key."""
import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext_lazy as _

from apps.kernel import ordering
from apps.kernel.api.problems import BadQuery
from apps.kernel.api.renderers import dumps
from apps.kernel.paging import page

_signer = Signer(salt="opsflux.api.cursor")
BACK = "<"


@dataclass(frozen=True)
class Place:
    """Where a page begins: after the row with these values or, going back, before it."""
    values: list[Any]
    back: bool = False


class Order(ordering.Order):
    """An order whose places are given to callers as cursors."""

    def cursor(self, values: Sequence[Any], *, back: bool = False) -> str:
        """What the caller sends back for the page after, or before, the row with these values: opaque, signed, bound to this order."""
        body = base64.urlsafe_b64encode(dumps([BACK * back + self.terms, *values])).decode().rstrip("=")
        return _signer.sign(body)

    def read(self, cursor: str) -> Place:
        """The place in a cursor. Raises BadQuery for one that is broken, or made for another order."""
        try:
            body = _signer.unsign(cursor)
            terms, *values = orjson.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
            if terms.removeprefix(BACK) == self.terms and len(values) == len(self.keys):
                read = [None if value is None else key.field.to_python(value) for key, value in zip(self.keys, values, strict=True)]
                return Place(read, terms.startswith(BACK))
        except (BadSignature, ValueError, TypeError, binascii.Error, ValidationError):
            pass
        raise BadQuery("cursor", "bad_cursor", _("This cursor does not belong to this list and order. Start again without it."))


@dataclass(frozen=True)
class Slice:
    """The rows of one page, and whether there are others before and after it."""
    rows: list[Any]
    before: bool
    after: bool


def slice_of(rows: Any, order: Order, size: int, place: Place | None) -> Slice:
    """One page of rows that went through the door. The row a cursor was made of counts as being on its other side."""
    if place is None:
        found = page(rows, order, size + 1)
        return Slice(found[:size], before=False, after=len(found) > size)
    if place.back:
        found = page(rows, order.turned, size + 1, after=place.values)
        return Slice(found[:size][::-1], before=len(found) > size, after=True)
    found = page(rows, order, size + 1, after=place.values)
    return Slice(found[:size], before=True, after=len(found) > size)
