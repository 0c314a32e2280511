"""./ops manage duplicates find: what may be one record, by likeness (TIE-19).

Exit codes: 0 done, 1 failed, 2 usage, 3 nothing to do, 4 refused."""
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from apps.kernel.api.renderers import dumps
from apps.tiers.services import Searched, find_duplicates
from apps.tiers.services.finding import KINDS

NOTHING = 3


class Command(BaseCommand):
    help = "Look for companies and persons that may be registered twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="find")
        find = verbs.add_parser("find", help="compare what changed since the last search with the whole register")
        find.add_argument("--kind", choices=KINDS, help="only these records")
        find.add_argument("--all", action="store_true", dest="full", help="compare everything, whatever was compared before")
        find.add_argument("--since", metavar="DATE", type=_moment, help="compare what changed since this day or moment (ISO 8601)")
        find.add_argument("--dry-run", action="store_true", help="only say how many pairs would be opened")
        find.add_argument("--json", action="store_true", help="one JSON document on the standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        kinds = [options["kind"]] if options["kind"] else KINDS
        found = {kind: self._find(kind, options) for kind in kinds}
        compared, opened = (sum(getattr(one, name) for one in found.values()) for name in ("compared", "opened"))
        if options["json"]:
            each = {kind: {"compared": one.compared, "opened": one.opened} for kind, one in found.items()}
            self.stdout.write(dumps({"compared": compared, "opened": opened, "kinds": each, "dry_run": options["dry_run"]}).decode())
        else:
            for kind, one in found.items():
                self.stdout.write(f"{kind}: {one.compared} compared, {one.opened} new possible duplicates")
        if not compared:
            raise CommandError("Nothing to do: nothing changed since the last search. --all compares everything.", returncode=NOTHING)

    def _find(self, kind: str, options: Mapping[str, Any]) -> Searched:
        def tell(done: int, total: int, opened: int) -> None:
            if done == total or done % 10_000 == 0:
                self.stderr.write(f"{kind}: {done} of {total}, {opened} found")
        return find_duplicates(kind=kind, full=options["full"], since=options["since"], dry_run=options["dry_run"], tell=tell)


def _moment(text: str) -> datetime:
    """A day or a moment; without a zone, in the product's own."""
    try:
        day = parse_date(text)
        found = datetime.combine(day, time()) if day else parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise ArgumentTypeError(f"{text!r} is no date: write 2026-11-21 or 2026-11-21T08:30")
    return found if timezone.is_aware(found) else timezone.make_aware(found)
