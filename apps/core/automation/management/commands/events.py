"""./ops manage events: the catalogue of events."""
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.core.automation.selectors import catalogue


class Command(BaseCommand):
    help = "List every event: what it is about, its fields, who receives it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON document on the standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        found = catalogue()
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for event in found:
            fields = ", ".join(f"{name}: {kind}" for name, kind in event["fields"].items())
            self.stdout.write(f"{event['topic']} ({event['about']}): {event['description']}\n  {fields}")
            for receiver in event["receivers"]:
                self.stdout.write(f"  → {receiver}")
