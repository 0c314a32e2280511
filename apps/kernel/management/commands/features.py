"""./ops manage features: writes docs/features.md from the tests."""
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from apps.kernel.features import table


class Command(BaseCommand):
    help = "Writes docs/features.md from the tests; --check only compares (exit code 1 when it is old)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        page = settings.BASE_DIR / "docs" / "features.md"
        text = table(settings.BASE_DIR)
        if not options["check"]:
            page.write_text(text, encoding="utf-8")
            self.stderr.write(f"{page.name}: {text.count('| done |')} done, {text.count('| partly |')} partly")
        elif not page.exists() or page.read_text(encoding="utf-8") != text:
            self.stderr.write("docs/features.md is old: run ./ops manage features")
            raise SystemExit(1)
