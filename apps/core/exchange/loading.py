"""A run as its preset sees it: files as rows, faults told, rows copied into temporary tables."""
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from apps.core.exchange.copying import batched, line_of
from apps.core.exchange.faultbook import FaultBook
from apps.core.exchange.headers import Layout, layout_of
from apps.core.exchange.reading import Broken, Source
from apps.core.exchange.upsert import put
from apps.kernel import cells
from apps.kernel.cells import BadCell
from apps.kernel.presets import Column, Count, Fault, Preset, Table

PROGRESS_EVERY = 2_000      # rows
Say = Callable[[int, int, Any], None]
LineCells = Callable[[int, Sequence[str]], Any]


class Lines:
    """A set of line numbers, a bit for each: those to leave out of files however long."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def __contains__(self, line: int) -> bool:
        return line >> 3 < len(self._bits) and bool(self._bits[line >> 3] & 1 << (line & 7))

    def __bool__(self) -> bool:
        return bool(self._bits)

    def add(self, line: int) -> None:
        missing = (line >> 3) + 1 - len(self._bits)
        if missing > 0:
            self._bits.extend(bytes(missing))
        self._bits[line >> 3] |= 1 << (line & 7)


class FileTable:
    """One file of a run, its columns found."""

    def __init__(self, run: "Run", number: int, source: Source, mapping: Mapping[str, str]) -> None:
        self.run, self.number, self.source, self.name = run, number, source, source.name
        self.records = source.records()
        self.left_out = Lines()
        self.count = 0          # lines with data, faulty ones included
        header = next(iter(self.records), (1, []))[1]
        self.layout: Layout = layout_of(header, run.preset, mapping)
        self.table: Table = self.layout.table
        self.columns = self.layout.headers

    def rows(self) -> Iterator[Any]:
        """The good rows: as the table's `row` makes them, else (line, values by column)."""
        make, read = self.table.row, self._reader()
        for line, record in self._records():
            values = read(line, record)
            if values is not None:
                yield make(line=line, **values) if make is not None else (line, values)

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """The records after the header that are as long as it is and not left out."""
        width, self.count = len(self.layout.header), 0
        try:
            for line, record in islice(self.records, 1, None):
                self.count += 1
                if not self.count % PROGRESS_EVERY:
                    self.run.said(self.number, self.records.done)
                if self.run.most_rows and self.run.read(1) > self.run.most_rows:
                    raise _too_many(self.run.most_rows)
                if line in self.left_out:
                    continue
                if len(record) == width:
                    yield line, record
                else:
                    self.run.faults.add(self.number, line, "", "row_length", _("The line has %(found)d cells, the header %(expected)d.")
                                        % {"found": len(record), "expected": width})
        except Broken as broken:
            self.run.faults.add(self.number, broken.line, broken.column, broken.code, broken.message, True)

    def _reader(self) -> LineCells:
        """Reads a record: values by column, or None after telling its faults."""
        places = self.layout.places
        plan = [(column.name, places[column.name], self.run.reader(column), column.required)
                for column in self.table.columns if column.name in places]
        absent = dict.fromkeys(column.name for column in self.table.columns if column.name not in places and not column.derived)
        header, number, faults = self.layout.header, self.number, self.run.faults

        def read(line: int, record: Sequence[str]) -> dict[str, Any] | None:
            values, good = dict(absent), True
            for name, at, parse, required in plan:
                try:
                    value = parse(record[at])
                    if value is None and required:
                        raise BadCell("value_missing", _("A value is needed here."))
                except BadCell as fault:
                    faults.add(number, line, header[at], fault.code, fault.message)
                    good = False
                else:
                    values[name] = value
            return values if good else None
        return read


def _too_many(limit: int) -> Broken:
    return Broken(1, "rows_too_many", _("These files are planned as a whole and may have %(limit)d rows together: cut them into smaller "
                                            "ones.") % {"limit": limit})


class Run:
    """What a preset is given; see apps.kernel.presets.Loading."""

    def __init__(self, preset: Preset, sources: Sequence[Source], *, actor: Any, options: Mapping[str, Any],
                 mappings: Mapping[str, Mapping[str, str]] | None = None, skip_bad: bool = False, dry_run: bool = False,
                 say: Say | None = None) -> None:
        self.preset, self.sources, self.actor, self.options = preset, sources, actor, options
        self.skip_bad, self.dry_run, self.most_rows = skip_bad, dry_run, preset.most_rows
        self.mappings, self._say, self._read, self._before = mappings or {}, say, 0, 0
        self.faults = FaultBook([source.name for source in sources])
        self.files: list[FileTable] = []
        self._numbers = {source.name: number for number, source in enumerate(sources)}
        self._defaults: dict[str, Callable[[str], Any]] = {}
        self._readers: dict[Any, Callable[[str], Any]] = {cells.day: cells.day_as(options.get("dates") or "iso")}
        if options.get("decimal") == "comma":
            self._readers[cells.number] = cells.number_with_comma

    def open(self) -> None:
        """Find the columns of every file; a file that is none of the preset's is a fault."""
        for number, source in enumerate(self.sources):
            try:
                self.files.append(FileTable(self, number, source, self.mappings.get(source.name, {})))
            except Broken as broken:
                self.faults.add(number, broken.line, broken.column, broken.code, broken.message, True)

    def again(self) -> bool:
        """Leave out the lines at fault and start afresh; False where no further line could be left out."""
        more = False
        for file, line in self.faults.lines():
            left_out = self.files[file].left_out
            if line not in left_out:
                left_out.add(line)
                more = True
        return more

    def begin(self) -> None:
        """Another pass over the files, without the lines left out so far."""
        self._read, self._before = 0, self.faults.count

    def reader(self, column: Column) -> Callable[[str], Any]:
        """How a column's cells are read in this run."""
        read = column.read or self._defaults.get(column.name) or cells.text
        return self._readers.get(read, read)

    def readers_for(self, readers: Mapping[str, Callable[[str], Any]]) -> None:
        """Say how the cells of columns are read that do not say it themselves."""
        self._defaults = dict(readers)

    def read(self, count: int) -> int:
        """Count rows read; how many there are so far."""
        self._read += count
        return self._read

    @property
    def faulty(self) -> int:
        """How many faults this pass over the files found."""
        return self.faults.count - self._before

    def fault(self, fault: Fault) -> None:
        """Tell a fault of a file known by its name; `column` may be the preset's, people are told the file's."""
        number = self._numbers[fault.file]
        headers = next((file.columns for file in self.files if file.number == number), {})
        self.faults.add(number, fault.line, headers.get(fault.column, fault.column), fault.code, fault.message)

    def faults_from(self, sql: str, params: Mapping[str, Any], code: str, message: Any, column: str = "") -> int:
        """Tell the faults that a query finds."""
        header = self.files[0].columns.get(column, column) if self.files else column
        return self.faults.take(sql, params, code, message, header)

    def stage(self, table: str, types: Mapping[str, str], values: Callable[[Any], Sequence[Any] | None]) -> int:
        """Copy the rows of all files into a new temporary table."""
        columns = "".join(f', "{name}" {kind}' for name, kind in types.items())
        names = "".join(f', "{name}"' for name in types)
        line = line_of(["int", "bigint", *types.values()])
        with connection.cursor() as cursor:
            cursor.execute(f'DROP TABLE IF EXISTS "{table}"')
            cursor.execute(f'CREATE TEMP TABLE "{table}" (file int, line bigint{columns}) ON COMMIT DROP')
            self.faults.copying = True
            try:
                with cursor.copy(f'COPY "{table}" (file, line{names}) FROM STDIN') as copy:
                    for piece in batched(map(line, self._staged(values))):
                        copy.write(piece)
                copied = int(cursor.rowcount)
            finally:
                self.faults.copying = False
            self.faults.flush()
            cursor.execute(f'ANALYZE "{table}"')
            return copied

    def _staged(self, values: Callable[[Any], Sequence[Any] | None]) -> Iterator[Sequence[Any]]:
        for file in self.files:
            for row in file.rows():
                line = row[0] if isinstance(row, tuple) else row.line
                try:
                    found = values(row)
                except BadCell as fault:
                    self.faults.add(file.number, line, file.columns.get(fault.column, fault.column), fault.code, fault.message)
                    continue
                if found is not None:
                    yield (file.number, line, *found)

    def put(self, model: str, table: str, *, key: Sequence[str], columns: Mapping[str, str],
            constants: Mapping[str, Any] | None = None) -> Count:
        """Bring the rows of a temporary table into a model by key."""
        return put(model, table, key=key, columns=columns, constants=constants)

    def progress(self, done: int, total: int, message: Any = "") -> None:
        """Say how far the run is."""
        if self._say is not None:
            self._say(done, total, message)

    def said(self, file: int, done: float) -> None:
        """Say how far the reading is: it is the first half of the work."""
        self.progress(int(50 * (file + done) / max(len(self.sources), 1)), 100, _("Reading"))
