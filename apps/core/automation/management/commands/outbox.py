"""./ops manage outbox status | replay | relay. Exit codes: 0 done, 1 failed, 2 usage, 3 nothing to do, 4 refused, 5 partly."""
import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from apps.core.automation import relay, selectors, services
from apps.core.automation.choices import EventState
from apps.core.automation.models import OutboxEvent
from apps.kernel.errors import Conflict

FAILED, NOTHING, REFUSED, PARTLY = 1, 3, 4, 5


class Command(BaseCommand):
    help = "Show the outbox, replay dead letters, or deliver now what is due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="status | replay | relay")
        shared: dict[str, Any] = {"action": "store_true", "help": "one JSON document on the standard output"}
        verbs.add_parser("status", help="counts, the oldest open event, the dead letters").add_argument("--json", **shared)
        verbs.add_parser("relay", help="deliver what is due, here and now").add_argument("--json", **shared)
        replay = verbs.add_parser("replay", help="deliver dead letters once more; receivers that have them are not run twice")
        which = replay.add_mutually_exclusive_group(required=True)
        which.add_argument("uuid", nargs="*", type=UUID, default=[], help="the dead letters to replay")
        which.add_argument("--topic", help="every dead letter of this topic")
        which.add_argument("--all", action="store_true", help="every dead letter")
        replay.add_argument("--dry-run", action="store_true", help="only say which")
        replay.add_argument("--json", **shared)

    def handle(self, *args: Any, **options: Any) -> None:
        answer, code = getattr(self, f"_{options['verb']}")(options)
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self._tell(answer)
        if code:
            raise CommandError({NOTHING: "Nothing to do.", PARTLY: "Some could not be delivered; they are tried again later.",
                                FAILED: "None could be delivered; they are tried again later."}[code], returncode=code)

    def _tell(self, answer: dict[str, Any]) -> None:
        for name, value in answer.items():
            if isinstance(value, list):
                value = "".join(f"\n  {item if isinstance(item, str) else ' · '.join(map(str, item.values()))}" for item in value) or "none"
            self.stdout.write(f"{name.replace('_', ' ')}: {value}")

    def _status(self, options: dict[str, Any]) -> tuple[dict[str, Any], int]:
        return selectors.status(), 0

    def _relay(self, options: dict[str, Any]) -> tuple[dict[str, Any], int]:
        reaped, tally = relay.reap(), relay.drain()
        failed = tally["retry"] + tally["dead"]
        code = NOTHING if not tally else 0 if not failed else PARTLY if tally["done"] else FAILED
        return {"taken_back": reaped, "delivered": tally["done"], "put_off": tally["retry"], "dead": tally["dead"]}, code

    def _replay(self, options: dict[str, Any]) -> tuple[dict[str, Any], int]:
        dead = OutboxEvent.objects.filter(state=EventState.DEAD)
        if options["topic"]:
            dead = dead.filter(topic=options["topic"])
        wanted = options["uuid"] or list(dead.order_by("pk").values_list("uuid", flat=True))
        if not options["dry_run"]:
            try:
                services.replay(wanted)
            except Conflict as error:
                raise CommandError(str(error), returncode=REFUSED) from error
        return {"replayed": [str(uuid) for uuid in wanted], "dry_run": options["dry_run"]}, 0 if wanted else NOTHING
