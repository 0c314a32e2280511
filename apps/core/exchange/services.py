"""Imports as other apps and entry points use them: done at once, or asked for and done by jobs."""
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.exchange import uploads
from apps.core.exchange.headers import layout_of, signature
from apps.core.exchange.models import ChosenMapping, ImportRun
from apps.core.exchange.reading import Broken
from apps.core.exchange.running import Order, authorise, execute, missing_rights
from apps.core.exchange.selectors import sources
from apps.core.jobs.services import start
from apps.kernel.cells import DAY_FORMS
from apps.kernel.errors import Invalid
from apps.kernel.presets import PRESETS, Preset

__all__ = ["Order", "authorise", "choose", "execute", "forget_old", "missing_rights", "receive", "start_import"]
KIND = "exchange.import"
FLAGS = ("create_missing", "skip_bad")


def receive(*, author: Any, preset: str, files: Sequence[uploads.Upload], options: Mapping[str, Any] | None = None,
            mappings: Mapping[str, Mapping[str, str]] | None = None) -> ImportRun:
    """Keep files that somebody wants to import.

    Raises Invalid (`preset_unknown`, `file_missing`, `one_file`, `file_twice`, `file_too_large`, `option_unknown`), PermissionDenied."""
    found = PRESETS.get(preset)
    if found is None:
        raise Invalid("preset_unknown", _("There is no import “%(name)s”.") % {"name": preset}, preset=_("Choose one of the list."))
    given = clean_options(found, options or {})
    authorise(found, author, create_missing=bool(given.get("create_missing")))
    if not files:
        raise Invalid("file_missing", _("Choose a file to import."), files=_("Choose a file to import."))
    if len(files) > 1 and not found.several:
        raise Invalid("one_file", _("This import takes one file at a time."), files=_("Choose one file."))
    forget_old()
    with _kept(files) as kept:
        if len({file.name for file in kept}) < len(kept):
            raise Invalid("file_twice", _("Two of the files have the same name."), files=_("Two of the files have the same name."))
        return ImportRun.objects.create(author=author, preset=preset, files=[asdict(file) for file in kept], options=given,
                                        mappings={name: dict(mapping) for name, mapping in (mappings or {}).items()})


@contextmanager
def _kept(files: Sequence[uploads.Upload]) -> Iterator[list[uploads.Kept]]:
    """The files kept: all of them, or none where one is refused or what follows fails."""
    kept: list[uploads.Kept] = []
    try:
        for file in files:
            kept.append(uploads.keep(file))
        yield kept
    except BaseException:
        for one in kept:
            uploads.forget(one.key)
        raise


def clean_options(preset: Preset, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of an import as they are kept. Raises Invalid `option_unknown`."""
    known = {"dates": set(DAY_FORMS), "decimal": {"point", "comma"}}
    unknown = set(options) - {*FLAGS, *known, "sheet", *preset.settings}
    wrong = [name for name, values in known.items() if options.get(name) and options[name] not in values]
    if unknown or wrong:
        raise Invalid("option_unknown", _("Unknown option or value: %(names)s.") % {"names": ", ".join(sorted([*unknown, *wrong]))})
    return {name: bool(value) if name in FLAGS else str(value)[:200] for name, value in options.items() if value}


def choose(*, run: ImportRun, mappings: Mapping[str, Mapping[str, str]], options: Mapping[str, Any]) -> list[str]:
    """Keep what each column of the files is taken for, and remember it for files like these. Returns what is still missing or wrong."""
    preset, faults = PRESETS[run.preset], []
    run.options = clean_options(preset, options)
    run.mappings = {name: dict(mapping) for name, mapping in mappings.items()}
    with transaction.atomic():
        run.save(update_fields=["options", "mappings"])
        for source in sources(run):
            try:
                header = next(iter(source.records()), (1, []))[1]
                layout = layout_of(header, preset, run.mappings.get(source.name))
            except Broken as broken:
                faults.append(f"{source.name}: {broken.column + ': ' if broken.column else ''}{broken.message}")
            else:
                ChosenMapping.objects.update_or_create(user=run.author, preset=run.preset, signature=signature(layout.header),
                                                       defaults={"mapping": run.mappings.get(source.name, {})})
    return faults


def start_import(*, run: ImportRun, dry_run: bool) -> Any:
    """Have a job check the files, or import them; the job. Raises PermissionDenied."""
    preset = PRESETS[run.preset]
    authorise(preset, run.author, create_missing=bool(run.options.get("create_missing")))
    names = ", ".join(file["name"] for file in run.files)
    title = (_("Check of %(files)s") if dry_run else _("Import of %(files)s")) % {"files": names}
    with transaction.atomic():
        job = start(KIND, author=run.author, title=title, payload={"run": str(run.uuid), "dry_run": dry_run})
        run.last_job = job
        run.save(update_fields=["last_job"])
    return job


def forget_old() -> int:
    """Forget imports older than IMPORT_KEPT_DAYS days, with their files; how many."""
    old = list(ImportRun.objects.filter(created_at__lt=timezone.now() - timedelta(days=settings.IMPORT_KEPT_DAYS))[:100])
    for run in old:
        for file in run.files:
            uploads.forget(file["key"])
    ImportRun.objects.filter(pk__in=[run.pk for run in old]).delete()
    return len(old)
