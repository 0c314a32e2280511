"""The palette's records (TIE-16): names that begin with the text first, then what holds it, then what resembles it."""
import json

import pytest
from django.test import RequestFactory

from apps.core.factory.models import Site
from apps.core.iam import predefined
from apps.core.iam.models import Assignment, Role, User
from apps.core.search.palette import palette_view
from apps.kernel.access import session
from apps.tiers.models import Company, ContactPoint, Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return User.objects.create_superuser("palette@example.org", name="Palette")


def found(user, typed):
    """{kind: titles} of the records offered."""
    request = RequestFactory().get("/admin/palette/", {"q": typed})
    request.user = user
    with session():
        groups = json.loads(palette_view(request).content)["groups"]
    return {str(item["subtitle"]): [other["title"] for other in group["items"]] for group in groups for item in group["items"]
            if "/change/" in item["url"]}


def companies(*names):
    for name in names:
        Company(legal_name=name).save()


def test_names_that_begin_with_it_come_before_those_that_hold_it(user):
    # given
    companies("Ateliers Forgeac", "Forgeac Marine", "Zinguerie Forgeac", "Forgéac")
    # when / then
    assert list(found(user, "forgeac").values()) == [["Forgéac", "Forgeac Marine", "Ateliers Forgeac", "Zinguerie Forgeac"]]


def test_the_exact_name_is_found_among_many_that_hold_it(user):
    # given eighty companies that hold the word, and the one that is called so
    companies(*[f"Comptoir {number} Totem" for number in range(80)], "Totem")
    # when
    titles = next(iter(found(user, "totem").values()))
    # then
    assert (titles[0], len(titles)) == ("Totem", 6)


def test_signs_of_patterns_are_plain_text(user):
    # given
    companies("100% Marine", "1000 Marées", "Anse_Bleue", "AnseXBleue")
    # when / then
    assert [list(found(user, typed).values()) for typed in ("100%", "anse_")] == [[["100% Marine"]], [["Anse_Bleue"]]]


def test_typing_errors_are_forgiven_where_nothing_holds_the_text(user):
    # given
    companies("Belcastelle Forage", "Marine du Ponant")
    # when / then
    assert list(found(user, "belcastele").values()) == [["Belcastelle Forage"]]


def test_two_letters_find_names_that_begin_with_them(user):
    # given
    companies("Zinal", "Brazil Marine")
    # when / then
    assert list(found(user, "zi").values()) == [["Zinal"]]


def test_short_codes_of_sites_are_found_anywhere(user):
    # given
    Site(name="Alcyon", code="PF-A1", kind="base").save()
    # when / then
    assert list(found(user, "a1").values()) == [["Alcyon"]]


def test_persons_are_found_by_their_mail(user):
    # given
    person = Person(given="Zélie", family="Orgevoy")
    person.save()
    ContactPoint(person=person, kind="email", value="z.orgevoy@marine.example").save()
    # when / then
    assert list(found(user, "@marine").values()) == [["Zélie Orgevoy"]]


def test_what_is_not_shown_is_not_offered_by_its_beginning_either(user):
    # given somebody without any role, and somebody who may see one country's companies only
    companies("Secrétan Marine")
    Company(legal_name="Secrétan Norge", country="NO").save()
    nobody = User.objects.create_user("nobody@example.org", name="Nobody")
    role = Role(code="norway", name="Norvège")
    role.save()
    role.rules.create(permission="tiers.view_company", condition={"country": "NO"})
    norwegian = User.objects.create_user("norge@example.org", name="Norge")
    Assignment(role=role, user=norwegian).save()
    # when / then
    assert found(nobody, "secretan") == {}
    assert list(found(norwegian, "secretan").values()) == [["Secrétan Norge"]]


def test_records_that_were_merged_are_not_offered(user):
    # given
    companies("Duplex Marine", "Duplex")
    kept, gone = Company.objects.order_by("-legal_name")
    Company.objects.filter(pk=gone.pk).update(merged_into=kept)
    # when / then
    assert list(found(user, "duplex").values()) == [["Duplex Marine"]]


def test_a_manager_of_one_site_finds_that_site_only(user):
    # given
    predefined.sync()
    here, there = Site(name="Môle Nord", kind="base"), Site(name="Môle Sud", kind="base")
    here.save()
    there.save()
    manager = User.objects.create_user("mole@example.org", name="Manager")
    Assignment(role=Role.objects.get(code="manager"), user=manager, site=here).save()
    # when / then
    assert list(found(manager, "môle").values()) == [["Môle Nord"]]
