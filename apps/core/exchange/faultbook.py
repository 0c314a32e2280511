"""Every fault of a run, in a temporary table of its transaction: as many as there are, without holding them in memory."""
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any

from django.db import connection

from apps.core.exchange.copying import text_line

MAKE = """CREATE TEMP TABLE import_faults (
    id bigserial, file int NOT NULL, line bigint NOT NULL, col text NOT NULL, code text NOT NULL, message text NOT NULL,
    fatal boolean NOT NULL) ON COMMIT DROP"""
COLUMNS = "file, line, col, code, message, fatal"
AT_ONCE = 2_000
Entry = tuple[int, int, str, str, str, bool]


class FaultBook:
    """The faults of a run's files, which are told apart by number. While rows are being copied the connection is busy: faults then wait in
    a file on disk."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.count = 0          # all that were told
        self.fatal = 0          # those that concern a whole file: no line can be left out instead
        self._waiting: list[Entry] = []
        self._spool: IO[str] | None = None
        self.copying = False
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS import_faults")
            cursor.execute(MAKE)

    def add(self, file: int, line: int, column: str, code: str, message: Any, fatal: bool = False) -> None:
        """Tell a fault; its message is put into the words of the language spoken now."""
        self.count += 1
        self.fatal += fatal
        self._waiting.append((file, line, column, code, str(message), fatal))
        if len(self._waiting) >= AT_ONCE:
            self._spill() if self.copying else self.flush()

    def _spill(self) -> None:
        if self._spool is None:
            self._spool = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 (closed when it was copied)
        self._spool.writelines(json.dumps(entry) + "\n" for entry in self._waiting)
        self._waiting.clear()

    def flush(self) -> None:
        """Write what waits into the table."""
        if self._spool is None and not self._waiting:
            return
        with connection.cursor() as cursor, cursor.copy(f"COPY import_faults ({COLUMNS}) FROM STDIN") as copy:
            if self._spool is not None:
                self._spool.seek(0)
                for line in self._spool:
                    copy.write(text_line(json.loads(line)))
                self._spool.close()
                self._spool = None
            for entry in self._waiting:
                copy.write(text_line(entry))
        self._waiting.clear()

    def survive(self, roll_back: Callable[[], None]) -> None:
        """Keep the faults while the work since a savepoint is taken back."""
        for entry in self._all():
            self._waiting.append(entry)
            if len(self._waiting) >= AT_ONCE:
                self._spill()
        roll_back()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE import_faults")
        self.flush()

    def _all(self) -> Iterator[Entry]:
        self.flush()
        with connection.chunked_cursor() as cursor:
            cursor.execute(f"SELECT {COLUMNS} FROM import_faults ORDER BY id")  # nosec B608: our own names
            while rows := cursor.fetchmany(AT_ONCE):
                yield from rows

    def take(self, sql: str, params: Mapping[str, Any], code: str, message: Any, column: str) -> int:
        """Tell what a query finds: file, line, and the values that the message names. Returns how many there were."""
        found = 0
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            names = [one[0] for one in cursor.description]
            rows = cursor.fetchmany(AT_ONCE)
            while rows:
                for row in rows:
                    self.add_waiting(row[0], row[1], column, code, str(message) % dict(zip(names, row, strict=True)))
                found += len(rows)
                rows = cursor.fetchmany(AT_ONCE)
        self.flush()
        return found

    def add_waiting(self, file: int, line: int, column: str, code: str, message: str) -> None:
        """Tell a fault while a query's answer is being read."""
        self.count += 1
        self._waiting.append((file, line, column, code, message, False))
        if len(self._waiting) >= AT_ONCE:
            self._spill()

    def entries(self) -> Iterator[tuple[int, int, str, str, str]]:
        """Every fault: file number, line, column, code, message; in the order of the files and their lines."""
        self.flush()
        with connection.chunked_cursor() as cursor:
            cursor.execute("SELECT file, line, col, code, message FROM import_faults ORDER BY file, line, id")
            while rows := cursor.fetchmany(AT_ONCE):
                yield from rows

    def lines(self) -> Iterator[tuple[int, int]]:
        """The lines at fault: file number and line."""
        self.flush()
        with connection.chunked_cursor() as cursor:
            cursor.execute("SELECT DISTINCT file, line FROM import_faults WHERE NOT fatal")
            while rows := cursor.fetchmany(AT_ONCE):
                yield from rows
