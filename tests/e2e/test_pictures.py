"""TIE-03, TIE-17, TIE-18, FAC-01 as a person: the map of a group, a timeline, the map of sites, ownership over time."""
from datetime import date

import pytest

from apps.core.factory.tests.factories import SiteFactory
from apps.kernel.periods import period
from apps.tiers.models import Relation
from apps.tiers.tests.factories import (
    AffiliationFactory,
    CompanyFactory,
    CompanyRoleFactory,
    InterestFactory,
    OwnershipFactory,
    PersonFactory,
)
from tests.e2e.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LOOKS = pytest.mark.parametrize("look", [("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE), ("dark", PHONE)], indirect=True,
                                ids=["desktop", "dark", "phone", "dark phone"])
HANDOVER = date(2011, 7, 4)


@pytest.fixture
def group(server):
    """Rule 9: the head holds 60 % of one and 30 % of another, of which the first holds 50 %; they hold ALVHEIM; a partner and a contact."""
    head, middle, low = (CompanyFactory(legal_name=name) for name in ("Nordsjø Holding ASA", "Marathon Oil Norge AS", "Boring og Brønn AS"))
    OwnershipFactory(parent=head, child=middle, share_pct=60)
    OwnershipFactory(parent=head, child=low, share_pct=30)
    OwnershipFactory(parent=middle, child=low, share_pct=50)
    site = SiteFactory(name="ALVHEIM", kind="field")
    InterestFactory(company=middle, site=site, role="licensee", share_pct=65, period=period(HANDOVER, None))
    Relation(a=CompanyFactory(legal_name="Helikopter Vest AS"), b=low, kind="subcontractor_of").save()
    AffiliationFactory(company=middle, person=PersonFactory(given="Anne", family="Dahl"), function="Responsable des licences")
    return head


def follow(person, page, control):
    with page.expect_navigation():
        control.click()
    person.settle()


@LOOKS
def test_tie_17_a_group_is_drawn_and_walked_with_the_keyboard(person, page, superuser, group):
    # given
    person.sign_in(superuser)
    person.open(f"/admin/tiers/company/{group.pk}/group/")
    # when
    page.locator("[name=contacts]").check()
    follow(person, page, page.get_by_role("button", name="Afficher", exact=True))
    drawing = page.locator("#of-network[data-of-ready='5']")
    drawing.wait_for()
    person.inspect("group")
    # then the tables say it in figures
    assert "39\xa0%" in page.locator("table", has_text="ALVHEIM").inner_text()
    assert "80\xa0%" in page.locator("tr", has_text="Boring og Brønn AS").first.inner_text()
    # and the keyboard goes from company to company
    drawing.focus()
    now = page.locator("#of-network-now")
    assert "Nordsjø Holding ASA" in now.inner_text()
    page.keyboard.press("ArrowDown")
    assert "Marathon Oil Norge AS" in now.inner_text() and "60\xa0%" in now.inner_text()
    for key in ("+", "-", "0"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Agrandir").click()
    drawing.focus()
    person.picture("group-keyboard")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    person.settle()
    assert "Marathon Oil Norge AS" in page.title()


def test_tie_03_the_group_of_another_day(person, page, superuser, group):
    # given
    person.sign_in(superuser)
    # when
    person.open(f"/admin/tiers/company/{group.pk}/group/?on=2011-07-03")
    # then
    assert page.locator("[name=on]").input_value() == "2011-07-03"
    assert page.locator("table", has_text="ALVHEIM").count() == 0
    # when
    page.locator("[name=on]").fill("2011-07-04")
    follow(person, page, page.get_by_role("button", name="Afficher", exact=True))
    # then
    assert "on=2011-07-04" in page.url
    assert "39\xa0%" in page.locator("table", has_text="ALVHEIM").inner_text()


@LOOKS
def test_tie_18_a_timeline_is_filtered_and_leads_to_records(person, page, superuser, group):
    # given
    CompanyRoleFactory(company=group, role="partner", period=period(date(2012, 3, 1), date(2031, 1, 1)))
    person.sign_in(superuser)
    person.open(f"/admin/tiers/company/{group.pk}/change/")
    follow(person, page, page.get_by_role("link", name="Chronologie"))
    person.inspect("timeline")
    assert "à venir" in page.locator(".of-day").first.inner_text()
    # when
    page.locator("[name=kind][value=roles]").check()
    follow(person, page, page.get_by_role("button", name="Afficher ces types"))
    # then
    assert {one.get_attribute("data-kind") for one in page.locator(".of-moment").all()} == {"roles"}
    assert "kind=roles" in page.url


@LOOKS
def test_fac_01_sites_stand_on_a_map_and_in_the_list(person, page, superuser):
    # given two platforms near each other, one far away, one without position
    for name, phase, at in (("EKOFISK A", "in_service", ("56.520417", "3.221300")), ("EKOFISK B", "removed", ("56.565200", "3.203200")),
                            ("GOLIAT", "under_construction", ("71.291000", "22.319000"))):
        SiteFactory(name=name, kind="fixed_facility", phase=phase, latitude=at[0], longitude=at[1], position_accuracy=10)
    SiteFactory(name="TROLL", kind="field")
    person.sign_in(superuser)
    person.open("/admin/factory/map/")
    page.locator("#of-map[data-of-ready='3']").wait_for()
    person.inspect("sites-map")
    assert "sans position" in page.locator(".of-places li", has_text="TROLL").inner_text()
    # when a row is chosen with the keyboard, its site shows on the map
    row = page.get_by_role("button", name="Montrer EKOFISK A sur la carte")
    row.focus()
    page.keyboard.press("Enter")
    card = page.locator(".leaflet-popup", has_text="EKOFISK A")
    card.wait_for()
    assert "10 m" in card.inner_text()
    person.inspect("sites-map-card")
    # when only what is being built is asked for, map and list show it, and the address says so
    page.locator("[name=phase]").select_option("under_construction")
    follow(person, page, page.get_by_role("button", name="Afficher", exact=True))
    page.locator("#of-map[data-of-ready='1']").wait_for()
    assert page.locator(".of-places li").count() == 1
    assert "phase=under_construction" in page.url
    follow(person, page, page.get_by_role("link", name="GOLIAT"))
    assert "GOLIAT" in page.title()


def test_a_map_whose_points_do_not_come_says_so_and_shows_the_list(person, page, superuser, problems):
    # given
    SiteFactory(name="EKOFISK A", latitude="56.52", longitude="3.22")
    person.sign_in(superuser)
    page.route("**/map/points/*", lambda route: route.fulfill(status=500, body=""))
    problems.expect("status of 500")
    # when
    person.open("/admin/factory/map/")
    page.locator("#of-map[data-of-ready='1']").wait_for()
    # then
    assert "Rechargez" in page.locator("#of-map-failed").inner_text()


@LOOKS
def test_ownership_over_time_is_drawn_and_each_period_leads_to_its_day(person, page, superuser):
    """Scenario 4: ALVHEIM on 2011-07-03 and on the day after."""
    # given
    site = SiteFactory(name="ALVHEIM", kind="field")
    first, second = period(date(2007, 1, 1), HANDOVER), period(HANDOVER, None)
    conoco, lundin = CompanyFactory(legal_name="ConocoPhillips Skandinavia AS"), CompanyFactory(legal_name="Lundin Norway AS")
    for name, held in (("Marathon Petroleum Norge AS", first), ("Marathon Oil Norge AS", second)):
        company = CompanyFactory(legal_name=name)
        InterestFactory(site=site, company=company, period=held)
        for licensee, share in ((company, 65), (conoco, 20), (lundin, 15)):
            InterestFactory(site=site, company=licensee, role="licensee", share_pct=share, period=held)
    person.sign_in(superuser)
    # when
    person.open(f"/admin/factory/site/{site.pk}/ownership/?on=2011-07-03")
    person.inspect("ownership")
    # then
    day = page.locator("section", has=page.locator("#of-day-title"))
    assert "Marathon Petroleum Norge AS" in day.inner_text() and "65\xa0%" in day.inner_text()
    assert "exactement 100" in day.inner_text()
    # when
    follow(person, page, page.locator("section", has=page.locator("#of-periods-title")).get_by_role("link").first)
    # then
    assert "on=2011-07-04" in page.url
    assert "Marathon Oil Norge AS" in day.inner_text() and "Marathon Petroleum" not in day.inner_text()
