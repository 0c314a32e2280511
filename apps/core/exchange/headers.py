"""Which column of a file is which of a preset: proposed by names, corrected by people."""
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from apps.core.exchange.reading import Broken
from apps.kernel.presets import Column, Preset, Table


@dataclass(frozen=True)
class Layout:
    """A file's columns found: `places` are the positions of the preset's columns in a record, `headers` what the file calls them."""
    table: Table
    header: tuple[str, ...]
    places: Mapping[str, int]

    @property
    def headers(self) -> dict[str, str]:
        """Column of the preset → header in the file."""
        return {name: self.header[at] for name, at in self.places.items()}


def folded(name: str) -> str:
    """A header without case, accents, blanks and signs."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]", "", plain.casefold()) or plain.strip().casefold()


@lru_cache(256)
def _names(column: Column) -> tuple[str, ...]:
    """Every name a header may call the column by, the surest first."""
    titles = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            titles.append(str(column.title))
    return tuple(dict.fromkeys(folded(name) for name in (column.name, *column.aliases, *titles) if name))


def propose(header: Sequence[str], table: Table) -> dict[str, int]:
    """The place of each column of a table that the header names. Each place is used once; exact names come before likenesses."""
    places: dict[str, int] = {}
    free = {at: name for at, name in enumerate(header) if name}
    columns = [column for column in table.columns if not column.derived]
    exact = [(column, {column.name, *column.aliases}) for column in columns]
    for column, names in exact:
        if (found := next((at for at, name in free.items() if name in names), None)) is not None:
            places[column.name] = found
            del free[found]
    likenesses = {at: folded(name) for at, name in free.items()}
    for column in columns:
        if column.name in places:
            continue
        for name in _names(column):
            if (found := next((at for at, likeness in likenesses.items() if likeness == name), None)) is not None:
                places[column.name] = found
                del likenesses[found]
                break
    return places


def layout_of(header: Sequence[str], preset: Preset, mapping: Mapping[str, str] | None = None) -> Layout:
    """The table of the preset that a file with this header is of. `mapping` (column → header, empty for none) goes before what is proposed.

    Raises Broken: `file_empty`, `column_twice`, `mapping_unknown`, `columns_missing`.
    """
    layout = best_layout(header, preset, mapping)
    if lacking := missing(layout):
        raise Broken(1, "columns_missing", _("These columns are missing: %(names)s.")
                     % {"names": ", ".join(_known_as(column) for column in lacking)})
    return layout


def best_layout(header: Sequence[str], preset: Preset, mapping: Mapping[str, str] | None = None) -> Layout:
    """The same where columns may still be missing: the table of which the file has most. Raises Broken as layout_of but for these."""
    names = tuple(cell.strip() for cell in header)
    if not any(names):
        raise Broken(1, "file_empty", _("The file is empty."))
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        raise Broken(1, "column_twice", _("The column is there twice."), name)
    _check(names, preset.tables, mapping or {})
    layouts = [Layout(table, names, _mapped(names, table, mapping or {})) for table in preset.tables]
    return min(layouts, key=lambda one: (len(missing(one)), -len(one.places)))


def missing(layout: Layout) -> list[Column]:
    """The columns that the file must have and has not."""
    return [column for column in layout.table.columns if column.expected and column.name not in layout.places]


def signature(header: Iterable[str]) -> str:
    """What files with the same columns have in common, whatever their order."""
    return hashlib.sha256("\n".join(sorted(map(folded, header))).encode()).hexdigest()


def _mapped(names: Sequence[str], table: Table, mapping: Mapping[str, str]) -> dict[str, int]:
    """The proposal with a person's corrections: a header given to one column leaves the one proposed for it."""
    places = propose(names, table)
    own = {column.name for column in table.columns}
    for column, name in mapping.items():
        if column not in own:
            continue
        places.pop(column, None)
        if name:
            at = names.index(name)
            places = {its: place for its, place in places.items() if place != at}
            places[column] = at
    return places


def _check(names: Sequence[str], tables: Sequence[Table], mapping: Mapping[str, str]) -> None:
    columns = {column.name for table in tables for column in table.columns if not column.derived}
    for column, name in mapping.items():
        if column not in columns:
            raise Broken(1, "mapping_unknown", _("The preset has no column “%(name)s”; it has: %(names)s.")
                         % {"name": column, "names": ", ".join(sorted(columns))}, column)
        if name and name not in names:
            raise Broken(1, "mapping_unknown", _("The file has no column “%(name)s”.") % {"name": name}, name)
    given = [name for name in mapping.values() if name]
    for name in sorted({name for name in given if given.count(name) > 1}):
        raise Broken(1, "mapping_twice", _("The column is meant for two things at once: choose one."), name)


def _known_as(column: Column) -> str:
    return column.aliases[0] if column.aliases and not column.title else column.name
