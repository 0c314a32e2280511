"""Exports by REST: the rows of a list without pages, with the fields asked for as they are named in the API."""
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.kernel import export
from apps.kernel.api.columns import Reader
from apps.kernel.api.problems import BadQuery
from apps.kernel.export import FORMATS, Sheet


def format_of(asked: str) -> str:
    """?format=. Raises BadQuery for an unknown one."""
    if asked not in FORMATS:
        raise BadQuery("format", "bad_format", _("Formats: %(names)s.") % {"names": ", ".join(FORMATS)})
    return asked


def sheet(reader: Reader, rows: Any) -> Sheet:
    """The fields of the rows."""
    def read() -> Iterator[Sequence[Any]]:
        return iter(reader.select(rows).iterator(chunk_size=export.CHUNK))
    return Sheet(reader.names, reader.names, read)
