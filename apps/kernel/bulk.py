"""Writing many rows in few statements, as imports do: only what differs is written, so that doing it again makes no version."""
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from apps.kernel.bases import Tracked
from apps.kernel.context import acting

BATCH = 500     # rows in one statement
Row = TypeVar("Row", bound=Tracked)


class Outcome(StrEnum):
    """What became of a row."""
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


def put_all(model: type[Row], wanted: Sequence[tuple[Row | None, Mapping[str, Any]]]) -> list[tuple[Row, Outcome]]:
    """Bring rows (None: a new one) to the values given; whoever acts is recorded. Returns each row with its outcome, in the same order.

    The caller holds the locks of the rows it passes, and gives the columns that the model's save() would derive.
    """
    actor = acting().actor_id
    found: list[tuple[Row, Outcome]] = []
    differing: set[str] = set()
    for row, values in wanted:
        if row is None:
            found.append((model(**values, created_by_id=actor, updated_by_id=actor), Outcome.CREATED))
            continue
        other = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name, value in other.items():
            setattr(row, name, value)
        differing.update(other)
        found.append((row, Outcome.CHANGED if other else Outcome.UNCHANGED))
    changed = [row for row, outcome in found if outcome is Outcome.CHANGED]
    for row in changed:
        row.updated_by_id = actor
    model._base_manager.bulk_create([row for row, outcome in found if outcome is Outcome.CREATED], batch_size=BATCH)
    if changed:
        model._base_manager.bulk_update(changed, [*sorted(differing), "updated_by"], batch_size=BATCH)
        for row in changed:
            row.version += 1    # as the trigger did
    return found
