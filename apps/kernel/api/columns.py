"""What a resource shows, compiled once: each field a column, a reference (its key), a many-to-many (its keys) or SQL of its own."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, OuterRef
from rest_framework.serializers import Field


@dataclass(frozen=True)
class Annotation:
    """A field of a resource computed in SQL: its name, the expression, and a DRF field that describes it."""
    name: str
    expression: Any
    output: Field


@dataclass(frozen=True)
class Column:
    """One field of a resource as the database gives it; `target` is the model a reference names."""
    name: str
    source: Any
    target: Any = None
    output: Field | None = None


def column(model: type[Model], declared: str | Annotation) -> Column:
    """Compile one declared field. Raises FieldDoesNotExist or ValueError for what no query can select."""
    if isinstance(declared, Annotation):
        return Column(declared.name, declared.expression, output=declared.output)
    field: Any = model._meta.get_field(declared)
    if field.many_to_many and not field.auto_created:
        own, other = field.m2m_field_name(), field.m2m_reverse_field_name()
        keys = field.remote_field.through._base_manager.filter(**{own: OuterRef("pk")}).order_by(other).values(f"{other}_id")
        return Column(declared, ArraySubquery(keys), target=None)
    if not field.concrete:
        raise ValueError(f"{declared} is neither a column nor an Annotation")
    return Column(declared, field.attname, target=field.related_model if field.is_relation else None)


def columns(model: type[Model], declared: Iterable[str | Annotation]) -> dict[str, Column]:
    """Every declared field, by name, in order."""
    made = [column(model, item) for item in declared]
    return {one.name: one for one in made}


def faults(model: type[Model], declared: Iterable[str | Annotation]) -> list[str]:
    """What is wrong with declared fields, for the system check."""
    found = []
    for item in declared:
        try:
            column(model, item)
        except (FieldDoesNotExist, ValueError) as error:
            found.append(str(error))
    return found


class Reader:
    """Reads some columns of rows that went through the door, as tuples, and makes each a dictionary in the declared order."""

    def __init__(self, chosen: Sequence[Column], keys: Sequence[str] = ()) -> None:
        self.names = tuple(one.name for one in chosen)
        known = {one.source: place for place, one in enumerate(chosen) if isinstance(one.source, str)}
        extra = [key for key in keys if key not in known]
        self.sources = [*(one.source for one in chosen), *extra]
        known |= {key: len(chosen) + place for place, key in enumerate(extra)}
        self.places = [known[key] for key in keys]

    def select(self, rows: Any) -> Any:
        """The query of these columns."""
        return rows.values_list(*self.sources)

    def key(self, row: Sequence[Any]) -> list[Any]:
        """The values, in a row as read, of the key columns."""
        return [row[place] for place in self.places]

    def build(self, row: Sequence[Any]) -> dict[str, Any]:
        """The row as the API shows it; key columns that were not asked for fall off."""
        return dict(zip(self.names, row))   # noqa: B905 (the surplus is the key columns)
