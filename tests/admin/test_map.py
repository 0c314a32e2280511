"""FAC-01: the map of sites, its list and its points, for who sees all sites and for who sees a part."""
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.factory.facets import Facet, site_facet, site_facets
from apps.core.factory.tests.factories import SiteFactory
from apps.core.iam.tests.factories import UserFactory, holding

pytestmark = pytest.mark.django_db
MAP, POINTS = "/admin/factory/map/", "/admin/factory/map/points/"
BUDGET = 15
EKOFISK = {"latitude": "56.546548", "longitude": "3.211622", "position_accuracy": 10}


@pytest.fixture(autouse=True)
def in_english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


@pytest.fixture
def boss(client):
    user = UserFactory(is_superuser=True, is_staff=True)
    client.force_login(user)
    return user


def names(response):
    return [row["name"] for row in response.context["rows"]]


def points(client, query=""):
    return client.get(f"{POINTS}{query}").json()


def test_points_are_the_sites_that_have_a_position(client, boss):
    # given
    site = SiteFactory(name="EKOFISK H", kind="fixed_facility", position_flags=["outside_area"], **EKOFISK)
    SiteFactory(name="Nowhere")
    # when
    answer = points(client)
    # then
    [point] = answer["points"]
    assert answer["more"] is False
    assert (point["id"], point["name"], point["at"]) == (site.pk, "EKOFISK H", [56.546548, 3.211622])
    assert (point["kind"], point["phase"], point["url"]) == ("fixed facility", "in_service", f"/admin/factory/site/{site.pk}/change/")
    assert point["accuracy"] == "position within 10 m, outside the area the conversion was made for"


def test_the_list_says_which_site_has_no_position(client, boss):
    # given
    SiteFactory(name="A", **EKOFISK)
    SiteFactory(name="B")
    # when
    response = client.get(MAP)
    # then
    assert [(row["name"], row["at"]) for row in response.context["rows"]] == [("A", [56.546548, 3.211622]), ("B", None)]
    assert "without position" in response.content.decode()


@pytest.mark.parametrize(("query", "found"), [
    ("?kind=field", ["Field"]), ("?phase=removed", ["Gone"]), ("?position=known", ["Placed"]), ("?position=none", ["Field", "Gone"]),
    ("?search=plac", ["Placed"]), ("?kind=field&phase=removed", []), ("?kind=nonsense", ["Field", "Gone", "Placed"])])
def test_filters_are_the_same_for_list_and_points(client, boss, query, found):
    # given
    SiteFactory(name="Field", kind="field")
    SiteFactory(name="Gone", phase="removed")
    SiteFactory(name="Placed", **EKOFISK)
    # when / then
    assert names(client.get(f"{MAP}{query}")) == found
    assert [point["name"] for point in points(client, query)["points"]] == [name for name in found if name == "Placed"]


def test_the_list_has_pages(client, boss, monkeypatch):
    # given
    monkeypatch.setattr("apps.core.factory.admin_pages.PER_PAGE", 2)
    for name in "ABC":
        SiteFactory(name=name)
    # when / then
    assert names(client.get(f"{MAP}?kind=plant")) == ["A", "B"]
    assert names(client.get(f"{MAP}?kind=plant&p=2")) == ["C"]
    assert client.get(f"{MAP}?p=3").status_code == 404
    assert "?kind=plant&amp;p=2" in client.get(f"{MAP}?kind=plant").content.decode()


def test_points_are_capped_and_say_so(client, boss, monkeypatch):
    # given
    monkeypatch.setattr("apps.core.factory.admin_pages.POINTS", 2)
    for name in "ABC":
        SiteFactory(name=name, **EKOFISK)
    # when
    answer = points(client)
    # then
    assert ([point["name"] for point in answer["points"]], answer["more"]) == (["A", "B"], True)


def test_a_site_elsewhere_is_neither_on_the_map_nor_in_the_list(client):
    """Security 1: the planted name appears nowhere."""
    # given a reader of one region
    region = SiteFactory(name="Region", kind="region")
    mine, other = SiteFactory(name="Mine", parent=region, **EKOFISK), SiteFactory(name="Vespertilio", **EKOFISK)
    client.force_login(holding(UserFactory(is_staff=True), "factory.view_site", site=region))
    # when / then
    assert names(client.get(MAP)) == ["Mine", "Region"]
    for address in (MAP, POINTS, f"{MAP}?search=Vesp", f"{POINTS}?search=Vesp", f"/admin/factory/site/{mine.pk}/map/"):
        assert "Vespertilio" not in client.get(address).content.decode()
    assert client.get(f"/admin/factory/site/{other.pk}/map/").status_code == 404


def test_who_sees_no_site_sees_an_empty_map(client):
    # given
    SiteFactory(name="Vespertilio", **EKOFISK)
    client.force_login(UserFactory(is_staff=True))
    # when / then
    assert names(client.get(MAP)) == []
    assert points(client) == {"points": [], "more": False}


def test_strangers_are_sent_to_sign_in(client):
    assert [client.get(address).status_code for address in (MAP, POINTS)] == [302, 302]


def test_the_map_opens_on_a_site(client, boss):
    # given
    site = SiteFactory(**EKOFISK)
    # when
    text = client.get(f"/admin/factory/site/{site.pk}/map/").content.decode()
    # then
    assert f'data-focus="{site.pk}"' in text
    assert f'href="/admin/factory/site/{site.pk}/map/"' in client.get(f"/admin/factory/site/{site.pk}/change/").content.decode()
    assert 'href="/admin/factory/map/"' in text


def test_pages_keep_to_their_budget(client, boss):
    # given
    for _ in range(20):
        SiteFactory(**EKOFISK)
    client.get(MAP)
    # when / then
    for address in (MAP, POINTS):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        assert len(queries) <= BUDGET, address


def test_a_facet_is_offered_once():
    # given
    taken = Facet(site_facets()[0].name, "", list, lambda rows, user, value: rows, lambda user, sites: {})
    # when / then
    with pytest.raises(ValueError, match="already"):
        site_facet(taken)
