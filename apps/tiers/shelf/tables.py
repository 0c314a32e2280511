"""Comma-separated files as they come: encoding and separator found out, every fault told with its line."""
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True)
class LineError:
    """One fault of a file: `line` counts from 1, the header's; `column` is empty where the whole line or file is at fault."""
    file: str
    line: int
    column: str
    code: str
    message: Any


@dataclass(frozen=True)
class Table:
    """A file split into cells: each record with the number of its first line. `errors` are faults of form; such records are left out."""
    file: str
    encoding: str
    separator: str
    header: tuple[str, ...]
    records: tuple[tuple[int, tuple[str, ...]], ...]
    errors: tuple[LineError, ...]


def split(data: bytes, file: str) -> Table:
    """The table in a file's bytes: UTF-8 with or without a byte order mark, else Windows-1252; comma, semicolon or tab."""
    text, encoding = _decode(data)
    separator = _separator(text)
    errors: list[LineError] = []
    records = _records(text, separator, file, errors)
    line, cells = next(records, (1, ()))
    header = tuple(cell.strip() for cell in cells)
    if not header:
        errors.append(LineError(file, 1, "", "file_empty", _("The file is empty.")))
    for name in sorted({name for name in header if name and header.count(name) > 1}):
        errors.append(LineError(file, line, name, "column_twice", _("The column is there twice.")))
    rows = []
    for line, cells in records:
        if len(cells) == len(header):
            rows.append((line, cells))
        else:
            errors.append(LineError(file, line, "", "row_length", _("The line has %(found)d cells, the header %(expected)d.")
                                    % {"found": len(cells), "expected": len(header)}))
    return Table(file, encoding, separator, header, tuple(rows), tuple(errors))


def _decode(data: bytes) -> tuple[str, str]:
    """The text and the encoding it was read in. Latin-1 comes last because it accepts any byte."""
    for encoding, codec in (("utf-8", "utf-8-sig"), ("cp1252", "cp1252")):
        try:
            return data.decode(codec), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def _separator(text: str) -> str:
    """The separator that cuts the header into most cells."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    return max(SEPARATORS, key=lambda separator: len(_header_cells(first, separator)))


def _header_cells(line: str, separator: str) -> Sequence[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _records(text: str, separator: str, file: str, errors: list[LineError]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Records that hold anything, each with its first line. A broken quote ends the reading: what follows cannot be told apart."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            errors.append(LineError(file, line, "", "quotes_broken", _("The quotes of this line do not match: the rest was not read.")))
            return
        if any(cell.strip() for cell in cells):
            yield line, tuple(cells)
