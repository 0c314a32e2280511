"""The register's part in the map of sites: who operates what, as a filter and in the card of each site."""
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.factory.tests.factories import SiteFactory
from apps.core.iam.tests.factories import UserFactory, holding
from apps.kernel.periods import period
from apps.tiers.tests.factories import CompanyFactory, InterestFactory

pytestmark = pytest.mark.django_db
MAP, POINTS = "/admin/factory/map/", "/admin/factory/map/points/"
SEES = ("factory.view_site", "tiers.view_company", "tiers.view_interest")


@pytest.fixture(autouse=True)
def in_english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


@pytest.fixture
def operated():
    """A site operated by Statoil; another by a company that ended yesterday; Petoro is no operator."""
    mine = InterestFactory(company__legal_name="Statoil", site__name="TROLL A", site__latitude=60, site__longitude=3)
    InterestFactory(company__legal_name="Norsk Hydro", site__name="OSEBERG", period=period(None, timezone.localdate() - timedelta(days=1)))
    InterestFactory(company__legal_name="Petoro", site=mine.site, role="licensee", share_pct=56)
    return mine


def test_operators_of_today_filter_the_map(client, operated):
    # given
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    # when
    response = client.get(f"{MAP}?operator={operated.company_id}")
    # then
    choices = [label for value, label in response.context["form"].fields["operator"].choices if value]
    assert choices == ["Statoil"]
    assert [(row["name"], row["about"]) for row in response.context["rows"]] == [("TROLL A", ["Operator: Statoil"])]
    assert [point["about"] for point in client.get(POINTS).json()["points"]] == [["Operator: Statoil"]]
    assert client.get(f"{POINTS}?operator=nonsense").json()["points"] == []


def test_a_hidden_operator_is_neither_named_nor_a_filter(client, operated):
    # given a reader without British companies, of which Statoil is made one
    reader = holding(holding(UserFactory(is_staff=True), *SEES), "tiers.view_company", condition={"country": "GB"}, deny=True)
    operated.company.country, operated.company.legal_name = "GB", "Vespertilio"
    operated.company.save()
    client.force_login(reader)
    # when / then
    for address in (MAP, POINTS):
        assert "Vespertilio" not in client.get(address).content.decode()
    assert client.get(f"{POINTS}?operator={operated.company_id}").json()["points"] == []
    assert [point["name"] for point in client.get(POINTS).json()["points"]] == ["TROLL A"]


def test_without_the_right_on_interests_there_are_no_operators(client, operated):
    # given
    client.force_login(holding(UserFactory(is_staff=True), "factory.view_site", "tiers.view_company"))
    # when / then
    assert "Statoil" not in client.get(MAP).content.decode()
    assert SiteFactory._meta.model.objects.count() == 2
    assert CompanyFactory._meta.model.objects.count() == 3
