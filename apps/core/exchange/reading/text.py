"""Delimited text: encoding and separator found out, records one by one. A first pass over the bytes settles the encoding, so that no half
of a file is read in another one than the rest."""
import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from apps.core.exchange.reading.faults import Broken

SEPARATORS = (",", ";", "\t", "|")
CHUNK = 1024 ** 2
HEAD = 64 * 1024
WIDE = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))         # how UTF-16 begins
FORMULA = frozenset("=+-@")
UTF8_LETTER = re.compile(rb"[\xc3-\xc5][\x80-\xbf]")    # a Latin letter in UTF-8; in Windows-1252 a pair no word has
UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")      # bytes that Windows-1252 leaves open


@dataclass(frozen=True)
class Encoding:
    """How a file's bytes are text: the codec, the bytes of a mark before the text, and the size of it all in bytes."""
    codec: str
    mark: int
    size: int


class TextRecords:
    """The records of a delimited file, empty lines left out. Broken ends them: bytes that are no text, quotes that do not match."""

    def __init__(self, opened: Callable[[], IO[bytes]], too_large: Callable[[], Exception] | Any = None, largest: int = 0) -> None:
        self._opened, self._too_large, self._largest = opened, too_large, largest
        self._encoding: Encoding | None = None
        self.done = 0.0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        try:
            if self._encoding is None:
                with self._opened() as raw:
                    self._encoding = self.encoding(raw)
            with self._opened() as raw:
                raw.seek(self._encoding.mark)
                with io.TextIOWrapper(raw, encoding=self._encoding.codec, newline="") as stream:
                    yield from self._records(stream, raw, self._encoding)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise Broken(1, "packed_broken", _("The packed file (gzip) is broken: get it anew.")) from None

    def _records(self, stream: io.TextIOWrapper, raw: IO[bytes], encoding: Encoding) -> Iterator[tuple[int, list[str]]]:
        separator = separator_of(_head(self._opened, encoding))
        reader = csv.reader(stream, delimiter=separator, strict=True)
        line = 1
        try:
            for count, cells in enumerate(reader):
                together = "".join(cells)
                if together.strip():
                    yield line, unescaped(cells) if "'" in together else cells
                line = reader.line_num + 1
                if not count % 1000 and encoding.size:
                    self.done = raw.tell() / encoding.size
        except csv.Error:
            raise Broken(line, "quotes_broken", _("The quotes of this line do not match: the rest was not read.")) from None

    def encoding(self, raw: IO[bytes]) -> Encoding:
        """The encoding of all of the file. Raises Broken, or what `too_large` makes."""
        head = raw.read(HEAD)
        for mark, codec in WIDE:
            if head.startswith(mark):
                return self._checked(raw, head[2:], codec, 2)
        if wide := _wide_without_mark(head):
            return self._checked(raw, head, wide, 0)
        if b"\0" in head[:200]:
            raise Broken(1, "encoding_unknown", _("The file is not text in UTF-8 or Windows-1252: save it as “CSV UTF-8”."))
        skipped = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
        return self._narrow(raw, head[skipped:], skipped)

    def _chunks(self, raw: IO[bytes], head: bytes) -> Iterator[bytes]:
        read = len(head)
        yield head
        while chunk := raw.read(CHUNK):
            read += len(chunk)
            if self._largest and read > self._largest:
                raise self._too_large()
            yield chunk

    def _checked(self, raw: IO[bytes], head: bytes, codec: str, mark: int) -> Encoding:
        """UTF-16 that is whole; a broken place is told with its line."""
        decoder = codecs.getincrementaldecoder(codec)()
        size, line = mark, 1
        try:
            for chunk in self._chunks(raw, head):
                size += len(chunk)
                line += decoder.decode(chunk).count("\n")
            decoder.decode(b"", True)
        except UnicodeDecodeError as error:
            line += error.object[:error.start].decode(codec, "ignore").count("\n")
            raise Broken(line, "encoding_broken", _("The file is in UTF-16 but broken here: get it anew.")) from None
        return Encoding(codec, mark, size)

    def _narrow(self, raw: IO[bytes], head: bytes, mark: int) -> Encoding:
        """UTF-8, else Windows-1252. A file in UTF-8 with a broken byte is told: read as Windows-1252 it would spoil each accented name."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        size, lines, letters = mark, 1, mark > 0
        broken = undefined = 0      # the lines of the first byte that is no UTF-8, and no Windows-1252
        last = b""
        for chunk in self._chunks(raw, head):
            size += len(chunk)
            if not broken and not (chunk.isascii() and not decoder.getstate()[0]):
                broken = _broken_line(decoder, chunk, lines)
            letters = letters or UTF8_LETTER.search(last + chunk) is not None
            if not undefined and (found := UNDEFINED.search(chunk)):
                undefined = lines + chunk.count(b"\n", 0, found.start())
            lines, last = lines + chunk.count(b"\n"), chunk[-1:]
        if not broken and decoder.getstate()[0]:
            broken = lines      # it ends within a letter
        if not broken:
            return Encoding("utf-8", mark, size)
        if letters:
            raise Broken(broken, "encoding_broken", _("The file is in UTF-8 but broken here: get it anew."))
        if undefined:
            raise Broken(undefined, "encoding_broken", _("This line holds a byte that is no letter in Windows-1252: get the file anew."))
        return Encoding("cp1252", 0, size)


def unescaped(cells: list[str]) -> list[str]:
    """Cells without the apostrophe that exports put before what a spreadsheet would calculate."""
    return [cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell for cell in cells]


def _broken_line(decoder: Any, chunk: bytes, line: int) -> int:
    """The line of the first byte that is no UTF-8, 0 without one; `line` is that of the chunk's start."""
    held = len(decoder.getstate()[0])
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError as error:
        return line + chunk.count(b"\n", 0, max(error.start - held, 0))
    return 0


def _wide_without_mark(head: bytes) -> str:
    """The codec of UTF-16 without a mark, or nothing: in Latin text every other byte is zero."""
    sample = head[:200]
    pairs = len(sample) // 2
    if pairs < 4:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > pairs * 0.7 and even < pairs * 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > pairs * 0.7 and odd < pairs * 0.1 else ""


def _head(opened: Callable[[], IO[bytes]], encoding: Encoding) -> str:
    with opened() as raw:
        raw.seek(encoding.mark)
        return codecs.getincrementaldecoder(encoding.codec)().decode(raw.read(HEAD))


def separator_of(head: str) -> str:
    """The separator that cuts the header into most cells."""
    first = head.lstrip("\r\n").split("\n", 1)[0]
    return max(SEPARATORS, key=lambda separator: _cells(first, separator))


def _cells(line: str, separator: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=separator), []))
    except csv.Error:
        return 0
