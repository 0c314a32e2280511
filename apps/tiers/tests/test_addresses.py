"""TIE-19: a postal address beside the name: while typing and in the search for duplicates, never on import."""
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.urls import reverse

from apps.core.iam.tests.factories import UserFactory, holding
from apps.tiers.models import Address, DuplicateCandidate
from apps.tiers.names import similarity
from apps.tiers.services import record_candidates, similar_companies
from apps.tiers.services.finding import find_duplicates
from apps.tiers.tests.factories import CompanyFactory

pytestmark = pytest.mark.django_db

OFFICE = {"country": "NO", "postcode": "4033", "city": "Stavanger", "lines": "Jåttåvågveien 18"}


@pytest.fixture
def clerk():
    return holding(UserFactory(), "tiers.view_company", "tiers.merge_company")


def company(name, **address):
    made = CompanyFactory(legal_name=name)
    if address:
        Address.objects.create(company=made, **address)
    return made


def keys(**address):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tiers_place_key(%(country)s, %(postcode)s, %(city)s, %(lines)s), tiers_street_key(%(lines)s)",
                       {"country": "", "postcode": "", "city": "", "lines": "", **address})
        return cursor.fetchone()


@pytest.mark.parametrize(("address", "expected"), [
    ({"country": "FR", "postcode": "75 008", "city": "Paris", "lines": "12, av. Foch"}, ("FR|75008|12", "AVENUE FOCH")),
    ({"country": "FR", "postcode": "75008", "city": "PARIS", "lines": "12 Avenue FOCH"}, ("FR|75008|12", "AVENUE FOCH")),
    ({"country": "NO", "postcode": "4033", "lines": "Jåttåvågveien\n18"}, ("NO|4033|18", "JATTAVAGVEIEN")),
    ({"country": "GA", "city": "Port-Gentil", "lines": "BP 539, Bd. Léon-M'ba"}, ("GA|PORT GENTIL|539", "BP BOULEVARD LEON M BA")),
    ({"country": "GB", "postcode": "ab11 6eq", "lines": "1 Marischal Sq"}, ("GB|AB116EQ|1", "MARISCHAL SQUARE")),
    ({"country": "FR", "postcode": "75008", "lines": "—"}, ("", "")),
    ({"country": "", "postcode": "75008", "lines": "12 rue X"}, ("", "RUE X")),
    ({"country": "AO", "lines": "Rua Direita 5"}, ("", "RUA DIREITA")),
])
def test_tie_19_an_address_is_compared_by_keys(address, expected):
    # given one way to write it / when / then
    assert keys(**address) == expected


def test_tie_19_the_database_keeps_the_keys():
    # given
    line = Address.objects.create(company=CompanyFactory(), **OFFICE)
    # when
    line.lines = "Jåttåvågveien 7"
    line.save()
    # then
    assert Address.objects.values_list("place_key", "street_key").get(pk=line.pk) == ("NO|4033|7", "JATTAVAGVEIEN")


def test_tie_19_names_that_say_too_little_alone_are_warned_of_at_one_address(clerk):
    # given 15 of 32 trigrams: silent (domain rule 4)
    known = company("Talisman Energy Norge AS", **OFFICE)
    assert similar_companies(user=clerk, name="Talisman Petroleum Norge AS").found == ()
    # when typed with the address, written another way
    found = similar_companies(user=clerk, name="Talisman Petroleum Norge AS", addresses=[
        {"country": "NO", "postcode": "4033 ", "city": "STAVANGER", "lines": "Jattavagveien, 18"}]).found
    # then
    assert [(like.record, like.reason, like.score) for like in found] == [(known, "address", Fraction(15, 32))]
    assert found[0].matched == "Jåttåvågveien 18, 4033 Stavanger, NO"


@pytest.mark.parametrize("typed", [
    {**OFFICE, "lines": "Jåttåvågveien 7"}, {**OFFICE, "postcode": "4034"}, {**OFFICE, "country": "SE"}, {**OFFICE, "lines": ""},
    {**OFFICE, "lines": "Verksgata 18"}])
def test_tie_19_another_address_says_nothing(clerk, typed):
    # given
    company("Talisman Energy Norge AS", **OFFICE)
    # when / then
    assert similar_companies(user=clerk, name="Talisman Petroleum Norge AS", addresses=[typed]).found == ()


@pytest.mark.parametrize(("known", "typed", "score", "warned"), [
    ("Rue de la Paix", "Rue de la Paie", Fraction(13, 17), True), ("Rue de la Paix", "Rue de la Gare", Fraction(1, 2), False),
    ("Avenue du Général Leclerc", "Av. du Gal Leclerc", Fraction(20, 28), True)])
def test_tie_19_streets_are_like_from_six_tenths(clerk, known, typed, score, warned):
    # given
    assert similarity(keys(lines=known)[1], keys(lines=typed)[1]) == score
    company("Talisman Energy Norge AS", **{**OFFICE, "lines": f"12 {known}"})
    # when
    found = similar_companies(user=clerk, name="Talisman Petroleum Norge AS", addresses=[{**OFFICE, "lines": f"{typed}, 12"}]).found
    # then
    assert bool(found) == warned


def test_tie_19_an_address_alone_proves_nothing(clerk):
    # given two tenants of one building: 1 of 22 trigrams
    company("Wintershall Norge", **OFFICE)
    assert similarity("WINTERSHALL NORGE", "DEEPWELL") < Fraction(3, 10)
    # when / then
    assert similar_companies(user=clerk, name="Deepwell AS", addresses=[OFFICE]).found == ()


def test_tie_19_a_company_that_is_not_shown_is_not_named_by_its_address():
    # given
    company("Talisman Energy Norge AS", **OFFICE)
    # when / then
    assert similar_companies(user=UserFactory(), name="Talisman Petroleum Norge AS", addresses=[OFFICE]).found == ()


def test_tie_19_the_search_finds_them_and_an_import_does_not():
    # given
    pair = [company("Talisman Energy Norge AS", **OFFICE), company("Talisman Petroleum Norge AS", **OFFICE)]
    company("Deepwell AS", **OFFICE)
    # when an import asks for equality
    assert record_candidates(kind="company") == 0
    # then the search does it
    assert find_duplicates(kind="company").opened == 1
    found = DuplicateCandidate.objects.get()
    assert (found.a_id, found.b_id, found.reasons, found.score) == (*(one.pk for one in pair), ["address"], Decimal("0.4688"))
    assert find_duplicates(kind="company", full=True).opened == 0


def test_tie_19_a_like_name_at_the_same_address_has_both_reasons():
    # given
    company("Odfjell Drilling AS", **OFFICE), company("Odfjel Driling", **OFFICE)
    # when
    find_duplicates(kind="company")
    # then 13 of 19
    assert list(DuplicateCandidate.objects.values_list("reason", "reasons", "score")) == [("name", ["name", "address"], Decimal("0.6842"))]


def test_tie_19_the_form_asks_with_its_addresses(client):
    # given
    known = company("Talisman Energy Norge AS", **OFFICE)
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    address = reverse("admin:tiers_company_similar")
    # when
    asked = {"legal_name": "Talisman Petroleum Norge AS", "known": "", "country": ["", "NO"], "postcode": ["", "4033"],
             "city": ["", ""], "lines": ["", "Jåttåvågveien 18"]}
    # then
    assert client.get(address, {**asked, "lines": ["", "Verksgata 1"]}).json() == {"similar": []}
    assert client.get(address, asked).json() == {"similar": [
        {"name": "Talisman Energy Norge AS", "url": reverse("admin:tiers_company_change", args=[known.pk]), "score": 0.47}]}
