"""Imports in the background: the report is the job's, its file has every error and the lines that were left out."""
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.exchange.models import ImportRun
from apps.core.exchange.report import ImportReport
from apps.core.exchange.selectors import sources
from apps.core.exchange.services import KIND, Order, execute
from apps.core.jobs.registry import Run, job
from apps.kernel.errors import Conflict, Invalid, Refusal
from apps.kernel.presets import PRESETS

MOST_SHOWN = 200        # errors and findings kept with the job; its file has all


@job(KIND, title=gettext_lazy("Import of files"), on_death="say", template="exchange/report.html")
def run_import(run: Run) -> dict[str, Any]:
    """Check or import the files of an ImportRun, with the rights of the job's author."""
    found = ImportRun.objects.filter(uuid=run.payload["run"]).first()
    if found is None or found.preset not in PRESETS:
        raise Conflict("files_gone", _("The files of this import are not kept any more: upload them again."))
    options = dict(found.options)
    skip_bad, dry_run = bool(options.pop("skip_bad", False)), bool(run.payload["dry_run"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report = execute(Order(
            PRESETS[found.preset], sources(found), run.author, options=options, mappings=found.mappings, dry_run=dry_run, skip_bad=skip_bad,
            errors_to=folder / "errors.csv", rejected_to=folder if skip_bad else None,
            say=lambda done, total, message: run.progress(done, total, str(message))))
        run.progress(100, 100)
        if report.error_count:
            _keep(run, folder)
    result = {**_result(report), "run": str(found.uuid), "title": str(PRESETS[found.preset].title), "skip_bad": skip_bad}
    if report.refused and not dry_run:
        raise Invalid("import_refused", ngettext("%(count)d error: nothing was written. Correct the line, then import again.",
                                                 "%(count)d errors: nothing was written. Correct the lines, then import again.",
                                                 report.error_count) % {"count": report.error_count}, data=result,
                      reasons=[Refusal(error.code, str(error.message), f"{error.file}:{error.line}") for error in report.errors[:10]])
    return result


def _keep(run: Run, folder: Path) -> None:
    """The errors, with the lines left out where there are such files: one file, packed where there are several."""
    found = sorted(folder.glob("*.csv"))
    if len(found) == 1:
        run.keep_file("errors.csv", found[0])
        return
    packed = folder / "import.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in found:
            archive.write(path, path.name)
    run.keep_file("import.zip", packed)


def _result(report: ImportReport) -> dict[str, Any]:
    found = report.as_dict()
    tables = [{"name": capfirst(str(apps.get_model(label)._meta.verbose_name_plural)), **counts}
              for label, counts in found["counts"].items()]
    rows = [{"file": file, "count": count} for file, count in found["rows"].items()]
    return {**found, "tables": tables, "files": rows, "errors": found["errors"][:MOST_SHOWN], "findings": found["findings"][:MOST_SHOWN],
            "errors_left": max(0, report.error_count - MOST_SHOWN), "findings_left": max(0, len(report.notices) - MOST_SHOWN)}
