"""NTF-01 partly, as a person: a company is blocked, its account manager hears the bell, reads why and puts the notice away."""
import pytest

from apps.core.automation import relay
from apps.core.iam.tests.factories import UserFactory, holding
from apps.tiers.services import block
from apps.tiers.tests.factories import CompanyFactory
from tests.e2e.conftest import DESKTOP, PASSWORD, PHONE

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("look", [("light", DESKTOP), ("dark", PHONE)], indirect=True, ids=["desktop", "dark phone"])
def test_an_account_manager_reads_that_a_company_was_blocked(person, page, superuser):
    # given
    manager = holding(UserFactory(is_staff=True, language="fr", password=PASSWORD), "tiers.view_company")
    company = CompanyFactory(legal_name="Nordlys AS", active=True, account_manager=manager)
    block(company=company, actor=superuser, reason="Procédure collective ouverte lundi")
    relay.drain()
    # when
    person.sign_in(manager)
    bell = page.locator("a.of-icon-button", has_text="notifications")
    assert bell.locator(".of-badge").inner_text() == "1"
    with page.expect_navigation():
        bell.click()
    person.settle()
    # then
    person.inspect("notifications")
    notice = page.get_by_role("listitem").filter(has_text="Nordlys AS")
    assert "Nordlys AS a été bloqué" in notice.inner_text()
    assert "Procédure collective ouverte lundi" in notice.inner_text()
    # when it is put away
    with page.expect_navigation():
        notice.get_by_role("button").click()
    person.settle()
    # then
    assert bell.locator(".of-badge").count() == 0
    assert notice.get_by_role("button").count() == 0
    with page.expect_navigation():
        notice.get_by_role("link").click()
    person.settle()
    assert page.url.endswith(f"/admin/tiers/company/{company.pk}/change/")
