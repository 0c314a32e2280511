"""NTF-01 partly (no filters, no e-mail, no push yet): told in the application, once, in the reader's language, if they may see it."""
import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from apps.core.automation.models import OutboxEvent
from apps.core.automation.services import delivering
from apps.core.factory.tests.factories import SiteFactory
from apps.core.iam.tests.factories import UserFactory, holding
from apps.core.notifications import selectors, services
from apps.core.notifications.models import Notification
from apps.kernel.events import EVENTS, Event

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def shut():
    """An event that exists in these tests only."""
    @dataclass(frozen=True, kw_only=True)
    class SiteShut(Event):
        topic = "proof.site.shut"
        about = "factory.site"
        name: str
        reason: str = ""

    yield SiteShut
    del EVENTS[SiteShut.topic]


def tell(event, *users, uuid=None, title="%(name)s is shut", body="Why: %(reason)s"):
    with delivering(OutboxEvent(uuid=uuid or uuid4(), topic=event.topic)):
        return services.notify([user.pk if user else None for user in users], event, title=title, body=body)


def reads(user, language="en"):
    with translation.override(language):
        rows = selectors.resolve(user, Notification.objects.visible_to(user).order_by("pk"))
        return [(row.heading, row.text, row.link) for row in rows]


@pytest.fixture
def back_office(client):
    def enter(user):
        client.force_login(user)
        return client
    return enter


def test_a_notice_reaches_each_recipient_once_however_often_it_is_delivered(shut):
    # given
    site, ann, bob, gone = SiteFactory(name="Alpha"), UserFactory(), UserFactory(), UserFactory(status="suspended")
    uuid, event = uuid4(), shut(pk=site.pk, name="Alpha", reason="storm")
    # when
    first = tell(event, ann, bob, None, gone, uuid=uuid)
    again = tell(event, ann, bob, uuid=uuid)
    # then
    assert (first, again) == (2, 2)
    assert list(Notification.objects.order_by("pk").values_list("recipient", "topic", "about", "object_pk", "parameters")) == [
        (user.pk, "proof.site.shut", "factory.site", site.pk, {"name": "Alpha", "reason": "storm"}) for user in (ann, bob)]


def test_outside_of_a_receiver_nobody_is_told(shut):
    # when / then
    with pytest.raises(LookupError, match="receivers"):
        services.notify([UserFactory().pk], shut(pk=1, name="Alpha"), title="x")
    with pytest.raises(KeyError, match="colour"):
        tell(shut(pk=1, name="Alpha"), UserFactory(), title="%(colour)s")
    assert Notification.objects.count() == 0


def test_the_text_is_for_those_who_may_see_the_record_now(shut):
    # given: one who may, one who may not
    site = SiteFactory(name="Alpha")
    may, may_not = holding(UserFactory(), "factory.view_site", site=site), UserFactory()
    tell(shut(pk=site.pk, name="Alpha", reason="storm"), may, may_not)
    withheld = [("About a record that is gone or not shown to you", "", "")]
    # then
    assert reads(may) == [("Alpha is shut", "Why: storm", f"/admin/factory/site/{site.pk}/change/")]
    assert reads(may_not) == withheld
    # when the right ends
    may.assignments.all().delete()
    # then
    assert reads(may) == withheld


def test_a_notice_about_a_model_that_is_gone_is_withheld(shut):
    # given
    user = UserFactory(is_superuser=True)
    tell(shut(pk=1, name="Alpha"), user)
    # when
    Notification.objects.update(about="gone.thing")
    # then
    assert reads(user) == [("About a record that is gone or not shown to you", "", "")]


def test_each_reader_reads_their_own_language(shut):
    # given: a message that Django's own catalogues translate
    user = UserFactory(is_superuser=True)
    tell(shut(pk=SiteFactory().pk, name="Alpha"), user, title=gettext_noop("Yes"), body="")
    # then
    assert [reads(user, language)[0][0] for language in ("en", "fr", "es")] == ["Yes", "Oui", "Sí"]


def test_nobody_reads_or_marks_another_s_not_even_a_superuser(shut, back_office):
    # given
    site, ann, root = SiteFactory(name="Alpha"), UserFactory(), UserFactory(is_superuser=True, is_staff=True)
    tell(shut(pk=site.pk, name="Alpha", reason="storm"), ann)
    notice = Notification.objects.get()
    client = back_office(root)
    # when
    page = client.get(reverse("admin:notifications"))
    client.post(reverse("admin:notifications"), {"pk": notice.pk})
    client.post(reverse("admin:notifications"), {"pk": "all"})
    # then
    assert "Alpha is shut" not in page.content.decode()
    notice.refresh_from_db()
    assert notice.read_at is None
    assert [Notification.objects.visible_to(user, action).count() for user in (ann, root) for action in ("view", "change", "delete")] == [
        1, 1, 0, 0, 0, 0]


def test_the_page_shows_one_s_own_newest_first_and_marks_them_read(shut, back_office):
    # given
    site = SiteFactory(name="Alpha")
    ann = holding(UserFactory(is_staff=True), "factory.view_site", site=site)
    for reason in ("storm", "<b>ice</b>", "fog"):
        tell(shut(pk=site.pk, name="Alpha", reason=reason), ann)
    client, address = back_office(ann), reverse("admin:notifications")
    # when
    body = client.get(address, headers={"accept-language": "en"}).content.decode()
    # then
    assert re.findall(r"Why: [^<]*", body) == ["Why: fog", "Why: &lt;b&gt;ice&lt;/b&gt;", "Why: storm"]
    assert "Notifications: 3 unread" in body
    # when one is marked
    middle = Notification.objects.order_by("pk")[1]
    answer = client.post(address + "?unread=1", {"pk": middle.pk})
    # then
    assert (answer.status_code, answer.url) == (302, address + "?unread=1")
    body = client.get(answer.url, headers={"accept-language": "en"}).content.decode()
    assert re.findall(r"Why: [^<]*", body) == ["Why: fog", "Why: storm"]
    # when all are
    client.post(address, {"pk": "all"})
    # then
    body = client.get(address + "?unread=1", headers={"accept-language": "en"}).content.decode()
    assert "You have read everything." in body
    assert "unread" not in re.search(r'aria-label="(Notifications[^"]*)"', body)[1]


@pytest.mark.parametrize(("query", "data", "status"), [
    ("?p=2", None, 404), ("?p=x", None, 404), ("?p=-1", None, 404), ("", {"pk": "x"}, 404), ("", {}, 404), ("", {"pk": "9" * 30}, 404),
    ("", {"pk": "123456"}, 302)])
def test_bad_input_changes_nothing(shut, back_office, query, data, status):
    # given
    ann = UserFactory(is_staff=True)
    tell(shut(pk=SiteFactory().pk, name="Alpha"), ann)
    client, address = back_office(ann), reverse("admin:notifications") + query
    # when
    answer = client.get(address) if data is None else client.post(address, data)
    # then
    assert answer.status_code == status
    assert selectors.unread_count(ann) == 1


def test_a_stranger_is_sent_to_sign_in(client):
    # when
    answer = client.get(reverse("admin:notifications"))
    # then
    assert answer.status_code == 302
    assert answer.url.startswith("/admin/login/")


def test_the_bell_asks_once_and_counts_to_a_hundred(shut, django_assert_num_queries):
    # given
    ann, bob = UserFactory(), UserFactory()
    event = shut(pk=1, name="Alpha")
    Notification.objects.bulk_create(Notification(event=uuid4(), recipient=ann, topic=event.topic, title="t", about="factory.site",
                                                  object_pk=1) for _ in range(120))
    tell(event, bob)
    # when / then
    with django_assert_num_queries(1):
        assert selectors.unread_count(ann) == 100
    assert selectors.unread_count(bob) == 1


def test_the_page_s_queries_do_not_grow_with_its_rows(shut, back_office, django_assert_max_num_queries):
    # given
    ann = holding(UserFactory(is_staff=True), "factory.view_site")
    for _ in range(50):
        tell(shut(pk=SiteFactory().pk, name="Alpha"), ann)
    client = back_office(ann)
    # when / then
    with django_assert_max_num_queries(12):
        assert client.get(reverse("admin:notifications")).content.count(b"<li>") >= 50


def test_old_notices_are_forgotten(shut):
    # given
    ann = UserFactory()
    for days in (91, 89):
        tell(shut(pk=1, name=str(days)), ann)
        Notification.objects.filter(parameters={"name": str(days), "reason": ""}).update(created_at=timezone.now() - timedelta(days=days))
    # when
    assert services.clean() == 1
    # then
    assert list(Notification.objects.values_list("parameters__name", flat=True)) == ["89"]
