"""TIE-19 as a person: a company whose name says little is warned of once its address is typed."""
import pytest

from apps.tiers.models import Address
from apps.tiers.tests.factories import CompanyFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_an_address_that_is_typed_shows_the_company_that_is_there(person, page, superuser):
    # given a company at an address
    Address.objects.create(company=CompanyFactory(legal_name="Talisman Energy Norge AS"), country="NO", postcode="4033", city="Stavanger",
                           lines="Jåttåvågveien 18")
    person.sign_in(superuser)
    person.open("/admin/tiers/company/add/")
    found = page.locator(".of-similar a", has_text="Talisman Energy Norge AS")
    # when a name is typed that is not like enough
    with page.expect_response("**/similar/**"):
        page.locator("#id_legal_name").press_sequentially("Talisman Petroleum Norge AS", delay=5)
    assert found.count() == 0
    # and then the address, written otherwise
    page.get_by_role("link", name="Adresses", exact=True).click()
    page.get_by_role("link", name="Ajouter un objet Adresse supplémentaire").click()
    page.locator("#id_addresss-0-postcode").fill("4033")
    page.locator("#id_addresss-0-country").select_option("NO")
    page.locator("#id_addresss-0-lines").press_sequentially("18 Jattavagveien", delay=5)
    # then the company is named where one types
    found.wait_for()
    person.inspect("company-same-address")
