"""TIE-18 partly, TIE-09 partly: the timeline of companies and persons: what was recorded, began and ended, for who sees all and who
sees a part. Interactions, documents and scores join the stream with the modules that keep them."""
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from apps.core.iam.tests.factories import UserFactory, holding
from apps.kernel.access import session
from apps.kernel.actions import actions_of
from apps.kernel.context import act
from apps.kernel.periods import period
from apps.kernel.stream import moments
from apps.tiers.models import Relation
from apps.tiers.services import merge, undo
from apps.tiers.tests.factories import (
    AffiliationFactory,
    CompanyFactory,
    CompanyNameFactory,
    CompanyRoleFactory,
    IdentifierFactory,
    InterestFactory,
    OwnershipFactory,
    PersonFactory,
)

pytestmark = pytest.mark.django_db
BUDGET = 15
FIRST, AFTER = date(2010, 3, 1), date(2012, 7, 1)
SEES = ("tiers.view_company", "tiers.view_ownership", "tiers.view_relation", "tiers.view_interest", "factory.view_site",
        "tiers.view_person")


@pytest.fixture(autouse=True)
def in_english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    with timezone.override("Europe/Paris"):
        yield


@pytest.fixture
def boss(client):
    user = UserFactory(is_superuser=True, is_staff=True, name="Claire Martin")
    client.force_login(user)
    return user


def told(record, reader, *kinds, **asked):
    """Of a stream: (day, kind, sentence, about)."""
    found, _next = moments(record, reader, frozenset(kinds), limit=500, **asked)
    return [(timezone.localtime(one.mark.at).date().isoformat(), one.kind, one.sentence, one.about) for one in found]


def facts(record, reader, *kinds):
    """Those of 2010 and 2012, where the tests put theirs."""
    return [one for one in told(record, reader, *kinds) if one[0][:4] in ("2010", "2012")]


@pytest.fixture
def english():
    with translation.override("en"):
        yield


@pytest.mark.usefixtures("english")
def test_tie_18_what_begins_and_ends_stands_on_its_first_and_last_day(boss):
    # given a period of each kind, [2010-03-01, 2012-07-01)
    held = period(FIRST, AFTER)
    company, other = CompanyFactory(legal_name="Statoil"), CompanyFactory(legal_name="Other AS")
    CompanyNameFactory(company=company, name="Brand", period=held)
    CompanyRoleFactory(company=company, period=held)
    OwnershipFactory(parent=company, child=other, share_pct=60, period=held)
    Relation(a=other, kind="agent_of", b=company, period=held).save()
    InterestFactory(company=company, site__name="TROLL", role="licensee", share_pct="12.5", period=held)
    AffiliationFactory(company=company, person=PersonFactory(given="Anne", family="Dahl"), function="Buyer", period=held)
    IdentifierFactory(company=company, confirmed_on=FIRST)
    # when
    found = facts(company, boss)
    # then
    assert sorted(found) == sorted([
        ("2010-03-01", "names", "First day of the name “Brand” (trade name)", ""),
        ("2012-06-30", "names", "Last day of the name “Brand” (trade name)", ""),
        ("2010-03-01", "roles", "First day as supplier", ""), ("2012-06-30", "roles", "Last day as supplier", ""),
        ("2010-03-01", "shares", "First day of a share of 60\xa0% in:", "Other AS"),
        ("2012-06-30", "shares", "Last day of a share of 60\xa0% in:", "Other AS"),
        ("2010-03-01", "ties", "First day of the tie “agent of” from:", "Other AS"),
        ("2012-06-30", "ties", "Last day of the tie “agent of” from:", "Other AS"),
        ("2010-03-01", "sites", "First day as licensee, 12.5\xa0% of:", "TROLL"),
        ("2012-06-30", "sites", "Last day as licensee, 12.5\xa0% of:", "TROLL"),
        ("2010-03-01", "contacts", "First day (Buyer) of:", "Anne Dahl"), ("2012-06-30", "contacts", "Last day (Buyer) of:", "Anne Dahl"),
        ("2010-03-01", "identifiers", "Organisation number (Norway) 914807077 confirmed", "")])
    assert [day for day, *_rest in found] == sorted((day for day, *_rest in found), reverse=True)
    assert facts(company, boss, "roles") == [one for one in found if one[1] == "roles"]
    assert sorted(one[::2] for one in facts(other, boss)) == [
        ("2010-03-01", "First day of the tie “agent of”:"), ("2010-03-01", "First day on which 60\xa0% are held by:"),
        ("2012-06-30", "Last day of the tie “agent of”:"), ("2012-06-30", "Last day on which 60\xa0% are held by:")]


@pytest.mark.usefixtures("english")
def test_tie_09_a_person_s_timeline(boss):
    # given
    job = AffiliationFactory(function="Buyer", company__legal_name="Statoil", period=period(FIRST, AFTER))
    # when / then
    assert facts(job.person, boss) == [("2012-06-30", "contacts", "Last day as Buyer at:", "Statoil"),
                                       ("2010-03-01", "contacts", "First day as Buyer at:", "Statoil")]


@pytest.mark.usefixtures("english")
def test_status_actions_and_changes_are_told_with_who_and_why(boss):
    # given
    company = CompanyFactory(active=True)
    with act(boss):
        company.website = "https://example.org"
        company.save()
    actions_of(type(company))["block"].run(boss, company.pk, {"reason": "Collective proceedings"}, None)
    # when
    [status], _next = moments(company, boss, frozenset({"status"}))
    changed = moments(company, boss, frozenset({"record"}))[0][0]
    # then
    assert (status.sentence, status.actor, status.reason) == ("Action “Block”", "Claire Martin", "Collective proceedings")
    assert [(change.field, change.before, change.after) for change in status.changes] == [("status", "active", "blocked")]
    assert (changed.sentence, changed.actor) == ("Company: changed", "Claire Martin")
    assert [(change.field, change.after) for change in changed.changes] == [("website", "https://example.org")]


@pytest.mark.usefixtures("english")
def test_merges_and_their_undoing_are_told(boss):
    # given
    kept, gone = CompanyFactory(legal_name="Pertra AS"), CompanyFactory(legal_name="Pertra ASA")
    # when
    done = merge(kind="company", survivor=kept, loser=gone, actor=boss)
    after_merge = [one[2:] for one in told(kept, boss, "merges")]
    undo(merge=done, actor=boss)
    # then
    assert after_merge == [("Merged into this record:", "Pertra ASA")]
    assert {one[2:] for one in told(kept, boss, "merges")} == {("Merge undone:", "Pertra ASA"), ("Merged into this record:", "Pertra ASA")}


def test_pages_by_key_lose_and_repeat_nothing(boss):
    # given
    company = CompanyFactory()
    for year in range(2000, 2012):
        CompanyRoleFactory(company=company, period=period(date(year, 1, 1), date(year + 1, 1, 1)))
    everything = [one.mark for one in moments(company, boss, limit=500)[0]]
    # when
    found, after = [], None
    while True:
        page, after = moments(company, boss, after=after, limit=4)
        found += [one.mark for one in page]
        if after is None:
            break
    # then
    assert found == everything
    assert len(set(found)) == len(found) == 2 + 12 + 24     # the company and its name, its roles, and their ends


def test_what_is_hidden_is_not_told(client, boss):
    """Security 1: a planted name is neither in the page nor in the API, and takes no place in a page of the stream."""
    # given
    reader = holding(holding(UserFactory(is_staff=True), *SEES), "tiers.view_company", condition={"country": "GB"}, deny=True)
    company, hidden = CompanyFactory(), CompanyFactory(legal_name="Vespertilio", country="GB")
    person = PersonFactory()
    OwnershipFactory(parent=company, child__country="GB", child__legal_name="Vespertilio Two", share_pct=10, period=period(FIRST, AFTER))
    OwnershipFactory(parent=hidden, child=company, share_pct=20, period=period(FIRST, AFTER))
    Relation(a=hidden, kind="replaces", b=company, period=period(FIRST, None)).save()
    AffiliationFactory(person=person, company=hidden, period=period(FIRST, AFTER))
    # when / then
    assert facts(company, boss) != [] and facts(person, boss) != []
    assert facts(company, reader) == [] and facts(person, reader) == []
    client.force_login(reader)
    for record, kind in ((company, "company"), (person, "person")):
        assert "Vespertilio" not in client.get(f"/admin/tiers/{kind}/{record.pk}/timeline/").content.decode()
        plural = {"company": "companies", "person": "persons"}[kind]
        assert "Vespertilio" not in client.get(f"/api/v1/tiers/{plural}/{record.pk}/timeline/").content.decode()
    assert client.get(f"/admin/tiers/company/{hidden.pk}/timeline/").status_code == 404
    assert client.get(f"/api/v1/tiers/companies/{hidden.pk}/timeline/").status_code == 404


def test_the_page_filters_and_keeps_to_its_budget(client, boss):
    # given
    company = CompanyFactory(active=True)
    for _ in range(4):
        OwnershipFactory(parent=company, share_pct=60)
        InterestFactory(company=company)
        AffiliationFactory(company=company)
    address = f"/admin/tiers/company/{company.pk}/timeline/"
    client.get(address)
    # when
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    names = client.get(f"{address}?kind=names").context["days"]
    # then
    assert len(queries) <= BUDGET
    assert response.status_code == 200
    assert {one["moment"].kind for group in names for one in group["moments"]} == {"names"}
    assert client.get(f"{address}?before=nonsense&kind=nonsense").status_code == 200


def test_a_long_page_has_older_ones(client, boss, monkeypatch):
    # given
    company = CompanyFactory()
    for year in range(1960, 2020):
        CompanyRoleFactory(company=company, period=period(date(year, 1, 1), date(year + 1, 1, 1)))
    # when
    first = client.get(f"/admin/tiers/company/{company.pk}/timeline/?kind=roles")
    second = client.get(f"/admin/tiers/company/{company.pk}/timeline/?{first.context['older']}")
    # then
    marks = [[one["moment"].mark for group in page.context["days"] for one in group["moments"]] for page in (first, second)]
    assert (len(marks[0]), set(marks[0]) & set(marks[1])) == (50, set())
    assert max(marks[1]) < min(marks[0])


def test_tie_18_by_rest(client, boss):
    # given
    company = CompanyFactory(legal_name="Statoil")
    CompanyRoleFactory(company=company, period=period(FIRST, AFTER))
    address = f"/api/v1/tiers/companies/{company.pk}/timeline/"
    # when
    first = client.get(f"{address}?kind=roles&limit=2").json()
    second = client.get(address, {"kind": "roles", "limit": 2, "cursor": first["next"]}).json()
    # then
    assert [one["sentence"] for one in (*first["results"], *second["results"])] == [
        "Role: added", "Last day as supplier", "First day as supplier"]
    assert second["next"] is None
    assert first["results"][1]["whole_day"] is True
    assert [client.get(f"{address}{query}").status_code for query in ("?kind=nonsense", "?cursor=x", "?limit=0", "?page=2")] == [400] * 4


def test_strangers_get_nothing(client):
    # given
    company = CompanyFactory()
    # when / then
    assert client.get(f"/admin/tiers/company/{company.pk}/timeline/").status_code == 302
    assert client.get(f"/api/v1/tiers/companies/{company.pk}/timeline/").status_code == 401


def test_a_deep_history_takes_no_more_queries(boss):
    # given
    company = CompanyFactory(active=True)
    for number in range(10):
        company.website = f"https://{number}.example"
        company.save()
    # when
    with session(), CaptureQueriesContext(connection) as queries:
        found, _next = moments(company, boss)
    # then
    assert len(found) > 10
    assert len(queries) <= 6
