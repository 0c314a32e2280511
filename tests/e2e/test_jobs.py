"""JOB-02 partly, as a person: watch a job live, stop it with the keyboard, run it again, read its report, fetch its file."""
from threading import Thread

import pytest
from django.db import connection

from apps.core.automation import relay
from apps.core.iam.tests.factories import UserFactory
from apps.core.jobs import services
from apps.core.jobs.models import Job
from apps.core.jobs.tests import kinds  # noqa: F401 (declares the kinds)
from tests.e2e.conftest import DESKTOP, PASSWORD, PHONE

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LOOKS = pytest.mark.parametrize("look", [("light", DESKTOP), ("dark", PHONE)], indirect=True, ids=["desktop", "dark phone"])


@pytest.fixture
def ana(server, settings, tmp_path):
    """Somebody of the back office without any role: one's own jobs need none."""
    settings.PRIVATE_ROOT = str(tmp_path)
    return UserFactory(is_staff=True, language="fr", name="Ana Sousa", email="ana@example.org", password=PASSWORD)


@pytest.fixture
def background():
    """Run jobs beside the browser, as a worker would."""
    running = []

    def run(job):
        thread = Thread(target=lambda: (services.run_here(job), connection.close()))
        thread.start()
        running.append(thread)
    yield run
    for thread in running:
        thread.join(60)


def begin(author, kind="steps", **payload):
    return services.start(f"proof.{kind}", author=author, title="Import de companies.csv", payload=payload)


def at(job):
    return f"/admin/jobs/job/{job.pk}/change/"


@LOOKS
def test_a_job_is_watched_live_and_its_page_says_how_it_ended(person, page, ana, background):
    # given a job that takes some seconds
    job = begin(ana, steps=40, pause=0.15)
    person.sign_in(ana)
    person.open(at(job))
    assert "En attente" in page.locator("#of-outcome").inner_text()
    # when it runs
    background(job)
    bar = page.get_by_role("progressbar", name="Avancement")
    page.wait_for_selector("[data-of=percent]:text-matches('[2-6][0-9].%')")
    # then the page follows, without being asked
    assert "En cours" in page.locator("#of-outcome").inner_text()
    assert "sur 40" in page.locator("[data-of=counts]").inner_text()
    person.inspect("job-running")
    assert bar.count() == 1
    # when it ends
    page.wait_for_selector("#of-outcome.of-job-succeeded")
    person.settle()
    # then
    assert page.locator("#of-outcome").inner_text() == "Réussie"
    assert "Steps" in page.locator(".of-job-report").inner_text()
    assert page.get_by_role("button", name="Arrêter la tâche").count() == 0
    person.inspect("job-succeeded")


@LOOKS
def test_a_job_is_stopped_with_the_keyboard_and_run_again(person, page, ana, background):
    # given
    job = begin(ana, steps=600, pause=0.1)
    background(job)
    person.sign_in(ana)
    person.open(at(job))
    page.wait_for_selector("#of-outcome.of-job-running")
    # when
    page.get_by_role("button", name="Arrêter la tâche").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_selector("#of-outcome.of-job-cancelled")
    person.settle()
    # then
    assert page.locator("#of-outcome").inner_text() == "Arrêtée"
    assert Job.objects.get(pk=job.pk).state == "cancelled"
    person.inspect("job-cancelled")
    # when
    with page.expect_navigation():
        page.get_by_role("button", name="Relancer").click()
    person.settle()
    # then it is a new job that names the old one
    again = Job.objects.get(again_of=job)
    assert page.url.endswith(at(again))
    assert page.get_by_role("link", name=f"tâche {job.pk}").get_attribute("href") == at(job)
    person.inspect("job-waiting")


@LOOKS
def test_a_failed_job_says_what_and_what_to_do_and_gives_its_file(person, page, ana):
    # given
    failed = services.run_here(begin(ana, "filed", refuse=True, file="lignes rejetées.csv"))
    services.run_here(begin(ana, "refused"))
    services.run_here(begin(ana, "plain"))
    relay.drain()
    # when the bell is followed
    person.sign_in(ana)
    person.open("/admin/notifications/")
    person.inspect("job-notices")
    with page.expect_navigation():
        page.get_by_role("link", name="Échec : Import de companies.csv").last.click()
    person.settle()
    # then
    assert page.url.endswith(at(failed))
    assert "No." in page.get_by_role("alert").inner_text()
    person.inspect("job-failed")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Télécharger").click()
    assert fetched.value.suggested_filename == "lignes_rejetées.csv"
    assert fetched.value.path().read_text() == "a,b\n1,2\n"
    # and the list has them all
    page.get_by_role("link", name="Toutes les tâches").click()
    page.wait_for_url("**/admin/jobs/job/")
    person.settle()
    assert page.get_by_role("link", name="Import de companies.csv").count() == 3
    person.inspect("job-list")


def test_a_page_that_loses_its_server_goes_on_asking(person, page, ana, background, problems):
    # given
    problems.expect("ERR_FAILED|net::")
    job = begin(ana, steps=40, pause=0.15)
    person.sign_in(ana)
    person.open(at(job))
    # when the network is gone
    page.route("**/progress/", lambda route: route.abort())
    background(job)
    page.wait_for_selector("text=Le serveur ne répond pas.")
    # then it says so, and goes on once it is back
    page.unroute("**/progress/")
    page.wait_for_selector("#of-outcome.of-job-succeeded")
