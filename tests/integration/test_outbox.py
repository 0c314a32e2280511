"""AUT-05 partly (dead letters are shown by a command, not yet by a page): what the outbox promises, rule by rule, on PostgreSQL."""
from datetime import timedelta
from threading import Thread

import pytest
from celery import current_app
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from apps.core.automation import relay, services
from apps.core.automation.choices import EventState
from apps.core.automation.models import OutboxEvent, Receipt
from apps.core.iam.models import User
from apps.core.iam.selectors import system_user
from apps.kernel.broker import Broker, backoff
from apps.kernel.context import act, acting
from apps.kernel.errors import Conflict
from apps.kernel.events import RECEIVERS, publish
from apps.kernel.models import IdempotencyKey
from tests.integration.outbox_proof import ThingProven


@pytest.fixture
def receive(monkeypatch):
    """Set the receivers of ThingProven, by name."""
    def place(**handlers):
        monkeypatch.setitem(RECEIVERS, ThingProven.topic, handlers)
    return place


def say(step, pk=7):
    with transaction.atomic():
        publish(ThingProven(pk=pk, step=step))
    return OutboxEvent.objects.latest("pk")


def let_time_pass(seconds):
    """As if so much later: what is due then is due now."""
    for event in OutboxEvent.objects.filter(state=EventState.OPEN):
        later = {"next_at": event.next_at - timedelta(seconds=seconds)}
        if event.leased_until:
            later["leased_until"] = event.leased_until - timedelta(seconds=seconds)
        OutboxEvent.objects.filter(pk=event.pk).update(**later)


def states():
    return list(OutboxEvent.objects.order_by("pk").values_list("payload__step", "state"))


@pytest.mark.django_db(transaction=True)
def test_a_rollback_publishes_nothing(receive):
    # given
    seen = []
    receive(see=seen.append)
    # when
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish(ThingProven(pk=7, step=1))
        raise ZeroDivisionError
    relay.drain()
    # then
    assert OutboxEvent.objects.count() == 0
    assert seen == []


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_refused():
    # when
    with pytest.raises(transaction.TransactionManagementError, match=r"proof\.thing\.proven must be published inside the transaction"):
        publish(ThingProven(pk=7, step=1))
    # then
    assert OutboxEvent.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_one_wake_after_the_commit_however_many_events(monkeypatch):
    # given
    sent = []
    monkeypatch.setattr(Broker, "try_again_at", 0.0)
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: sent.append((name, options["retry"])))
    # when
    with transaction.atomic():
        for step in range(3):
            publish(ThingProven(pk=step, step=step))
        assert sent == []
    # then
    assert sent == [("automation.relay", False)]


@pytest.mark.django_db(transaction=True)
def test_a_wake_lost_with_its_savepoint_is_asked_for_again(monkeypatch):
    # given
    sent = []
    monkeypatch.setattr(Broker, "try_again_at", 0.0)
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: sent.append(name))
    # when
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            publish(ThingProven(pk=7, step=1))
            raise ZeroDivisionError
        publish(ThingProven(pk=7, step=2))
    # then
    assert sent == ["automation.relay"]
    assert states() == [(2, "open")]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_refuses_is_left_alone_for_a_while(monkeypatch):
    # given
    tries = []

    def refuse(name, **options):
        tries.append(name)
        raise OperationalError("refused")

    monkeypatch.setattr(Broker, "try_again_at", 0.0)
    monkeypatch.setattr(current_app, "send_task", refuse)
    # when
    say(1)
    say(2)
    # then: both are kept, the broker was asked once
    assert states() == [(1, "open"), (2, "open")]
    assert tries == ["automation.relay"]


@pytest.mark.django_db
def test_receivers_act_as_the_event_s_actor_in_its_request_one_step_deeper(receive):
    # given
    user = User.objects.create_user("a@b.example", name="A")
    seen = []
    receive(see=lambda event: seen.append((event, acting())))
    # when
    with act(user, request_id="request-1", reason="because"):
        say(1)
    say(2)
    relay.drain()
    # then
    assert [event for event, _acting in seen] == [ThingProven(pk=7, step=1), ThingProven(pk=7, step=2)]
    assert [(now.actor_id, now.request_id, now.reason, now.depth) for _event, now in seen] == [
        (user.pk, "request-1", "", 1), (system_user().pk, "", "", 1)]


@pytest.mark.django_db
def test_a_chain_of_more_than_five_is_a_dead_letter_with_its_reason(receive):
    # given: a receiver that answers each event with the next
    receive(again=lambda event: publish(ThingProven(pk=event.pk, step=event.step + 1)))
    # when
    say(0)
    relay.drain()
    # then
    assert states() == [(0, "done"), (1, "done"), (2, "done"), (3, "done"), (4, "done"), (5, "done"), (6, "dead")]
    assert OutboxEvent.objects.get(state="dead").last_error == "chain of more than 5 events"


@pytest.mark.django_db
def test_a_failing_receiver_waits_longer_each_time_and_the_others_get_the_event_once(receive):
    # given
    seen, failed = [], []

    def fail(event):
        failed.append(event.step)
        raise ValueError("no luck")

    receive(fail=fail, see=lambda event: seen.append(event.step))
    event = say(1)
    waits = []
    # when
    for attempt in range(1, 12):
        tally = relay.drain()
        event.refresh_from_db()
        waits.append((attempt, event.attempts, event.state, dict(tally)))
        if event.state == "open":
            due = (event.next_at - timezone.now()).total_seconds()
            assert due == pytest.approx(backoff(attempt), abs=2)
            assert relay.drain().total() == 0       # not before its time
            let_time_pass(backoff(attempt))
    # then
    assert waits == [(n, n, "open", {"retry": 1}) for n in range(1, 11)] + [(11, 11, "dead", {"dead": 1})]
    assert [backoff(n) for n in range(1, 12)] == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]
    assert event.last_error == "fail: ValueError: no luck"
    assert failed == [1] * 11
    assert seen == [1]
    assert list(Receipt.objects.values_list("receiver", flat=True)) == ["see"]


@pytest.mark.django_db
def test_what_a_failing_receiver_wrote_is_undone(receive):
    # given
    def fail(event):
        User.objects.create_user("x@y.example", name="X")
        raise ValueError

    receive(fail=fail)
    # when
    say(1)
    relay.drain()
    # then
    assert not User.objects.filter(email="x@y.example").exists()


@pytest.mark.django_db
def test_a_put_off_event_holds_its_record_s_later_ones_and_nobody_else_s(receive):
    # given
    seen, broken = [], [True]

    def see(event):
        if event.step == 1 and broken:
            raise ValueError
        seen.append(event.step)

    receive(see=see)
    for step, pk in [(1, 7), (2, 7), (3, 8)]:
        say(step, pk)
    # when
    relay.drain()
    # then: what waits behind it is not looked at before its time either
    assert seen == [3]
    first, second = OutboxEvent.objects.filter(object_pk=7).order_by("pk")
    assert (first.attempts, second.attempts) == (1, 0)
    assert first.next_at == second.next_at
    # when
    broken.clear()
    let_time_pass(5)
    relay.drain()
    # then
    assert seen == [3, 1, 2]


@pytest.mark.django_db
def test_a_dead_letter_lets_the_next_pass_flagged_and_replay_delivers_it(receive):
    # given
    seen, broken = [], [True]

    def see(event):
        if event.step == 1 and broken:
            raise ValueError("broken")
        seen.append(event.step)

    receive(see=see, other=lambda event: seen.append(f"other {event.step}"))
    dead = say(1)
    OutboxEvent.objects.update(attempts=10)
    say(2), say(3, pk=8)
    # when
    tally = relay.drain()
    # then
    assert dict(tally) == {"dead": 1, "done": 2}
    assert seen == ["other 1", 2, "other 2", 3, "other 3"]
    assert list(OutboxEvent.objects.order_by("pk").values_list("state", "after_dead")) == [("dead", False), ("done", True), ("done", False)]
    # when
    broken.clear()
    assert services.replay([dead.uuid]) == 1
    relay.drain()
    # then: only the receiver that had failed ran
    assert seen == ["other 1", 2, "other 2", 3, "other 3", 1]
    assert [state for _step, state in states()] == ["done", "done", "done"]


@pytest.mark.django_db
def test_replaying_what_is_not_dead_is_refused_and_changes_nothing(receive):
    # given
    dead, alive = say(1), say(2, pk=8)
    OutboxEvent.objects.filter(pk=dead.pk).update(state="dead", last_error="given up")
    # when
    with pytest.raises(Conflict, match=str(alive.uuid)):
        services.replay([dead.uuid, alive.uuid])
    # then
    assert states() == [(1, "dead"), (2, "open")]


@pytest.mark.django_db
def test_a_lease_that_ran_out_is_a_failed_attempt_and_its_holder_is_too_late(receive):
    # given: a relay that claimed and was never heard of again
    seen = []
    receive(see=lambda event: seen.append(event.step))
    say(1)
    slow = relay.claim()
    assert relay.claim() is None
    assert relay.reap() == 0
    # when
    let_time_pass(31)
    # then
    assert relay.claim() is None        # only the reaper takes it back
    assert relay.reap() == 1
    slow.refresh_from_db()
    assert (slow.state, slow.attempts, slow.leased_until, slow.last_error) == ("open", 1, None, "the worker died: its lease ran out")
    # when the first comes back, before and after another claims it
    assert relay.deliver(slow) == "lost"
    let_time_pass(5)
    other = relay.claim()
    assert (other.pk, other.attempts) == (slow.pk, 2)
    assert relay.deliver(slow) == "lost"
    # then
    assert seen == []
    assert relay.deliver(other) == "done"
    assert seen == [1]


@pytest.mark.django_db
def test_an_event_that_kills_its_worker_every_time_ends_as_a_dead_letter(receive):
    # given
    say(1)
    OutboxEvent.objects.update(attempts=10)
    relay.claim()
    # when
    let_time_pass(31)
    relay.reap()
    # then
    assert states() == [(1, "dead")]


@pytest.mark.django_db(transaction=True)
def test_a_receiver_at_work_is_not_reaped_however_long_it_takes(receive):
    # given: another relay, whose lease is over while its receiver still runs
    reaped = []

    def slow(event):
        def reap():
            reaped.append(relay.reap())
            connection.close()
        reaper = Thread(target=reap)
        reaper.start()
        reaper.join(20)

    receive(slow=slow)
    say(1)
    event = relay.claim()
    let_time_pass(29.9)
    # when
    assert relay.deliver(event) == "done"
    # then
    assert reaped == [0]


@pytest.mark.django_db(transaction=True)
def test_keys_of_one_record_s_events_follow_the_commits():
    # given: a transaction that has published and is still open
    done = []

    def second():
        say(2)
        done.append(2)
        connection.close()

    other = Thread(target=second)
    with transaction.atomic():
        publish(ThingProven(pk=7, step=1))
        # when another publishes about the same record
        other.start()
        other.join(0.5)
        # then it waits
        assert done == []
        say(3, pk=8)        # one about another record does not
    other.join(20)
    assert [step for step, _state in states()] == [1, 3, 2]
    assert done == [2]


@pytest.mark.django_db
def test_a_topic_this_worker_does_not_know_waits_for_one_that_does():
    # given
    event = say(1)
    OutboxEvent.objects.update(topic="later.thing.made")
    # when
    tally = relay.drain()
    # then
    event.refresh_from_db()
    assert dict(tally) == {"retry": 1}
    assert (event.state, event.last_error) == ("open", "unknown topic later.thing.made")


@pytest.mark.django_db
@pytest.mark.parametrize(("changes", "constraint"), [
    ({"state": "lost"}, "automation_outbox_state"),
    ({"state": "done"}, "automation_outbox_done"),
    ({"state": "dead"}, "automation_outbox_reason"),
    ({"state": "dead", "last_error": "x", "leased_until": timezone.now()}, "automation_outbox_lease"),
])
def test_the_database_keeps_the_states_true(changes, constraint):
    # given
    event = say(1)
    # when / then
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        OutboxEvent.objects.filter(pk=event.pk).update(**changes)


@pytest.mark.django_db
def test_cleaning_forgets_what_is_old_and_delivered_only(receive):
    # given
    receive(see=lambda event: None)
    old, young, late = say(1), say(2), say(3)
    relay.drain()
    now = timezone.now()
    OutboxEvent.objects.filter(pk=old.pk).update(done_at=now - timedelta(days=30, seconds=1))
    OutboxEvent.objects.filter(pk=young.pk).update(done_at=now - timedelta(days=29, hours=23))
    OutboxEvent.objects.filter(pk=late.pk).update(state="dead", done_at=None, last_error="x", occurred_at=now - timedelta(days=300))
    user = User.objects.create_user("a@b.example", name="A")
    for key, hours in [("old", 24.1), ("new", 23.9)]:
        kept = IdempotencyKey.objects.create(user=user, route="r", key=key, body_hash="h", status=200, body=b"")
        IdempotencyKey.objects.filter(pk=kept.pk).update(created_at=now - timedelta(hours=hours))
    # when
    counts = services.clean()
    # then
    assert counts == {"events": 1, "keys": 1}
    assert states() == [(2, "done"), (3, "dead")]
    assert Receipt.objects.count() == 2
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["new"]
