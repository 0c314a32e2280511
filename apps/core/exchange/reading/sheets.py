"""Spreadsheets (XLSX): one sheet's cells as text, in the form a CSV would have them (2013-05-08, 12.5, true)."""
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from python_calamine import CalamineError, CalamineWorkbook

from apps.core.exchange.reading.faults import Broken

MEBIBYTE = 1024 ** 2
UNPACKED = 256 * MEBIBYTE       # a sheet is held in memory: more belongs into a CSV file


class SheetRecords:
    """The records of one sheet, the header first, empty rows left out."""

    def __init__(self, path: Path, sheet: str) -> None:
        self._path, self._sheet = path, sheet
        self.done = 0.0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        self._weigh()
        try:
            workbook = CalamineWorkbook.from_path(self._path)
            names = workbook.sheet_names
            if self._sheet and self._sheet not in names:
                raise Broken(1, "sheet_unknown", _("There is no sheet “%(name)s”; there are: %(names)s.")
                             % {"name": self._sheet, "names": ", ".join(names)})
            sheet = workbook.get_sheet_by_name(self._sheet or names[0])
            total = sheet.total_height or 1
            rows = sheet.iter_rows()
        except (CalamineError, OSError, IndexError):
            raise Broken(1, "sheet_broken", _("The spreadsheet cannot be read: save it anew as XLSX, or as CSV.")) from None
        begins = sheet.start[0] if sheet.start else 0
        for at, row in enumerate(rows, begins + 1):
            cells = [as_text(value) for value in row]
            if "".join(cells).strip():
                yield at, cells
            self.done = at / total

    def _weigh(self) -> None:
        """Refuse what is no spreadsheet, or would not fit into memory once unpacked."""
        try:
            with zipfile.ZipFile(self._path) as packed:
                entries = packed.infolist()
        except zipfile.BadZipFile:
            raise Broken(1, "sheet_broken", _("The spreadsheet cannot be read: save it anew as XLSX, or as CSV.")) from None
        if not any(entry.filename == "xl/workbook.xml" for entry in entries):
            raise Broken(1, "file_unknown", _("The file is neither text nor a spreadsheet (XLSX)."))
        if sum(entry.file_size for entry in entries) > UNPACKED:
            raise Broken(1, "sheet_too_large", _("The spreadsheet is too large to be held in memory: save the sheet as “CSV UTF-8”."))


def as_text(value: Any) -> str:
    """A typed cell as text: whole numbers without a point, dates year-month-day."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
