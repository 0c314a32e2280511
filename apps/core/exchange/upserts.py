"""ModelPreset: rows of one model, references resolved by joins, upserted by key; nothing of it is done row by row but reading the cells."""
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from apps.core.exchange.loading import Run
from apps.core.exchange.upsert import match, quoted, type_of, write
from apps.kernel import cells
from apps.kernel.cells import BadCell, Reader
from apps.kernel.presets import Column, Count, Loaded, ModelPreset

STAGED, MATCHED = "staged", "staged_matched"
DEEPEST = 50        # levels of a tree in one file; a circle ends there, and the database refuses it
Values = Callable[[Any], Sequence[Any] | None]


def load(preset: ModelPreset, run: Run) -> Loaded:
    """Read, resolve, match, write. Returns counts; writes nothing where a line is at fault."""
    model = apps.get_model(preset.model)
    columns = _present(preset, run)
    fields = {column.name: model._meta.get_field(column.into or column.name) for column in columns}
    run.readers_for({column.name: column.read or reader_for(preset.name, column, fields[column.name]) for column in columns})
    types = {column.name: _staged_type(column, fields[column.name]) for column in columns}
    rows = run.stage(STAGED, types, _values(preset, [column.name for column in columns]))
    references = [column for column in columns if column.reference is not None]
    own = [column for column in references if fields[column.name].related_model is model]
    put = {fields[column.name].name: f"{column.name}__id" if column.reference is not None else column.name for column in columns}
    key = [fields[name].name for name in preset.key]
    _add_ids(references)
    for column in references:
        if column not in own:
            resolve(run, column, fields[column.name], references)
    _doubles(run, preset, put, key)
    label = model._meta.label_lower
    if run.faulty:
        return Loaded()
    match(model, STAGED, MATCHED, key, put)
    for column in own:
        _resolve_within(run, column, fields[column.name], put)
    if run.faulty:
        return Loaded()
    run.progress(60, 100, _("Writing"))
    count = write(model, MATCHED, put, preset.constants)
    return Loaded({label: count} if rows else {label: Count()})


def _present(preset: ModelPreset, run: Run) -> list[Column]:
    """The columns that the file has, and those the preset derives."""
    there = {name for file in run.files for name in file.columns}
    return [column for column in preset.columns if column.derived or column.name in there]


def reader_for(preset: str, column: Column, field: Any) -> Reader:
    """How a field's cells are read where the column does not say."""
    if column.reference is not None:
        field = field.related_model._meta.get_field(_looked_up(column))
    if field.choices:
        return cells.one_of([str(code) for code, _name in field.flatchoices])
    for kind, read in ((models.BooleanField, cells.flag), (models.IntegerField, cells.whole), (models.DecimalField, cells.number),
                       (models.FloatField, cells.number), (models.DateField, cells.day)):
        if isinstance(field, kind):
            return read
    if isinstance(field, models.CharField):
        return cells.text_to(field.max_length or cells.LONGEST_TEXT)
    if isinstance(field, models.TextField):
        return cells.words
    if column.derived:
        return cells.text       # never called
    raise TypeError(f"preset {preset}: say how cells of {column.name} are read")


def _looked_up(column: Column) -> str:
    """The field of the other model that the column's own cells hold."""
    if isinstance(column.reference, str):
        return column.reference
    return next(name for name, mine in (column.reference or {}).items() if mine == column.name)


def _staged_type(column: Column, field: Any) -> str:
    return type_of(field.related_model._meta.get_field(_looked_up(column)) if column.reference is not None else field)


def _values(preset: ModelPreset, names: Sequence[str]) -> Values:
    """The staged values of a row; what the key is made of must be there."""
    def values(row: Any) -> Sequence[Any] | None:
        found = row[1] if preset.derive is None else preset.derive(row[1])
        if found is None:
            return None
        for name in preset.key:
            if found.get(name) is None:
                raise BadCell("value_missing", _("A value is needed here."), name)
        return [found.get(name) for name in names]
    return values


def _add_ids(references: Sequence[Column]) -> None:
    if references:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {STAGED} " + ", ".join(f"ADD COLUMN {quoted(f'{one.name}__id')} bigint" for one in references))


def resolve(run: Run, column: Column, field: Any, references: Sequence[Column]) -> None:
    """Find the records that a column names; tell the lines whose record there is not."""
    meta = field.related_model._meta
    same = " AND ".join(f"t.{quoted(meta.get_field(its).column)} = s.{mine}" for its, mine in _pairs(column, references))
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {STAGED} s SET {quoted(f'{column.name}__id')} = t.{quoted(meta.pk.column)} "  # nosec B608: our own names
                       f"FROM {quoted(meta.db_table)} t WHERE {same}")
    _tell_unknown(run, column, field, STAGED)


def _resolve_within(run: Run, column: Column, field: Any, put: Mapping[str, str]) -> None:
    """The same for a reference to the model itself: the other record may be in the file, above or below."""
    its = _looked_up(column)
    meta = field.related_model._meta
    found, said = quoted(f"{column.name}__id"), quoted(column.name)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {MATCHED} s SET {found} = t.put_pk FROM {MATCHED} t WHERE t.{quoted(put[its])} = s.{said}")  # nosec B608
        cursor.execute(f"UPDATE {MATCHED} s SET {found} = t.{quoted(meta.pk.column)} FROM {quoted(meta.db_table)} t "  # nosec B608
                       f"WHERE t.{quoted(meta.get_field(its).column)} = s.{said} AND s.{found} IS NULL")
        for _level in range(DEEPEST):       # who stands above is written first: a tree's triggers look for it
            cursor.execute(f"UPDATE {MATCHED} s SET put_depth = t.put_depth + 1 FROM {MATCHED} t "  # nosec B608: our own names
                           f"WHERE s.{found} = t.put_pk AND s.put_new AND t.put_new AND s.put_depth <= t.put_depth")
            if not cursor.rowcount:
                break
    _tell_unknown(run, column, field, MATCHED)


def _pairs(column: Column, references: Sequence[Column]) -> list[tuple[str, str]]:
    """Fields of the other model and what of the staged rows equals them: a resolved record for a reference, else the cell."""
    if isinstance(column.reference, str):
        return [(column.reference, quoted(column.name))]
    resolved = {one.name for one in references} - {column.name}
    return [(its, quoted(f"{mine}__id" if mine in resolved else mine)) for its, mine in (column.reference or {}).items()]


def _tell_unknown(run: Run, column: Column, field: Any, table: str) -> None:
    if column.unknown == "empty":
        return
    run.faults_from(
        f"SELECT file, line, {quoted(column.name)}::text AS value, %(model)s AS model FROM {table} "  # nosec B608: our own names
        f"WHERE {quoted(column.name)} IS NOT NULL AND {quoted(f'{column.name}__id')} IS NULL ORDER BY file, line",
        {"model": str(field.related_model._meta.verbose_name)}, "reference_unknown", _("There is no %(model)s “%(value)s”."), column.name)


def _doubles(run: Run, preset: ModelPreset, put: Mapping[str, str], key: Sequence[str]) -> None:
    """The second line with one key is a fault that names the first."""
    parts = ", ".join(quoted(put[name]) for name in key)
    run.faults_from(
        f"SELECT file, line, first FROM (SELECT file, line, first_value(line) OVER w AS first, row_number() OVER w AS place FROM {STAGED} "  # nosec B608
        f"WINDOW w AS (PARTITION BY {parts} ORDER BY file, line)) found WHERE place > 1 ORDER BY file, line",
        {}, "id_twice", _("This record is already on line %(first)d."), preset.key[0])
