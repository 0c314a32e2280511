"""./ops manage demo: the demonstration site. Exit codes: 0 done, 1 failed, 2 usage, 3 nothing to do, 5 loaded but not written down."""
import json
import os
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.kernel import demo

NOTHING, PARTLY = 3, 5


class Command(BaseCommand):
    help = "Load the demonstration site, once: invented sites, companies and persons, and an account for each kind of user."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", choices=["small"], default="small", help="how much of it")
        parser.add_argument("--json", action="store_true", help="one JSON document on the standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        if demo.is_loaded():
            raise CommandError("Nothing to do: the demonstration is loaded.", returncode=NOTHING)
        loaded = demo.load(lambda title: self.stderr.write(title, self.style.NOTICE))
        lines = "".join(f"{account.email}  {account.password}  {account.about}\n" for account in loaded.accounts)
        self.stdout.write(json.dumps({"accounts": [asdict(account) for account in loaded.accounts]}, ensure_ascii=False)
                          if options["json"] else lines, ending="" if not options["json"] else "\n")
        path = settings.BASE_DIR / "var" / "demo-accounts.txt"
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
                os.fchmod(out.fileno(), 0o600)      # also where the file was there before
                out.write(lines)
        except OSError as error:
            raise CommandError(f"The accounts are above; {path} could not be written: {error.strerror}.", returncode=PARTLY) from error
