"""What pages and the API read: the presets somebody may use, their imports, and a first look into files."""
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _

from apps.core.exchange import uploads
from apps.core.exchange.headers import best_layout, missing, signature
from apps.core.exchange.models import ChosenMapping, ImportRun
from apps.core.exchange.reading import Broken, Source, open_source
from apps.core.exchange.running import missing_rights
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.presets import PRESETS, Column, Preset, Table

SAMPLES = 3         # cells shown of each column
LONGEST_SAMPLE = 60


@dataclass(frozen=True)
class FileColumn:
    """A column of a file: its header, some of its cells, and the preset's column it is taken for."""
    header: str
    samples: Sequence[str]
    target: str


@dataclass(frozen=True)
class FileLook:
    """A first look into a file. `fault` says why it cannot be read; `missing` are the preset's columns that nothing is taken for yet."""
    name: str
    size: int
    table: Table | None = None
    columns: Sequence[FileColumn] = ()
    missing: Sequence[Column] = ()
    fault: str = ""


def usable(user: Any) -> list[Preset]:
    """The presets that somebody has every right for, by title."""
    return sorted((preset for preset in PRESETS.values() if not missing_rights(preset, user)), key=lambda one: str(one.title).casefold())


def may_import(user: Any) -> bool:
    """Whether somebody may import anything at all: the menu."""
    return any(not missing_rights(preset, user) for preset in PRESETS.values())


def run_of(user: Any, uuid: Any) -> ImportRun:
    """Somebody's own import. Raises Http404."""
    found = ImportRun.objects.filter(uuid=uuid, author=user).select_related("last_job").first()
    if found is None or found.preset not in PRESETS:
        raise Http404
    return found


def sources(run: ImportRun) -> list[Source]:
    """The files of an import. Raises Conflict when they are not kept any more."""
    try:
        return [open_source(uploads.where(file["key"]), name=file["name"], sheet=run.options.get("sheet", ""),
                            largest=settings.IMPORT_LARGEST_FILE) for file in run.files]
    except Invalid as error:
        if error.code != "file_missing":
            raise
        raise Conflict("files_gone", _("The files of this import are not kept any more: upload them again.")) from error


def look(run: ImportRun) -> list[FileLook]:
    """A first look into the files of an import, with what each column is taken for: as chosen, as remembered, or as proposed."""
    sizes = {file["name"]: file["size"] for file in run.files}
    return [_look(run, source, sizes[source.name]) for source in sources(run)]


def _look(run: ImportRun, source: Source, size: int) -> FileLook:
    try:
        records = [record for _line, record in islice(source.records(), SAMPLES + 1)]
        header = tuple(cell.strip() for cell in records[0]) if records else ()
        chosen = run.mappings.get(source.name)
        if chosen is None:
            chosen = remembered(run.author, run.preset, header)
        layout = best_layout(header, PRESETS[run.preset], chosen)
    except Broken as broken:
        return FileLook(source.name, size, fault=f"{broken.column + ': ' if broken.column else ''}{broken.message}")
    targets = {at: column for column, at in layout.places.items()}
    columns = [FileColumn(name, [record[at][:LONGEST_SAMPLE] for record in records[1:] if at < len(record) and record[at].strip()],
                          targets.get(at, "")) for at, name in enumerate(header) if name]
    return FileLook(source.name, size, layout.table, columns, missing(layout))


def remembered(user: Any, preset: str, header: Sequence[str]) -> dict[str, str]:
    """How somebody meant such columns the last time, as far as the file has them."""
    found = ChosenMapping.objects.filter(user=user, preset=preset, signature=signature(header)).values_list("mapping", flat=True).first()
    return {column: name for column, name in (found or {}).items() if not name or name in header}
