"""TIE-01, TIE-02, TIE-19 as a person: make a company, be warned of one like it, give it a role, activate and block it, merge, undo."""
import pytest

from apps.tiers.models import Company, CompanyName, Merge
from apps.tiers.tests.factories import CompanyFactory, ExternalIdFactory
from tests.e2e.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LOOKS = pytest.mark.parametrize("look", [("light", DESKTOP), ("dark", PHONE)], indirect=True, ids=["desktop", "dark phone"])


def submit(person, page, name="_continue"):
    follow(person, page, page.locator(f"button[name={name}]"))


def follow(person, page, control):
    """Click what leads to another page, and wait for that page."""
    with page.expect_navigation():
        control.click()
    person.settle()


def test_a_company_is_made_warned_of_activated_and_blocked(person, page, superuser):
    # given a company that is already there
    CompanyFactory(legal_name="Odfjell Drilling AS")
    person.sign_in(superuser)
    # when a name like it is typed
    person.open("/admin/tiers/company/add/")
    page.locator("#id_legal_name").press_sequentially("Odfjel Driling", delay=5)
    # then the page says what may be the same, and still saves
    page.locator(".of-similar a", has_text="Odfjell Drilling AS").wait_for()
    person.inspect("company-similar")
    page.locator("#id_country").select_option("NO")
    submit(person, page)
    company = Company.objects.get(legal_name="Odfjel Driling")
    # without a role it cannot be activated, and the button says why
    activate = page.get_by_role("button", name="Activer")
    assert activate.is_disabled()
    assert "rôle" in page.locator(".of-why").first.inner_text()
    # when it gets a role, it can
    page.get_by_role("link", name="Rôles", exact=True).click()
    page.get_by_role("link", name="Ajouter un objet Rôle supplémentaire").click()
    page.locator("#id_roles-0-role").select_option("supplier")
    submit(person, page)
    follow(person, page, page.get_by_role("link", name="Activer", exact=True))
    person.inspect("company-activate")
    follow(person, page, page.get_by_role("button", name="Activer"))
    assert page.locator(".of-status[data-status=active]").count() == 1
    # when it is blocked without a good reason, the page asks for one; with one it is done and in the history
    follow(person, page, page.get_by_role("link", name="Bloquer", exact=True))
    page.locator("#id_reason").fill("court")
    follow(person, page, page.get_by_role("button", name="Bloquer"))
    assert page.locator("#id_reason").input_value() == "court"
    page.locator("#id_reason").fill("Procédure collective ouverte lundi")
    follow(person, page, page.get_by_role("button", name="Bloquer"))
    company.refresh_from_db()
    assert company.status == "blocked"
    person.open(f"/admin/tiers/company/{company.pk}/history/")
    assert "Procédure collective ouverte lundi" in page.locator(".of-history").inner_text()
    person.inspect("company-history")


@LOOKS
def test_two_companies_become_one_and_two_again(person, page, superuser):
    # given two companies, one known to another system
    kept, gone = CompanyFactory(legal_name="Pertra AS"), CompanyFactory(legal_name="Pertra ASA")
    key = ExternalIdFactory(company=gone)
    person.sign_in(superuser)
    # when somebody looks at what a merge would move, then merges
    person.open(f"/admin/tiers/company/{kept.pk}/merge/?other={gone.pk}")
    person.inspect("company-merge")
    assert "Clés externes" in page.locator(".of-page table").inner_text()
    follow(person, page, page.get_by_role("button", name="Fusionner « Pertra ASA » dans « Pertra AS »"))
    # then the key moved, and the old address leads to the kept company
    key.refresh_from_db()
    assert key.company == kept
    assert CompanyName.objects.filter(company=kept, name="Pertra ASA", kind="former").exists()
    person.open(f"/admin/tiers/company/{gone.pk}/change/")
    assert page.url.endswith(f"/admin/tiers/company/{kept.pk}/change/")
    # when it is undone, there are two again
    person.open(f"/admin/tiers/merge/{Merge.objects.get().pk}/undo/")
    person.inspect("merge-undo")
    follow(person, page, page.get_by_role("button", name="Annuler la fusion"))
    key.refresh_from_db()
    gone.refresh_from_db()
    assert (key.company, gone.merged_into) == (gone, None)
