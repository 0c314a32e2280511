"""./ops manage messages: brings the catalogues in line with the code."""
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.kernel import translations

NOTHING_TO_DO = 3


class Command(BaseCommand):
    help = "Extract the messages of the code and templates into locale/*/LC_MESSAGES/django.po, keeping translations."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Say what would change, change nothing.")
        parser.add_argument("--json", action="store_true", help="One JSON object a language on standard output.")

    def handle(self, *args: Any, **options: Any) -> None:
        texts = translations.needed()
        changed = False
        for language in translations.languages():
            before = {(message.context or "", message.id) for message in translations.load(language) if message.id}
            catalogue = translations.merge(language, texts)
            after = {(message.context or "", message.id) for message in catalogue if message.id}
            missing = sum(1 for message in catalogue if message.id and not translations.is_complete(message))
            report = {"language": language, "messages": len(after), "added": len(after - before), "removed": len(before - after),
                      "untranslated": missing}
            changed |= before != after
            if not options["dry_run"]:
                changed |= translations.write(language, catalogue)
            self.stdout.write(json.dumps(report) if options["json"] else ", ".join(f"{key} {value}" for key, value in report.items()))
        if not changed:
            sys.exit(NOTHING_TO_DO)
