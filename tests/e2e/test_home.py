"""The home page as a person meets it: figures, charts with their tables, the lists behind them (interface 5, 15, 16, 18–20)."""

import pytest
from playwright.sync_api import expect

from apps.core.factory.tests.factories import SiteFactory
from apps.tiers.models import DuplicateCandidate
from apps.tiers.tests.factories import CompanyFactory, IdentifierFactory, InterestFactory, PersonFactory
from apps.tiers.tests.register import norwegian_numbers
from tests.e2e.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LOOKS = [(scheme, size) for scheme in ("light", "dark") for size in (DESKTOP, PHONE)]
COUNTRIES = ["NO"] * 24 + ["FR"] * 9 + ["GB"] * 7 + ["DE"] * 6 + ["ES", "IT", "NL", "BE", "DK", "SE"] * 2 + ["FI", "PT", None]
STATUSES = ["active"] * 6 + ["prospect"] * 3 + ["blocked"]


@pytest.fixture
def register(server):
    """Sixty-one companies in twelve countries, some verified, incomplete or alike; sites, interests, persons."""
    companies = [CompanyFactory(legal_name=f"Firme {number:02d}", country=country, status=STATUSES[number % 10], incomplete=number % 7 == 0)
                 for number, country in enumerate(COUNTRIES)]
    for company, number in zip(companies[:30], norwegian_numbers(30), strict=True):
        IdentifierFactory(company=company, value=number)
    DuplicateCandidate.objects.create(kind="company", a_id=companies[0].pk, b_id=companies[1].pk, reason="name")
    sites = [SiteFactory(name=f"Installation {number}", kind=kind, phase=phase) for number, (kind, phase) in enumerate(
        [("fixed_facility", "in_service")] * 9 + [("fixed_facility", "removed")] * 3 + [("moveable_facility", "in_service")] * 5 +
        [("field", "in_service")] * 6 + [("field", "planned")] * 2 + [("terminal", "shut_down")])]
    for number, site in enumerate(sites[:20]):
        InterestFactory(company=companies[number], site=site, role="operator" if number % 3 else "contractor")
    PersonFactory.create_batch(4)
    return companies


@pytest.mark.parametrize("look", LOOKS, indirect=True, ids=lambda look: f"{look[0]}-{look[1][0]}")
def test_the_home_page_in_light_and_dark_on_desktop_and_phone(person, page, superuser, register):
    person.sign_in(superuser)
    expect(page.locator(".of-chart-picture svg")).to_have_count(4)
    page.wait_for_load_state("networkidle")
    person.inspect("home")
