"""./ops manage roles: the predefined roles. Exit codes: 0 done, 1 failed, 2 usage, 3 nothing to do, 4 refused."""
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.core.iam import predefined
from apps.kernel.errors import Conflict

NOTHING, REFUSED = 3, 4


class Command(BaseCommand):
    help = "Create the predefined roles (Admin, Manager, User, Guest) and offer them the rules of models that are new to them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument("--json", action="store_true", help="one JSON document on the standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                found = predefined.sync()
                transaction.set_rollback(options["dry_run"])
        except Conflict as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        if options["json"]:
            self.stdout.write(json.dumps({"roles": found.roles, "rules": found.rules, "dry_run": options["dry_run"]}, ensure_ascii=False))
        else:
            for code, permissions in found.rules.items():
                self.stdout.write(f"{code}: {len(permissions)} new rules\n  " + "\n  ".join(permissions))
        if not found:
            raise CommandError("Nothing to do.", returncode=NOTHING)
