"""JOB-02 partly by REST: jobs keep the contract of every resource; stopping, repeating and downloading ask the door."""
import pytest

from apps.core.iam.tests.factories import UserFactory, holding
from apps.core.jobs import files
from apps.core.jobs.api import JobViewSet
from apps.core.jobs.models import Job
from apps.core.jobs.tests.factories import done_job, make_job
from apps.kernel.testing.api import caller, faults
from apps.kernel.testing.contract import ResourceContract

URL = "/api/v1/jobs/jobs"


@pytest.fixture(autouse=True)
def private(settings, tmp_path):
    """A private folder of the test's own."""
    settings.PRIVATE_ROOT = str(tmp_path)


class TestJobs(ResourceContract):
    viewset = JobViewSet
    payload = staticmethod(lambda: {"title": "Made by hand"})
    invalid = {"title": ""}
    change = {"title": "Renamed"}

    def make(self, **values):
        """Services make jobs; the API shows them."""
        return done_job("refused")


@pytest.mark.django_db
def test_one_s_own_jobs_are_shown_without_any_role():
    # given
    author = UserFactory()
    mine, _other = make_job(author=author), make_job()
    # when
    found = caller(author).get(f"{URL}/").data["results"]
    # then
    assert [(row["id"], row["state"], row["done"], row["total"]) for row in found] == [(mine.pk, "queued", 0, None)]
    assert "payload" not in found[0] and "file_key" not in found[0]


@pytest.mark.django_db
def test_cancelling_is_the_author_s_or_asks_the_right_and_changes_nothing_otherwise():
    # given
    author, reader = UserFactory(), holding(UserFactory(), "jobs.view_job")
    found = make_job(author=author)
    # when / then
    for client, status in ((caller(), 401), (caller(UserFactory()), 404), (caller(reader), 403)):
        answer = client.post(f"{URL}/{found.pk}/cancel/")
        assert (answer.status_code, faults(answer, f"{URL}/{{id}}/cancel/", "post")) == (status, [])
        found.refresh_from_db()
        assert (found.state, found.version) == ("queued", 1)
    answer = caller(author).post(f"{URL}/{found.pk}/cancel/")
    assert (answer.status_code, answer.data, faults(answer, f"{URL}/{{id}}/cancel/", "post")) == (
        200, {"id": found.pk, "state": "cancelled"}, [])
    again = caller(author).post(f"{URL}/{found.pk}/cancel/")
    assert (again.status_code, again.data["code"]) == (409, "ended")


@pytest.mark.django_db
def test_retrying_makes_a_new_job_once():
    # given
    author = UserFactory()
    failed = done_job("refused", author)
    # when
    answer = caller(author).post(f"{URL}/{failed.pk}/retry/")
    # then
    assert (answer.status_code, answer.data["state"], faults(answer, f"{URL}/{{id}}/retry/", "post")) == (201, "queued", [])
    assert Job.objects.get(pk=answer.data["id"]).again_of == failed
    again = caller(author).post(f"{URL}/{failed.pk}/retry/")
    assert (again.status_code, again.data["code"]) == (409, "running_again")
    assert caller(UserFactory()).post(f"{URL}/{failed.pk}/retry/").status_code == 404
    assert Job.objects.count() == 2


@pytest.mark.django_db
def test_a_file_goes_to_who_may_see_the_job_now_and_to_nobody_else():
    """Security 8: the right is asked when the file is fetched; a number is no permission."""
    # given
    author = UserFactory()
    reader = holding(UserFactory(), "jobs.view_job")
    found, bare = done_job("filed", author), done_job("plain", author)
    # when
    answer = caller(author).get(f"{URL}/{found.pk}/file/")
    # then
    assert b"".join(answer.streaming_content) == b"a,b\n1,2\n"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="rejected_lines.csv"'
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Content-Type"]) == ("nosniff", "application/octet-stream")
    assert b"".join(caller(reader).get(f"{URL}/{found.pk}/file/").streaming_content) == b"a,b\n1,2\n"
    for client in (caller(), caller(UserFactory())):
        refused = client.get(f"{URL}/{found.pk}/file/")
        assert refused.status_code in (401, 404) and b"1,2" not in refused.content
    # when the reader loses the right
    reader.assignments.all().delete()
    assert caller(reader).get(f"{URL}/{found.pk}/file/").status_code == 404
    # then what is not there is missing
    assert caller(author).get(f"{URL}/{bare.pk}/file/").status_code == 404
    files.forget(found.file_key)
    assert caller(author).get(f"{URL}/{found.pk}/file/").status_code == 404


@pytest.mark.django_db
def test_a_refused_job_tells_its_reasons():
    author = UserFactory(language="en")
    found = done_job("refused", author)
    row = caller(author).get(f"{URL}/{found.pk}/").data
    assert (row["error_code"], row["error_reasons"], row["result"]) == (
        "bad_lines", [{"code": "bad", "message": "line 3", "field": "3"}], {"lines": 7})
