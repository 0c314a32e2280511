"""Who holds and operates a site over time (rules 7 and 8, scenario 4): the reading, the page, the picture, the API."""
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.factory.tests.factories import SiteFactory
from apps.core.iam.tests.factories import UserFactory, holding
from apps.kernel.periods import period
from apps.tiers.ownership_picture import HEIGHT, LOW, drawn
from apps.tiers.selectors.ownership import read_ownership
from apps.tiers.tests.factories import CompanyFactory, CompanyNameFactory, InterestFactory
from apps.tiers.tests.importing import imported
from tests.shared_data import shared_file

pytestmark = pytest.mark.django_db
HANDOVER = date(2011, 7, 4)
BUDGET = 15
SEES = ("factory.view_site", "tiers.view_company", "tiers.view_interest")
WORDS = {"unknown": "unknown", "operator": "operator", "title": lambda name, share, held: f"{name} {share}"}
REGISTER = ("field.csv", "field_operator_hst.csv", "field_licensee_hst.csv")


@pytest.fixture(autouse=True)
def in_english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


@pytest.fixture
def boss(client):
    user = UserFactory(is_superuser=True, is_staff=True)
    client.force_login(user)
    return user


@pytest.fixture
def alvheim():
    """65 + 20 + 15; the company with 65 was called Marathon Petroleum Norge AS before the handover."""
    site = SiteFactory(name="ALVHEIM", kind="field")
    marathon = CompanyFactory(legal_name="Marathon Oil Norge AS")
    marathon.names.update(period=period(HANDOVER, None))
    CompanyNameFactory(company=marathon, kind="legal", name="Marathon Petroleum Norge AS", period=period(None, HANDOVER))
    for company, share in ((marathon, 65), (CompanyFactory(legal_name="ConocoPhillips"), 20), (CompanyFactory(legal_name="Lundin"), 15)):
        for held in (period(date(2007, 1, 1), HANDOVER), period(HANDOVER, None)):
            InterestFactory(site=site, company=company, role="licensee", share_pct=share, period=held)
    InterestFactory(site=site, company=marathon, period=period(date(2004, 10, 6), HANDOVER))
    InterestFactory(site=site, company=marathon, period=period(HANDOVER, None))
    return site


def shares(ownership, day):
    return [(ownership.name(held.company, day), held.share) for held in ownership.on(day).licensees]


def test_scenario_4_alvheim_on_two_days(boss, alvheim):
    # given
    ownership = read_ownership(boss, alvheim)
    before = HANDOVER - timedelta(days=1)
    # when / then
    assert shares(ownership, before) == [("Marathon Petroleum Norge AS", 65), ("ConocoPhillips", 20), ("Lundin", 15)]
    assert shares(ownership, HANDOVER) == [("Marathon Oil Norge AS", 65), ("ConocoPhillips", 20), ("Lundin", 15)]
    assert [len(ownership.on(day).operators) for day in (before, HANDOVER)] == [1, 1]
    assert [ownership.on(day).total for day in (before, HANDOVER)] == [Decimal("100.00000")] * 2
    assert ownership.findings() == []


def test_days_without_a_licensee_are_unknown(boss, alvheim):
    # given
    ownership = read_ownership(boss, alvheim)
    # when
    found = [(one.period.start, one.period.end, len(one.licensees), one.total) for one in ownership.stretches()]
    # then
    assert found == [(date(2004, 10, 6), date(2007, 1, 1), 0, None), (date(2007, 1, 1), HANDOVER, 3, 100), (HANDOVER, None, 3, 100)]
    assert (ownership.on(date(2000, 1, 1)).total, ownership.on(date(2005, 1, 1)).total) == (None, None)


def test_rule_8_findings_are_shown(client, boss):
    # given two operators at once, days without one, and shares of 90 %
    site, first, second = SiteFactory(), CompanyFactory(legal_name="First"), CompanyFactory(legal_name="Second")
    InterestFactory(site=site, company=first, period=period(date(2000, 1, 1), date(2005, 1, 1)))
    InterestFactory(site=site, company=second, period=period(date(2004, 1, 1), date(2006, 1, 1)))
    InterestFactory(site=site, company=first, period=period(date(2007, 1, 1), None))
    InterestFactory(site=site, company=first, role="licensee", share_pct=90, period=period(date(2007, 1, 1), None))
    # when
    found = read_ownership(boss, site).findings()
    text = client.get(f"/admin/factory/site/{site.pk}/ownership/").content.decode()
    # then
    assert [(one.code, one.period.start, one.found) for one in found] == [
        ("operators_overlap", date(2004, 1, 1), None), ("operator_gap", date(2006, 1, 1), None), ("share_total", date(2007, 1, 1), 90)]
    assert "Two operators at once" in text and "No operator" in text and "Shares add up to 90\xa0%" in text


def test_a_hidden_company_is_nowhere_and_nothing_is_judged(client, alvheim):
    """Door 12: who sees a part is told of no gap in the shares."""
    # given
    reader = holding(holding(UserFactory(is_staff=True), *SEES), "tiers.view_company", condition={"country": "GB"}, deny=True)
    hidden = CompanyFactory._meta.model.objects.get(legal_name="Lundin")
    hidden.country, hidden.legal_name = "GB", "Vespertilio"
    hidden.save()
    client.force_login(reader)
    # when
    ownership = read_ownership(reader, alvheim)
    page = client.get(f"/admin/factory/site/{alvheim.pk}/ownership/?on=2011-07-04").content.decode()
    answer = client.get(f"/api/v1/tiers/sites/{alvheim.pk}/ownership/?on=2011-07-04").json()
    # then
    assert "Vespertilio" not in page and "Shares add up" not in page and "of-share-0" not in page
    assert [one["share_pct"] for one in answer["licensees"]] == ["65.00000", "20.00000"]
    assert (answer["whole"], answer["complete"], answer["findings"], ownership.findings()) == (False, None, [], [])


def test_a_hidden_site_is_not_found(client, alvheim):
    # given
    client.force_login(holding(UserFactory(is_staff=True), *SEES, site=SiteFactory()))
    # when / then
    assert client.get(f"/admin/factory/site/{alvheim.pk}/ownership/").status_code == 404
    assert client.get(f"/api/v1/tiers/sites/{alvheim.pk}/ownership/").status_code == 404


def test_strangers_get_nothing(client, alvheim):
    assert client.get(f"/admin/factory/site/{alvheim.pk}/ownership/").status_code == 302
    assert client.get(f"/api/v1/tiers/sites/{alvheim.pk}/ownership/").status_code == 401


def test_the_page_shows_the_day_and_keeps_to_its_budget(client, boss, alvheim):
    # given
    address = f"/admin/factory/site/{alvheim.pk}/ownership/?on=2011-07-03"
    client.get(address)
    # when
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    text = response.content.decode()
    # then
    assert [(row["name"], row["share"]) for row in response.context["day"]["licensees"]] == [
        ("Marathon Petroleum Norge AS", "65\xa0%"), ("ConocoPhillips", "20\xa0%"), ("Lundin", "15\xa0%")]
    assert "Shares add up to exactly 100 %" in text
    assert len(queries) <= BUDGET
    assert f'href="/admin/factory/site/{alvheim.pk}/ownership/"' in client.get(f"/admin/factory/site/{alvheim.pk}/change/").content.decode()


def test_the_picture_is_to_scale(boss, alvheim):
    # given
    ownership, today = read_ownership(boss, alvheim), date(2014, 10, 6)
    days = (today - date(2004, 10, 6)).days
    # when
    picture = drawn(ownership, HANDOVER, today, WORDS)
    # then
    box = next(box for box in picture.boxes if box.title == "ConocoPhillips 20\xa0%" and box.day == HANDOVER)
    assert box.x == pytest.approx((HANDOVER - date(2004, 10, 6)).days / days * 100, abs=1e-3)
    assert (box.x + box.width, box.height, picture.mark) == (pytest.approx(100, abs=1e-3), HEIGHT * 0.2, box.x)
    assert [box.height for box in picture.boxes if box.colour == 0] == [HEIGHT]
    assert [(letter, name) for letter, _colour, name in picture.legend] == [
        ("A", "Marathon Oil Norge AS"), ("B", "ConocoPhillips"), ("C", "Lundin")]
    assert [year for _x, year in picture.ticks] == [2006, 2008, 2010, 2012, 2014]


def test_a_site_without_licensees_has_a_low_picture_and_one_without_anything_none(boss):
    # given
    operated, bare = InterestFactory(period=period(date(2000, 1, 1), None)).site, SiteFactory()
    # when / then
    assert {box.height for box in drawn(read_ownership(boss, operated), HANDOVER, HANDOVER, WORDS).boxes if box.colour == 0} == {LOW}
    assert drawn(read_ownership(boss, bare), HANDOVER, HANDOVER, WORDS) is None
    always = InterestFactory()
    assert drawn(read_ownership(boss, always.site), HANDOVER, HANDOVER, WORDS).boxes[0].width == 100


def test_ownership_by_rest(client, boss, alvheim):
    # when
    answer = json.loads(client.get(f"/api/v1/tiers/sites/{alvheim.pk}/ownership/?on=2011-07-04").content)
    unknown = json.loads(client.get(f"/api/v1/tiers/sites/{alvheim.pk}/ownership/?on=2005-01-01").content)
    today = json.loads(client.get(f"/api/v1/tiers/sites/{alvheim.pk}/ownership/").content)
    # then
    assert [(one["company"]["name"], one["share_pct"], one["period"]) for one in answer["licensees"]] == [
        ("Marathon Oil Norge AS", "65.00000", {"from": "2011-07-04", "until": None}),
        ("ConocoPhillips", "20.00000", {"from": "2011-07-04", "until": None}),
        ("Lundin", "15.00000", {"from": "2011-07-04", "until": None})]
    assert (answer["total"], answer["complete"], answer["whole"], answer["findings"]) == ("100.00000", True, True, [])
    assert (unknown["total"], unknown["complete"], unknown["licensees"], len(unknown["operators"])) == (None, None, [], 1)
    assert today["on"] == timezone.localdate().isoformat()
    assert client.get(f"/api/v1/tiers/sites/{alvheim.pk}/ownership/?on=04.07.2011").status_code == 400


def test_scenario_4_on_the_real_register(boss):
    """ALVHEIM from the files themselves: 65, 20, 15 on both days, one operator; both Marathon names are one company."""
    # given
    assert imported("companies", shared_file("offshore-npd", "company.csv")).code == 0
    assert imported("facilities", "--create-missing", *(shared_file("offshore-npd", name) for name in REGISTER)).code == 0
    site = SiteFactory._meta.model.objects.get(name="ALVHEIM")
    # when
    ownership = read_ownership(boss, site)
    # then
    for day in (date(2011, 7, 3), HANDOVER):
        found = ownership.on(day)
        assert [(held.company.legal_name, held.share) for held in found.licensees] == [
            ("Marathon Oil Norge AS", 65), ("ConocoPhillips Skandinavia AS", 20), ("Lundin Norway AS", 15)]
        assert (found.total, [held.company.legal_name for held in found.operators]) == (100, ["Marathon Oil Norge AS"])
    assert ownership.former(found.operators[0].company) == ["Marathon Petroleum Norge AS"]
    assert ownership.findings() == []
    troll = read_ownership(boss, SiteFactory._meta.model.objects.get(name="TROLL"))
    assert [one.code for one in troll.findings()] == ["operators_overlap"] * 5
