"""The code lists every site begins with, and what the database holds of every code."""
import json
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import translation

from apps.core.reference.models import Airfield, Country, Currency, Locode, Subdivision
from apps.core.reference.services import load
from apps.core.reference.tests.factories import AirfieldFactory, CountryFactory, LocodeFactory, SubdivisionFactory

pytestmark = pytest.mark.django_db


def run(*arguments):
    out = StringIO()
    try:
        call_command(*arguments, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue()
    return 0, out.getvalue()


def test_every_site_begins_with_the_lists_of_the_libraries():
    """249 countries and two codes of their users, 5,046 subdivisions, 178 currencies."""
    # given an empty database / when
    first, second = run("reference", "load", "--json"), run("reference", "load", "--json")
    # then
    assert (first[0], json.loads(first[1])["counts"]) == (0, {
        "reference.country": {"created": 251, "changed": 0}, "reference.subdivision": {"created": 5_046, "changed": 0},
        "reference.currency": {"created": 178, "changed": 0}})
    assert second[0] == 3
    assert (Country.objects.count(), Subdivision.objects.count(), Currency.objects.count()) == (251, 5_046, 178)
    assert Country.objects.get(alpha_2="XK").alpha_3 == ""


@pytest.mark.parametrize(("language", "names"), [
    ("fr", ["Allemagne", "couronne norvégienne", "Eaux internationales"]), ("es", ["Alemania", "corona noruega", "Aguas internacionales"]),
    ("en", ["Germany", "Norwegian Krone", "International waters"])])
def test_names_are_in_the_readers_language(language, names):
    # given
    load()
    # when / then
    with translation.override(language):
        assert [str(Country.objects.get(alpha_2="DE")), str(Currency.objects.get(code="NOK")),
                str(Country.objects.get(alpha_2="XZ"))] == names


def test_a_name_the_site_gave_stays():
    # given
    load()
    Country.objects.filter(alpha_2="NO").update(name_fr="Norvège (siège)")
    # when
    load()
    # then
    assert Country.objects.get(alpha_2="NO").name_fr == "Norvège (siège)"
    assert load(refresh=True)["reference.country"] == {"created": 0, "changed": 1}
    assert Country.objects.get(alpha_2="NO").name_fr == "Norvège"


def test_trying_it_leaves_nothing():
    # given / when
    code, _out = run("reference", "load", "--dry-run")
    # then
    assert (code, Country.objects.count()) == (0, 0)


def test_a_start_prepares_lists_and_roles_once():
    """What ./ops start runs after the migrations."""
    # given / when
    first, second = run("prepare"), run("prepare")
    # then
    assert (first[0], second[0]) == (0, 3)
    assert "reference.country: 251 created" in first[1] and "guest:" in first[1]


@pytest.mark.parametrize("values", [{"alpha_2": "no"}, {"alpha_2": "N1"}, {"alpha_3": "NO"}, {"numeric": "57"}])
def test_the_database_refuses_a_wrong_code(values):
    # given
    country = CountryFactory()
    # when / then
    with pytest.raises(IntegrityError), transaction.atomic():
        Country.objects.filter(pk=country.pk).update(**values)


@pytest.mark.parametrize("factory", [SubdivisionFactory, LocodeFactory])
def test_a_code_begins_with_its_country(factory):
    # given
    place, other = factory(), CountryFactory()
    # when
    place.country = other
    # then a form says so, and the database refuses
    with pytest.raises(ValidationError) as refused:
        place.clean()
    assert refused.value.error_dict["code"][0].code == "other_country"
    with pytest.raises(IntegrityError), transaction.atomic():
        place.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(country=other, code=place.code[::-1] if "-" not in place.code else f"ZZ-{place.code[-3:]}")


@pytest.mark.parametrize(("first", "second"), [({"iata": "BGO"}, {"iata": "BGO"}), ({"icao": "ENBR"}, {"icao": "ENBR"})])
def test_airfields_do_not_share_codes(first, second):
    # given
    AirfieldFactory(**first)
    # when / then
    with pytest.raises(IntegrityError), transaction.atomic():
        AirfieldFactory(**second)
    AirfieldFactory.create_batch(2, iata="", icao="")
    assert Airfield.objects.count() == 3


@pytest.mark.parametrize("values", [{"latitude": 91, "longitude": 0}, {"latitude": 1, "longitude": 181}, {"latitude": 1},
                                    {"functions": ["moon"]}, {"code": "FRLE"}])
def test_the_database_refuses_a_wrong_place(values):
    # given / when / then
    with pytest.raises(IntegrityError), transaction.atomic():
        LocodeFactory(**({"country": CountryFactory(alpha_2="FR")} if "code" in values else {}), **values)


def test_places_are_found_by_any_of_their_names_and_codes():
    # given
    place = LocodeFactory(country=CountryFactory(alpha_2="BE"), code="BEANR", name="Antwerpen", other_names=["Antwerp", "Anvers"])
    LocodeFactory()
    # when / then
    for typed in ("anvers", "ANTWERP", "beanr", "twerpen"):
        assert list(Locode.objects.filter(search__holds=typed)) == [place]
    assert list(Locode.objects.filter(search__resembles="antverpen")) == [place]
