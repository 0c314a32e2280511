"""TIE-03, TIE-17: the group of a company, its page and its address in the API, for who sees all of it and for who sees a part."""
import json
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.iam.tests.factories import UserFactory, holding
from apps.kernel.access import session
from apps.kernel.periods import period
from apps.tiers.models import Company, Relation
from apps.tiers.selectors.group import contacts_of, read_group
from apps.tiers.tests.factories import (
    AffiliationFactory,
    CompanyFactory,
    InterestFactory,
    OwnershipFactory,
    PersonFactory,
)

pytestmark = pytest.mark.django_db
HANDOVER = date(2011, 7, 4)
BUDGET = 15
SEES = ("tiers.view_company", "tiers.view_ownership", "tiers.view_relation", "tiers.view_interest", "factory.view_site",
        "tiers.view_person")


@pytest.fixture
def clerk():
    """Sees the register but no British company."""
    user = holding(UserFactory(is_staff=True), *SEES)
    return holding(user, "tiers.view_company", condition={"country": "GB"}, deny=True)


@pytest.fixture
def boss():
    return UserFactory(is_superuser=True, is_staff=True)


@pytest.fixture
def alvheim():
    """Rule 9: P holds 60 % of Marathon Oil Norge AS, licensee of ALVHEIM with 65 % from 2011-07-04; ConocoPhillips 20, Lundin 15."""
    p, marathon = CompanyFactory(legal_name="P"), CompanyFactory(legal_name="Marathon Oil Norge AS")
    OwnershipFactory(parent=p, child=marathon, share_pct=60)
    first = InterestFactory(company=marathon, role="licensee", share_pct=65, period=period(HANDOVER, None), site__name="ALVHEIM")
    for name, share in (("ConocoPhillips", 20), ("Lundin", 15)):
        InterestFactory(company__legal_name=name, site=first.site, role="licensee", share_pct=share)
    return p, marathon, first.site


@pytest.fixture
def triangle():
    """Rule 9: P holds 60 % of B and 30 % of C, B holds 50 % of C."""
    p, b, c = (CompanyFactory(legal_name=name) for name in "PBC")
    OwnershipFactory(parent=p, child=b, share_pct=60)
    OwnershipFactory(parent=p, child=c, share_pct=30)
    OwnershipFactory(parent=b, child=c, share_pct=50)
    return p, b, c


def stakes(members):
    return {one.company.legal_name: (one.level, one.stake.direct, one.stake.effective, one.stake.votes, one.stake.method)
            for one in members}


def test_tie_03_the_consolidated_view_has_the_domain_s_figures(boss, triangle):
    # given
    p, _b, c = triangle
    # when
    group, from_below = read_group(boss, p, HANDOVER), read_group(boss, c, HANDOVER)
    # then
    assert stakes(group.held) == {"B": (1, 60, 60, 60, "full"), "C": (1, 30, 60, 80, "full")}
    assert [(tuple(map(str, way.companies)), way.share) for way in group.held[1].ways] == [(("P", "C"), 30), (("P", "B", "C"), 30)]
    assert stakes(from_below.owners) == {"P": (-1, 30, 60, 80, "full"), "B": (-1, 50, 50, 50, "equity")}
    assert [one.company.legal_name for one in from_below.tops] == ["P"]


def test_tie_03_a_field_is_held_through_the_group(boss, alvheim):
    """0.60 × 65 = 39 %, from the day of the handover on."""
    # given
    p, _marathon, site = alvheim
    # when
    after, before = read_group(boss, p, HANDOVER), read_group(boss, p, HANDOVER - timedelta(days=1))
    # then
    assert [(stake.site, stake.effective) for stake in after.sites] == [(site, 39)]
    assert [(str(part.company), part.share, part.held) for part in after.sites[0].parts] == [("Marathon Oil Norge AS", Decimal(65), 60)]
    assert before.sites == []


def test_only_ties_of_the_day_count(boss):
    # given a holding that ended
    gone = OwnershipFactory(share_pct=70, period=period(None, HANDOVER))
    # when / then
    assert len(read_group(boss, gone.parent, HANDOVER - timedelta(days=1)).held) == 1
    assert read_group(boss, gone.parent, HANDOVER).held == []


def test_what_is_hidden_is_in_no_figure_and_no_count(clerk, triangle):
    """Door 12: P holds C through a hidden company too; who may not see that company is told of P's own 30 % only."""
    # given
    p, b, _c = triangle
    b.country, b.legal_name = "GB", "Vespertilio Holdings"
    b.save()
    # when
    group = read_group(clerk, p, HANDOVER)
    # then
    assert stakes(group.held) == {"C": (1, 30, 30, 30, "equity")}
    assert {(tie.parent, tie.child) for tie in group.ties} == {(p.pk, group.held[0].company.pk)}


def test_a_company_reached_only_through_a_hidden_one_is_not_of_the_group(clerk):
    # given P holds a hidden company, which holds C, licensee of a field
    hidden = CompanyFactory(country="GB")
    p, c = OwnershipFactory(child=hidden).parent, OwnershipFactory(parent=hidden).child
    InterestFactory(company=c, role="licensee", share_pct=65)
    # when
    group = read_group(clerk, p, HANDOVER)
    # then
    assert (group.held, group.ties, group.sites, read_group(clerk, c, HANDOVER).owners) == ([], [], [], [])


def test_who_may_not_see_holdings_sees_the_company_alone(triangle):
    # given
    reader = holding(UserFactory(), "tiers.view_company")
    # when
    group = read_group(reader, triangle[0], HANDOVER)
    # then
    assert (group.held, group.owners, group.ties, group.sites, group.whole) == ([], [], [], [], True)


def test_relations_bring_partners_that_are_shown(clerk, triangle):
    # given
    shown, hidden = CompanyFactory(legal_name="Partner"), CompanyFactory(country="GB")
    Relation(a=shown, b=triangle[1], kind="agent_of").save()
    Relation(a=triangle[2], b=hidden, kind="joint_venture").save()
    # when
    group = read_group(clerk, triangle[0], HANDOVER)
    # then
    assert [(one.a, one.b) for one in group.relations] == [(shown, triangle[1])]
    assert group.partners == [shown]


def test_contacts_are_those_of_the_day(boss, clerk, triangle):
    # given
    now = AffiliationFactory(company=triangle[1], person__family="Presente")
    AffiliationFactory(company=triangle[1], period=period(None, HANDOVER))
    no_persons = holding(UserFactory(), "tiers.view_company")
    # when / then
    assert contacts_of(boss, triangle, HANDOVER) == ([now], False)
    assert contacts_of(clerk, triangle, HANDOVER) == ([now], False)
    assert contacts_of(no_persons, triangle, HANDOVER) == ([], False)


def test_a_deep_group_takes_no_more_queries(boss):
    # given a chain of twenty companies, each held at 90 %
    companies = [CompanyFactory() for _ in range(21)]
    for parent, child in pairwise(companies):
        OwnershipFactory(parent=parent, child=child, share_pct=90)
    # when
    with session(), CaptureQueriesContext(connection) as queries:
        group = read_group(boss, companies[0], HANDOVER)
    # then
    assert group.held[-1].stake.effective == Decimal(100) * Decimal("0.9") ** 20
    assert len(queries) <= 9


def page(client, company, query=""):
    return client.get(f"/admin/tiers/company/{company.pk}/group/{query}")


def test_tie_17_the_page_draws_and_tells_the_same(client, boss, alvheim):
    # given
    client.force_login(boss)
    p, marathon, _site = alvheim
    AffiliationFactory(company=marathon, person=PersonFactory(given="Anne", family="Kjellfrid"), function="Manager")
    # when
    page(client, p)
    with CaptureQueriesContext(connection) as queries:
        response = page(client, p, "?on=2011-07-04&depth=all&contacts=on")
    text = response.content.decode()
    # then
    graph = response.context["graph"]
    assert [(node["label"], node["kind"]) for node in graph["nodes"]] == [
        ("P", "head"), ("Marathon Oil Norge AS", "company"), ("Anne Kjellfrid", "person")]
    assert [(edge["kind"], edge["label"]) for edge in graph["edges"]] == [("ownership", "60\xa0%"), ("affiliation", "Manager")]
    assert "39\xa0%" in text and "ALVHEIM" in text and "60\xa0% × 65\xa0% = 39\xa0%" in text
    assert len(queries) <= BUDGET


def test_the_picture_is_cut_and_says_so(client, boss, monkeypatch):
    # given
    monkeypatch.setattr("apps.tiers.admin_group.DRAWN", 3)
    parent = CompanyFactory()
    for _ in range(4):
        OwnershipFactory(parent=parent, share_pct=60)
    client.force_login(boss)
    # when
    response = page(client, parent)
    # then
    assert len(response.context["graph"]["nodes"]) == 3
    assert len(response.context["held"]) == 4
    assert response.context["cut"] is True


def test_a_group_too_large_is_drawn_without_figures(boss, monkeypatch):
    # given
    monkeypatch.setattr("apps.tiers.selectors.group.EDGES", 2)
    parent = CompanyFactory()
    for _ in range(3):
        OwnershipFactory(parent=parent, share_pct=60)
    # when
    group = read_group(boss, parent, HANDOVER)
    # then
    assert (group.whole, [one.stake for one in group.held], len(group.ties)) == (False, [None, None], 2)


def test_a_hidden_company_is_nowhere_in_page_and_json(client, clerk, triangle):
    """Security 1: a planted name appears neither in the page, nor in the data of the picture, nor in the API."""
    # given
    p, b, c = triangle
    b.country, b.legal_name = "GB", "Vespertilio Holdings"
    b.save()
    Relation(a=p, b=b, kind="joint_venture").save()
    client.force_login(clerk)
    # when / then
    for company in (p, c):
        assert "Vespertilio" not in page(client, company).content.decode()
        answer = client.get(f"/api/v1/tiers/companies/{company.pk}/group/").content.decode()
        assert "Vespertilio" not in answer and f'"id":{b.pk},' not in answer
    assert page(client, b).status_code == 404
    assert client.get(f"/api/v1/tiers/companies/{b.pk}/group/").status_code == 404


def test_tie_03_by_rest(client, boss, alvheim):
    # given
    client.force_login(boss)
    p, marathon, site = alvheim
    # when
    answer = json.loads(client.get(f"/api/v1/tiers/companies/{p.pk}/group/?on=2011-07-04").content)
    # then
    assert answer["held"] == [{"company": {"id": marathon.pk, "legal_name": "Marathon Oil Norge AS"}, "level": 1, "direct_share": "60",
                               "effective_share": "60", "votes": "60", "method": "full", "ways": [], "more_ways": False}]
    assert answer["sites"] == [{"site": {"id": site.pk, "name": "ALVHEIM"}, "effective_share": "39", "parts": [
        {"company": marathon.pk, "share_pct": "65.00000", "held": "60", "effective_share": "39"}]}]


@pytest.mark.parametrize(("query", "code"), [
    ("?on=2011-02-30", "bad_date"), ("?on=hier", "bad_date"), ("?day=2011-07-04", "unknown_parameter")])
def test_a_question_that_cannot_be_asked_is_400(client, boss, triangle, query, code):
    # given
    client.force_login(boss)
    # when
    response = client.get(f"/api/v1/tiers/companies/{triangle[0].pk}/group/{query}")
    # then
    assert (response.status_code, response.json()["code"]) == (400, code)


def test_a_merged_company_leads_to_the_kept_one(client, boss, triangle):
    # given
    kept, gone = triangle[0], CompanyFactory()
    Company.objects.filter(pk=gone.pk).update(merged_into=kept)
    client.force_login(boss)
    # when
    api, back_office = client.get(f"/api/v1/tiers/companies/{gone.pk}/group/"), page(client, gone)
    # then
    assert (api.status_code, api["Location"]) == (301, f"/api/v1/tiers/companies/{kept.pk}/group/")
    assert (back_office.status_code, back_office["Location"]) == (301, f"/admin/tiers/company/{kept.pk}/group/")


def test_strangers_get_nothing(client, triangle):
    assert page(client, triangle[0]).status_code == 302
    assert client.get(f"/api/v1/tiers/companies/{triangle[0].pk}/group/").status_code == 401


def test_the_record_links_to_its_group(client, boss, triangle):
    # given
    client.force_login(boss)
    # when
    text = client.get(f"/admin/tiers/company/{triangle[0].pk}/change/").content.decode()
    # then
    assert f'href="/admin/tiers/company/{triangle[0].pk}/group/"' in text
    assert page(client, triangle[0]).context["on"] == timezone.localdate()
