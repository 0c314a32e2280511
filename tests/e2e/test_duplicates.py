"""TIE-19 as a person: what may be one record is found, compared side by side, merged or said to be two, and undone."""
import pytest

from apps.core.jobs.models import Job
from apps.core.jobs.services import run_here
from apps.tiers.models import Company, DuplicateCandidate, Merge
from apps.tiers.services import dismiss, find_duplicates
from apps.tiers.tests.factories import (
    AddressFactory,
    CompanyFactory,
    CompanyNameFactory,
    CompanyRoleFactory,
    ContactPointFactory,
    IdentifierFactory,
    InterestFactory,
    PersonFactory,
)
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.test_register import follow

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LOOKS = pytest.mark.parametrize("look", [("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE), ("dark", PHONE)], indirect=True,
                                ids=["light", "dark", "phone", "dark phone"])
LIST = "/admin/tiers/duplicatecandidate/"


@pytest.fixture
def pairs():
    """Three pairs of companies and one of persons, as a search finds them; the likest first."""
    kept = CompanyFactory(legal_name="Odfjell Drilling AS", active=True, nace="09.10", website="https://www.odfjell.example",
                          currency="NOK")
    twin = CompanyFactory(legal_name="Odfjel Driling", country="GB", headcount=120, currency="NOK")
    CompanyRoleFactory(company=twin)
    CompanyRoleFactory(company=twin, role="contractor")
    CompanyNameFactory(company=kept, kind="former", name="Odfjell Offshore")
    IdentifierFactory(company=kept)
    for company, city in ((kept, "Bergen"), (twin, "Bergen"), (twin, "Aberdeen")):
        AddressFactory(company=company, city=city)
    for company in (kept, twin):
        ContactPointFactory(company=company, person=None, value="post@odfjell.example")
    InterestFactory(company=twin)
    for name in ("Statoil Petroleum AS", "StatoilHydro Petroleum AS", "Geco-Prakla AS", "Geco Prakla"):
        CompanyFactory(legal_name=name)
    for given in ("Anne Kristin", "Anne Kristine"):
        PersonFactory(given=given, family="Hansen")
    for kind in ("company", "person"):
        find_duplicates(kind=kind)
    return {row.pk: row for row in DuplicateCandidate.objects.all()}


@LOOKS
def test_pairs_are_listed_and_compared_side_by_side(person, page, superuser, pairs):
    # given / when
    person.sign_in(superuser)
    person.open(LIST)
    # then the likest stands first
    names = page.locator("#result_list tbody th, #result_list tbody td.field-first").all_inner_texts()
    assert len(pairs) == 4 and "Geco" in names[0]
    person.inspect("duplicates-list")
    # when somebody opens one
    follow(person, page, page.get_by_role("link", name="Odfjell Drilling AS"))
    # then both are there, with what differs, which one is proposed and why
    table = page.locator(".of-pair-table").inner_text()
    assert "Norvège" in table and "Royaume-Uni" in table and "914807077" in table
    assert "elle est active" in page.locator(".of-pair-move").inner_text()
    person.inspect("duplicates-pair")
    page.get_by_role("button", name="Fusionner").click()
    person.inspect("duplicates-merge")


def test_a_steward_decides_by_keyboard_alone(person, page, superuser, pairs):
    # given the first pair of the list
    person.sign_in(superuser)
    person.open(LIST)
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("e")
    person.settle()
    assert "Geco" in page.locator("h1").inner_text()
    # when they look at the next and come back
    for key, shown in (("j", "Anne"), ("k", "Geco")):
        with page.expect_navigation():
            page.keyboard.press(key)
        person.settle()
        assert shown in page.locator(".of-pair-table thead").inner_text()
    # when they merge: one confirmation
    page.keyboard.press("m")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    person.settle()
    # then the next pair comes, and the message undoes it
    assert Merge.objects.count() == 1
    assert "Anne" in page.locator(".of-pair-table thead").inner_text()
    assert page.locator(".of-undo").get_attribute("href") == f"/admin/tiers/merge/{Merge.objects.get().pk}/undo/"
    # when they say of this one that it is two, with a reason
    page.keyboard.press("d")
    page.keyboard.type("Deux sœurs")
    person.picture("duplicates-dismiss")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    person.settle()
    dismissed = DuplicateCandidate.objects.get(kind="person")
    assert dismissed.state == "dismissed"
    # and take it back
    follow(person, page, page.locator(".of-undo"))
    follow(person, page, page.get_by_role("button", name="Proposer la paire à nouveau"))
    dismissed.refresh_from_db()
    assert dismissed.state == "open"


def test_who_stays_and_whose_values_is_chosen(person, page, superuser, pairs):
    # given the pair of which the first is proposed
    person.sign_in(superuser)
    pair = next(row for row in pairs.values() if str(row.score) == "0.6842")
    person.open(f"{LIST}{pair.pk}/change/")
    # when the other is to stay, with the country of the first
    follow(person, page, page.get_by_role("link", name="Conserver plutôt celle-ci"))
    page.locator("input[name=keep-country][value=a]").check()
    page.locator("#of-only-differences").check()
    assert page.locator("tr.of-same:visible").count() == 0
    person.inspect("duplicates-chosen")
    page.get_by_role("button", name="Fusionner").click()
    follow(person, page, page.locator("#of-merge button[type=submit]"))
    # then
    kept = Company.objects.get(pk=pair.b_id)
    assert (Company.objects.get(pk=pair.a_id).merged_into, kept.country, kept.headcount) == (kept, "NO", 120)


def test_a_pair_settled_meanwhile_is_said_so_and_nothing_is_done(person, page, superuser, pairs, problems):
    # given a page that somebody looks at while somebody else decides
    problems.expect("status of 409")
    person.sign_in(superuser)
    first, second = (row for row in pairs.values() if row.kind == "company" and str(row.score) != "1.0000")
    person.open(f"{LIST}{first.pk}/change/")
    dismiss(candidate=first, actor=superuser)
    # when they merge
    page.keyboard.press("m")
    follow(person, page, page.locator("#of-merge button[type=submit]"))
    # then the page says why not
    assert "rien n’a été fait" in page.locator(".of-errornote").inner_text().lower()
    person.inspect("duplicates-settled")
    # and where a record changed, the same
    person.open(f"{LIST}{second.pk}/change/")
    Company.objects.filter(pk=second.a_id).update(headcount=77)
    page.keyboard.press("d")
    follow(person, page, page.locator("#of-dismiss button[type=submit]"))
    assert "rien n’a été fait" in page.locator(".of-errornote").inner_text().lower()
    second.refresh_from_db()
    assert (second.state, Merge.objects.count()) == ("open", 0)


def test_several_are_dismissed_at_once_and_a_search_is_started(person, page, superuser, pairs):
    # given
    person.sign_in(superuser)
    person.open(LIST)
    # when two are selected and said to be two each
    for box in page.locator("#result_list input.action-select").all()[:2]:
        box.check()
    page.locator("select[name=action]").select_option("dismiss_pairs")
    with page.expect_navigation():
        page.locator("select[name=action]").evaluate("field => field.form.requestSubmit()")
    person.settle()
    person.inspect("duplicates-dismiss-many")
    page.locator("#of-reason").fill("Sociétés sœurs")
    follow(person, page, page.get_by_role("button", name="Ce sont deux fiches"))
    assert DuplicateCandidate.objects.filter(state="dismissed").count() == 2
    # when a search of everything is started
    follow(person, page, page.get_by_role("link", name="Chercher les doublons"))
    person.inspect("duplicates-find")
    page.locator("input[name=full][value='1']").check()
    follow(person, page, page.get_by_role("button", name="Lancer la recherche"))
    # then its job runs, and proposes nothing that people have decided
    ended = run_here(Job.objects.get())
    assert ended.result == {"compared": 8, "opened": 0}
    page.reload()
    person.settle()
    person.inspect("duplicates-searched")
