"""TIE-19: a reference is never newly made to a record that became part of another, not by a form opened before the merge, nor in a race."""
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction
from django.test import Client

from apps.core.iam.tests.factories import UserFactory, holding
from apps.kernel import references
from apps.kernel.testing.api import caller
from apps.tiers.models import Company, Relation
from apps.tiers.services import merge
from apps.tiers.tests.factories import CompanyFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]
RELATIONS = "/api/v1/tiers/relations/"


@pytest.fixture
def boss():
    return UserFactory(is_superuser=True, is_staff=True)


@pytest.fixture
def companies(boss):
    """One that stays, one that is part of it, and another."""
    stays, gone, other = (CompanyFactory(legal_name=name) for name in ("Aker Solutions AS", "Aker Solution", "Equinor ASA"))
    return stays, gone, other


def body(a, b):
    return {"a": a.pk, "b": b.pk, "kind": "agent_of", "period": {"from": None, "until": None}}


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def typed(a, b):
    return {"a": a.pk, "b": b.pk, "kind": "agent_of", "period_0": "", "period_1": "", "_save": "1"}


def test_a_form_opened_before_the_merge_is_refused_and_names_the_survivor(boss, companies):
    # given a form that somebody opened, and a merge since then
    stays, gone, other = companies
    merge(kind="company", survivor=stays, loser=gone, actor=boss)
    # when it is sent, by the page and by REST
    page = signed_in(boss).post("/admin/tiers/relation/add/", typed(other, gone), headers={"accept-language": "en"})
    answer = caller(boss).post(RELATIONS, body(other, gone))
    # then both say which record to choose, at the field, and nothing was stored
    assert page.status_code == 200 and "was merged into “Aker Solutions AS”" in page.content.decode()
    assert answer.status_code == 422 and answer.data["errors"][0]["code"] == "superseded"
    assert answer.data["errors"][0]["pointer"] == "/b" and "Aker Solutions AS" in answer.data["errors"][0]["detail"]
    assert not Relation.objects.exists()


def test_who_may_not_see_the_survivor_is_not_told_its_name(boss, companies):
    # given somebody who sees the company that went, and not the one it became part of
    stays, gone, other = companies
    clerk = holding(UserFactory(), "tiers.view_relation", "tiers.add_relation")
    holding(clerk, "tiers.view_company", condition={"country": "NO"})
    Company.objects.filter(pk__in=(gone.pk, other.pk)).update(country="NO")
    Company.objects.filter(pk=stays.pk).update(country="FR")
    for company in companies:
        company.refresh_from_db()
    merge(kind="company", survivor=stays, loser=gone, actor=boss)
    # when they refer to it, then they are told that it went, and not where
    answer = caller(clerk).post(RELATIONS, body(other, gone))
    assert answer.status_code == 422 and "Aker Solutions AS" not in answer.content.decode()
    assert not Relation.objects.exists()


def test_what_is_stored_stays_valid(boss, companies):
    # given a relation whose company is said to be part of another, as no merge leaves it, but an old import may
    stays, gone, other = companies
    made = caller(boss).post(RELATIONS, body(other, gone))
    Company.objects.filter(pk=gone.pk).update(merged_into=stays)
    # when another field of it is changed, then that is saved
    answer = caller(boss).patch(f"{RELATIONS}{made.data['id']}/", {"kind": "replaces"}, headers={"If-Match": made["ETag"]})
    assert answer.status_code == 200, answer.content


def blocked() -> bool:
    """Whether some session of this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return bool(cursor.fetchone()[0])


def at_once(boss, companies):
    """A merge that is about to commit while another session saves a reference to the company that goes. How the save ended."""
    stays, gone, other = companies
    merged, saved = Event(), Event()

    def save():
        merged.wait(20)
        try:
            return caller(boss).post(RELATIONS, body(other, gone)).status_code
        finally:
            saved.set()
            connection.close()
    with ThreadPoolExecutor(1) as pool:
        ending = pool.submit(save)
        with transaction.atomic():
            merge(kind="company", survivor=stays, loser=gone, actor=boss)
            merged.set()
            while not saved.wait(0.05) and not blocked():
                pass
        return ending.result(timeout=30)


def test_a_merge_that_commits_between_opening_and_saving_strands_nothing(boss, companies):
    # when the reference is saved while the merge is under way, then it waits for the merge and is refused
    assert at_once(boss, companies) == 422
    assert not Relation.objects.exists()


def test_control_without_the_lock_a_reference_to_the_merged_record_is_stored(boss, companies, monkeypatch):
    # given a look at the record that does not lock it
    monkeypatch.setattr(references, "LOCK", "")
    # when the same happens, then the reference is stored and names a company that is no more
    assert at_once(boss, companies) == 201
    assert Relation.objects.get().b_id == companies[1].pk
