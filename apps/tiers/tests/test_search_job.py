"""TIE-19: the search as background work and as a command."""
import io
import json

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.core.automation.relay import drain
from apps.core.iam.tests.factories import UserFactory, holding
from apps.core.jobs.models import Job
from apps.core.jobs.services import cancel, run_here, start
from apps.core.notifications.models import Notification
from apps.tiers.models import DuplicateCandidate, DuplicateSearch
from apps.tiers.services import finding, start_search
from apps.tiers.tasks import find_duplicates
from apps.tiers.tests.factories import CompanyFactory, PersonFactory

pytestmark = pytest.mark.django_db


def find(*arguments):
    """Exit code, output and last word of the command."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("duplicates", "find", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    return 0, out.getvalue(), err.getvalue()


def test_who_may_search_starts_a_job_TIE_19():
    # given
    CompanyFactory(legal_name="Odfjell Drilling AS")
    CompanyFactory(legal_name="Odfjel Driling")
    PersonFactory()
    # when / then
    with pytest.raises(PermissionDenied):
        start_search(author=holding(UserFactory(), "tiers.view_duplicatecandidate", "tiers.merge_company"))
    assert not Job.objects.exists()
    job = run_here(start_search(author=holding(UserFactory(), "tiers.find_duplicatecandidate")))
    assert (job.state, job.result) == ("succeeded", {"compared": 3, "opened": 1})


def test_a_right_lost_before_the_job_runs_refuses_it_TIE_19():
    # given
    CompanyFactory()
    job = start("tiers.find_duplicates", author=UserFactory(), title="Search", payload={})
    # when
    ended = run_here(job)
    # then
    assert ended.state == "failed" and not DuplicateSearch.objects.exists()


def test_the_night_starts_one_as_the_system_TIE_19():
    # given
    CompanyFactory()
    # when
    find_duplicates()
    # then
    job = Job.objects.get()
    assert (job.kind, job.author.name, job.payload) == ("tiers.find_duplicates", "OpsFlux", {"kinds": [], "full": False})
    assert run_here(job).result == {"compared": 1, "opened": 0}


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_stopped_keeps_what_it_found_and_the_next_goes_on_TIE_19(monkeypatch):
    # given six companies, one a step, and somebody who stops the job after its second step
    monkeypatch.setattr(finding, "CHUNK", 1)
    monkeypatch.setattr("apps.core.jobs.running.PAUSE", 0)
    companies = [CompanyFactory(legal_name=f"Odfjell Drilling {letter}") for letter in "ABCDEF"]
    chief = UserFactory(is_superuser=True)
    job = start_search(author=chief, kinds=["company"])

    def stop(done, total, message):
        if done == 2:
            cancel(Job.objects.get(pk=job.pk), actor=chief)
    # when
    ended = run_here(job, stop)
    # then whole steps are kept: the pairs of the records compared, and how far that is
    reached = DuplicateSearch.objects.get().reached
    done = [company.pk for company in companies].index(reached) + 1
    assert ended.state == "cancelled" and 2 <= done < 6
    expected = {(a.pk, b.pk) for at, a in enumerate(companies) for b in companies[at + 1:] if companies.index(a) < done}
    assert {(row.a_id, row.b_id) for row in DuplicateCandidate.objects.all()} == expected
    # and the next one does the rest
    assert run_here(start_search(author=chief, kinds=["company"])).result == {"compared": 6 - done, "opened": 15 - len(expected)}


def test_the_command_answers_counts_and_exit_codes_TIE_19():
    # given
    CompanyFactory(legal_name="Odfjell Drilling AS")
    CompanyFactory(legal_name="Odfjel Driling")
    # when nothing is to be written; when it is; when everything stands
    looked = find("--dry-run", "--json")
    done = find("--json")
    nothing = find("--kind", "person")
    everything = find("--all", "--kind", "company")
    # then
    kinds = {"company": {"compared": 2, "opened": 1}, "person": {"compared": 0, "opened": 0}}
    assert (looked[0], json.loads(looked[1])) == (0, {"compared": 2, "opened": 1, "kinds": kinds, "dry_run": True})
    assert (done[0], json.loads(done[1])) == (0, {"compared": 2, "opened": 1, "kinds": kinds, "dry_run": False})
    assert (nothing[0], "--all" in nothing[2]) == (3, True)
    assert (everything[0], everything[1]) == (0, "company: 2 compared, 0 new possible duplicates\n")
    assert find("--since", "2000-01-01", "--kind", "company")[0] == 0


@pytest.mark.parametrize("arguments", [("--since", "soon"), ("--kind", "ship"), ("--since", "2026-02-31")])
def test_a_wrong_call_is_refused_TIE_19(arguments):
    with pytest.raises(CommandError):
        call_command("duplicates", "find", *arguments)


def test_pairs_found_are_told_to_who_asked_and_after_the_night_to_stewards_TIE_19():
    # given a steward, somebody who only reads pairs, and two companies
    steward = holding(UserFactory(is_staff=True), "tiers.find_duplicatecandidate", "tiers.view_duplicatecandidate")
    holding(UserFactory(is_staff=True), "tiers.view_duplicatecandidate")
    for name in ("Odfjell Drilling AS", "Odfjel Driling"):
        CompanyFactory(legal_name=name)
    # when the night's search finds them, and somebody's own finds another
    find_duplicates()
    run_here(Job.objects.get())
    asker = UserFactory(is_superuser=True)
    CompanyFactory(legal_name="Odfjell Driling")
    run_here(start_search(author=asker))
    run_here(start_search(author=asker))
    drain()
    # then each is told once, and nothing where nothing was found
    told = Notification.objects.filter(topic="tiers.duplicates.found").order_by("pk")
    assert [(one.recipient, one.parameters["opened"]) for one in told] == [(steward, 1), (asker, 2)]
    likest = DuplicateCandidate.objects.order_by("-score", "-pk").first()
    assert told.last().object_pk == likest.pk
