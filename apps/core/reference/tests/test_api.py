"""Every code list keeps the contract of a resource."""
from itertools import count

import pytest

from apps.core.reference import api
from apps.core.reference.tests.factories import CountryFactory, letters
from apps.kernel.testing.contract import ResourceContract

serial = count(1)


class Norway:
    """Records whose code begins with that of their country: all of Norway."""
    country = None

    @pytest.fixture(autouse=True)
    def _country(self, db):
        Norway.country = CountryFactory(alpha_2="NO", alpha_3="NOR")


class TestCountries(ResourceContract):
    viewset = api.CountryViewSet
    payload = staticmethod(lambda: {"alpha_2": letters(next(serial), 2), "name": f"Côte {next(serial)}", "name_fr": "Côte"})
    invalid = {"alpha_2": "no", "alpha_3": "NO", "numeric": "57", "name": ""}
    change = {"name_es": "Costa"}


class TestSubdivisions(Norway, ResourceContract):
    viewset = api.SubdivisionViewSet
    payload = staticmethod(lambda: {"code": f"NO-{letters(next(serial), 3)}", "country": Norway.country.pk, "name": "Finnmårk"})
    invalid = {"code": "NO 11", "name": ""}
    change = {"category": "County"}
    references = {"country": CountryFactory}


class TestCurrencies(ResourceContract):
    viewset = api.CurrencyViewSet
    payload = staticmethod(lambda: {"code": letters(next(serial), 3), "name": f"Couronne {next(serial)}", "minor_units": 2})
    invalid = {"code": "nok", "numeric": "X", "minor_units": -1, "name": ""}
    change = {"withdrawn": "2002-03"}


class TestLocodes(Norway, ResourceContract):
    viewset = api.LocodeViewSet
    payload = staticmethod(lambda: {"code": f"NO{letters(next(serial), 3)}", "country": Norway.country.pk, "name": "Fløro",
                                    "other_names": ["Florø havn"], "functions": ["port", "road"], "latitude": "61.600000",
                                    "longitude": "5.033333"})
    invalid = {"code": "NO1", "approval": "ZZ", "latitude": "91.1", "name": "", "subdivision": "11"}
    change = {"iata": "FRO"}
    references = {"country": CountryFactory}


class TestAirfields(ResourceContract):
    viewset = api.AirfieldViewSet
    payload = staticmethod(lambda: {"ident": f"E{letters(next(serial), 3)}", "name": "Bergen lufthavn, Flesland", "kind": "airport",
                                    "country": CountryFactory().pk, "elevation": "170.0", "time_zone": "Europe/Oslo"})
    invalid = {"ident": "en br", "icao": "ENB1", "iata": "bgo", "kind": "field", "time_zone": "Europe/Bergen", "name": ""}
    change = {"iata": "BGO"}
    references = {"country": CountryFactory}


class TestHelipads(ResourceContract):
    viewset = api.HelipadViewSet
    payload = staticmethod(lambda: {"airfield": "ENXX", "designation": f"H{next(serial)}", "length": 66, "surface": "CONC"})
    invalid = {"airfield": "", "designation": "", "length": -1, "source_key": "x" * 41}
    change = {"closed": True}
