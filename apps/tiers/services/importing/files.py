"""Files to import: loaded whole, refused when they are not text or too large to be held in memory."""
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Invalid
from apps.tiers.shelf.rows import Layout, Reading, read
from apps.tiers.shelf.tables import LineError

MEBIBYTE = 1024 ** 2
LARGEST_FILE = 20 * MEBIBYTE
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")             # how UTF-16 begins
UTF8_LETTER = re.compile(rb"[\xc3-\xc5][\x80-\xbf]")    # a Latin letter in UTF-8; in Windows-1252 a pair no word has


@dataclass(frozen=True)
class SourceFile:
    """A file's name, without folder, and its bytes."""
    name: str
    data: bytes


def load(path: Path) -> SourceFile:
    """The file at a path. Raises Invalid: `file_missing`, `file_unreadable`, `file_too_large`."""
    try:
        with path.open("rb") as opened:
            data = opened.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise Invalid("file_missing", _("There is no file %(path)s.") % {"path": path}) from None
    except OSError as error:
        raise Invalid("file_unreadable", _("The file %(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror}) from None
    if len(data) > LARGEST_FILE:
        raise Invalid("file_too_large", _("%(path)s is larger than %(limit)d MiB: cut it into smaller files, each with the header line.")
                      % {"path": path, "limit": LARGEST_FILE // MEBIBYTE})
    return SourceFile(path.name, data)


def read_all(files: Sequence[SourceFile], layouts: tuple[Layout, ...]) -> list[Reading]:
    """The rows of the files. Raises Invalid `file_twice` for two files of one name: faults are told by file and line."""
    names = [file.name for file in files]
    for name in names:
        if names.count(name) > 1:
            raise Invalid("file_twice", _("The file %(name)s is given twice.") % {"name": name})
    return [_read(file, layouts) for file in files]


def _read(file: SourceFile, layouts: tuple[Layout, ...]) -> Reading:
    fault = _broken_text(file)
    reading = read(file.data if fault is None else b"", file.name, layouts)
    return reading if fault is None else replace(reading, errors=(fault,))


def _broken_text(file: SourceFile) -> LineError | None:
    """The fault of a file that is not text in one encoding. Read as Windows-1252, a damaged UTF-8 file would spoil each accented name."""
    if file.data.startswith(WIDE_MARKS) or b"\0" in file.data[:200]:
        return LineError(file.name, 1, "", "encoding_unknown", _("The file is not text in UTF-8 or Windows-1252: save it as “CSV UTF-8”."))
    try:
        file.data.decode("utf-8")
    except UnicodeDecodeError as error:
        if UTF8_LETTER.search(file.data):
            line = file.data.count(b"\n", 0, error.start) + 1
            return LineError(file.name, line, "", "encoding_broken", _("The file is in UTF-8 but broken here: get it anew."))
    return None
