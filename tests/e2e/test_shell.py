"""The shell as a person meets it: French, keyboard, light and dark, desktop and phone (interface.md 7, 8, 10, 12, 17–20)."""
import re
import time

import pytest
from django.contrib import admin
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from apps.core.factory.models import Division, Site
from apps.kernel import demo
from apps.kernel.bases import Tracked
from tests.e2e.conftest import DESKTOP, HOME, PASSWORD, PHONE

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
shell = pytest.mark.urls("tests.e2e.shell_urls")
LOOKS = [(scheme, size) for scheme in ("light", "dark") for size in (DESKTOP, PHONE)]


@pytest.fixture
def sites(server) -> list[Site]:
    made = [Site.objects.create(name=f"Plateforme {number:02d}", code=f"PF-{number:02d}", kind="fixed_facility") for number in range(1, 31)]
    Division.objects.create(site=made[0], code="MNT", name="Maintenance")
    return made


@shell
def test_login_speaks_french_refuses_and_lets_in(person, page, superuser):
    # given the login page
    person.open("/admin/login/?next=/admin/")
    expect(page.get_by_text("Bienvenue sur")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    # when the password is wrong
    page.locator("#id_username").fill(superuser.email)
    page.locator("#id_password").fill("pas le bon mot de passe")
    page.get_by_role("button", name="Connexion").click()
    # then the refusal is said, in French, and announced
    expect(page.get_by_role("alert").first).to_be_visible()
    assert "Please" not in page.locator("body").inner_text()
    # and the right one lets in
    person.sign_in(superuser)
    expect(page.get_by_role("button", name="Rechercher").first).to_be_visible()


@shell
@pytest.mark.parametrize("look", LOOKS, indirect=True, ids=lambda look: f"{look[0]}-{look[1][0]}")
def test_every_kind_of_page_holds_in_light_and_dark_on_desktop_and_phone(person, page, superuser, sites, problems):
    # given the pages every model has
    person.open("/admin/login/?next=/admin/")
    person.inspect("login")
    person.sign_in(superuser)
    pages = {
        "index": "/admin/", "app": "/admin/factory/", "list": "/admin/factory/site/", "empty-list": "/admin/factory/site/?q=introuvable",
        "form": f"/admin/factory/site/{sites[0].pk}/change/", "add": "/admin/factory/site/add/",
        "delete": f"/admin/factory/division/{Division.objects.get().pk}/delete/", "protected": f"/admin/factory/site/{sites[0].pk}/delete/",
        "history": f"/admin/factory/site/{sites[0].pk}/history/", "password": "/admin/password_change/",
        "popup": "/admin/factory/site/add/?_popup=1",
    }
    # then each is accessible, fits the window and breaks no rule of the policy
    for name, address in pages.items():
        person.open(address)
        person.inspect(name)
    # and so are the pages of refusals and faults
    problems.expect(r"status of (403|404|500)")
    refusals = [("404", "/admin/nothing/here/", "n’existe pas"), ("403", "/admin/forbidden/", "droit"),
                ("500", "/admin/broken/", "de notre côté")]
    for name, address, words in refusals:
        person.open(address)
        expect(page.locator("main")).to_contain_text(words)
        person.inspect(name)


def product_pages() -> list[str]:
    """The index and, of whatever the modules register, the list, the empty form, and a record's form, history and deletion."""
    pages = ["/admin/"]
    for model in admin.site._registry:
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        record = model._base_manager.order_by("pk").last()
        kinds = ("change", *(["history"] if issubclass(model, Tracked) else []), "delete")
        pages += [base, f"{base}add/", *([f"{base}{record.pk}/{kind}/" for kind in kinds] if record else [])]
    return pages


@pytest.mark.slow
def test_every_page_of_the_product_keeps_the_policy(person, superuser, problems):
    # given the demonstration site and every page of every module
    demo.load(lambda title: None)
    problems.expect("status of 403")        # a page nobody adds to or deletes from by hand
    person.sign_in(superuser)
    # then none logs an error (the page fixture), has a serious accessibility fault or scrolls sideways, on a desktop or a phone
    faults = {}
    for address in product_pages():
        answer = person.page.goto(address)
        if answer.status == 403 and address.endswith(("/add/", "/delete/")):
            continue
        person.settle()
        found = person.accessibility() if answer.status == 200 else [f"status {answer.status}"]
        for size in (PHONE, DESKTOP):
            person.resize(size)
            person.picture("product" + re.sub(r"/\d+/", "/", address).replace("/", "-").rstrip("-"))
            found += [f"scrolls sideways at {size[0]}"] if person.scrolls_sideways() else []
        if found:
            faults[address] = found
    assert faults == {}


@shell
def test_keyboard_alone_from_login_to_a_saved_form(person, page, superuser, sites):
    # given the login page, whose first field has the focus
    person.open("/admin/login/?next=/admin/")
    keyboard = page.keyboard
    keyboard.type(superuser.email)
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    page.wait_for_url(HOME)
    person.settle()
    # when going to the list by the palette, and to the second row
    keyboard.press("Control+k")
    keyboard.type("sites")
    expect(page.get_by_role("option", name="Sites")).to_be_visible()
    keyboard.press("Enter")
    page.wait_for_url("**/admin/factory/site/")
    person.settle()
    keyboard.press("j")
    keyboard.press("j")
    expect(page.locator("tr.of-current")).to_contain_text("Plateforme 02")
    keyboard.press("x")
    expect(page.get_by_role("checkbox", name="Sélectionner Plateforme 02")).to_be_checked()
    keyboard.press("e")
    page.wait_for_url(f"**/site/{sites[1].pk}/change/**")
    person.settle()
    # and changing its first field
    keyboard.press("e")
    keyboard.press("End")
    keyboard.type(" bis")
    keyboard.press("Control+s")
    expect(page.get_by_role("status").first).to_contain_text("Plateforme 02 bis")
    # then it is saved, and g h leads home
    assert Site.objects.get(pk=sites[1].pk).name == "Plateforme 02 bis"
    page.evaluate("document.activeElement.blur()")
    keyboard.press("g")
    keyboard.press("h")
    page.wait_for_url(HOME)


@shell
def test_keys_stay_out_of_fields_and_are_listed(person, page, superuser, sites):
    person.sign_in(superuser)
    person.open("/admin/factory/site/")
    # when typing the letters of commands in the search field
    page.keyboard.press("/")
    expect(page.locator("#searchbar")).to_be_focused()
    page.keyboard.type("gh?cjx")
    # then they are letters
    expect(page.locator("#searchbar")).to_have_value("gh?cjx")
    assert page.url.endswith("/admin/factory/site/")
    # and outside of it, ? lists the keys, Escape closes, c creates
    page.locator("#searchbar").blur()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Raccourcis clavier")).to_be_visible()
    person.inspect("keys")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Raccourcis clavier")).not_to_be_visible()
    page.keyboard.press("c")
    page.wait_for_url("**/site/add/**")


@shell
def test_palette_finds_remembers_and_says_nothing_found(person, page, superuser, sites):
    person.sign_in(superuser)
    person.settle()
    # when searching a record with a few letters
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Rechercher une page ou une fiche")
    expect(field).to_be_focused()
    field.type("forme 0")
    expect(page.get_by_role("option")).to_have_count(9)
    person.inspect("palette")
    # then the arrows move through the options and Enter opens the current one
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Plateforme 02")
    assert field.get_attribute("aria-activedescendant") == page.get_by_role("option", selected=True).get_attribute("id")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/site/{sites[1].pk}/change/")
    person.settle()
    # and it stands first among the recent ones
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("group", name="Récents").get_by_role("option").first).to_contain_text("Plateforme 02")
    # and nothing found says so
    field.fill("zzz")
    expect(page.locator("#of-palette [role=status]")).to_contain_text("Aucun résultat")
    expect(page.locator("#of-palette [role=option]")).to_have_count(0)


def leave(page, address: str) -> None:
    """Goes elsewhere although the form warns of unsaved changes."""
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(address)


@shell
def test_nothing_typed_is_lost_when_the_page_is_left(person, page, superuser, sites):
    person.sign_in(superuser)
    form = f"/admin/factory/site/{sites[0].pk}/change/"
    person.open(form)
    # given something typed, and a row added to the inline, never saved
    page.locator("#id_name").fill("Plateforme rêvée")
    page.locator("#tabs-items").get_by_role("link", name="Divisions").click()
    page.locator("#divisions-group .add-row").first.click()
    page.locator("#id_divisions-1-code").fill("LOG")
    page.locator("#id_divisions-1-name").fill("Logistique")
    page.wait_for_timeout(600)
    leave(page, "/admin/")
    # when coming back
    person.open(form)
    expect(page.locator("#of-draft")).to_contain_text("sans enregistrer")
    person.inspect("draft")
    page.get_by_role("button", name="Restaurer").click()
    # then all of it is back, and still only here
    expect(page.locator("#id_name")).to_have_value("Plateforme rêvée")
    expect(page.locator("#id_divisions-1-code")).to_have_value("LOG")
    assert Site.objects.get(pk=sites[0].pk).name == "Plateforme 01"
    # and once saved the draft is forgotten
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_url("**/admin/factory/site/")
    assert Site.objects.get(pk=sites[0].pk).name == "Plateforme rêvée"
    assert Division.objects.get(code="LOG").site_id == sites[0].pk
    person.open(form)
    expect(page.locator("#of-draft")).to_have_count(0)


@shell
def test_a_lost_session_keeps_the_input_and_goes_on_after_signing_in_again(person, page, context, superuser, sites, problems):
    person.sign_in(superuser)
    person.open(f"/admin/factory/site/{sites[0].pk}/change/")
    page.locator("#id_name").fill("Saisie précieuse")
    # given a session that ended meanwhile
    cookies = [cookie for cookie in context.cookies() if cookie["name"] == "sessionid"]
    context.clear_cookies(name="sessionid")
    assert cookies and Session.objects.count() == 1
    # when saving
    posts = []
    page.on("request", lambda request: request.method == "POST" and posts.append(request.url))
    problems.expect(r"status of 401")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    # then nothing is sent, the input is still there, and a way back is offered
    expect(page.locator("#of-session")).to_contain_text("déconnecté")
    assert posts == []
    expect(page.locator("#id_name")).to_have_value("Saisie précieuse")
    person.inspect("session")
    # and after signing in in a new tab the same form goes through, with its new token
    with context.expect_page() as opened:
        page.get_by_role("button", name="Se connecter dans un nouvel onglet").click()
    other = opened.value
    other.locator("#id_username").fill(superuser.email)
    other.locator("#id_password").fill(PASSWORD)
    other.get_by_role("button", name="Connexion").click()
    other.wait_for_url(HOME)
    page.get_by_role("button", name="Réessayer").click()
    page.wait_for_url("**/admin/factory/site/")
    assert Site.objects.get(pk=sites[0].pk).name == "Saisie précieuse"


@shell
def test_a_form_is_sent_once_however_often_it_is_pressed(person, page, superuser):
    person.sign_in(superuser)
    person.open("/admin/factory/site/add/")
    page.locator("#id_name").fill("Une seule fois")
    page.locator("#id_kind").select_option("fixed_facility")
    # given a slow server
    posts = []

    def slowly(route):
        if route.request.method == "POST":
            posts.append(route.request.url)
            time.sleep(0.5)
        route.continue_()
    page.route("**/site/add/**", slowly)
    # when pressing three times
    button = page.get_by_role("button", name="Enregistrer", exact=True)
    button.evaluate("button => { button.click(); button.click(); setTimeout(() => button.click(), 150) }")
    page.wait_for_url("**/admin/factory/site/")
    # then it went once
    assert len(posts) == 1
    assert Site.objects.filter(name="Une seule fois").count() == 1


@shell
def test_errors_say_where_and_the_focus_goes_there(person, page, superuser, sites):
    person.sign_in(superuser)
    person.open(f"/admin/factory/site/{sites[0].pk}/change/")
    # given an error on each tab of the form and one in a line
    page.locator("#id_name").fill("")
    page.locator("#tabs-items").get_by_role("link", name="Divisions").click()
    page.get_by_label("Nom").and_(page.locator("#id_divisions-0-name")).fill("")
    page.locator("#tabs-items").get_by_role("link", name="Général").click()
    page.get_by_role("button", name="Position", exact=True).click()
    page.locator("#id_latitude").fill("95")
    page.locator("#id_longitude").fill("2")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    # then the summary names the fields, the first has the focus, the input is kept
    summary = page.get_by_role("alert").first
    expect(summary.get_by_role("link")).to_have_text([re.compile("Nom"), re.compile("Nom")])
    expect(page.locator("#id_name")).to_be_focused()
    expect(page.locator("#id_latitude")).to_have_value(re.compile("95"))
    person.inspect("errors")
    # and its links lead to the fields, on whatever tab
    summary.get_by_role("link").nth(1).click()
    expect(page.locator("#id_divisions-0-name")).to_be_focused()
    page.get_by_label("Nom").and_(page.locator("#id_divisions-0-name")).fill("Maintenance")
    page.locator("#tabs-items").get_by_role("link", name="Général").click()
    # and an error on a hidden tab opens it
    page.locator("#id_name").fill("Plateforme 01")
    page.get_by_role("button", name="Position", exact=True).click()
    page.locator("#id_latitude").fill("48.12345678")
    page.get_by_role("button", name="Dates", exact=True).click()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator("#id_latitude")).to_be_focused()


@shell
def test_the_theme_is_chosen_kept_and_there_before_the_first_paint(person, page, superuser, problems):
    person.sign_in(superuser)
    # when choosing dark by keyboard in the user's menu, in a browser that prefers light
    page.get_by_role("button", name="Claire Martin").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sombre").press("Enter")
    expect(page.locator("html")).to_have_class(re.compile(r"\bdark\b"))
    # then a page whose scripts have not come yet is dark already
    problems.expect("ERR_FAILED")
    page.route("**/dist/alpine*.js", lambda route: route.abort())
    page.goto("/admin/", wait_until="commit")
    expect(page.locator("html")).to_have_class(re.compile(r"\bdark\b"))
    page.unroute("**/dist/alpine*.js")
    # and light again follows at once
    person.open("/admin/")
    page.get_by_role("button", name="Claire Martin").click()
    page.get_by_role("button", name="Clair", exact=True).click()
    expect(page.locator("html")).not_to_have_class(re.compile(r"\bdark\b"))


@shell
def test_the_fixture_catches_a_violation(page, superuser, problems):
    # given a page into which somebody injects a script
    page.goto("/admin/login/")
    page.evaluate("""() => {
        const made = document.createElement('script');
        made.textContent = 'window.hacked = 1';
        document.head.append(made);
    }""")
    page.wait_for_timeout(200)
    # then the policy stops it and the fixture has seen it
    assert page.evaluate("window.hacked") is None
    assert any("script-src" in problem for problem in problems.left())
    problems.expect("script-src")


def test_a_draft_upon_an_older_version_meets_the_newer_one(person, page, superuser, sites):
    # given something typed in the product's own form, left, while somebody else saves the record
    person.sign_in(superuser)
    form = f"/admin/factory/site/{sites[0].pk}/change/"
    person.open(form)
    page.locator("#id_name").fill("Nom de Claire")
    page.wait_for_timeout(600)
    leave(page, "/admin/")
    other = Site.objects.get(pk=sites[0].pk)
    other.name = "Nom de Paul"
    other.save()
    # when restoring and saving
    person.open(form)
    expect(page.locator("#of-draft")).to_contain_text("modifiée depuis")
    page.get_by_role("button", name="Restaurer").click()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    # then both are shown, nothing is overwritten, and what was typed still stands
    comparison = page.get_by_role("row").filter(has_text="Nom de Paul")
    expect(comparison).to_contain_text("Nom de Claire")
    expect(page.locator("#id_name")).to_have_value("Nom de Claire")
    assert Site.objects.get(pk=sites[0].pk).name == "Nom de Paul"
    # and saving once more, knowingly, goes through
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_url(re.compile(r"/admin/factory/site/(\?.*)?(#row-\d+)?$"))
    assert Site.objects.get(pk=sites[0].pk).name == "Nom de Claire"
