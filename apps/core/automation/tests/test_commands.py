"""AUT-01 partly, AUT-05 partly: catalogue and outbox on the command line; one JSON document out, exit codes by interface item 21."""
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from apps.core.automation.models import OutboxEvent
from apps.kernel.events import EVENTS, RECEIVERS

pytestmark = pytest.mark.django_db
TOPIC = "tiers.company.unblocked"       # a real event; these tests give it receivers of their own


@pytest.fixture
def received(monkeypatch):
    """The keys received; a receiver of TOPIC that fails for odd keys while `received.broken`."""
    class Received(list):
        broken = True

    found = Received()

    def take(event):
        if found.broken and event.pk % 2:
            raise ValueError("broken")
        found.append(event.pk)

    monkeypatch.setitem(RECEIVERS, TOPIC, {"proof.take": take})
    return found


def wait(*pks):
    return [OutboxEvent.objects.create(topic=TOPIC, about="tiers.company", object_pk=pk, payload={
        "pk": pk, "legal_name": "A", "reason": "because it paid"}) for pk in pks]


def run(capsys, *arguments):
    """(exit code, JSON from the standard output)."""
    code = 0
    try:
        call_command(*arguments, "--json")
    except CommandError as error:
        code = error.returncode
    out = capsys.readouterr().out
    return code, json.loads(out) if out else None


def test_events_lists_each_topic_with_its_fields_and_receivers(capsys):
    # when
    code, found = run(capsys, "events")
    # then
    blocked = {event["topic"]: event for event in found}["tiers.company.blocked"]
    assert code == 0
    assert [event["topic"] for event in found] == sorted(EVENTS)
    assert blocked == {
        "topic": "tiers.company.blocked", "about": "tiers.company", "description": "A company may not be picked in new documents.",
        "fields": {"pk": "int", "legal_name": "str", "actor_id": "int | None", "reason": "str", "account_manager_id": "int | None"},
        "receivers": ["apps.tiers.receivers.tell_account_manager"]}


def test_events_for_people(capsys):
    # when
    call_command("events")
    # then
    assert "  → apps.tiers.receivers.tell_account_manager\n" in capsys.readouterr().out


def test_relay_says_how_it_went_by_its_exit_code(capsys, received):
    # given nothing / when / then: 3
    assert run(capsys, "outbox", "relay") == (3, {"taken_back": 0, "delivered": 0, "put_off": 0, "dead": 0})
    # given what fails / then: 1, and 5 where some is delivered
    wait(1)
    assert run(capsys, "outbox", "relay") == (1, {"taken_back": 0, "delivered": 0, "put_off": 1, "dead": 0})
    wait(2, 3)
    assert run(capsys, "outbox", "relay") == (5, {"taken_back": 0, "delivered": 1, "put_off": 1, "dead": 0})
    # given time and a mended receiver / then: 0
    OutboxEvent.objects.filter(state="open").update(next_at=F("next_at") - timedelta(seconds=5))
    received.broken = False
    assert run(capsys, "outbox", "relay") == (0, {"taken_back": 0, "delivered": 2, "put_off": 0, "dead": 0})
    assert received == [2, 1, 3]


def test_status_counts_and_names_the_dead(capsys, received):
    # given
    dead, late = wait(1, 2)
    OutboxEvent.objects.filter(pk=dead.pk).update(attempts=10)
    hour = timedelta(hours=1)
    OutboxEvent.objects.filter(pk=late.pk).update(occurred_at=F("occurred_at") - hour, next_at=F("next_at") + hour)
    run(capsys, "outbox", "relay")
    # when
    code, found = run(capsys, "outbox", "status")
    # then
    letter = found.pop("dead_letters")
    assert code == 0
    assert found.pop("oldest_open_seconds") == pytest.approx(3600, abs=60)
    assert found == {"open": 1, "retrying": 0, "leased": 0, "dead": 1, "done": 0}
    assert [(row["uuid"], row["topic"], row["about"], row["pk"], row["attempts"], row["error"]) for row in letter] == [
        (str(dead.uuid), TOPIC, "tiers.company", 1, 11, "proof.take: ValueError: broken")]


def test_replay_opens_dead_letters_by_key_by_topic_or_all(capsys, received):
    # given
    letters = wait(1, 3, 5)
    OutboxEvent.objects.update(state="dead", last_error="given up", attempts=11)
    uuids = [str(letter.uuid) for letter in letters]
    # when / then: a dry run only says which
    assert run(capsys, "outbox", "replay", "--topic", TOPIC, "--dry-run") == (0, {"replayed": uuids, "dry_run": True})
    assert OutboxEvent.objects.filter(state="dead").count() == 3
    assert run(capsys, "outbox", "replay", "--topic", "other.thing.made") == (3, {"replayed": [], "dry_run": False})
    assert run(capsys, "outbox", "replay", uuids[0]) == (0, {"replayed": uuids[:1], "dry_run": False})
    # refused: it is no longer dead, and none of the others is opened
    assert run(capsys, "outbox", "replay", uuids[0], uuids[1]) == (4, None)
    assert run(capsys, "outbox", "replay", str(uuid4())) == (4, None)
    assert list(OutboxEvent.objects.order_by("pk").values_list("state", "attempts")) == [("open", 0), ("dead", 11), ("dead", 11)]
    assert run(capsys, "outbox", "replay", "--all") == (0, {"replayed": uuids[1:], "dry_run": False})
    received.broken = False
    assert run(capsys, "outbox", "relay")[0] == 0
    assert received == [1, 3, 5]


@pytest.mark.parametrize("arguments", [[], ["replay"], ["replay", "x"], ["replay", "--all", "--topic", "t"], ["forget"]])
def test_a_wrong_call_is_a_usage_error(arguments):
    # when / then
    with pytest.raises(CommandError):
        call_command("outbox", *arguments)
