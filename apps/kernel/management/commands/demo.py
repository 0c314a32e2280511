"""./ops manage demo: the demonstration site. Exit codes: 0 done, 1 failed, 2 usage, 3 nothing to do, 5 loaded but not
written down, 130 stopped."""
import json
import os
import time
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.kernel import demo, demo_large

USAGE, NOTHING, PARTLY, STOPPED = 2, 3, 5, 130
QUIET = 1.0     # seconds between two lines of progress


def _rows(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= demo_large.MOST:
        raise ArgumentTypeError(f"give a number from 1 to {demo_large.MOST}")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2 ** 31:
        raise ArgumentTypeError("give a whole number from 0, below 2147483648")
    return int(text)


class Command(BaseCommand):
    help = ("Load the demonstration site, once: invented sites, companies and persons. The small one brings an account for each kind of "
            "user; the large one, on top of it or alone, a million rows where a table can have them.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", choices=["small", "large"], default="small", help="how much of it")
        parser.add_argument("--rows", type=_rows, default=1_000_000, help="large only: companies, and as many persons, numbers, "
                            "addresses … (1000000), in two hundreds; asking for more later adds to them")
        parser.add_argument("--seed", type=_seed, default=demo.SEED, help="large only: another seed makes other names and figures")
        parser.add_argument("--json", action="store_true", help="one JSON document on the standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["scale"] == "large":
            self._large(options)
        else:
            self._small(options)

    def _large(self, options: dict[str, Any]) -> None:
        self._began, self._spoke = time.monotonic(), 0.0
        large = demo_large.Large(options["rows"], options["seed"], self._told)
        try:
            demo_large.load(large)
        except demo_large.OtherSeed as error:
            raise CommandError(str(error), returncode=USAGE) from error
        except KeyboardInterrupt as error:
            raise CommandError("Stopped. What is written stays; the same command goes on from there.", returncode=STOPPED) from error
        if not large.written:
            raise CommandError("Nothing to do: the large demonstration is loaded.", returncode=NOTHING)
        seconds = round(time.monotonic() - self._began, 1)
        if options["json"]:
            self.stdout.write(json.dumps({"rows": large.rows, "seed": large.seed, "seconds": seconds, "written": dict(large.written)}))
            return
        for table, count in sorted(large.written.items()):
            self.stdout.write(f"{count:>12,}  {table}")
        self.stdout.write(f"{sum(large.written.values()):>12,}  rows in {seconds:,.0f} s, each with its first version in the history")

    def _told(self, title: Any, done: int, total: int) -> None:
        """A line of progress, not more often than a person reads."""
        now = time.monotonic()
        if now - self._spoke < QUIET and done < total:
            return
        self._spoke = now
        self.stderr.write(f"{title}: {done:,} / {total:,} ({100 * done // total} %), {now - self._began:,.0f} s", self.style.NOTICE)

    def _small(self, options: dict[str, Any]) -> None:
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
