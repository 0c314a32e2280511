"""The home page as a person meets it: figures, charts with their tables, the lists behind them (interface 5, 15, 16, 18–20)."""
import re

import pytest
from playwright.sync_api import expect

from apps.core.factory.tests.factories import SiteFactory
from apps.core.iam.models import User
from apps.tiers.models import DuplicateCandidate
from apps.tiers.tests.factories import CompanyFactory, IdentifierFactory, InterestFactory, PersonFactory
from apps.tiers.tests.register import norwegian_numbers
from tests.e2e.conftest import DESKTOP, PASSWORD, PHONE

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
    person.inspect("home")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": 2600})
    person.picture("home-whole")


def list_rows(page):
    return page.locator("#result_list tbody tr").count()


def test_a_card_leads_to_exactly_the_records_it_counts(person, page, superuser, register):
    # given the share of verified companies, written as French people write it
    person.sign_in(superuser)
    card = page.locator(".of-card", has_text="Identité vérifiée")
    expect(card.locator(".of-card-figure")).to_have_text("49,18\N{NO-BREAK SPACE}%")
    expect(card).to_contain_text("30 sur 61")
    # when anything of the card is clicked
    with page.expect_navigation():
        card.locator(".of-card-figure").click(force=True)
    person.settle()
    # then the list has thirty rows, and the filter shows which
    assert list_rows(page) == 30
    expect(page.locator("select[name=verified]").first).to_have_value("yes")
    # and so for the others whose count fits one page
    for name, count in (("Sociétés incomplètes", 9), ("Doublons possibles", 1), ("Sites en service", 20), ("Intérêts en vigueur", 20)):
        person.open("/admin/")
        with page.expect_navigation():
            page.get_by_role("link", name=re.compile(f"^{name}")).click()
        person.settle()
        assert (name, list_rows(page)) == (name, count)


def test_figures_and_charts_by_keyboard_alone(person, page, superuser, register):
    # given the page as it opens
    person.sign_in(superuser)
    expect(page.locator(".of-chart-picture svg")).to_have_count(4)
    card = page.get_by_role("link", name=re.compile("^Identité vérifiée"))
    # then a card's name says its value, and its definition opens and closes under it
    assert "49,18" in card.inner_text() or "49,18" in card.text_content()
    card.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    definition = page.locator(".of-card", has_text="Identité vérifiée").locator(".of-definition p")
    expect(definition).to_be_visible()
    expect(definition).to_contain_text("clé de contrôle")
    page.keyboard.press("Enter")
    expect(definition).to_be_hidden()
    # when the table of a chart is opened and a number followed
    chart = page.locator(".of-chart", has_text="Sociétés par pays")
    expect(chart.locator("table")).to_be_hidden()
    chart.locator(".of-chart-table summary").focus()
    page.keyboard.press("Enter")
    expect(chart.locator("table")).to_be_visible()
    person.inspect("home-table")
    page.keyboard.press("Tab")
    if page.evaluate("document.activeElement.tagName") != "A":     # the table's box takes the focus where it scrolls
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    person.settle()
    # then it is the list behind it
    assert page.url.endswith("country__exact=NO")
    assert list_rows(page) == 24


def test_a_bar_leads_to_its_list_and_says_its_value(person, page, superuser, register):
    # given
    person.sign_in(superuser)
    picture = page.locator(".of-chart", has_text="Sociétés par pays").locator(".of-chart-picture")
    expect(picture.locator("svg")).to_be_visible()
    assert picture.get_attribute("aria-label").startswith("Sociétés par pays (sociétés).")
    texts = picture.locator("text").all_text_contents()
    assert {"Norvège", "24", "autres pays", "non renseigné"} <= set(texts)
    # when the first bar is clicked
    first = picture.locator("path[fill]").evaluate_all(
        "paths => { const box = paths.map(path => path.getBoundingClientRect()).filter(box => box.width > 30 && box.height > 8 && "
        "box.height < 40)[0]; return [box.x + box.width / 2, box.y + box.height / 2]; }")
    with page.expect_navigation():
        page.mouse.click(*first)
    person.settle()
    # then
    assert page.url.endswith("country__exact=NO")


def test_a_chart_follows_the_theme_and_the_window(person, page, superuser, register):
    # given a chart in the light
    person.sign_in(superuser)
    picture = page.locator(".of-chart-picture").first
    expect(picture.locator("svg")).to_be_visible()
    colour = "element => [...element.querySelectorAll('text')].find(text => text.textContent === 'Norvège').getAttribute('fill')"
    assert picture.evaluate(colour) == "#4b5563"
    # when the theme changes
    page.evaluate("document.documentElement.classList.add('dark')")
    page.wait_for_function("() => document.querySelector('.of-chart-picture text[fill=\"#d1d5db\"]') !== null")
    # then its words are light
    assert picture.evaluate(colour) == "#d1d5db"
    # and when the window shrinks, so does the picture
    person.resize(PHONE)
    page.wait_for_function("() => [...document.querySelectorAll('.of-chart-picture svg')].every(svg => svg.clientWidth < 360)")
    assert not person.scrolls_sideways()


@pytest.mark.parametrize("how", ["without scripts", "over a slow connection"])
def test_the_tables_stand_where_pictures_do_not_come(browser, server, person, page, superuser, register, how):
    # given somebody signed in
    person.sign_in(superuser)
    state = page.context.storage_state()
    other = browser.new_context(base_url=server.url, storage_state=state, locale="fr-FR", java_script_enabled=how != "without scripts")
    asked = []
    other.on("request", lambda request: asked.append(request.url))
    if how != "without scripts":
        other.add_init_script("Object.defineProperty(navigator, 'connection', {value: {saveData: true}})")
    # when the page opens
    reading = other.new_page()
    reading.goto("/admin/")
    # then every table is open, with its links, and the large script was not fetched
    expect(reading.locator(".of-chart-table[open] table")).to_have_count(4)
    expect(reading.locator(".of-chart-table a", has_text="24").first).to_be_visible()
    assert not [url for url in asked if "pages/chart" in url]
    other.close()


@pytest.mark.urls("tests.e2e.chart_urls")
@pytest.mark.parametrize("look", LOOKS, indirect=True, ids=lambda look: f"{look[0]}-{look[1][0]}")
def test_every_kind_of_chart(person, page, superuser):
    """Lines, stacked bars, donut and bars: each with its title, unit, period, table; more than colour tells series apart."""
    # given
    person.sign_in(superuser)
    person.open("/admin/charts/")
    expect(page.locator(".of-chart-picture svg")).to_have_count(4)
    # then
    person.inspect("charts")
    line = page.locator(".of-chart", has_text="Parts d’Alvheim")
    expect(line).to_contain_text("% · 2008–2012")
    assert {"2008", "Marathon", "ConocoPhillips"} <= set(line.locator("text").all_text_contents())
    line.locator(".of-chart-table summary").click()
    assert line.locator("tbody tr").nth(3).inner_text().split("\t") == ["2011", "50,5", "–"]
    # a name that could be markup is a name
    bar = page.locator(".of-chart", has_text="Pays").locator(".of-chart-picture")
    assert [name for name in bar.locator("text").all_text_contents() if name.startswith("<b>Norvège<")]
    assert "1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567" in bar.locator("text").all_text_contents()


@pytest.mark.parametrize("look", [("light", DESKTOP), ("dark", PHONE)], indirect=True, ids=["desktop", "dark phone"])
def test_an_empty_site_and_an_account_without_rights(person, page, superuser):
    # given a site without a record
    person.sign_in(superuser)
    expect(page.get_by_role("heading", name="Il n’y a pas encore de fiches")).to_be_visible()
    person.inspect("home-empty")
    # when somebody without a role signs in
    page.context.clear_cookies()
    nobody = User.objects.create_user("aldric@example.org", PASSWORD, name="Aldric Montfavel", is_staff=True)
    person.sign_in(nobody)
    # then the page says so, and who can help
    expect(page.get_by_role("heading", name="Votre compte n’a encore aucun droit")).to_be_visible()
    expect(page.locator(".of-begin")).to_contain_text("Claire Martin")
    person.inspect("home-nobody")
