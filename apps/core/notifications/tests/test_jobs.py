"""NTF-01 partly, JOB-02 partly: whoever asked for a job learns how it ended; who stopped it knows already."""
import pytest
from django.utils import translation

from apps.core.automation import relay
from apps.core.iam.tests.factories import UserFactory
from apps.core.jobs import services
from apps.core.jobs.tests.factories import done_job, make_job
from apps.core.notifications.models import Notification
from apps.core.notifications.selectors import resolve

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private(settings, tmp_path):
    """A private folder of the test's own."""
    settings.PRIVATE_ROOT = str(tmp_path)


def told(user):
    """(heading, text, link) of what the account was told, oldest first."""
    relay.drain()
    found = resolve(user, Notification.objects.visible_to(user).order_by("pk"))
    with translation.override("en"):
        return [(notice.heading, notice.text, notice.link) for notice in found]


def test_the_author_is_told_how_it_ended_with_a_link_to_the_job():
    # given
    author = UserFactory(is_staff=True, language="en")
    # when
    done, failed = done_job("plain", author), done_job("refused", author)
    # then
    assert told(author) == [
        ("Done: Proof of plain", "", f"/admin/jobs/job/{done.pk}/change/"),
        ("Failed: Proof of refused", "Correct the fields that are marked.", f"/admin/jobs/job/{failed.pk}/change/")]


def test_a_stop_is_told_to_an_author_who_did_not_ask_for_it():
    # given
    author, chief = UserFactory(is_staff=True), UserFactory(is_superuser=True)
    # when
    services.cancel(make_job(author=author), actor=author)
    theirs = make_job(author=author)
    services.cancel(theirs, actor=chief)
    # then
    assert told(author) == [("Stopped: Proof of plain", "", f"/admin/jobs/job/{theirs.pk}/change/")]
    assert told(chief) == []
