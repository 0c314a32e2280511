"""One file as a table: its header, then its records one by one, however large it is."""
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from apps.core.exchange.reading import sheets, text
from apps.core.exchange.reading.faults import Broken
from apps.kernel.errors import Invalid

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
MEBIBYTE = 1024 ** 2
Record = tuple[int, list[str]]      # first line, cells
__all__ = ["Broken", "Record", "Source", "open_source"]


class Records(Protocol):
    """What a reader of one format gives. `done` is how far it is, 0 to 1."""
    done: float

    def __iter__(self) -> Iterator[Record]: ...


@dataclass(frozen=True)
class Source:
    """A file to import. `name` is what people call it, without folder; `sheet` chooses one of a spreadsheet's (else the first)."""
    path: Path
    name: str
    sheet: str = ""
    largest: int = 0        # bytes; 0: no limit

    def __post_init__(self) -> None:
        if self.largest and self.path.stat().st_size > self.largest:
            raise _too_large(self.name, self.largest)

    def opened(self) -> Any:
        """Its bytes, unpacked where they are packed with gzip."""
        with self.path.open("rb") as opened:
            packed = opened.read(2) == GZIP
        return gzip.open(self.path, "rb") if packed else self.path.open("rb")

    def records(self) -> Records:
        """Its records, the header's first; each iteration may raise Broken, after which there are no more."""
        with self.path.open("rb") as opened:
            start = opened.read(4)
        if start == ZIP:
            return sheets.SheetRecords(self.path, self.sheet)
        return text.TextRecords(self.opened, self.largest and (lambda: _too_large(self.name, self.largest)), self.largest)


def _too_large(name: str, limit: int) -> Invalid:
    return Invalid("file_too_large", _("%(path)s is larger than %(limit)d MiB: cut it into smaller files, each with the header line.")
                   % {"path": name, "limit": limit // MEBIBYTE})


def open_source(path: Path, *, name: str = "", sheet: str = "", largest: int = 0) -> Source:
    """The file at a path. Raises Invalid: `file_missing`, `file_unreadable`, `file_too_large`."""
    try:
        with path.open("rb"):
            pass
        return Source(path, name or path.name, sheet, largest)
    except FileNotFoundError:
        raise Invalid("file_missing", _("There is no file %(path)s.") % {"path": path}) from None
    except OSError as error:
        raise Invalid("file_unreadable", _("The file %(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror}) from None

