"""Key figures and charts by REST: the same numbers as on the page, for who asks."""
import pytest

from apps.core.factory.tests.factories import SiteFactory
from apps.core.iam.tests.factories import UserFactory, holding
from apps.kernel.testing.api import caller

pytestmark = pytest.mark.django_db
KPIS, CHARTS = "/api/v1/dashboards/kpis/", "/api/v1/dashboards/charts/"


@pytest.fixture
def sites():
    SiteFactory.create_batch(2)
    SiteFactory(kind="base", phase="planned")


@pytest.fixture
def reader():
    return holding(UserFactory(), "factory.view_site")


def test_figures(reader, sites):
    # when
    answer = caller(reader).get(KPIS)
    # then
    assert answer.status_code == 200
    [found] = answer.json()["results"]
    assert found.pop("help").startswith("Sites whose phase")
    assert found == {"key": "factory.in_service", "title": "Sites in service", "value": "2", "unit": "", "part": 2, "of": 3,
                     "previous": None, "url": "/admin/factory/site/?phase__exact=in_service"}
    assert answer.json()["at"].endswith("Z")


def test_charts(reader, sites):
    # when
    [found] = caller(reader).get(CHARTS).json()["results"]
    # then
    assert (found["key"], found["kind"], found["unit"], found["series"]) == ("factory.kinds", "stacked", "sites", ["Planned", "In service"])
    assert found["rows"] == [
        {"label": "Plant", "values": ["0", "2"], "urls": ["", "/admin/factory/site/?kind__exact=plant&phase__exact=in_service"]},
        {"label": "Logistics base", "values": ["1", "0"], "urls": ["/admin/factory/site/?kind__exact=base&phase__exact=planned", ""]}]


@pytest.mark.parametrize("address", [KPIS, CHARTS])
def test_who_holds_nothing_is_shown_nothing(address, sites):
    answer = caller(UserFactory()).get(address)
    assert (answer.status_code, answer.json()["results"]) == (200, [])


@pytest.mark.parametrize("address", [KPIS, CHARTS])
def test_only_reading_and_only_what_is_known(address, reader):
    assert caller(reader).post(address, {}).status_code == 405
    refused = caller(reader).get(address, {"site": "1"})
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, "site")
