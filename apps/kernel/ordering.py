"""Orders of rows, total and the same everywhere: columns, ties as their index has them, the primary key at the end, NULLs last."""
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import BooleanField, F, Func, Model, Q, QuerySet, Value


class Fence(Func):
    """Hides a column's index from ORDER BY: the planner gathers the matching rows and sorts the top."""
    template = "(SELECT %(expressions)s)"


class _Row(Func):
    template, arg_joiner = "(%(expressions)s)", ", "


class _Compared(Func):
    """(a, b) > (x, y): one range of an index, however many rows tie on a."""
    template, output_field, conditional = "%(expressions)s", BooleanField(), True


@dataclass(frozen=True)
class Key:
    """One column of an order. NULLs are last; in an order turned round they are first."""
    name: str
    descending: bool
    nullable: bool
    field: Any
    nulls_first: bool = False

    @property
    def expression(self) -> Any:
        """What ORDER BY takes."""
        return self._directed(F(self.name))

    @property
    def fenced(self) -> Any:
        """The same, without the help of an index."""
        return self._directed(Fence(F(self.name)))

    def _directed(self, column: Any) -> Any:
        # PostgreSQL's own place of NULLs is not said: saying it of a column without NULLs would lose its index.
        says = {"nulls_first": True} if self.nulls_first else {"nulls_last": True}
        if self.descending:
            return column.desc(**(says if self.nullable and not self.nulls_first else {}))
        return column.asc(**(says if self.nullable and self.nulls_first else {}))

    @property
    def turned(self) -> "Key":
        return replace(self, descending=not self.descending, nulls_first=not self.nulls_first)

    @property
    def is_null(self) -> Q:
        return Q(**{f"{self.name}__isnull": True})

    def after(self, value: Any) -> Q | None:
        """The rows that come later on this column alone; None when none can."""
        if value is None:
            return ~self.is_null if self.nulls_first else None
        later = Q(**{f"{self.name}__{'lt' if self.descending else 'gt'}": value})
        return later | self.is_null if self.nullable and not self.nulls_first else later

    def same(self, value: Any) -> Q:
        """The rows that tie on this column."""
        return self.is_null if value is None else Q(**{self.name: value})


class Order:
    """An order of a model's rows. Ties of the columns named follow the index that begins with them, then the primary key."""

    def __init__(self, model: type[Model], terms: Sequence[str]) -> None:
        self.terms = ",".join(terms)
        keys = [key_of(model, term) for term in [*terms, *ties(model, terms)]]
        if not keys or keys[-1].name != "pk":
            keys.append(Key("pk", bool(keys) and keys[-1].descending, False, model._meta.pk))
        self.keys = keys

    @classmethod
    def by(cls, terms: str, keys: Sequence[Key]) -> "Order":
        """An order of these keys, which end with the primary one."""
        made = cls.__new__(cls)
        made.terms, made.keys = terms, list(keys)
        return made

    @classmethod
    def of(cls, rows: QuerySet) -> "Order | None":
        """The order a queryset asks for; None where a part of it is no column."""
        terms = rows.query.order_by or (rows.model._meta.ordering if rows.query.default_ordering else ())
        if rows.query.extra_order_by or rows.query.distinct or not all(isinstance(term, str) and term != "?" for term in terms):
            return None
        named = [name for term in terms for name in spread(rows.model, str(term))]
        try:
            keys = [key_of(rows.model, term) for term in dict.fromkeys(named)]
        except LookupError:
            return None
        place = next((place for place, key in enumerate(keys) if key.name == "pk"), len(keys))
        last = keys[place] if place < len(keys) else Key("pk", bool(keys) and keys[-1].descending, False, rows.model._meta.pk)
        return cls.by(",".join(named), [*keys[:place], last])

    @property
    def turned(self) -> "Order":
        """The same rows from the other end."""
        return Order.by(f"<{self.terms}", [key.turned for key in self.keys])

    @property
    def columns(self) -> list[str]:
        """The attributes whose values make a row's key."""
        return [key.field.attname if "__" not in key.name else key.name for key in self.keys]

    @property
    def expressions(self) -> list[Any]:
        return [key.expression for key in self.keys]

    @property
    def fenced(self) -> list[Any]:
        """ORDER BY that no index can serve."""
        return [self.keys[0].fenced, *self.expressions[1:]]

    def after(self, values: Sequence[Any]) -> Q:
        """The condition of the rows that come after the row with these values."""
        first = self.keys[0]
        if not any(key.nullable for key in self.keys) and len({key.descending for key in self.keys}) == 1:
            return compared(self.keys, " < " if first.descending else " > ", values)
        found, tied = Q(pk__in=[]), Q()
        for key, value in zip(self.keys, values, strict=True):
            later = key.after(value)
            if later is not None:
                found |= tied & later
            tied &= key.same(value)
        return found

    def until(self, values: Sequence[Any]) -> Q:
        """A range of the order's index that holds at least the rows up to the one with these values; its first key has no NULLs."""
        direction, run = self.keys[0].descending, []
        for key in self.keys:
            if key.nullable or key.descending != direction:
                break
            run.append(key)
        return compared(run, " >= " if direction else " <= ", values[:len(run)])

    def parts(self) -> list[tuple[Q, "Order"]]:
        """The order as several, one after the other, each of which an index can serve; the whole where its first column has no NULLs and
        more than two values."""
        first, rest = self.keys[0], self.keys[1:]
        found: list[tuple[Q, Order]] = []
        if isinstance(first.field, BooleanField):
            found = [(Q(**{first.name: value}), Order.by(f"{first.name}={value},{self.terms}", rest))
                     for value in ((True, False) if first.descending else (False, True))]
        elif first.nullable:
            known = replace(first, nullable=False, nulls_first=False)
            found = [(~first.is_null, Order.by(f"{first.name}!,{self.terms}", [known, *rest]))]
        if first.nullable and found:
            found.insert(0 if first.nulls_first else len(found), (first.is_null, Order.by(f"{first.name}?,{self.terms}", rest)))
        return found

    def place(self, values: Sequence[Any]) -> tuple[int, list[Any]]:
        """Among parts(): the one that holds a row with these values, and the values that are its place there."""
        first, value = self.keys[0], values[0]
        nulls = [0] if first.nulls_first and first.nullable else []
        if value is None:
            return (0 if nulls else len(self.parts()) - 1), list(values[1:])
        if isinstance(first.field, BooleanField):
            return len(nulls) + (value != first.descending), list(values[1:])
        return len(nulls), list(values)


def compared(keys: Sequence[Key], sign: str, values: Sequence[Any]) -> Q:
    """A comparison of rows: (a, b) < (x, y)."""
    left = _Row(*(F(key.name) for key in keys))
    right = _Row(*(Value(value, output_field=key.field) for key, value in zip(keys, values, strict=True)))
    return Q(_Compared(left, right, arg_joiner=sign))


def key_of(model: type[Model], term: str) -> Key:
    """The key of "name", "-name" or "reference__name". Raises FieldDoesNotExist (a LookupError) for what is no column."""
    name, field, nullable, at = term.removeprefix("-"), None, False, model
    for part in name.split("__"):
        field = at._meta.pk if part == "pk" else at._meta.get_field(part)
        if not getattr(field, "concrete", False):
            raise LookupError(term)
        nullable = nullable or field.null
        at = field.related_model or at
    return Key("pk" if name in ("pk", model._meta.pk.name) else name, term.startswith("-"), nullable, field)


def spread(model: type[Model], term: str) -> list[str]:
    """A reference sorts as its records do, which is how Django reads its name."""
    name, back = term.removeprefix("-"), term.startswith("-")
    if name == "pk" or "__" in name:
        return [term]
    field: Any = next((field for field in model._meta.concrete_fields if field.name == name), None)
    if field is None or not field.is_relation or not field.related_model._meta.ordering:
        return [term]
    inner = [str(one) for one in field.related_model._meta.ordering]
    return [turn(f"{'-' if one.startswith('-') else ''}{name}__{one.removeprefix('-')}", back) for one in inner]


def turn(term: str, back: bool = True) -> str:
    """The term in the other direction, if `back`."""
    if not back:
        return term
    return term.removeprefix("-") if term.startswith("-") else f"-{term}"


def ties(model: type[Model], terms: Sequence[str]) -> list[str]:
    """What an index adds to one column it begins with, in the direction of that column: ties in this order cost nothing."""
    if len(terms) != 1:
        return []
    name = terms[0].removeprefix("-")
    for index in model._meta.indexes:
        if index.fields_orders and index.fields_orders[0][0] == name and not index.condition and len(index.fields_orders) > 1:
            back = bool(index.fields_orders[0][1]) != terms[0].startswith("-")
            return [turn(f"{'-' if order else ''}{column}", back) for column, order in index.fields_orders[1:]]
    return []
