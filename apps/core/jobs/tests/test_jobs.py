"""JOB-02 partly, JOB-04 partly: a job's way from its start to its end, and what is left of it when it fails."""
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.http import Http404
from django.utils import timezone

from apps.core.factory.models import Site
from apps.core.iam.tests.factories import UserFactory, holding
from apps.core.jobs import files, leases, services, worker
from apps.core.jobs.choices import JobState
from apps.core.jobs.models import Job, Progress
from apps.core.jobs.registry import KINDS, job
from apps.core.jobs.tests import kinds  # noqa: F401 (declares the kinds)
from apps.kernel.errors import Conflict

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private(settings, tmp_path):
    """A private folder of the test's own."""
    settings.PRIVATE_ROOT = str(tmp_path / "private")
    return tmp_path


@pytest.fixture
def author():
    return UserFactory(language="fr", time_zone="Africa/Luanda")


def begin(kind, author, here=False, **payload):
    return services.start(f"proof.{kind}", author=author, title=f"A {kind} job", payload=payload, here=here)


def lease_runs_out(found):
    Progress.objects.filter(job=found).update(leased_until="2000-01-01T00:00:00Z")


def refusal(service, found, actor):
    """The code with which a service refuses."""
    with pytest.raises(Conflict) as refused:
        service(found, actor=actor)
    return refused.value.code


def ended():
    """(state, author, message) of the events that say so."""
    said = apps.get_model("automation", "OutboxEvent").objects.filter(topic="jobs.job.ended").order_by("pk")
    return [(one.payload["state"], one.payload["author_id"], one.payload["error_message"]) for one in said]


def test_a_job_runs_as_its_author_and_keeps_what_it_answers(author):
    # given
    waiting = begin("plain", author, name="Nord")
    assert (waiting.state, waiting.attempts, waiting.created_by_id) == ("queued", 0, None)
    # when
    done = services.run_here(waiting)
    # then
    assert (done.state, done.attempts, done.error_code) == ("succeeded", 1, "")
    assert done.result == {"author": author.pk, "language": "fr", "zone": "Africa/Luanda", "actor": author.pk, "reason": "A plain job",
                           "given": {"name": "Nord"}}
    assert done.queued_at <= done.started_at <= done.ended_at
    assert (done.progress.done, done.progress.total, done.progress.message) == (2, 2, "done")
    assert Site.objects.get(name="Nord").created_by == author
    assert ended() == [("succeeded", author.pk, "")]


def test_a_refusal_is_kept_with_its_reasons_and_nothing_of_the_work(author):
    # when
    failed = services.run_here(begin("refused", author))
    # then
    assert (failed.state, failed.error_code) == ("failed", "bad_lines")
    assert failed.error_message == "Corrigez les champs signalés."
    assert failed.error_reasons == [{"code": "bad", "message": "line 3", "field": "3"}]
    assert failed.result == {"lines": 7}
    assert not Site.objects.exists()
    assert ended() == [("failed", author.pk, "Corrigez les champs signalés.")]


def test_a_fault_of_ours_shows_a_sentence_and_no_secret(author):
    # when
    failed = services.run_here(begin("broken", author))
    # then: on_death says what becomes of dead workers; a fault would happen again
    assert (failed.state, failed.error_code) == ("failed", "unexpected")
    assert "secret" not in failed.error_message
    assert not Site.objects.exists()


def test_what_did_not_answer_is_tried_again_eleven_times_later_and_later(author):
    # given
    found = begin("away", author)
    # when
    waits = []
    for _attempt in range(10):
        found = services.run_here(found)
        assert (found.state, found.error_code) == ("queued", "unavailable")
        waits.append(round((found.due_at - found.queued_at).total_seconds()))
        assert leases.claim(found.pk) is None       # not yet
        Job.objects.filter(pk=found.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    found = services.run_here(found)
    # then
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560]
    assert (found.state, found.attempts, found.error_code) == ("dead", 11, "unavailable")
    assert not Site.objects.exists()
    assert [state for state, *_rest in ended()] == ["dead"]


def test_what_is_not_to_be_repeated_fails_at_once(author):
    # when
    found = services.run_here(begin("away_once", author))
    # then
    assert (found.state, found.attempts, found.error_code) == ("failed", 1, "unexpected")


@pytest.mark.parametrize(("kind", "state", "code"), [("race", "queued", "worker_died"), ("plain", "failed", "worker_died")])
def test_a_job_whose_worker_died_runs_again_or_says_so(author, kind, state, code):
    # given
    found = begin(kind, author)
    leases.claim(found.pk)
    assert worker.reap() == 0       # the lease lasts
    lease_runs_out(found)
    # when
    assert worker.reap() == 1
    # then
    found.refresh_from_db()
    assert (found.state, found.error_code, found.attempts) == (state, code, 1)
    assert worker.reap() == 0


def test_who_lost_the_lease_neither_beats_nor_ends_the_job(author):
    # given: an attempt believed dead, and its successor
    found = begin("race", author)
    first = leases.claim(found.pk)
    lease_runs_out(found)
    worker.reap()
    Job.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    second = leases.claim(found.pk)
    # when
    assert leases.beat(connection, first.pk, first.attempts, 9, 9, "late") is None
    with pytest.raises(worker.LeaseLost):
        worker.settle(first, JobState.SUCCEEDED)
    # then
    assert (second.attempts, leases.beat(connection, second.pk, second.attempts, 1, 2, "alive")) == (2, False)
    found.refresh_from_db()
    assert (found.state, found.progress.message) == ("running", "alive")


@pytest.mark.parametrize("kind", ["plain", "refused", "broken", "filed"])
def test_an_attempt_that_lost_its_job_ends_in_silence_however_it_ends(author, kind):
    # given
    found = begin(kind, author)
    leased = leases.claim(found.pk)
    lease_runs_out(found)
    worker.reap()
    before = Job.objects.values("state", "version", "error_code").get(pk=found.pk)
    # when
    worker.execute(leased)
    # then
    assert Job.objects.values("state", "version", "error_code").get(pk=found.pk) == before
    assert not Site.objects.exists()
    assert list(files.folder().iterdir()) == []


def test_what_a_command_made_for_itself_no_worker_takes(author):
    # given
    found = begin("plain", author, here=True)
    # when / then
    assert services.work() is False
    assert services.sweep() == {"reaped": 0, "due": 0}
    # when the command never began
    Job.objects.update(queued_at=timezone.now() - timedelta(minutes=6))
    assert services.sweep() == {"reaped": 1, "due": 0}
    # then
    found.refresh_from_db()
    assert (found.state, found.error_code) == ("failed", "not_begun")


def test_the_lowest_priority_number_is_taken_first(author, monkeypatch):
    # given
    late, early = begin("plain", author), begin("plain", author)
    Job.objects.filter(pk=early.pk).update(priority=1)
    # when
    assert services.work() is True
    # then
    assert list(Job.objects.order_by("pk").values_list("pk", "state")) == [(late.pk, "queued"), (early.pk, "succeeded")]


def test_a_suspended_author_s_job_does_nothing(author):
    # given
    found = begin("plain", author)
    author.__class__.objects.filter(pk=author.pk).update(status="suspended")
    # when
    found = services.run_here(found)
    # then
    assert (found.state, found.error_code) == ("failed", "author_inactive")
    assert not Site.objects.exists()


def test_a_job_that_is_not_atomic_keeps_what_it_did(author):
    # when
    found = services.run_here(begin("open", author))
    # then
    assert (found.state, Site.objects.count()) == ("failed", 1)


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_at_its_next_step(author):
    # given
    waiting, running = begin("plain", author), begin("steps", author, steps=3)
    leased = leases.claim(running.pk)
    # when
    assert services.cancel(waiting, actor=author).state == "cancelled"
    assert services.cancel(running, actor=author).state == "running"
    assert services.cancel(running, actor=author).state == "running"       # asking twice is no error
    worker.execute(leased)
    # then
    running.refresh_from_db()
    assert running.state == "cancelled" and running.cancel_asked_at is not None
    assert not Site.objects.exists()
    assert refusal(services.cancel, running, author) == "ended"
    assert [state for state, *_rest in ended()] == ["cancelled", "cancelled"]


def test_a_job_asked_to_stop_whose_worker_died_is_cancelled(author):
    # given
    found = begin("race", author)
    leases.claim(found.pk)
    services.cancel(found, actor=author)
    lease_runs_out(found)
    # when
    worker.reap()
    # then
    found.refresh_from_db()
    assert found.state == "cancelled"


def test_others_neither_see_nor_touch_a_job_without_the_right(author):
    # given
    found, stranger, reader = begin("plain", author), UserFactory(), holding(UserFactory(), "jobs.view_job")
    # when / then
    assert list(Job.objects.visible_to(author)) == [found]
    assert list(Job.objects.visible_to(stranger)) == []
    assert list(Job.objects.visible_to(reader)) == [found]
    with pytest.raises(Http404):
        services.cancel(found, actor=stranger)
    with pytest.raises(PermissionDenied):
        services.cancel(found, actor=reader)
    assert services.cancel(found, actor=holding(reader, "jobs.cancel_job")).state == "cancelled"
    with pytest.raises(PermissionDenied):
        services.retry(found, actor=reader)
    assert services.retry(found, actor=holding(reader, "jobs.retry_job")).author == reader


def test_a_denied_author_does_not_see_their_own(author):
    # given
    begin("plain", author)
    holding(author, "jobs.view_job", deny=True)
    # then
    assert list(Job.objects.visible_to(author)) == []


def test_running_again_is_a_new_job_and_only_one_at_a_time(author):
    # given
    failed = services.run_here(begin("refused", author))
    # when
    again = services.retry(failed, actor=author)
    # then
    assert (again.again_of, again.state, again.payload, again.title) == (failed, "queued", failed.payload, failed.title)
    assert refusal(services.retry, failed, author) == "running_again"
    failed.refresh_from_db()
    assert (failed.state, failed.error_code) == ("failed", "bad_lines")
    # when that one failed too, the first may be repeated once more
    services.run_here(again)
    assert services.retry(failed, actor=author).pk not in (failed.pk, again.pk)
    assert refusal(services.retry, services.run_here(begin("plain", author)), author) == "not_failed"
    by_command = begin("refused", author, here=True)
    assert refusal(services.retry, services.run_here(by_command), author) == "by_command"


def test_a_file_is_kept_under_a_random_name_even_when_the_work_fails(author, private):
    # when
    found = services.run_here(begin("filed", author, refuse=True, file="../../etc/rejected lines.csv"))
    # then
    assert (found.state, found.file_name) == ("failed", "rejected_lines.csv")
    kept = files.where(found.file_key)
    assert kept.read_text() == "a,b\n1,2\n"
    assert kept.is_relative_to(private / "private") and len(found.file_key) > 40
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_old_jobs_are_forgotten_with_their_files_and_young_ones_are_kept(author, django_capture_on_commit_callbacks):
    # given
    old, young = services.run_here(begin("filed", author)), services.run_here(begin("filed", author))
    waiting = begin("plain", author)
    Job.objects.filter(pk=old.pk).update(ended_at=timezone.now() - timedelta(days=91), started_at=timezone.now() - timedelta(days=92))
    (files.folder() / "nobody").write_text("lost by a worker that died")
    # when
    with django_capture_on_commit_callbacks(execute=True):
        counts = services.clean()
    # then
    assert counts == {"jobs": 1, "files": 1}
    assert set(Job.objects.values_list("pk", flat=True)) == {young.pk, waiting.pk}
    assert (files.where(young.file_key).exists(), files.where(old.file_key).exists()) == (True, False)


def test_progress_writes_no_history(author):
    # given
    found = begin("steps", author, steps=2, pause=0)
    # when
    services.run_here(found)
    # then: made, taken, ended
    assert [row.state for row in found.versions.order_by("pgh_id")] == ["queued", "running", "succeeded"]


def test_a_kind_is_declared_once_and_well():
    for wrong in ({"name": "proof.plain"}, {"name": "plain"}, {"name": "proof.other", "on_death": "pray"}):
        with pytest.raises(ValueError):
            job(wrong.pop("name"), title="x", **wrong)(lambda run: None)
    assert "proof.other" not in KINDS
    with pytest.raises(KeyError):
        services.start("proof.unknown", author=None, title="x", payload={})


@pytest.mark.parametrize("values", [
    {"state": "running"}, {"state": "succeeded"}, {"state": "failed"}, {"state": "queued", "started_at": timezone.now()},
    {"state": "cancelled"}, {"file_name": "a.csv"}, {"state": "strange"}])
def test_the_database_refuses_impossible_jobs(author, values):
    found = begin("plain", author)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=found.pk).update(**values)
