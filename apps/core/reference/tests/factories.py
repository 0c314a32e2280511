"""Code lists for tests."""
import string

import factory
from factory.django import DjangoModelFactory

from apps.core.reference.models import Airfield, Country, Currency, Helipad, Locode, Subdivision

LETTERS = string.ascii_uppercase


def letters(number: int, length: int) -> str:
    """A number as capital letters: codes that differ for each number below 26 ** length."""
    found = ""
    for _place in range(length):
        number, digit = divmod(number, 26)
        found = LETTERS[digit] + found
    return found


class CountryFactory(DjangoModelFactory):
    class Meta:
        model = Country

    alpha_2 = factory.Sequence(lambda n: letters(n, 2))
    alpha_3 = factory.LazyAttribute(lambda made: f"{made.alpha_2}X")
    name = factory.LazyAttribute(lambda made: f"Country {made.alpha_2}")


class SubdivisionFactory(DjangoModelFactory):
    class Meta:
        model = Subdivision

    country = factory.SubFactory(CountryFactory)
    code = factory.LazyAttributeSequence(lambda made, n: f"{made.country.alpha_2}-{letters(n, 3)}")
    name = factory.LazyAttribute(lambda made: f"Région {made.code}")


class CurrencyFactory(DjangoModelFactory):
    class Meta:
        model = Currency

    code = factory.Sequence(lambda n: letters(n, 3))
    name = factory.LazyAttribute(lambda made: f"Crown {made.code}")
    minor_units = 2


class LocodeFactory(DjangoModelFactory):
    class Meta:
        model = Locode

    country = factory.SubFactory(CountryFactory)
    code = factory.LazyAttributeSequence(lambda made, n: f"{made.country.alpha_2}{letters(n, 3)}")
    name = factory.LazyAttribute(lambda made: f"Havre {made.code}")


class AirfieldFactory(DjangoModelFactory):
    class Meta:
        model = Airfield

    country = factory.SubFactory(CountryFactory)
    ident = factory.Sequence(lambda n: f"Z{letters(n, 3)}")
    icao = factory.LazyAttribute(lambda made: made.ident)
    name = factory.LazyAttribute(lambda made: f"Aéroport {made.ident}")


class HelipadFactory(DjangoModelFactory):
    class Meta:
        model = Helipad

    airfield = factory.Sequence(lambda n: f"Z{letters(n, 3)}")
    designation = "H1"
