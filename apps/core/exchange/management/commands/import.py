"""./ops manage import PRESET FILE…: the files of people and registers into the product.

Exit codes: 0 done, 1 failed, 2 usage, 3 nothing to do, 4 refused, 5 done but for the lines that were left out (--skip-bad).
"""
import os
import time
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.exchange.reading import open_source
from apps.core.exchange.report import ImportReport
from apps.core.exchange.services import Order, execute
from apps.core.iam.selectors import system_user
from apps.kernel.api.renderers import dumps
from apps.kernel.cells import DAY_FORMS
from apps.kernel.errors import BusinessError
from apps.kernel.presets import PRESETS, Preset

FAILED, USAGE, NOTHING, REFUSED, PARTLY = 1, 2, 3, 4, 5
SHOWN = 50      # errors told on the screen
WRONG_CALL = frozenset(("file_missing", "file_unreadable", "file_twice"))


class Command(BaseCommand):
    help = "Load files: companies, sites, reference data and whatever else the modules take in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = parser.add_subparsers(dest="kind", required=True, metavar="PRESET")
        for name in sorted(PRESETS):
            preset = PRESETS[name]
            with translation.override("en"):
                kind = kinds.add_parser(name, help=str(preset.title), description=str(preset.help or preset.title))
            kind.add_argument("files", metavar="FILE", type=Path, nargs="+" if preset.several else 1,
                              help="CSV in any usual encoding and separator, or XLSX")
            if preset.create_missing:
                kind.add_argument("--create-missing", action="store_true", help="make incomplete records of what is named only")
            for option, setting in preset.settings.items():
                kind.add_argument(f"--{option.replace('_', '-')}", metavar="VALUE", dest=f"set_{option}", help=str(setting.help))
            _common(kind)

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(_language()):
            begun = time.monotonic()
            try:
                report = self._run(PRESETS[options["kind"]], options)
            except BusinessError as error:
                raise CommandError(str(error), returncode=USAGE if error.code in WRONG_CALL else REFUSED) from error
            except PermissionDenied as error:
                raise CommandError(str(error), returncode=REFUSED) from error
            except OSError as error:
                raise CommandError(_("%(path)s cannot be written: %(why)s.") % {"path": error.filename, "why": error.strerror},
                                   returncode=FAILED) from error
            seconds = time.monotonic() - begun
            if options["json"]:
                self.stdout.write(dumps({**report.as_dict(), "seconds": round(seconds, 3)}).decode())
            else:
                self.stdout.write("\n".join(told(report)))
            self._end(report, seconds)

    def _run(self, preset: Preset, options: Mapping[str, Any]) -> ImportReport:
        actor = _account(options["account"])
        sources = [open_source(path, sheet=options["sheet"]) for path in options["files"]]
        self.stderr.write(_("Importing %(files)s…") % {"files": ", ".join(source.name for source in sources)})
        mapping = _mapping(options["map"])
        settings_given = {name: options[f"set_{name}"] for name in preset.settings if options.get(f"set_{name}") is not None}
        return execute(Order(
            preset, sources, actor, dry_run=options["dry_run"], skip_bad=options["skip_bad"],
            options={"create_missing": options.get("create_missing", False), "dates": options["dates"], "decimal": options["decimal"],
                     **settings_given},
            mappings={source.name: mapping for source in sources}, errors_to=options["errors"],
            rejected_to=options["rejected"] if options["skip_bad"] else None, say=_Steps(self.stderr.write)))

    def _end(self, report: ImportReport, seconds: float) -> None:
        """The last word, on stderr, and the exit code."""
        if report.refused:
            raise CommandError(_("Refused: nothing was written. Correct the lines, then import again."), returncode=REFUSED)
        done = _("Dry run: nothing was written (%(seconds).1f s).") if report.dry_run else _("Done in %(seconds).1f s.")
        if report.rejected:
            raise CommandError(done % {"seconds": seconds} + " " + ngettext(
                "%(count)d line was left out.", "%(count)d lines were left out.", report.rejected) % {"count": report.rejected},
                returncode=PARTLY)
        if report.nothing_to_do:
            raise CommandError(_("Nothing to do: everything is there already."), returncode=NOTHING)
        self.stderr.write(done % {"seconds": seconds})


def _common(kind: ArgumentParser) -> None:
    kind.add_argument("--dry-run", action="store_true", help="only say what would be done")
    kind.add_argument("--skip-bad", action="store_true", help="leave the lines at fault out, and write them to NAME.rejected.csv")
    kind.add_argument("--rejected", metavar="FOLDER", type=Path, default=Path(), help="where NAME.rejected.csv goes (else here)")
    kind.add_argument("--map", metavar="COLUMN=HEADER", action="append", default=[],
                      help="which column of the file is which; COLUMN= alone leaves one out; may be given several times")
    kind.add_argument("--sheet", metavar="NAME", default="", help="the sheet of a spreadsheet (else the first)")
    kind.add_argument("--dates", choices=sorted(DAY_FORMS), default="iso", help="how dates with slashes are meant (else they are refused)")
    kind.add_argument("--decimal", choices=("point", "comma"), default="point", help="the decimal sign of numbers")
    kind.add_argument("--json", action="store_true", help="one JSON document on the standard output")
    kind.add_argument("--errors", metavar="FILE", type=Path, help="write every error by line to this CSV file")
    kind.add_argument("--as", metavar="E-MAIL", dest="account", help="import with this account's rights (else as the system)")


class _Steps:
    """Progress on stderr, a line for every tenth of the work."""

    def __init__(self, write: Any) -> None:
        self._write, self._tenth = write, 0

    def __call__(self, done: int, total: int, message: Any) -> None:
        tenth = done * 10 // max(total, 1)
        if tenth > self._tenth:
            self._tenth = tenth
            self._write(f"{tenth * 10} % {message}".rstrip())


def _mapping(given: Iterable[str]) -> dict[str, str]:
    wrong = [one for one in given if "=" not in one]
    if wrong:
        raise CommandError(_("“%(text)s” is not written COLUMN=HEADER.") % {"text": wrong[0]}, returncode=USAGE)
    return {column.strip(): header.strip() for column, _sign, header in (one.partition("=") for one in given)}


def _language() -> str:
    """The language of the environment where the product speaks it, else the product's own."""
    wanted = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return code if (code := wanted[:2].lower()) in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _account(email: str | None) -> Any:
    if email is None:
        return system_user()
    users = get_user_model()
    try:
        return users.objects.get_by_natural_key(email)
    except users.DoesNotExist:
        raise CommandError(_("There is no account %(email)s.") % {"email": email}, returncode=USAGE) from None


def told(report: ImportReport) -> Iterable[str]:
    """The report for people."""
    for file, count in report.rows.items():
        yield ngettext("%(file)s: %(count)d row", "%(file)s: %(count)d rows", count) % {"file": file, "count": count}
    yield from report.before
    yield from _table(report)
    for notice in report.notices:
        yield f"! {notice.text}"
    yield from report.after
    for error in report.errors[:SHOWN]:
        place = f"{error.file}:{error.line}" + (f" {error.column}" if error.column else "")
        yield f"✗ {place}: {error.message} [{error.code}]"
    if (more := report.error_count - SHOWN) > 0:
        yield ngettext("… and %(count)d more error: --json or --errors FILE gives all of them.",
                       "… and %(count)d more errors: --json or --errors FILE gives all of them.", more) % {"count": more}


def _table(report: ImportReport) -> Iterable[str]:
    if not report.counts:
        return
    rows = [(capfirst(str(apps.get_model(label)._meta.verbose_name_plural)), str(count.created), str(count.changed), str(count.unchanged))
            for label, count in report.counts.items()]
    head = ("", _("created"), _("changed"), _("unchanged"))
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    for name, *numbers in (head, *rows):
        yield "  ".join((name.ljust(widths[0]), *(number.rjust(width) for number, width in zip(numbers, widths[1:], strict=True)))).rstrip()
