"""JOB-02 partly, JOB-04 partly: jobs when processes die, race, or find no broker; progress and stopping across processes."""
import os
import signal
import time
from threading import Thread
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction

from apps.core.factory.models import Site
from apps.core.iam.tests.factories import UserFactory
from apps.core.jobs import services
from apps.core.jobs.models import Job, Progress
from apps.core.jobs.tests import kinds  # noqa: F401 (declares the kinds)
from tests.integration.outbox_proof import store
from tests.integration.test_outbox_faults import DEAD_BROKER, PATIENCE, eventually, kill, processes  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]
TRACES = """CREATE TABLE IF NOT EXISTS job_proof_trace (id bigserial PRIMARY KEY, job bigint NOT NULL, pid int NOT NULL);
    TRUNCATE job_proof_trace"""


@pytest.fixture
def author(transactional_db):
    return UserFactory()


@pytest.fixture
def child(processes):  # noqa: F811 (the fixture)
    def begin(*arguments, **environment):
        return processes("tests.integration.jobs_child", *arguments, **environment)
    return begin


@pytest.fixture
def worker(processes):  # noqa: F811 (the fixture)
    """A Celery worker of the jobs' queue. One test at a time: workers of one broker take each other's messages."""
    with store().lock("outbox-proof:worker", timeout=300, blocking_timeout=300):
        def begin(*more):
            return processes("celery", "-A", "opsflux", "worker", "--concurrency", "1", "--loglevel", "WARNING", "--without-gossip",
                             "--without-mingle", "--without-heartbeat", "-I", "apps.core.jobs.tests.kinds", *more)
        yield begin


def begin(kind, author, **payload):
    with transaction.atomic():
        return services.start(f"proof.{kind}", author=author, title=f"A {kind} job", payload=payload)


def now(job):
    job.refresh_from_db()
    return job


def stands(job):
    """(state, done, total, message) as another connection sees it."""
    settings = connection.settings_dict
    with psycopg.connect(host=settings["HOST"] or None, port=settings["PORT"] or None, user=settings["USER"] or None,
                         password=settings["PASSWORD"] or None, dbname=settings["NAME"]) as other:
        return other.execute("SELECT state, done, total, message FROM jobs_job JOIN jobs_progress ON job_id = id WHERE id = %s",
                             [job.pk]).fetchone()


def lease_runs_out(job):
    """As if five minutes later."""
    assert Progress.objects.filter(job=job).update(leased_until="2000-01-01T00:00:00Z") == 1


def test_progress_is_seen_while_the_work_s_transaction_is_open_and_the_work_is_not(child, author):
    # given
    found = begin("steps", author, steps=600, pause=0.05, name="Half done")
    # when
    process = child("run", str(found.pk))
    # then
    assert eventually(lambda: stands(found)[1] > 20), stands(found)
    state, done, total, message = stands(found)
    assert (state, total) == ("running", 600) and message == f"step {done}"
    assert not Site.objects.filter(name="Half done").exists()
    # when somebody asks to stop
    services.cancel(found, actor=author)
    # then it stops at a step and keeps nothing
    assert process.wait(PATIENCE) == 0
    assert now(found).state == "cancelled"
    assert not Site.objects.filter(name="Half done").exists()


def test_a_long_statement_keeps_its_lease_by_the_heartbeat(author, monkeypatch):
    # given a lease much shorter than the work, which says nothing
    monkeypatch.setattr("apps.core.jobs.leases.LEASE", 0.5)
    monkeypatch.setattr("apps.core.jobs.running.HEARTBEAT", 0.1)
    found, taken = begin("steps", author, steps=1, pause=1.5), []
    # when somebody looks for dead workers all the while
    runner = Thread(target=lambda: (services.run_here(found), connection.close()))
    runner.start()
    while runner.is_alive():
        taken.append(services.sweep()["reaped"])
        time.sleep(0.1)
    # then
    assert len(taken) > 5 and set(taken) == {0}
    assert now(found).state == "succeeded"


@pytest.mark.parametrize(("kind", "state"), [("mortal", "queued"), ("mortal_say", "failed")])
def test_a_celery_worker_killed_half_way_leaves_nothing_half_done(worker, author, tmp_path, kind, state):
    """kill -9 of the worker in the middle: nothing is kept; the job runs again, or says so and can be run again."""
    # given
    begin_at = time.monotonic()
    first = worker()
    found = begin(kind, author, flag=str(tmp_path / "flag"), name="Written before the kill")
    # when
    assert eventually(lambda: (tmp_path / "flag").exists()), f"not begun after {time.monotonic() - begin_at:.0f} s"
    kill(first)
    # then nothing of it is there, and nobody believes it dead before its lease has run out
    assert not Site.objects.filter(name="Written before the kill").exists()
    assert services.sweep()["reaped"] == 0
    assert now(found).state == "running"
    lease_runs_out(found)
    assert services.sweep()["reaped"] == 1
    assert (now(found).state, found.error_code) == (state, "worker_died")
    # when it is run again: by itself after five seconds, or by a person
    again = found if state == "queued" else services.retry(found, actor=author)
    Job.objects.filter(state="queued").update(due_at="2000-01-01T00:00:00Z")
    worker()
    assert services.sweep()["due"] == 1
    # then
    assert eventually(lambda: now(again).state == "succeeded"), again.state
    assert Site.objects.filter(name="Written before the kill").count() == 1
    assert again.attempts == (2 if state == "queued" else 1)


def test_a_dead_broker_loses_no_job(child, worker, author):
    # given: a job that nobody was told of
    process = child("start", str(author.pk), "proof.plain", CELERY_BROKER_URL=DEAD_BROKER)
    assert process.wait(PATIENCE) == 0
    found = Job.objects.get()
    assert found.state == "queued"
    # when beat sweeps
    worker("--beat")
    # then
    assert eventually(lambda: now(found).state == "succeeded"), found.state


def race(child, author, what):
    """Three workers on eight jobs; answers how often a job was worked on more than once."""
    with connection.cursor() as cursor:
        cursor.execute(TRACES)
    Job.objects.all().delete()
    for _number in range(8):
        begin("race", author)
    place = f"jobs-proof:{uuid4()}"
    runners = [child("work", what, place, "3") for _runner in range(3)]
    assert [runner.wait(PATIENCE) for runner in runners] == [0, 0, 0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT job), count(DISTINCT pid) FROM job_proof_trace")
        effects, jobs, pids = cursor.fetchone()
        cursor.execute("DROP TABLE job_proof_trace")
    assert (jobs, pids > 1) == (8, True), "only one worker worked: nothing was raced"
    return effects - jobs


def test_two_workers_never_have_one_job(child, author):
    # given the control: without the lock the same race must show the harm
    assert race(child, author, "lock") > 0
    # then
    assert race(child, author, "nothing") == 0
    assert set(Job.objects.values_list("state", "attempts")) == {("succeeded", 1)}


def test_a_worker_that_wakes_up_after_its_lease_keeps_nothing(child, author):
    # given: a worker that is stopped in the middle, as by a paused machine
    found = begin("steps", author, steps=20, pause=0.2, name="Late")
    process = child("run", str(found.pk))
    assert eventually(lambda: stands(found)[1] > 2), stands(found)
    os.kill(process.pid, signal.SIGSTOP)
    lease_runs_out(found)
    assert services.sweep()["reaped"] == 1
    assert now(found).state == "failed"
    # when it goes on
    os.kill(process.pid, signal.SIGCONT)
    # then
    assert process.wait(PATIENCE) == 0
    assert not Site.objects.filter(name="Late").exists()
    assert now(found).state == "failed"
