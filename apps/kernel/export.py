"""The one engine of exports: rows of a list as CSV, XLSX or JSON, streamed, with formula cells escaped (security requirement 18).

Rows are read by a cursor of the database that ends with the answer, or when the caller goes: memory stays flat, and nothing runs on."""
import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from itertools import islice
from typing import Any, BinaryIO

from django.db import transaction
from django.http import StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from apps.kernel.api.renderers import dumps
from apps.kernel.errors import Invalid
from apps.kernel.paging import capped_count

CHUNK = 2_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
SHEET_ROWS = 1_048_575      # a worksheet's rows, its header apart
BLOCK = 65_536              # bytes of a file sent at once
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Row = Sequence[Any]


@dataclass(frozen=True)
class Sheet:
    """What is exported: the columns' names for machines, their headers for people, and the rows in order, read when asked for."""
    names: Sequence[str]
    headers: Sequence[str]
    rows: Callable[[], Iterator[Row]]


def cell(value: Any) -> Any:
    """A value as a CSV cell: text that a spreadsheet would calculate gets an apostrophe before it."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return value
    text = dumps(value).decode()
    return text[1:-1] if text.startswith('"') else text


def as_csv(sheet: Sheet) -> Iterator[bytes]:
    """UTF-8 with a header; the mark at the start tells spreadsheets so."""
    rows: Iterator[Row] = iter(sheet.rows())
    yield ("\ufeff" + _lines([[cell(header) for header in sheet.headers]])).encode()
    while chunk := list(islice(rows, CHUNK)):
        yield _lines([list(map(cell, row)) for row in chunk]).encode()


def _lines(rows: Iterable[Row]) -> str:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def as_json(sheet: Sheet) -> Iterator[bytes]:
    """One array, a record a line. Data for programs: text stays as it is."""
    names, rows, first = tuple(sheet.names), iter(sheet.rows()), True
    yield b"[\n"
    while chunk := list(islice(rows, CHUNK)):
        yield (b"" if first else b",\n") + b",\n".join(dumps(dict(zip(names, row, strict=True))) for row in chunk)
        first = False
    yield b"\n]\n"


def as_xlsx(sheet: Sheet) -> Iterator[bytes]:
    """A workbook cannot be streamed: it is written to a temporary file, a row in memory at a time, then sent."""
    with tempfile.TemporaryFile() as file:
        _write_workbook(file, sheet)
        file.seek(0)
        while block := file.read(BLOCK):
            yield block


def _write_workbook(file: BinaryIO, sheet: Sheet) -> None:
    with Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
                         "remove_timezone": True}) as book:
        page, bold = book.add_worksheet(), book.add_format({"bold": True})
        day, moment = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        page.freeze_panes(1, 0)
        for column, header in enumerate(sheet.headers):
            page.write_string(0, column, str(cell(str(header))), bold)
            page.set_column(column, column, max(12, min(len(str(header)) + 2, 40)))
        for line, row in enumerate(sheet.rows(), 1):
            for column, value in enumerate(row):
                if isinstance(value, bool):
                    page.write_boolean(line, column, value)
                elif isinstance(value, (int, float, Decimal)):
                    page.write_number(line, column, value)
                elif isinstance(value, datetime):
                    page.write_datetime(line, column, timezone.localtime(value) if timezone.is_aware(value) else value, moment)
                elif isinstance(value, date):
                    page.write_datetime(line, column, value, day)
                elif value is not None:
                    page.write_string(line, column, str(cell(value))[:32_767])


FORMATS: dict[str, tuple[str, Callable[[Sheet], Iterator[bytes]]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": (XLSX, as_xlsx),
    "json": ("application/json", as_json)}


def check_size(kind: str, rows: Any) -> None:
    """Before the first byte: raise Invalid when the rows do not fit in a worksheet."""
    if kind == "xlsx" and capped_count(rows, SHEET_ROWS)[1]:
        raise Invalid("too_many_rows", _("A worksheet holds %(count)d rows, and this list has more. Filter it, or export CSV.") % {
            "count": SHEET_ROWS})


def download(name: str, kind: str, sheet: Sheet, ended: Callable[[int, bool], None]) -> StreamingHttpResponse:
    """The answer that sends the sheet. `ended` is told how many rows left and whether that was all, also when the caller went away."""
    content_type, writer = FORMATS[kind]
    day = timezone.localdate().isoformat()
    return StreamingHttpResponse(_sent(writer, sheet, ended), content_type=content_type, headers={
        "Content-Disposition": f'attachment; filename="{name}-{day}.{kind}"', "X-Accel-Buffering": "no"})


def _sent(writer: Callable[[Sheet], Iterator[bytes]], sheet: Sheet, ended: Callable[[int, bool], None]) -> Iterator[bytes]:
    """The bytes, in the language and zone of who asked: the middleware has left when they are made."""
    language, zone = translation.get_language(), timezone.get_current_timezone()
    sent, done = 0, False

    def counted() -> Iterator[Row]:
        nonlocal sent
        for row in sheet.rows():
            sent += 1
            yield row

    def run() -> Iterator[bytes]:
        nonlocal done
        try:
            with translation.override(language), timezone.override(zone), transaction.atomic():
                # In a transaction the cursor sends rows as they are found; outside one the database would first make them all.
                yield from writer(Sheet(sheet.names, sheet.headers, counted))
            done = True
        finally:
            ended(sent, done)
    return run()
