"""The API's document as a person reads it (OPS-04): both readers come whole, from here only, under the content policy."""
import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_swagger_asks_and_redoc_shows_without_a_complaint(person, page, superuser):
    # given somebody signed in; the fixtures fail on any console error, policy violation or request to elsewhere
    person.sign_in(superuser)
    # when Swagger UI is opened and asks for sites
    page.goto("/api/docs/")
    page.locator(".opblock-tag", has_text="factory/sites").click(timeout=60_000)
    page.locator(".opblock-get [data-path='/api/v1/factory/sites/']").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table tbody .response-col_status").first).to_contain_text("200", timeout=60_000)
    # and Redoc
    page.goto("/api/redoc/")
    expect(page.get_by_role("heading", name="factory/sites").first).to_be_visible(timeout=60_000)
    page.get_by_role("textbox").first.fill("divisions")
    expect(page.locator("[role=search] [role=menuitem]").first).to_be_visible(timeout=60_000)     # its worker answered
