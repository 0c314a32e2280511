"""What an import leaves in files: every fault as CSV, and the lines that were left out, ready to be corrected and imported again.

Cells that a spreadsheet would calculate are escaped (security requirement 18); reading takes the escape away again.
"""
import csv
import re
from collections.abc import Iterator
from itertools import groupby, islice
from pathlib import Path

from django.utils.translation import gettext as _

from apps.core.exchange.loading import FileTable, Run
from apps.kernel.export import cell

NUMBER = re.compile(r"[-+]?[\d.,\s]+", re.ASCII)     # calculates to itself: stays as it is
Told = tuple[int, str]


def safe(value: str) -> str:
    """A cell as text that no spreadsheet calculates."""
    return value if NUMBER.fullmatch(value) else str(cell(value))


def write_errors(path: Path, run: Run) -> None:
    """Every fault: file, line, column, code, message."""
    with path.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(("file", "line", "column", "code", "message"))
        names = run.faults.names
        writer.writerows((cell(names[file]), line, cell(column), code, cell(message))
                         for file, line, column, code, message in run.faults.entries())


def write_rejected(folder: Path, run: Run) -> list[Path]:
    """The lines that were left out, a file for each that has any: the same header and a column that says why."""
    written = []
    faults = groupby(run.faults.entries(), key=lambda entry: entry[0])
    by_number = {file.number: file for file in run.files}
    for number, entries in faults:
        file = by_number[number]
        path = folder / f"{Path(file.name).stem}.rejected.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow([*map(safe, file.layout.header), _("error")])
            told = ((line, "; ".join(f"{column}: {message}" if column else message for _f, _l, column, _c, message in its))
                    for line, its in groupby(entries, key=lambda entry: entry[1]))
            writer.writerows([*map(safe, record), safe(why)] for record, why in _lines(file, told))
        written.append(path)
    return written


def _lines(file: FileTable, told: Iterator[Told]) -> Iterator[tuple[list[str], str]]:
    """The records of the lines told, which come in order, with what was told."""
    records = islice(iter(file.records), 1, None)
    line = 0
    record: list[str] = []
    for wanted, why in told:
        while line < wanted:
            line, record = next(records, (2 ** 62, []))
        if line == wanted:
            yield record, why
