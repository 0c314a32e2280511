"""Rows of a temporary table into a model by key, in four statements however many they are."""
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db import connection, models

from apps.kernel.context import acting
from apps.kernel.presets import Count

ACTORS = ("created_by", "updated_by")
Values = tuple[str, list[Any]]      # SQL and its parameters


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def type_of(field: Any) -> str:
    """The column type of a field, foreign keys as what they point to."""
    found: str = (field.target_field if field.is_relation else field).db_type(connection)
    return {"bigserial": "bigint", "serial": "int"}.get(found, found)


def match(model: Any, table: str, matched: str, key: Sequence[str], columns: Mapping[str, str]) -> None:
    """Make a temporary table of the rows with the keys of their records: those that exist (`put_new` false), and fresh ones."""
    meta = model._meta
    fields = {name: meta.get_field(name) for name in key}
    same = " AND ".join(f"m.{quoted(fields[name].column)} = s.{quoted(columns[name])}{_cast(fields[name])}" for name in key)
    pk = quoted(meta.pk.column)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {quoted(matched)}")
        cursor.execute(
            f"CREATE TEMP TABLE {quoted(matched)} ON COMMIT DROP AS SELECT s.*, 0 AS put_depth, m.{pk} IS NULL AS put_new, "  # nosec B608
            f"COALESCE(m.{pk}, nextval(pg_get_serial_sequence(%s, %s))) AS put_pk "
            f"FROM {quoted(table)} s LEFT JOIN {quoted(meta.db_table)} m ON {same}", [meta.db_table, meta.pk.column])
        cursor.execute(f"ANALYZE {quoted(matched)}")


def write(model: Any, matched: str, columns: Mapping[str, str], constants: Mapping[str, Any]) -> Count:
    """Insert the new rows of a matched table, update those that differ."""
    meta = model._meta
    values: dict[str, Values] = {}
    field: Any
    for name, column in columns.items():
        field = meta.get_field(name)
        values[field.column] = _stored(field, f"s.{quoted(column)}{_cast(field)}")
    for name, constant in constants.items():
        field = meta.get_field(name)
        values[field.column] = (f"%s::{type_of(field)}", [field.get_db_prep_save(constant, connection)])
    with connection.cursor() as cursor:
        changed = _update(cursor, meta, matched, values)
        created = _insert(cursor, meta, matched, values)
        cursor.execute(f"SELECT count(*) FROM {quoted(matched)}")  # nosec B608: our own names
        return Count(created, changed, cursor.fetchone()[0] - created - changed)


def put(label: str, table: str, *, key: Sequence[str], columns: Mapping[str, str], constants: Mapping[str, Any] | None = None) -> Count:
    """See apps.kernel.presets.Loading.put."""
    model: Any = apps.get_model(label)
    matched = f"{table}_matched"
    match(model, table, matched, key, columns)
    return write(model, matched, columns, constants or {})


def _update(cursor: Any, meta: Any, matched: str, values: Mapping[str, Values]) -> int:
    changes = {**values, **{meta.get_field(name).column: ("%s::bigint", [acting().actor_id]) for name in ACTORS[1:] if _has(meta, name)}}
    sets = ", ".join(f"{quoted(column)} = {sql}" for column, (sql, _params) in changes.items())
    before = ", ".join(f"m.{quoted(column)}" for column in values)
    after = ", ".join(sql for sql, _params in values.values())
    cursor.execute(
        f"UPDATE {quoted(meta.db_table)} m SET {sets} FROM {quoted(matched)} s "  # nosec B608: our own names
        f"WHERE m.{quoted(meta.pk.column)} = s.put_pk AND NOT s.put_new AND ROW({before}) IS DISTINCT FROM ROW({after})",
        [*_params(changes), *_params(values)])
    return int(cursor.rowcount)


def _insert(cursor: Any, meta: Any, matched: str, values: Mapping[str, Values]) -> int:
    news: dict[str, Values] = {str(meta.pk.column): ("s.put_pk", []), **_defaults(meta, values), **values}
    columns = ", ".join(map(quoted, news))
    cursor.execute(
        f"INSERT INTO {quoted(meta.db_table)} ({columns}) SELECT {', '.join(sql for sql, _params in news.values())} "  # nosec B608
        f"FROM {quoted(matched)} s WHERE s.put_new ORDER BY s.put_depth, s.put_pk", _params(news))
    return int(cursor.rowcount)


def _params(values: Mapping[str, Values]) -> list[Any]:
    return [param for _sql, params in values.values() for param in params]


def _has(meta: Any, name: str) -> bool:
    return any(field.name == name for field in meta.fields)


def _defaults(meta: Any, given: Mapping[str, Values]) -> dict[str, Values]:
    """What the model gives to fields that nobody names: who acts, Python's defaults; those of the database stay its own."""
    found: dict[str, Values] = {}
    field: Any
    for field in meta.concrete_fields:
        if field.primary_key or field.generated or field.column in given:
            continue
        if field.name in ACTORS:
            found[field.column] = ("%s::bigint", [acting().actor_id])
        elif field.has_db_default():
            continue
        elif field.default is uuid.uuid4:
            found[field.column] = ("gen_random_uuid()", [])
        elif field.has_default():
            found[field.column] = (f"%s::{type_of(field)}", [field.get_db_prep_save(field.get_default(), connection)])
        elif not field.null and field.empty_strings_allowed and isinstance(field, (models.CharField, models.TextField)):
            found[str(field.column)] = ("''", [])
    return found


def _stored(field: Any, sql: str) -> Values:
    """An empty cell is NULL where the column takes it, else the field's default or the empty text."""
    if field.null:
        return sql, []
    if field.has_default():
        return f"COALESCE({sql}, %s::{_base(field)})", [field.get_db_prep_save(field.get_default(), connection)]
    return (f"COALESCE({sql}, '')", []) if isinstance(field, (models.CharField, models.TextField)) else (sql, [])


def _base(field: Any) -> str:
    """The field's type without a length: a cast to varchar(3) would cut, where storing refuses."""
    found = type_of(field)
    return "varchar[]" if found.startswith("varchar") and found.endswith("[]") else "varchar" if found.startswith("varchar") else found


def _cast(field: Any) -> str:
    return f"::{_base(field)}"
