"""The mechanics of a merge: every changed cell goes to the journal, every dropped row to the snapshot, every obstacle to the list.

Cells are written and compared as the database's own text of them, so that what is put back is exactly what was."""
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, connection, models, transaction

from apps.kernel.bases import Tracked
from apps.kernel.errors import Refusal
from apps.kernel.integrity import explained
from apps.tiers.models import Merge
from apps.tiers.services.references import SOFT_REFERENCES, Reference, references_to

WRITE = """
WITH old AS (SELECT {pk} AS pk, {cells} FROM {table} WHERE {pk} = ANY(%s) FOR UPDATE),
new AS (UPDATE {table} AS held SET {sets} FROM old WHERE held.{pk} = old.pk RETURNING old.pk, {new_cells})
INSERT INTO tiers_mergemove (merge_id, "table", row_id, "column", before, after)
SELECT %s, %s, pk, cell.name, cell.before, cell.after FROM old JOIN new USING (pk)
CROSS JOIN LATERAL (VALUES {pairs}) AS cell(name, before, after)
WHERE cell.before IS DISTINCT FROM cell.after ORDER BY pk"""
TWIN = """
SELECT twin.{pk} FROM {table} AS twin, {table} AS held WHERE held.{pk} = %s AND twin.{pk} <> held.{pk} AND twin.{column} = %s
AND to_jsonb(twin) - %s::text[] = (to_jsonb(held) - %s::text[]) || %s::jsonb ORDER BY twin.{pk} LIMIT 1"""
KEYS = "SELECT {keys} FROM {table} WHERE {pk} = %s"
PICTURE = "SELECT to_jsonb(held)::text FROM {table} AS held WHERE {pk} = %s"
DROP = "DELETE FROM {table} WHERE {pk} = %s"

# A record has one first choice: that of the kept record stays, the other's loses the flag.
YIELDING = {"tiers.contactpoint": "primary", "tiers.affiliation": "primary"}


def quoted(model: Any) -> dict[str, str]:
    """The names that the templates need of a model."""
    return {"table": connection.ops.quote_name(model._meta.db_table), "pk": connection.ops.quote_name(model._meta.pk.column)}


def bookkeeping(model: Any) -> list[str]:
    """The columns that say nothing about what a row means: its keys, dates, authors, version, and what the database computes."""
    kept = {"created_at", "updated_at", "created_by", "updated_by", "version"} if issubclass(model, Tracked) else set()
    unrecorded = set(getattr(model, "unrecorded", ()))
    return [column.column for column in model._meta.concrete_fields
            if column.primary_key or column.generated or column.name in kept | unrecorded
            or (isinstance(column, models.UUIDField) and column.unique)]


class Mover:
    """One merge at work."""

    def __init__(self, merge: Merge, actor: Any) -> None:
        self.merge, self.actor = merge, actor
        self.conflicts: list[Refusal] = []
        self.dropped: Counter[str] = Counter()
        self._became: dict[type[models.Model], dict[int, int]] = {}

    def absorb(self, model: type[models.Model], loser: int, survivor: int) -> None:
        """Make everything that names one row name the other."""
        self._became.setdefault(model, {})[loser] = survivor
        for reference in references_to(model):
            self.move(reference, reference.rows(loser), survivor)
        for finder in SOFT_REFERENCES:
            for found in list(finder(model, loser, survivor)):
                column: Any = found.model._meta.get_field(found.field)
                self.write(found.model, [found.pk], {column.column: column.get_db_prep_save(found.value, connection)})

    def move(self, reference: Reference, pks: list[int], survivor: int) -> None:
        """Let these rows name the survivor: all at once, or one by one where the database refuses that."""
        if not pks:
            return
        values = {reference.column: str(survivor), **reference.also}
        try:
            with transaction.atomic():
                self.write(reference.model, pks, values)
        except IntegrityError:
            for pk in pks:
                self._move_one(reference, pk, survivor, values)

    def _move_one(self, reference: Reference, pk: int, survivor: int, values: dict[str, Any]) -> None:
        error = self._refused(reference.model, pk, values)
        if error is None:
            return
        twin = self._twin(reference, pk, survivor)
        if twin is not None:
            self.drop(reference.model, pk, twin)
            return
        flag = YIELDING.get(reference.model._meta.label_lower)
        if flag:
            error = self._refused(reference.model, pk, {**values, flag: "false"})
        if error is not None:
            self.conflicts.append(self._conflict(reference.model, pk, error))

    def _refused(self, model: type[models.Model], pk: int, values: Mapping[str, Any]) -> IntegrityError | None:
        try:
            with transaction.atomic():
                self.write(model, [pk], values)
        except IntegrityError as error:
            return error
        return None

    def write(self, model: type[models.Model], pks: list[int], values: Mapping[str, Any]) -> None:
        """Change cells and journal each that became another value."""
        quote, names = connection.ops.quote_name, list(values)
        cells = [f"c{at}" for at in range(len(names))]
        sql = WRITE.format(
            **quoted(model),
            cells=", ".join(f"{quote(name)}::text AS {cell}" for name, cell in zip(names, cells, strict=True)),
            sets=", ".join(f"{quote(name)} = %s" for name in names),
            new_cells=", ".join(f"held.{quote(name)}::text AS {cell}" for name, cell in zip(names, cells, strict=True)),
            pairs=", ".join(f"(%s, old.{cell}, new.{cell})" for cell in cells))
        with connection.cursor() as cursor:
            cursor.execute(sql, [pks, *values.values(), self.merge.pk, model._meta.db_table, *names])

    def texts(self, model: type[models.Model], pk: int, columns: list[str]) -> dict[str, str | None]:
        """The row's cells as text."""
        keys = ", ".join(f"{connection.ops.quote_name(column)}::text" for column in columns)
        with connection.cursor() as cursor:
            cursor.execute(KEYS.format(**quoted(model), keys=keys), [pk])
            return dict(zip(columns, cursor.fetchone(), strict=True))

    def drop(self, model: type[models.Model], pk: int, twin: int) -> None:
        """Take away a row that another stands for; what named it names the other. The snapshot keeps it."""
        before = len(self.conflicts)
        self.absorb(model, pk, twin)
        if len(self.conflicts) > before:        # something cannot follow: the merge is refused, with that as the reason
            return
        with connection.cursor() as cursor:
            cursor.execute(PICTURE.format(**quoted(model)), [pk])
            self.merge.snapshot.append({"table": model._meta.db_table, "pk": pk, "twin": twin, "row": cursor.fetchone()[0]})
            cursor.execute(DROP.format(**quoted(model)), [pk])
        self.dropped[model._meta.db_table] += 1

    def _twin(self, reference: Reference, pk: int, survivor: int) -> int | None:
        """The survivor's row that says the same as this one."""
        model = reference.model
        changes = {**self._mapped_keys(model, pk), reference.column: survivor}
        passed_over = bookkeeping(model)
        sql = TWIN.format(**quoted(model), column=connection.ops.quote_name(reference.column))
        with connection.cursor() as cursor:
            cursor.execute(sql, [pk, str(survivor), passed_over, passed_over, json.dumps(changes)])
            found = cursor.fetchone()
        return found[0] if found else None

    def _mapped_keys(self, model: type[models.Model], pk: int) -> dict[str, int]:
        """The row's keys of records that became others in this merge, as they are to be."""
        links = [column for column in model._meta.concrete_fields
                 if isinstance(column, models.ForeignKey) and column.remote_field.model in self._became]
        if not links:
            return {}
        texts = self.texts(model, pk, [link.column for link in links])
        became = {link.column: self._became[link.remote_field.model].get(int(texts[link.column] or 0)) for link in links}
        return {column: key for column, key in became.items() if key is not None}

    def _conflict(self, model: type[models.Model], pk: int, error: IntegrityError) -> Refusal:
        """What stands in the way; a record the actor may not see is not named."""
        found = explained(error)
        manager: Any = model._default_manager
        row = manager.visible_to(self.actor).filter(pk=pk).first() if hasattr(manager, "visible_to") else None
        text = f"{model._meta.verbose_name} “{row}”" if row is not None else str(model._meta.verbose_name)
        return Refusal(found.data.get("constraint") or found.code, f"{text}: {found.message}", model._meta.label_lower)
