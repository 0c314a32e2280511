"""JOB-02 partly in the back office: who sees a job's page, what its buttons do, what it says."""
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core.iam.tests.factories import UserFactory, holding
from apps.core.jobs import leases, services
from apps.core.jobs.models import Job
from apps.core.jobs.selectors import lasting
from apps.core.jobs.tests.factories import done_job, make_job

pytestmark = pytest.mark.django_db
FORM_QUERIES, LIST_QUERIES = 15, 12     # interface 5


@pytest.fixture(autouse=True)
def private(settings, tmp_path):
    """A private folder of the test's own."""
    settings.PRIVATE_ROOT = str(tmp_path)


def page(job, name="change"):
    return reverse(f"admin:jobs_job_{name}", args=[job.pk])


def browser(user):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def author():
    return UserFactory(is_staff=True, name="Ana Sousa")


def test_the_author_sees_what_happened_and_their_own_name(author):
    # given
    found, client = done_job("refused", author), browser(author)
    client.get(page(found))
    # when
    with CaptureQueriesContext(connection) as queries:
        text = client.get(page(found)).content.decode()
    # then
    assert "Correct the fields that are marked." in text and "Failed" in text and "Ana Sousa" in text
    assert "Run again" in text and "Stop the job" not in text
    assert len(queries) <= FORM_QUERIES, "\n".join(query["sql"][:150] for query in queries)


def test_the_list_shows_one_s_own_jobs(author):
    # given
    mine, other = [done_job("plain", author) for _turn in range(3)], make_job()
    client = browser(author)
    client.get(reverse("admin:jobs_job_changelist"))
    # when
    with CaptureQueriesContext(connection) as queries:
        text = client.get(reverse("admin:jobs_job_changelist")).content.decode()
    # then
    assert [page(job) in text for job in (*mine, other)] == [True, True, True, False]
    assert "Plain proof" in text and "100 %" in text and "Ana Sousa" in text
    assert len(queries) <= LIST_QUERIES


def test_strangers_get_nothing_and_readers_no_buttons(author):
    # given
    found, filed = make_job(author=author), done_job("filed", author)
    stranger, reader = UserFactory(is_staff=True), holding(UserFactory(is_staff=True), "jobs.view_job")
    # when / then
    for name in ("change", "progress", "file"):
        assert browser(stranger).get(page(filed, name)).status_code in (302, 404), name
    for name in ("cancel", "retry"):
        assert browser(stranger).post(page(found, name)).status_code == 404
        assert browser(author).get(page(found, name)).status_code == 405
        answer = browser(reader).post(page(found, name), follow=True)
        assert "You need the right jobs." in answer.content.decode()
    assert Job.objects.get(pk=found.pk).version == 1
    assert Job.objects.count() == 2
    text = browser(reader).get(page(found)).content.decode()
    assert "Stop the job" not in text and "hidden" in text


def test_the_buttons_stop_and_repeat(author):
    # given
    found, client = make_job(author=author), browser(author)
    # when
    answer = client.post(page(found, "cancel"), follow=True)
    # then
    assert "The job is stopped." in answer.content.decode()
    # when
    answer = client.post(page(found, "retry"), follow=True)
    # then
    again = Job.objects.get(again_of=found)
    assert answer.redirect_chain == [(page(again), 302)]
    assert "It is run again: this is the new job." in answer.content.decode()
    # when it runs and is asked to stop
    leases.claim(again.pk)
    assert "asked to stop" in client.post(page(again, "cancel"), follow=True).content.decode()


def test_progress_is_told_as_figures_and_words(author):
    # given
    found = make_job(author=author)
    leased = leases.claim(found.pk)
    leases.beat(connection, leased.pk, leased.attempts, 12_345, 50_000, "matching names")
    # when
    told = browser(author).get(page(found, "progress")).json()
    # then
    assert {name: told[name] for name in ("state", "state_text", "ended", "percent", "counts", "message", "stopping")} == {
        "state": "running", "state_text": "running", "ended": False, "percent": 24, "counts": "12,345 of 50,000",
        "message": "matching names", "stopping": False}


def test_the_file_is_an_attachment(author):
    # given
    found = done_job("filed", author)
    # when
    answer = browser(author).get(page(found, "file"))
    # then
    assert b"".join(answer.streaming_content) == b"a,b\n1,2\n"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="rejected_lines.csv"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_kind_shows_its_result_by_its_own_template(author, monkeypatch, settings, tmp_path):
    # given
    (tmp_path / "proof_report.html").write_text("<p>Own report: {{ result.given.name }}</p>")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]
    found = done_job("plain", author, name="<Nord>")
    kind = services.KINDS["proof.plain"]
    monkeypatch.setitem(services.KINDS, "proof.plain", kind.__class__(**{**kind.__dict__, "template": "proof_report.html"}))
    # when / then
    assert "<p>Own report: &lt;Nord&gt;</p>" in browser(author).get(page(found)).content.decode()


@pytest.mark.parametrize(("time", "text"), [
    (None, ""), (timedelta(0), "0 s"), (timedelta(seconds=59.9), "59 s"), (timedelta(minutes=2, seconds=5), "2 min 05 s"),
    (timedelta(hours=26, minutes=3), "26 h 03 min 00 s")])
def test_durations_are_read_at_a_glance(time, text):
    assert lasting(time) == text
