"""The home page: who sees which figures, what an empty site and an account without rights are told, and what it costs."""
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from apps.core.factory.tests.factories import SiteFactory
from apps.core.iam import predefined
from apps.core.iam.models import Assignment, Grant, Role, User
from apps.core.iam.selectors import helpers, holds_nothing
from apps.core.iam.tests.factories import UserFactory, holding
from apps.core.jobs.tests.factories import done_job, make_job
from apps.kernel.kpis import KPIS

pytestmark = pytest.mark.django_db
BUDGET = 15


def page(client, user):
    """What the user reads at home, without markup."""
    client.force_login(user)
    answer = client.get("/admin/", headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return answer


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def keys(answer):
    return [card.kpi.key for card in answer.context["cards"]]


def test_each_reader_has_the_cards_of_what_they_may_see(client):
    # given
    SiteFactory()
    sites = holding(UserFactory(is_staff=True), "factory.view_site")
    # when
    answer = page(client, sites)
    # then
    assert keys(answer) == [key for key in KPIS if key.startswith("factory.")]
    assert [drawing.key for drawing in answer.context["drawings"]] == ["factory.kinds"]
    assert 'href="/admin/factory/site/?phase__exact=in_service"' in answer.content.decode()
    # and a superuser every one
    assert sorted(keys(page(client, User.objects.create_superuser("super@example.org", name="Super")))) == sorted(KPIS)


def test_figures_are_those_of_the_readers_own_site(client):
    # given
    his, other = SiteFactory(name="His"), SiteFactory(name="Other", kind="base")
    SiteFactory(parent=his, phase="removed")
    manager = holding(UserFactory(is_staff=True), "factory.view_site", site=his)
    # when
    [card] = page(client, manager).context["cards"]
    # then
    assert (card.figure.value, card.figure.of) == (1, 2)
    assert other.pk


def test_an_empty_site_says_how_to_begin(client):
    # given
    superuser = User.objects.create_superuser("super@example.org", name="Super")
    # when
    told = words(page(client, superuser))
    # then
    assert "There are no records yet" in told
    assert "./ops manage demo" in told
    # and no longer when there is something
    SiteFactory()
    assert "There are no records yet" not in words(page(client, superuser))


def test_an_account_without_rights_is_told_who_can_help(client):
    # given two administrators of everything, one of them suspended, and an account that holds nothing
    User.objects.create_superuser("oriane@example.org", name="Oriane Valbreuil")
    User.objects.create_superuser("gone@example.org", name="Gone Away", status="suspended")
    SiteFactory(name="Secret")
    nobody = UserFactory(is_staff=True, name="Aldric Montfavel")
    # when
    answer = page(client, nobody)
    told = words(answer)
    # then
    assert "Your account has no rights yet" in told
    assert "Oriane Valbreuil" in told and "Aldric Montfavel" in told
    assert "Gone Away" not in told and "oriane@example.org" not in told
    assert (answer.context["cards"], answer.context["drawings"]) == ([], [])


def test_a_role_without_figures_is_no_account_without_rights(client):
    # given
    user = holding(UserFactory(is_staff=True), "iam.view_group")
    # then
    assert "No figures for your role" in words(page(client, user))


def test_who_holds_nothing():
    # given
    site = SiteFactory()
    granted = UserFactory()
    Grant.objects.create(permission="factory.view_site", object_id=site.pk, user=granted)
    # then
    assert holds_nothing(UserFactory())
    assert not holds_nothing(granted)
    assert not holds_nothing(holding(UserFactory(), "factory.view_site"))
    assert not holds_nothing(User.objects.create_superuser("super@example.org", name="Super"))
    assert not holds_nothing(AnonymousUser())
    assert helpers() == ["Super"]


def test_ones_own_jobs_under_way_are_shown(client):
    # given a waiting job of one's own, an ended one, and somebody else's
    user = holding(UserFactory(is_staff=True), "factory.view_site")
    waiting = make_job(author=user)
    done_job(author=user)
    make_job(author=UserFactory())
    # when
    answer = page(client, user)
    # then
    assert [job.pk for job, _stands in answer.context["jobs"]] == [waiting.pk]
    assert f'href="/admin/jobs/job/{waiting.pk}/change/">Proof of plain</a>' in answer.content.decode()
    assert "My jobs under way" in words(answer)
    # and nobody else's, not even for a superuser
    superuser = User.objects.create_superuser("super@example.org", name="Super")
    assert page(client, superuser).context["jobs"] == []


@pytest.mark.parametrize("kind", ["superuser", "admin", "manager"])
def test_the_page_keeps_its_budget(client, kind):
    """At most 15 queries, with every figure and chart there is (interface 5)."""
    # given
    predefined.sync()
    site = SiteFactory()
    if kind == "superuser":
        user = User.objects.create_superuser("super@example.org", name="Super")
    else:
        user = UserFactory(is_staff=True)
        Assignment.objects.create(role=Role.objects.get(code=kind), user=user, site=site if kind == "manager" else None)
    page(client, user)
    # when
    with CaptureQueriesContext(connection) as taken:
        answer = client.get("/admin/")
    # then
    assert sorted(keys(answer)) == sorted(KPIS)
    assert len(taken) <= BUDGET, "\n".join(query["sql"] for query in taken.captured_queries)


def test_figures_are_written_in_french(client):
    # given one site in service of three
    SiteFactory()
    SiteFactory.create_batch(2, phase="planned")
    user = holding(UserFactory(is_staff=True, language="fr"), "factory.view_site")
    client.force_login(user)
    # when
    told = words(client.get("/admin/", headers={"Accept-Language": "fr"}))
    # then
    assert "Chiffres clés" in told and "1 sur 3" in told
    with translation.override("fr"):
        assert str(KPIS["factory.in_service"].title) == "Sites en service"
