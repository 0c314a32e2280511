"""./ops manage prepare: what every start makes sure of once the schema is there. Exit codes: 0 done, 1 failed, 2 usage, 3 nothing to do;
those of the command that failed."""
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

NOTHING = 3


class Command(BaseCommand):
    help = "Bring the data that every site needs up to this version: code lists, predefined roles (settings.PREPARATIONS)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: Any, **options: Any) -> None:
        tried = ("--dry-run",) if options["dry_run"] else ()
        if not sum(self._does(*command, *tried) for command in settings.PREPARATIONS):
            raise CommandError("Nothing to do.", returncode=NOTHING)

    def _does(self, *command: str) -> bool:
        """Run a command; whether it did something."""
        try:
            call_command(*command, stdout=self.stdout, stderr=self.stderr)
        except CommandError as error:
            if error.returncode != NOTHING:
                raise
            return False
        return True
