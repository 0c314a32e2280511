"""./ops manage reference load: the code lists every site begins with. Exit codes: 0 done, 1 failed, 2 usage, 3 nothing to do."""
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.core.reference.services import load

NOTHING = 3


class Command(BaseCommand):
    help = "Countries (ISO 3166-1), subdivisions (ISO 3166-2) and currencies (ISO 4217), as the libraries know them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True, metavar="load")
        part = parts.add_parser("load", help="make what is missing; what is there stays as it is")
        part.add_argument("--refresh", action="store_true", help="bring what is there back to the names and numbers of the libraries")
        part.add_argument("--dry-run", action="store_true", help="only say what would be done")
        part.add_argument("--json", action="store_true", help="one JSON document on the standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            counts = load(refresh=options["refresh"])
            transaction.set_rollback(options["dry_run"])
        if options["json"]:
            self.stdout.write(json.dumps({"counts": counts, "dry_run": options["dry_run"]}))
        else:
            for label, count in counts.items():
                self.stdout.write(f"{label}: {count['created']} created, {count['changed']} changed")
        if not any(number for count in counts.values() for number in count.values()):
            raise CommandError("Nothing to do.", returncode=NOTHING)
