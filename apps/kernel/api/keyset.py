"""Pages by key: the rows after the last one read, in any order of columns closed by the primary key, NULLs last.

Ties and NULLs cost nothing and lose nothing: the key is unique because it ends in the primary key."""
import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.db.models import BooleanField, F, Func, Model, Q, Value
from django.utils.translation import gettext_lazy as _

from apps.kernel.api.problems import BadQuery
from apps.kernel.api.renderers import dumps

_signer = Signer(salt="opsflux.api.cursor")


class _Row(Func):
    template, arg_joiner = "(%(expressions)s)", ", "


class _RowAfter(Func):
    """(a, b) > (x, y): one range of an index, however many rows tie on a."""
    template, output_field, conditional = "%(expressions)s", BooleanField(), True


@dataclass(frozen=True)
class Key:
    """One column of an order."""
    name: str
    descending: bool
    nullable: bool
    field: Any

    @property
    def expression(self) -> Any:
        """What ORDER BY takes. Ascending is NULLS LAST by nature; saying so for columns without NULLs would lose their index."""
        column = F(self.name)
        if self.descending:
            return column.desc(nulls_last=True) if self.nullable else column.desc()
        return column.asc()

    def after(self, value: Any) -> Q | bool:
        """The rows that come later on this column alone: False when none can (NULLs are last)."""
        if value is None:
            return False
        later = Q(**{f"{self.name}__{'lt' if self.descending else 'gt'}": value})
        return later | Q(**{f"{self.name}__isnull": True}) if self.nullable else later

    def same(self, value: Any) -> Q:
        """The rows that tie on this column."""
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})


class Order:
    """An order of a model's rows; the primary key closes it, in the direction of the column before it."""

    def __init__(self, model: type[Model], terms: Sequence[str]) -> None:
        self.terms = ",".join(terms)
        keys = [self._key(model, term) for term in terms]
        if not keys or keys[-1].name != "pk":
            keys.append(Key("pk", bool(keys) and keys[-1].descending, False, model._meta.pk))
        self.keys = keys
        self.newest = self.terms if len(keys) == 2 and keys[0].descending and not keys[0].nullable else ""

    @staticmethod
    def _key(model: type[Model], term: str) -> Key:
        name = term.removeprefix("-")
        field: Any = model._meta.pk if name == "pk" else model._meta.get_field(name)
        return Key("pk" if field.primary_key else name, term.startswith("-"), field.null, field)

    @property
    def columns(self) -> list[str]:
        """The attributes whose values make a row's key."""
        return [key.field.attname for key in self.keys]

    @property
    def expressions(self) -> list[Any]:
        return [key.expression for key in self.keys]

    def after(self, values: Sequence[Any]) -> Q:
        """The condition of the rows that come after the row with these values."""
        first = self.keys[0]
        if not any(key.nullable for key in self.keys) and len({key.descending for key in self.keys}) == 1:
            left, right = _Row(*(F(key.name) for key in self.keys)), _Row(*(
                Value(value, output_field=key.field) for key, value in zip(self.keys, values, strict=True)))
            return Q(_RowAfter(left, right, arg_joiner=" < " if first.descending else " > "))
        found, ties = Q(pk__in=[]), Q()
        for key, value in zip(self.keys, values, strict=True):
            later = key.after(value)
            if isinstance(later, Q):
                found |= ties & later
            ties &= key.same(value)
        return found

    def cursor(self, values: Sequence[Any]) -> str:
        """What the caller sends back for the next page: opaque, signed, bound to this order."""
        body = base64.urlsafe_b64encode(dumps([self.terms, *values])).decode().rstrip("=")
        return _signer.sign(body)

    def read(self, cursor: str) -> list[Any]:
        """The key in a cursor. Raises BadQuery for one that is broken, or made for another order."""
        try:
            body = _signer.unsign(cursor)
            terms, *values = orjson.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
            if terms == self.terms and len(values) == len(self.keys):
                return [None if value is None else key.field.to_python(value) for key, value in zip(self.keys, values, strict=True)]
        except (BadSignature, ValueError, TypeError, binascii.Error, ValidationError):
            pass
        raise BadQuery("cursor", "bad_cursor", _("This cursor does not belong to this list and order. Start again without it."))
