"""JOB-01 partly, JOB-02 partly on the command line: one JSON document out, exit codes by interface item 21."""
import json

import pytest
from django.core.management import CommandError, call_command

from apps.core.iam.tests.factories import UserFactory
from apps.core.jobs import leases
from apps.core.jobs.models import Job, Progress
from apps.core.jobs.tests.factories import done_job, make_job

pytestmark = pytest.mark.django_db


def run(capsys, *arguments):
    """(exit code, JSON from the standard output)."""
    code = 0
    try:
        call_command("jobs", *arguments, "--json")
    except CommandError as error:
        code = error.returncode
    out = capsys.readouterr().out
    return code, json.loads(out) if out else None


def test_list_tells_the_newest_and_the_counts(capsys):
    # given
    assert run(capsys, "list")[0] == 3
    failed, waiting = done_job("refused"), make_job()
    # when
    code, found = run(capsys, "list")
    # then
    assert (code, [job["id"] for job in found["jobs"]]) == (0, [waiting.pk, failed.pk])
    assert (found["queued"], found["failed"], found["running"]) == (1, 1, 0)
    assert [job["id"] for job in run(capsys, "list", "--state", "failed")[1]["jobs"]] == [failed.pk]
    assert run(capsys, "list", "--kind", "other.kind")[0] == 3


def test_show_tells_everything_and_fails_for_a_failure(capsys):
    failed, done = done_job("refused"), done_job("filed")
    assert run(capsys, "show", str(done.pk))[0] == 0
    code, found = run(capsys, "show", str(failed.pk))
    assert (code, found["state"], found["error_code"], found["error_reasons"][0]["field"]) == (1, "failed", "bad_lines", "3")
    assert run(capsys, "show", "999999") == (1, None)


def test_cancel_and_retry_refuse_what_is_not_possible(capsys):
    # given
    found = make_job()
    # when / then
    code, told = run(capsys, "cancel", str(found.pk))
    assert (code, told["state"]) == (0, "cancelled")
    assert run(capsys, "cancel", str(found.pk)) == (4, None)
    code, told = run(capsys, "retry", str(found.pk))
    assert (code, told["state"], told["author"]) == (0, "queued", "system@opsflux.invalid")
    assert run(capsys, "retry", str(found.pk)) == (4, None)
    assert Job.objects.count() == 2


def test_a_command_may_act_for_an_account_with_its_rights(capsys):
    found, stranger = make_job(), UserFactory()
    assert run(capsys, "cancel", str(found.pk), "--as", stranger.email) == (1, None)
    assert run(capsys, "cancel", str(found.pk), "--as", "nobody@example.org") == (4, None)
    found.refresh_from_db()
    assert found.state == "queued"
    assert run(capsys, "cancel", str(found.pk), "--as", found.author.email)[0] == 0


def test_sweep_takes_back_what_a_dead_worker_held(capsys):
    # given
    assert run(capsys, "sweep") == (3, {"taken_back": 0, "woken_for": 0})
    found = make_job("mortal")
    leases.claim(found.pk)
    Progress.objects.update(leased_until="2000-01-01T00:00:00Z")
    # when / then: it waits five seconds before the next attempt
    assert run(capsys, "sweep") == (0, {"taken_back": 1, "woken_for": 0})


def test_people_read_lines(capsys):
    found = done_job("refused")
    call_command("jobs", "list")
    assert f"{found.pk:>8}  failed" in capsys.readouterr().out
    with pytest.raises(CommandError, match="did not succeed"):
        call_command("jobs", "show", str(found.pk))
    assert "error code: bad_lines" in capsys.readouterr().out
