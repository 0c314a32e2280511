"""A process of its own for the outbox's fault and race tests: python -m tests.integration.outbox_child VERB …"""
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.db import transaction  # noqa: E402 (Django first)
from django.test import Client  # noqa: E402

from apps.core.automation import relay  # noqa: E402
from apps.core.automation.models import OutboxEvent  # noqa: E402
from apps.core.factory.models import Site  # noqa: E402
from apps.kernel.events import publish  # noqa: E402
from tests.integration.outbox_proof import ThingProven, die, store  # noqa: E402

OLDEST = """AND e.id = (SELECT first.id FROM automation_outboxevent first WHERE first.state = 'open'
                AND first.about = e.about AND first.object_pk = e.object_pk ORDER BY first.id LIMIT 1)"""
LOCK, LEASE, HELD = " FOR UPDATE OF e SKIP LOCKED", "AND e.leased_until IS NULL", " AND attempts = %s AND leased_until IS NOT NULL"


def without(what: str) -> None:
    """The controls: take away one of the relay's safeguards, in this process only."""
    def drop(name: str, part: str, instead: str = "") -> None:
        assert part in getattr(relay, name), f"{name} has changed: the control would prove nothing"
        setattr(relay, name, getattr(relay, name).replace(part, instead))

    if what == "order":
        drop("CLAIM", OLDEST)
    if what in ("claim", "claim and receipts"):
        drop("CLAIM", LOCK)
        drop("CLAIM", LEASE)
        drop("CLAIM", "WHERE e.id = head.id", "WHERE e.id = head.id AND e.state = 'open'")      # else a constraint stops the harm
        drop("HOLD", HELD, " AND %s > 0")
    if what == "claim and receipts":
        relay._is_new = lambda event, name: True


def meet(place: str, number: int) -> None:
    """Go on when so many processes have arrived (at most 60 s): those of a race begin at once."""
    here, end = store(), time.monotonic() + 60
    here.incr(place)
    here.expire(place, 120)
    while int(here.get(place)) < number and time.monotonic() < end:
        time.sleep(0.002)


def deliver(what: str, place: str, number: str) -> None:
    """Relay until nothing is open (at most 60 s)."""
    without(what)
    meet(place, int(number))
    end = time.monotonic() + 60
    while OutboxEvent.objects.filter(state="open").exists() and time.monotonic() < end:
        relay.drain(limit=1)


def sweep() -> None:
    """One turn of the periodic sweep."""
    relay.reap()
    relay.drain()


def change(pk: str, fault: str) -> None:
    """A business change with its event; dies between the commit and the wake when told to."""
    with transaction.atomic():
        Site.objects.filter(pk=pk).update(name="Renamed")
        if fault == "after commit":
            transaction.on_commit(die)          # runs before the wake, which publish() asks for next
        publish(ThingProven(pk=int(pk), step=1))
        if fault == "before commit":
            die()


def block(pk: str, version: str, token: str) -> None:
    """A REST client blocks a company: exits with 0 when the answer is 200."""
    client = Client(headers={"host": "localhost", "authorization": f"Token {token}", "if-match": f'"{version}"'})
    answer = client.post(f"/api/v1/tiers/companies/{pk}/block/", {"reason": "Insolvency proceedings"}, content_type="application/json")
    sys.exit(0 if answer.status_code == 200 else f"{answer.status_code} {answer.content.decode()}")


if __name__ == "__main__":
    {"deliver": deliver, "sweep": sweep, "change": change, "block": block}[sys.argv[1]](*sys.argv[2:])
