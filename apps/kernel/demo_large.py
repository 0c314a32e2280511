"""The demonstration at full size. A module declares its part in demo_large.py:

    def load(large: Large) -> None      # writes what is missing of its `large.rows`; what others need goes to large.records

Parts are loaded in the order of the apps, in portions of one transaction each: memory stays flat, a load that was stopped goes on where it
was, and a second one finds nothing to do. The content follows from the seed and the rows alone."""
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db import connection
from django.utils.module_loading import module_has_submodule

from apps.kernel.apps import KernelConfig, ModuleConfig
from apps.kernel.context import act
from apps.kernel.errors import BusinessError

MOST = 2_000_000        # rows of a table: the names that the modules can tell apart


class OtherSeed(BusinessError):
    """A part is there, made from another seed: the two would not fit together."""


@dataclass
class Large:
    """What the modules share while they load. `told(title, done, total)` shows progress; `written` counts rows by table."""
    rows: int
    seed: int
    told: Callable[[Any, int, int], None]
    records: dict[str, Any] = field(default_factory=dict)
    written: Counter[str] = field(default_factory=Counter)

    def insert(self, cursor: Any, table: str, statement: str, values: dict[str, Any] | None = None) -> None:
        """Run `INSERT INTO table` followed by the statement, and count its rows."""
        cursor.execute(f"INSERT INTO {table} {statement}", dict(values or {}))
        self.written[table] += cursor.rowcount

    @staticmethod
    def copy(cursor: Any, table: str, columns: str, rows: Any) -> int:
        """Bring rows into a temporary table by COPY; their number."""
        count = 0
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as target:
            for row in rows:
                target.write_row(row)
                count += 1
        return count

    def analyze(self) -> None:
        """Give the planner its figures of the tables written so far."""
        with connection.cursor() as cursor:
            for table in self.written:
                cursor.execute(f"ANALYZE {table}")


def load(large: Large) -> None:
    """Load what is missing of every module's part, then give the planner its figures. Raises OtherSeed before anything is written."""
    with act(reason="./ops manage demo --scale large"):
        for config in apps.get_app_configs():
            if isinstance(config, ModuleConfig) and not isinstance(config, KernelConfig) and module_has_submodule(
                    config.module, "demo_large"):
                import_module(f"{config.name}.demo_large").load(large)
    large.analyze()
