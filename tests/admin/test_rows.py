"""The rows of a list page: the same cells as Unfold draws, escaped, worked out once a page."""
import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import translation
from unfold.templatetags.unfold_list import items_for_result, result_headers

from apps.core.factory.models import Site
from apps.core.iam import predefined
from apps.core.iam.models import Role, User
from apps.kernel.access import session
from apps.kernel.admin.rows import plain, rows
from apps.kernel.periods import always
from apps.tiers.models import Category, Company, Interest, Person

pytestmark = pytest.mark.django_db
HOSTILE = '<script>alert("x")</script> & #label# #value# \'"'


@pytest.fixture
def records():
    """One and more of each kind, with empty and hostile values."""
    predefined.sync()
    category = Category(code="LEV", name=HOSTILE)
    category.save()
    manager = User.objects.create_superuser("rows@example.org", name="Rows")
    site = Site(name=HOSTILE, code="S1", kind="base", capacity=1200)
    site.save()
    company = Company(legal_name=HOSTILE, country="FR", category=category, account_manager=manager)
    company.save()
    Company(legal_name="Vide", incomplete=True).save()
    Person(given="Zélie", family=HOSTILE, language="fr").save()
    Interest(company=company, site=site, role="operator", period=always()).save()
    return manager


def page_of(model, user, query=""):
    request = RequestFactory().get(f"/admin/{query}")
    request.user = user
    return admin.site.get_model_admin(model).get_changelist_instance(request)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("model", [Company, Person, Site, Category, Interest, User, Role], ids=lambda model: model._meta.label)
@pytest.mark.parametrize("query", ["", "?o=-1.2"])
def test_cells_are_those_that_unfold_draws(records, model, language, query):
    # given a list in the first order and in another
    with translation.override(language), session():
        page = page_of(model, records, query)
        page.formset = None
        # when
        ours = rows(page, list(result_headers(page)))
        # then
        assert len(page.result_list) > 0
        for record in page.result_list:
            cells = "".join(items_for_result(page, record, None)).replace('" >', '">')
            assert cells in ours
        assert ours.count("<tr ") == len(page.result_list)


def test_hostile_values_stay_text(records):
    # given / when
    with session():
        page = page_of(Company, records)
        ours = rows(page, list(result_headers(page)))
    # then
    assert "<script>" not in ours
    assert ours.count("&lt;script&gt;") == 3       # its checkbox's label, its name, its category


def test_a_page_with_what_only_unfold_draws_is_left_to_it(records, monkeypatch):
    # given
    with session():
        page = page_of(Company, records)
        page.formset = None
        # when / then
        assert plain(page, None)
        assert not plain(page, [{"title": "an action of each row"}])
        page.is_popup = True
        assert not plain(page, None)
        page.is_popup = False
        monkeypatch.setattr(page.model_admin, "list_sections", ["a section"], raising=False)
        assert not plain(page, None)


def test_the_list_page_shows_them(records, client):
    # given
    client.force_login(records)
    # when
    answer = client.get("/admin/tiers/company/")
    # then
    assert answer.status_code == 200
    assert answer.content.count(b'class="data-row') == 2
    assert answer.content.count(b"action-select") >= 2


def test_a_popup_list_is_drawn_by_unfold(records, client):
    # given
    client.force_login(records)
    # when
    answer = client.get("/admin/tiers/company/?_popup=1")
    # then
    assert answer.status_code == 200
    assert b"data-popup-opener" in answer.content


def test_nobody_sees_rows_without_rights(records):
    # given / when
    with session():
        page = page_of(Company, AnonymousUser())
    # then
    assert list(page.result_list) == []
