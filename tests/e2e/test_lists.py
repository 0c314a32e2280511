"""Lists as a person: after a save, an action or a deletion one is back on the same list, filters, page and row (interface 4)."""
import re

import pytest

from apps.tiers.models import Company
from apps.tiers.tests.factories import CompanyFactory, CompanyRoleFactory
from tests.e2e.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LIST = "/admin/tiers/company/?country__exact=NO&p=2"


def follow(person, page, control):
    with page.expect_navigation():
        control.click()
    person.settle()


def stands_on(page, company) -> bool:
    """The row of the company is marked, in view, and its link has the focus."""
    page.wait_for_function(f"document.querySelector('#row-{company.pk}.of-current') !== null")
    row = page.locator(f"#row-{company.pk}")
    top = row.bounding_box()["y"]
    return 0 < top < page.viewport_size["height"] and row.locator(":focus").count() == 1


def test_one_is_back_on_the_row_after_saving_acting_and_deleting(person, page, superuser):
    # given a second page of a filtered list, and a company far down on it
    made = [CompanyFactory(legal_name=f"Firme {number:03}", country="NO") for number in range(90)]
    CompanyFactory(legal_name="Firme 084 bis", country="FR")
    company = made[84]
    CompanyRoleFactory(company=company, role="supplier")
    person.sign_in(superuser)
    person.open(LIST)
    # when it is opened and saved, then the list is as it was, the row in view and under the keyboard
    follow(person, page, page.get_by_role("link", name="Firme 084", exact=True))
    page.locator("#id_legal_form").fill("AS")
    follow(person, page, page.locator("[name=_save]"))
    assert "country__exact=NO" in page.url and "p=2" in page.url and stands_on(page, company)
    # when it is opened by keyboard and activated, the record knows where it came from, and saving leads back to the row
    with page.expect_navigation():
        page.keyboard.press("e")
    person.settle()
    follow(person, page, page.get_by_role("link", name="Activer", exact=True))
    follow(person, page, page.get_by_role("button", name="Activer"))
    assert Company.objects.get(pk=company.pk).status == "active"
    follow(person, page, page.locator("[name=_save]"))
    assert "p=2" in page.url and stands_on(page, company)
    person.picture("list-back-on-row")
    # when the next row is chosen by keyboard, the keys go on from the row one came back to
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("input.action-select:checked").count() == 1
    # when it is deleted, then the row after it is the current one
    follow(person, page, page.get_by_role("link", name="Firme 085", exact=True))
    follow(person, page, page.get_by_role("link", name=re.compile("Supprimer")).first)
    follow(person, page, page.get_by_role("button", name=re.compile("Oui|Supprimer")).first)
    assert not Company.objects.filter(pk=made[85].pk).exists()
    assert "p=2" in page.url and stands_on(page, made[86])


@pytest.mark.parametrize("look", [("light", DESKTOP), ("dark", PHONE)], indirect=True, ids=["desktop", "dark phone"])
def test_the_list_seen_is_the_list_taken_away(person, page, superuser):
    # given a searched list
    for name in ("Aker BP ASA", "Aker Solutions ASA", "Equinor ASA"):
        CompanyFactory(legal_name=name, country="NO")
    person.sign_in(superuser)
    person.open("/admin/tiers/company/?q=aker")
    # when its export is opened by keyboard
    control = page.locator(".of-export summary")
    control.focus()
    page.keyboard.press("Enter")
    person.inspect("list-export")
    # then the file is named after the list and holds what is seen
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    assert re.fullmatch(r"company-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert text.startswith("Raison sociale,") and text.count("\n") == 3 and "Equinor" not in text
