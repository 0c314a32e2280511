"""Forms of the back office: going to the next record, a form sent twice."""
import pytest
from django.test import Client

from apps.core.iam.tests.factories import UserFactory
from apps.tiers.models import Category

pytestmark = pytest.mark.django_db
FILTERS = "?_changelist_filters=o%3D1"


@pytest.fixture
def clerk():
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def save(client, record, query="", name="_savenext"):
    return client.post(f"/admin/tiers/category/{record.pk}/change/{query}",
                       {"code": record.code, "name": "Changed", "active": "on", "_version": record.version, name: "1"})


def test_save_and_next_goes_to_the_next_record_of_the_list_and_at_its_end_to_the_list(clerk):
    # given a list in the order of codes
    first, second = (Category.objects.create(code=code, name=code) for code in ("A", "B"))
    # when each is saved with "save and next"
    after_first, after_second = save(clerk, first, FILTERS), save(clerk, second, FILTERS)
    # then the next one opens with the list's filters, and after the last the list
    assert (after_first.status_code, after_first.url) == (302, f"/admin/tiers/category/{second.pk}/change/{FILTERS}")
    assert after_second.url.startswith("/admin/tiers/category/?")
    assert set(Category.objects.values_list("name", flat=True)) == {"Changed"}


@pytest.mark.parametrize("filters", ["p%3Dabc", "nope__exact%3D1"])
def test_save_and_next_saves_even_when_the_list_it_came_from_cannot_be_read(clerk, filters):
    # given a record opened from an address somebody broke
    record = Category.objects.create(code="A", name="A")
    # when it is saved; then it is saved
    assert save(clerk, record, f"?_changelist_filters={filters}").status_code == 302
    record.refresh_from_db()
    assert record.name == "Changed"


def test_a_form_sent_twice_makes_one_record_and_says_so(clerk):
    # given one form, sent twice
    body = {"code": "A", "name": "Once", "active": "on", "_submit": "0123456789abcdef"}
    first = clerk.post("/admin/tiers/category/add/", body)
    second = clerk.post("/admin/tiers/category/add/", {**body, "code": "B"})
    # then the second is refused with what was typed still in it
    assert (first.status_code, second.status_code) == (302, 200)
    assert "already sent" in second.content.decode() and 'value="B"' in second.content.decode()
    assert list(Category.objects.values_list("code", flat=True)) == ["A"]
