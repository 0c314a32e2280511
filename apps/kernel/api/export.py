"""Exports: the rows of a list as a stream, without pages. Formula cells are escaped (security requirement 18)."""
import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from apps.kernel.api.columns import Reader
from apps.kernel.api.problems import BadQuery
from apps.kernel.api.renderers import dumps

CHUNK = 2_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: Any) -> Any:
    """A value as a CSV cell: text that a spreadsheet would calculate gets an apostrophe before it."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return value
    text = dumps(value).decode()
    return text[1:-1] if text.startswith('"') else text


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def as_csv(reader: Reader, rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """UTF-8 with a header of field names; the mark at the start tells spreadsheets so."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(reader.names)
    for row in rows:
        yield writer.writerow([cell(value) for value in row[:len(reader.names)]])


def as_json(reader: Reader, rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """One array, a record a line."""
    yield b"["
    separator = b"\n"
    for row in rows:
        yield separator + dumps(reader.build(row))
        separator = b",\n"
    yield b"\n]\n"


FORMATS: dict[str, tuple[str, Any]] = {"csv": ("text/csv; charset=utf-8", as_csv), "json": ("application/json", as_json)}


def stream(name: str, kind: str, reader: Reader, rows: Any) -> StreamingHttpResponse:
    """The export of a query's rows. The query was made, and the right asked, before the first byte leaves."""
    if kind not in FORMATS:
        raise BadQuery("format", "bad_format", _("Formats: %(names)s.") % {"names": ", ".join(FORMATS)})
    content_type, writer = FORMATS[kind]
    return StreamingHttpResponse(writer(reader, reader.select(rows).iterator(chunk_size=CHUNK)), content_type=content_type,
                                 headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'})
