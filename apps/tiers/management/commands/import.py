"""./ops manage import companies|facilities: the Norwegian shelf register.

Exit codes: 0 done, 1 failed, 2 usage, 3 nothing to do, 4 refused. Never 5 (partly): a run writes all or nothing.
"""
import csv
import os
import time
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.iam.selectors import system_user
from apps.kernel.api.export import cell
from apps.kernel.api.renderers import dumps
from apps.kernel.errors import BusinessError
from apps.kernel.periods import period, shown
from apps.tiers.services.importing import ImportReport, SourceFile, import_companies, import_facilities, load

USAGE, NOTHING, REFUSED = 2, 3, 4
SHOWN = 50      # errors told on the screen
WRONG_CALL = frozenset(("file_missing", "file_unreadable", "file_twice"))


class Command(BaseCommand):
    help = "Load the Norwegian shelf register: companies, then fields and facilities with their operators and licensees."

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = parser.add_subparsers(dest="kind", required=True, metavar="companies|facilities")
        companies = kinds.add_parser("companies", help="company.csv")
        companies.add_argument("files", metavar="FILE", type=Path, nargs=1)
        facilities = kinds.add_parser("facilities", help="field.csv, field_operator_hst.csv, field_licensee_hst.csv, facility_fixed.csv, "
                                                         "facility_moveable.csv: any of them, in any order")
        facilities.add_argument("files", metavar="FILE", type=Path, nargs="+")
        facilities.add_argument("--create-missing", action="store_true",
                                help="make incomplete records of companies and sites that are named only")
        for kind in (companies, facilities):
            kind.add_argument("--dry-run", action="store_true", help="only say what would be done")
            kind.add_argument("--json", action="store_true", help="one JSON document on the standard output")
            kind.add_argument("--errors", metavar="FILE", type=Path, help="write every error by line to this CSV file")
            kind.add_argument("--as", metavar="E-MAIL", dest="account", help="import with this account's rights (else as the system)")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(_language()):
            begun = time.monotonic()
            try:
                report = self._run(options)
            except BusinessError as error:
                raise CommandError(str(error), returncode=USAGE if error.code in WRONG_CALL else REFUSED) from error
            except PermissionDenied as error:
                raise CommandError(str(error), returncode=REFUSED) from error
            seconds = time.monotonic() - begun
            if options["errors"]:
                _write_errors(options["errors"], report)
            if options["json"]:
                self.stdout.write(dumps({**_plain(report), "seconds": round(seconds, 3)}).decode())
            else:
                self.stdout.write("\n".join(_lines(report)))
            self._end(report, seconds)

    def _run(self, options: Mapping[str, Any]) -> ImportReport:
        actor = _account(options["account"])
        files = [self._load(path) for path in options["files"]]
        self.stderr.write(_("Importing…"))
        if options["kind"] == "companies":
            return import_companies(file=files[0], actor=actor, dry_run=options["dry_run"])
        return import_facilities(files=files, actor=actor, create_missing=options["create_missing"], dry_run=options["dry_run"])

    def _load(self, path: Path) -> SourceFile:
        self.stderr.write(_("Reading %(path)s…") % {"path": path})
        return load(path)

    def _end(self, report: ImportReport, seconds: float) -> None:
        """The last word, on stderr, and the exit code."""
        if report.errors:
            raise CommandError(_("Refused: nothing was written. Correct the lines, then import again."), returncode=REFUSED)
        if report.nothing_to_do:
            raise CommandError(_("Nothing to do: everything is there already."), returncode=NOTHING)
        done = _("Dry run: nothing was written (%(seconds).1f s).") if report.dry_run else _("Done in %(seconds).1f s.")
        self.stderr.write(done % {"seconds": seconds})


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


def _plain(report: ImportReport) -> dict[str, Any]:
    return {**asdict(report), "created": report.created, "changed": report.changed, "nothing_to_do": report.nothing_to_do}


def _lines(report: ImportReport) -> Iterable[str]:
    """The report for people."""
    for file, count in report.rows.items():
        yield ngettext("%(file)s: %(count)d row", "%(file)s: %(count)d rows", count) % {"file": file, "count": count}
    if report.numbers:
        yield _("Numbers: %(valid)d valid, %(unverified)d not verifiable, %(absent)d absent") % report.numbers
    yield from _table(report)
    for finding in report.findings:
        yield f"! {_sentence(finding.code)}: {finding.site}, {_span(finding)}{_details(finding)}"
    yield from _missing(report)
    for error in report.errors[:SHOWN]:
        place = f"{error.file}:{error.line}" + (f" {error.column}" if error.column else "")
        yield f"✗ {place}: {error.message} [{error.code}]"
    if (more := len(report.errors) - SHOWN) > 0:
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
    yield _("New possible duplicates: %(count)d") % {"count": report.candidates}
    if report.stubs:
        yield _("Companies made from references only: %(count)d") % {"count": sum(report.stubs.values())}


def _missing(report: ImportReport) -> Iterable[str]:
    """By file, the rows that name what is not there; with stubs made, there is nothing left to say."""
    for counts, text in ((report.missing_companies, _("%(file)s: %(count)d rows name companies that are not registered")),
                         (report.missing_sites, _("%(file)s: %(count)d rows name sites that are not registered"))):
        if report.errors:
            yield from (text % {"file": file, "count": count} for file, count in counts.items())


def _sentence(code: str) -> str:
    return {"operators_overlap": _("Two operators at once"), "operator_gap": _("No operator"),
            "share_total": _("Shares do not add up to 100 %")}[code]


def _span(finding: Any) -> str:
    return shown(period(finding.first, finding.to))


def _details(finding: Any) -> str:
    total = [f"{number_format(finding.total.normalize())} %"] if finding.total is not None else []
    return "".join(f" · {part}" for part in (*finding.companies, *total))


def _write_errors(path: Path, report: ImportReport) -> None:
    """Every error as CSV; cells that a spreadsheet would calculate are escaped (security requirement 18)."""
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(("file", "line", "column", "code", "message"))
            writer.writerows((cell(error.file), error.line, cell(error.column), error.code, cell(str(error.message)))
                             for error in report.errors)
    except OSError as error:
        raise CommandError(_("The errors cannot be written to %(path)s: %(why)s.") % {"path": path, "why": error.strerror},
                           returncode=1) from error
