"""Putting back what a merge changed: the journal read backwards, cell by cell, and the snapshot's rows under their old keys."""
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from apps.kernel.integrity import explained
from apps.tiers.models import Merge
from apps.tiers.services.moving import quoted

RETURN = "INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_record(NULL::{table}, %s::jsonb)"
RESTORE = """
WITH present AS (SELECT {pk} AS pk, {same} FROM {table} WHERE {pk} = ANY(%s) FOR UPDATE),
done AS (UPDATE {table} AS held SET {sets} FROM present WHERE held.{pk} = present.pk AND ({any_same}))
SELECT pk, {cells} FROM present"""

Cells = tuple[tuple[str, str | None, str | None], ...]      # column, before, after


@dataclass
class Restored:
    """What an undo did: (table, row) with at least one cell put back, rows returned by table, and what could not be put back."""
    rows: set[tuple[str, int]] = field(default_factory=set)
    returned: Counter[str] = field(default_factory=Counter)
    kept: list[dict[str, Any]] = field(default_factory=list)

    def keep(self, table: str, row: int, reason: str, column: str = "") -> None:
        """Report something that stays as it is: changed, gone, or refused by the database."""
        self.kept.append({"table": table, "row": row, "column": column, "reason": reason})


def put_back(merge: Merge) -> Restored:
    """Dropped rows first (cells may name them), then each cell that still holds what the merge wrote."""
    restored = Restored()
    tables = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    for entry in reversed(merge.snapshot):
        _return_row(tables.get(entry["table"]), entry, restored)
    for table, cells, pks in _groups(merge):
        if table in tables:
            _restore(tables[table], cells, pks, restored)
        else:
            for pk in pks:
                restored.keep(table, pk, "gone")
    return restored


def _return_row(model: Any, entry: dict[str, Any], restored: Restored) -> None:
    if model is None:
        restored.keep(entry["table"], entry["pk"], "gone")
        return
    columns = ", ".join(connection.ops.quote_name(column.column) for column in model._meta.concrete_fields if not column.generated)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(RETURN.format(**quoted(model), columns=columns), [entry["row"]])
    except IntegrityError as error:
        restored.keep(entry["table"], entry["pk"], str(explained(error)))
    else:
        restored.returned[entry["table"]] += 1


def _groups(merge: Merge) -> Iterator[tuple[str, Cells, list[int]]]:
    """Rows whose cells changed in the same way, latest change first."""
    rows: dict[tuple[str, int], dict[str, tuple[str | None, str | None]]] = {}
    for move in merge.moves.order_by("-pk").iterator():
        changed = rows.setdefault((move.table, move.row_id), {})
        after = changed[move.column][1] if move.column in changed else move.after
        changed[move.column] = (move.before, after)
    groups: dict[tuple[str, Cells], list[int]] = {}
    for (table, pk), changed in rows.items():
        cells = tuple((column, before, after) for column, (before, after) in sorted(changed.items()))
        groups.setdefault((table, cells), []).append(pk)
    for (table, cells), pks in groups.items():
        yield table, cells, sorted(pks)


def _restore(model: type[models.Model], cells: Cells, pks: list[int], restored: Restored) -> None:
    """All rows at once, or one by one where the database refuses that."""
    try:
        with transaction.atomic():
            found = _write_back(model, cells, pks)
    except IntegrityError as error:
        if len(pks) == 1:
            restored.keep(model._meta.db_table, pks[0], str(explained(error)))
            return
        for pk in pks:
            _restore(model, cells, [pk], restored)
        return
    table = model._meta.db_table
    for pk in pks:
        if pk not in found:
            restored.keep(table, pk, "gone")
            continue
        for (column, _before, _after), same in zip(cells, found[pk], strict=True):
            if not same:
                restored.keep(table, pk, "changed", column)
        if any(found[pk]):
            restored.rows.add((table, pk))


def _write_back(model: type[models.Model], cells: Cells, pks: list[int]) -> dict[int, tuple[bool, ...]]:
    """Put the cells back that hold what the merge wrote; for each row found, which those were."""
    quote, marks = connection.ops.quote_name, [f"c{at}" for at in range(len(cells))]
    sql = RESTORE.format(
        **quoted(model), cells=", ".join(marks), any_same=" OR ".join(f"present.{mark}" for mark in marks),
        same=", ".join(f"{quote(column)}::text IS NOT DISTINCT FROM %s AS {mark}"
                       for (column, _before, _after), mark in zip(cells, marks, strict=True)),
        sets=", ".join(f"{quote(column)} = CASE WHEN present.{mark} THEN %s ELSE held.{quote(column)} END"
                       for (column, _before, _after), mark in zip(cells, marks, strict=True)))
    with connection.cursor() as cursor:
        cursor.execute(sql, [*(after for _column, _before, after in cells), pks, *(before for _column, before, _after in cells)])
        return {pk: tuple(same) for pk, *same in cursor.fetchall()}
