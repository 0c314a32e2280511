"""A person in Chromium. The `page` fixture fails its test on any console error, page error, failed request or policy violation."""
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from apps.core.iam.models import User
from opsflux.launcher import translations

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "var" / "screenshots"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
BUNDLE = ROOT / "static" / "dist" / "app.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("OPSFLUX_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), "")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]
PASSWORD = "une phrase assez longue"
HOME = re.compile(r"^[^?]*/admin/$")
DESKTOP, PHONE = (1366, 850), (390, 844)
REPORT_VIOLATIONS = """document.addEventListener('securitypolicyviolation',
    event => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))"""

# What fades in is judged when it has: a colour half-way there has no contrast.
AT_REST = """() => Promise.all(document.getAnimations()
    .filter(one => one.effect.getComputedTiming().endTime < Infinity).map(one => one.finished.catch(() => null))).then(() => null)"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse("No Chromium on this machine: install it, or name it in OPSFLUX_CHROMIUM.")
    if not BUNDLE.exists() or not AXE.exists():
        pytest.fail("The pages' JavaScript is not built: npm ci --ignore-scripts && npm run build")
    assert translations.main() == 0     # compiled catalogues, as the launcher does at each start
    # Playwright keeps an event loop in this thread; Django would refuse the database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Problems:
    """What went wrong on a page, except what the test said it expects."""
    found: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        self.expected.append(pattern)

    def add(self, problem: str) -> None:
        self.found.append(problem)

    def left(self) -> list[str]:
        return [problem for problem in self.found if not any(re.search(pattern, problem) for pattern in self.expected)]


def watch(page: Page, problems: Problems, origin: str) -> None:
    page.on("console", lambda message: message.type == "error" and problems.add(f"console: {message.text} on {page.url}"))
    page.on("pageerror", lambda error: problems.add(f"page: {error} on {page.url}"))

    def failed(request) -> None:
        # A page left while it still asks aborts its requests; that is no failure.
        if request.url.startswith(origin) and request.failure != "net::ERR_ABORTED":
            problems.add(f"request: {request.url} {request.failure}")
    page.on("requestfailed", failed)

    def foreign(request) -> None:
        if urlsplit(request.url).scheme in ("http", "https") and not request.url.startswith(origin):
            problems.add(f"foreign request: {request.url}")
    page.on("request", foreign)


@pytest.fixture
def problems() -> Problems:
    return Problems()


@pytest.fixture
def server(settings, live_server):
    """The product over HTTP, static files from where they lie."""
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    return live_server


@pytest.fixture
def look(request) -> dict:
    """Colour scheme and window of the test; parametrize indirectly to change them."""
    scheme, (width, height) = getattr(request, "param", ("light", DESKTOP))
    return {"color_scheme": scheme, "viewport": {"width": width, "height": height}}


@pytest.fixture
def context(browser: Browser, server, look: dict, problems: Problems) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", base_url=server.url, **look)
    context.set_default_timeout(10_000)
    context.add_init_script(REPORT_VIOLATIONS)
    context.on("page", lambda page: watch(page, problems, server.url))
    yield context
    context.close()
    assert problems.left() == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def superuser(server) -> User:
    return User.objects.create_superuser("claire@example.org", PASSWORD, name="Claire Martin")


class Person:
    """What somebody does and sees on the pages."""

    def __init__(self, page: Page):
        self.page = page

    def sign_in(self, user: User, password: str = PASSWORD) -> None:
        self.page.goto("/admin/login/?next=/admin/")
        self.page.get_by_label("E-mail").or_(self.page.locator("#id_username")).first.fill(user.email)
        self.page.locator("#id_password").fill(password)
        self.page.get_by_role("button", name="Connexion").click()
        self.page.wait_for_url(HOME)
        self.settle()

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.settle()

    def settle(self) -> None:
        """Waits until the scripts have run: Alpine shows the body, the next frame moves the focus."""
        self.page.wait_for_load_state("load")
        self.page.wait_for_selector("body:not([x-cloak])")
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def inspect(self, name: str) -> None:
        """A picture for people, and the checks that hold on every page: nothing serious for axe, no horizontal scroll."""
        self.page.evaluate(AT_REST)
        self.picture(name)
        assert not self.scrolls_sideways(), f"{name} scrolls sideways"
        assert self.accessibility() == [], name

    def picture(self, name: str) -> None:
        """A screenshot in var/screenshots, named after the page, the theme and the width."""
        dark = self.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}-{'dark' if dark else 'light'}-{self.page.viewport_size['width']}.png")

    def scrolls_sideways(self) -> bool:
        return self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")

    def resize(self, size: tuple[int, int]) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def accessibility(self) -> list[str]:
        """The serious and critical findings of axe."""
        self.page.evaluate(AXE.read_text() + "; 0")
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(result => JSON.stringify(result.violations))")
        return [f"{rule['id']} on {node['html'][:160]}" for rule in json.loads(found) if rule["impact"] in ("serious", "critical")
                for node in rule["nodes"]]


@pytest.fixture
def person(page: Page) -> Person:
    return Person(page)
