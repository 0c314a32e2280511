"""AUT-05: the outbox when processes die, race, or find no broker. Each relay here is a process of its own."""
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection, transaction

from apps.core.automation.models import OutboxEvent, Receipt
from apps.core.factory.models import Site
from apps.core.iam.tests.factories import UserFactory
from apps.core.iam.tokens import issue_token
from apps.core.notifications.models import Notification
from apps.kernel.events import publish
from apps.tiers.tests.factories import CompanyFactory
from tests.integration.outbox_proof import AFTER_COMMIT, BEFORE_COMMIT, TRACES, ThingProven, arm, store

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
DEAD_BROKER = "redis://127.0.0.1:1/0"       # nothing listens on port 1
PATIENCE = 60


@pytest.fixture(autouse=True)
def traces(transactional_db):
    """The table in which receivers leave their traces."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS outbox_proof_trace; " + TRACES)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE outbox_proof_trace")


@pytest.fixture
def processes():
    """Start processes on this test's database; those still there at the end are killed with all their children."""
    started = []

    def start(*arguments, **environment):
        database = connection.settings_dict
        host = f"{database['HOST']}:{database['PORT'] or 5432}" if not database["HOST"].startswith("/") else ""
        socket = f"?host={database['HOST']}" if not host else ""
        login = f"{database['USER']}:{database['PASSWORD']}@" if database["USER"] else ""
        env = {**os.environ, "DATABASE_URL": f"postgres://{login}{host}/{database['NAME']}{socket}", "OPSFLUX_LOG_LEVEL": "WARNING",
               "DJANGO_SETTINGS_MODULE": "tests.settings", "CELERY_BROKER_URL": settings.CELERY_BROKER_URL, **environment}
        process = subprocess.Popen([sys.executable, "-m", *arguments], cwd=ROOT, env=env, start_new_session=True)
        started.append(process)
        return process

    yield start
    for process in started:
        kill(process)


def kill(process):
    """kill -9 of the process and its children."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)


@pytest.fixture
def relay(processes):
    def begin(without="nothing", place=None, number=1):
        return processes("tests.integration.outbox_child", "deliver", without, place or f"outbox-proof:{uuid4()}", str(number))
    return begin


@pytest.fixture
def sweep(processes):
    def run():
        return processes("tests.integration.outbox_child", "sweep").wait(PATIENCE)
    return run


@pytest.fixture
def worker(processes):
    """A Celery worker. One test at a time: workers of one broker take each other's messages."""
    with store().lock("outbox-proof:worker", timeout=300, blocking_timeout=300):
        def begin(*more):
            return processes("celery", "-A", "opsflux", "worker", "--concurrency", "1", "--loglevel", "WARNING", "--without-gossip",
                             "--without-mingle", "--without-heartbeat", "-I", "tests.integration.outbox_proof", *more)
        yield begin


def eventually(question, seconds=PATIENCE):
    """Ask until the answer is yes; the last answer otherwise."""
    end = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < end:
        time.sleep(0.05)
    return answer


def say(*steps, pk=7, pause=0.0):
    for step in steps:
        with transaction.atomic():
            publish(ThingProven(pk=pk, step=step, pause=pause))


def seen():
    """(record, step) of each trace, in the order of the effects."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT object_pk, step FROM outbox_proof_trace ORDER BY id")
        return cursor.fetchall()


def states():
    return list(OutboxEvent.objects.order_by("pk").values_list("payload__step", "state"))


def all_done():
    return not OutboxEvent.objects.exclude(state="done").exists()


def lease_runs_out():
    """As if half a minute later."""
    assert OutboxEvent.objects.filter(leased_until__isnull=False).update(leased_until="2000-01-01T00:00:00Z") == 1


def make_due():
    OutboxEvent.objects.filter(state="open").update(next_at="2000-01-01T00:00:00Z")


@pytest.mark.parametrize(("fault", "kept"), [(AFTER_COMMIT, [(7, 1)]), (BEFORE_COMMIT, [])])
def test_a_relay_killed_around_its_receiver_s_commit_leaves_the_effect_exactly_once(relay, sweep, fault, kept):
    # given
    say(1, 2)
    arm(fault, 1)
    # when
    assert relay().wait(PATIENCE) == -signal.SIGKILL
    # then: committed and not acknowledged, or neither
    assert seen() == kept
    assert Receipt.objects.count() == len(kept)
    assert states() == [(1, "open"), (2, "open")]
    # when another comes while the lease lasts, then after it
    assert sweep() == 0
    assert seen() == kept
    lease_runs_out()
    assert sweep() == 0
    make_due()
    assert sweep() == 0
    # then
    assert seen() == [(7, 1), (7, 2)]
    assert states() == [(1, "done"), (2, "done")]
    assert list(OutboxEvent.objects.order_by("pk").values_list("attempts", flat=True)) == [2, 1]


def test_a_celery_worker_killed_between_commit_and_acknowledgement_is_made_good_by_the_next(worker):
    # given: a worker, woken by the commit alone
    first = worker()
    say(1)
    assert eventually(all_done)
    arm(AFTER_COMMIT, 2)
    # when its process dies in the receiver's wake, and then the rest of it
    say(2)
    assert eventually(lambda: (7, 2) in seen())
    kill(first)
    # then
    assert states() == [(1, "done"), (2, "open")]
    # when
    lease_runs_out()
    say(3)
    worker("--beat")        # its sweep takes the event back; five seconds later it is tried again
    # then
    assert eventually(all_done)
    assert seen() == [(7, 1), (7, 2), (7, 3)]


def test_the_sweep_delivers_what_nobody_was_woken_for(processes, sweep):
    # given
    site = Site.objects.create(name="Before", kind="offshore")
    # when the process dies after the commit and before the wake
    assert processes("tests.integration.outbox_child", "change", str(site.pk), "after commit").wait(PATIENCE) == -signal.SIGKILL
    # then
    assert Site.objects.get(pk=site.pk).name == "Renamed"
    assert states() == [(1, "open")]
    assert sweep() == 0
    assert seen() == [(site.pk, 1)]


def test_a_process_killed_before_its_commit_said_nothing(processes, sweep):
    # given
    site = Site.objects.create(name="Before", kind="offshore")
    # when
    assert processes("tests.integration.outbox_child", "change", str(site.pk), "before commit").wait(PATIENCE) == -signal.SIGKILL
    assert sweep() == 0
    # then
    assert Site.objects.get(pk=site.pk).name == "Before"
    assert states() == []
    assert seen() == []


def test_a_dead_broker_neither_fails_nor_holds_up_the_change_and_the_sweep_delivers(processes, sweep):
    # given
    site = Site.objects.create(name="Before", kind="offshore")
    # when
    change = processes("tests.integration.outbox_child", "change", str(site.pk), "", CELERY_BROKER_URL=DEAD_BROKER)
    # then
    assert change.wait(PATIENCE) == 0
    assert Site.objects.get(pk=site.pk).name == "Renamed"
    assert states() == [(1, "open")]
    assert sweep() == 0
    assert seen() == [(site.pk, 1)]


def test_a_request_without_redis_is_answered_and_its_event_delivered_when_redis_is_back(processes, sweep):
    # given
    manager, blocker = UserFactory(), UserFactory(is_superuser=True)
    company = CompanyFactory(active=True, account_manager=manager)
    _token, secret = issue_token(user=blocker, name="proof")
    company.refresh_from_db()
    # when
    request = processes("tests.integration.outbox_child", "block", str(company.pk), str(company.version), secret,
                        REDIS_URL=DEAD_BROKER, CELERY_BROKER_URL=DEAD_BROKER)
    # then
    assert request.wait(PATIENCE) == 0
    assert list(OutboxEvent.objects.values_list("topic", "object_pk", "actor", "state")) == [
        ("tiers.company.blocked", company.pk, blocker.pk, "open")]
    assert sweep() == 0
    assert list(Notification.objects.values_list("recipient", "parameters")) == [
        (manager.pk, {"legal_name": company.legal_name, "reason": "Insolvency proceedings"})]


def race(relay, without="nothing"):
    """Two relays on the same events: four records with six steps each, every other step slow. Answers (doubled, out of order)."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE outbox_proof_trace, automation_outboxevent, automation_receipt")
    for pk in range(1, 5):
        for step in range(6):
            say(step, pk=pk, pause=0.05 * (step % 2 == 0))
    place = f"outbox-proof:{uuid4()}"
    runners = [relay(without, place, 2) for _ in range(2)]
    assert [runner.wait(PATIENCE) for runner in runners] == [0, 0]
    found = seen()
    assert set(found) == {(pk, step) for pk in range(1, 5) for step in range(6)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT pid) FROM outbox_proof_trace")
        assert cursor.fetchone() == (2,), "only one relay worked: nothing was raced"
    order = [[step for record, step in found if record == pk] for pk in range(1, 5)]
    return len(found) - len(set(found)), sum(steps != sorted(steps) for steps in order)


def test_two_relays_keep_each_record_s_order_and_double_nothing(relay):
    # given the controls: without a safeguard the same race must show the harm
    _doubled, out_of_order = race(relay, without="order")
    assert out_of_order > 0
    doubled, _out_of_order = race(relay, without="claim and receipts")
    assert doubled > 0
    # when / then: the receipts alone keep effects from doubling, all together keep the order too
    doubled, _out_of_order = race(relay, without="claim")
    assert doubled == 0
    assert race(relay) == (0, 0)
