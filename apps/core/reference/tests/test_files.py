"""The published lists, as they are published: every count recomputed here from the file, and what must come out of it stated."""
import csv
import gzip
import json
import re
from collections import Counter
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.core.reference.models import Airfield, Country, Currency, Helipad, Locode, Subdivision
from apps.core.reference.services import load
from tests.shared_data import shared_file

pytestmark = pytest.mark.django_db


def lines(*parts):
    path = shared_file(*parts)
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def bring_in(preset, *parts, options=()):
    """What the command says: exit code and document."""
    out = StringIO()
    code = 0
    try:
        call_command("import", preset, str(shared_file(*parts)), "--json", *options, stdout=out, stderr=StringIO())
    except CommandError as error:
        code = error.returncode
    return code, json.loads(out.getvalue())


def counts(answer):
    found, = answer["counts"].values()
    return found["created"], found["changed"], found["unchanged"]


COUNTRIES = ("codes-identifiers", "iso_country_codes.csv")
SUBDIVISIONS = ("codes-identifiers", "iso3166_2_subdivisions.csv")
CURRENCIES = ("codes-identifiers", "iso4217_currency_codes.csv")
UNLOCODE = ("codes-identifiers", "unlocode", "unlocode_2023-1.csv.gz")
AIRPORTS = ("sites-transport", "airports_airportsdata.csv.gz")
HELIPADS = ("sites-transport", "ourairports_helipads.csv.gz")


def test_countries_come_in_once():
    """Issue 3, item 2: 249 countries."""
    # given
    rows = lines(*COUNTRIES)
    assert len(rows) == len({row["ISO3166-1-Alpha-2"] for row in rows}) == 249
    # when
    first, second = bring_in("countries", *COUNTRIES), bring_in("countries", *COUNTRIES)
    # then
    assert (first[0], counts(first[1])) == (0, (249, 0, 0))
    assert (second[0], counts(second[1])) == (3, (0, 0, 249))
    some = Country.objects.filter(alpha_2__in=("AF", "NA", "NO")).order_by("alpha_2")
    assert list(some.values_list("alpha_2", "alpha_3", "numeric", "name")) == [
        ("AF", "AFG", "004", "Afghanistan"), ("NA", "NAM", "516", "Namibia"), ("NO", "NOR", "578", "Norway")]


def test_countries_of_a_file_are_those_of_the_library():
    # given what every site begins with
    load()
    # when
    code, answer = bring_in("countries", *COUNTRIES)
    # then nothing is new; nine are called shorter in the file
    told = {row["ISO3166-1-Alpha-2"]: row["CLDR display name"] for row in lines(*COUNTRIES)}
    assert (code, counts(answer)) == (0, (0, 9, 240))
    assert {country.alpha_2: country.name for country in Country.objects.filter(alpha_2__in=told)} == told
    assert Country.objects.get(alpha_2="GB").name_fr == "Royaume-Uni"


def test_subdivisions_say_which_lines_come_twice():
    """4,678 lines, 4,672 codes: six lines repeat one that stands before them."""
    # given
    load()
    rows = lines(*SUBDIVISIONS)
    codes = Counter(f"{row['SUCountry']}-{row['SUCode']}" for row in rows)
    assert (len(rows), len(codes)) == (4678, 4672)
    before = set(Subdivision.objects.values_list("code", flat=True))
    # when
    refused = bring_in("subdivisions", *SUBDIVISIONS)
    # then nothing was written
    assert (refused[0], [(error["line"], error["code"]) for error in refused[1]["errors"]]) == (
        4, [(line, "id_twice") for line in (1759, 2453, 2473, 2474, 2475, 2645)])
    assert set(Subdivision.objects.values_list("code", flat=True)) == before


def test_subdivisions_without_the_lines_that_come_twice(tmp_path):
    # given
    load()
    codes = {f"{row['SUCountry']}-{row['SUCode']}" for row in lines(*SUBDIVISIONS)}
    before = set(Subdivision.objects.values_list("code", flat=True))
    options = ("--skip-bad", "--rejected", str(tmp_path))
    # when
    first, second = (bring_in("subdivisions", *SUBDIVISIONS, options=options) for _run in range(2))
    # then
    created, changed, unchanged = counts(first[1])
    assert (first[0], created, changed + unchanged, first[1]["rejected"]) == (5, len(codes - before), len(codes & before), 6)
    assert created == 13
    assert counts(second[1]) == (0, 0, 4672)
    assert Subdivision.objects.get(code="NO-11").name == "Rogaland"
    assert Subdivision.objects.get(code="FR-H").country.alpha_2 == "FR"


def test_currencies_are_one_for_each_code():
    """449 lines, one for each country and currency: 178 in use, 129 withdrawn, three countries without."""
    # given
    rows = lines(*CURRENCIES)
    used = {row["AlphabeticCode"] for row in rows if row["AlphabeticCode"] and not row["WithdrawalDate"]}
    known = {row["AlphabeticCode"] for row in rows if row["AlphabeticCode"]}
    assert (len(rows), len(used), len(known - used), sum(not row["AlphabeticCode"] for row in rows)) == (449, 178, 129, 3)
    # when
    first, second = bring_in("currencies", *CURRENCIES), bring_in("currencies", *CURRENCIES)
    # then
    assert (first[0], counts(first[1]), first[1]["lines"]) == (0, (307, 0, 0), 446)
    assert (second[0], counts(second[1])) == (3, (0, 0, 307))
    assert set(Currency.objects.filter(withdrawn__isnull=True).values_list("code", flat=True)) == used
    assert [(one.numeric, one.minor_units, one.name, one.name_fr, one.withdrawn) for one in (
        Currency.objects.get(code=code) for code in ("NOK", "RON", "FRF", "VEF", "XAU"))] == [
            ("578", 2, "Norwegian Krone", "couronne norvégienne", None), ("946", 2, "Romanian Leu", "leu roumain", None),
            ("250", None, "French Franc", "franc français", "2002-03"),
            ("937", None, "Bolívar", "bolivar vénézuélien (2008–2018)", "2018-08"), ("959", None, "Gold", "or", None)]


def test_decimals_known_without_a_file_are_those_of_the_standard():
    # given the list one of ISO 4217
    told = {row["AlphabeticCode"]: None if row["MinorUnit"] == "-" else int(row["MinorUnit"]) for row in lines(*CURRENCIES)
            if row["AlphabeticCode"] and not row["WithdrawalDate"]}
    # when
    load()
    # then
    assert dict(Currency.objects.values_list("code", "minor_units")) == told


@pytest.mark.slow
def test_unlocode_comes_in_whole():
    """Issue 3, item 2: 116,260 lines are 115,916 entries, 249 headings of countries and 95 references; the entries are 115,770 places, of
    which 139 stand on several lines, under another name each time."""
    # given
    load()
    rows = lines(*UNLOCODE)
    entries = [row for row in rows if row["location"]]
    places = {}
    for row in entries:
        places.setdefault(row["country"] + row["location"], row)
    assert (len(rows), len(entries), len(places)) == (116_260, 115_916, 115_770)
    # when
    first, second = bring_in("unlocode", *UNLOCODE), bring_in("unlocode", *UNLOCODE)
    # then
    assert (first[0], counts(first[1])) == (0, (115_770, 0, 0))
    assert (second[0], counts(second[1])) == (3, (0, 0, 115_770))
    figures = {name: first[1][name] for name in ("entries", "places", "names_besides", "references", "positions", "positions_unreadable")}
    assert figures == {"entries": 115_916, "places": 115_770, "names_besides": 146, "references": 95, "positions": 92_189,
                       "positions_unreadable": 285}
    assert [notice["code"] for notice in first[1]["findings"]] == ["position_unreadable", "reference_unknown"]
    assert len(first[1]["findings"][1]["names"]) == 19
    as_the_file_says(places)
    spot_values()


def as_the_file_says(places):
    """Names, functions and positions of every place, worked out here anew."""
    signs = {"port": "1", "rail": "2", "road": "3", "airport": "4", "postal": "5", "multimodal": "6", "fixed": "7", "border": "B",
             "unknown": "0"}
    stored = Locode.objects.values_list("code", "name", "functions", "latitude", "longitude", "source_position", "iata")
    wrong, positions = [], 0
    for code, name, functions, latitude, longitude, written, iata in stored.iterator():
        row = places[code]
        if (name != " ".join(row["name"].split()) or "".join(signs[one] for one in functions) != row["function"].replace("-", "")
                or (latitude, longitude) != position(row["coordinates"]) or written != row["coordinates"]
                or iata != row["iata"].replace("---", "")):
            wrong.append(code)
        positions += latitude is not None
    assert (wrong, positions) == ([], 92_189)


def position(written):
    """Degrees and minutes as degrees."""
    found = re.fullmatch(r"(\d\d)(\d\d)([NS]) (\d{3})(\d\d)([EW])", written)
    if not found or int(found[2]) >= 60 or int(found[5]) >= 60:
        return None, None
    values = [(int(whole) * 60 + int(part)) * 1_000_000 / 60 for whole, part in ((found[1], found[2]), (found[4], found[5]))]
    if values[0] > 90_000_000 or values[1] > 180_000_000:
        return None, None
    north, east = (Decimal(round(value)) / 1_000_000 for value in values)
    return (-north if found[3] == "S" else north), (-east if found[6] == "W" else east)


def spot_values():
    havre = Locode.objects.get(code="FRLEH")
    assert (havre.name, havre.country.alpha_2, havre.subdivision, havre.latitude, havre.longitude, havre.functions, havre.approval,
            str(havre.dated)) == ("Le Havre", "FR", "FR-76", Decimal("49.500000"), Decimal("0.100000"),
                                  ["port", "rail", "road", "airport", "postal"], "AF", "2019-01-01")
    assert Locode.objects.get(code="NOBGO").longitude == Decimal("5.316667")
    unreadable = Locode.objects.get(code="AFSRO")
    assert (unreadable.latitude, unreadable.source_position) == (None, "3313N 06883E")
    assert {code: Locode.objects.get(code=code).other_names for code in ("BEBRU", "ATVIE", "NOBGO")} == {
        "BEBRU": ["Bruxelles (Brussel)"], "ATVIE": ["Vienna"], "NOBGO": []}
    assert Locode.objects.filter(country__alpha_2="XZ").count() == 46
    assert "ATVIE" in Locode.objects.filter(search__holds="vienna").values_list("code", flat=True)


@pytest.mark.slow
def test_airports_come_in_whole():
    """28,291 airports, 7,884 with an IATA and 17,090 with an ICAO code, each once."""
    # given
    load()
    rows = lines(*AIRPORTS)
    assert len(rows) == len({row["icao"] for row in rows}) == 28_291
    # when
    first, second = bring_in("airports", *AIRPORTS), bring_in("airports", *AIRPORTS)
    # then
    assert (first[0], counts(first[1])) == (0, (28_291, 0, 0))
    assert (second[0], counts(second[1])) == (3, (0, 0, 28_291))
    assert Airfield.objects.exclude(iata="").count() == sum(bool(row["iata"]) for row in rows) == 7_884
    assert Airfield.objects.exclude(icao="").count() == sum(row["icao"].isalpha() for row in rows) == 17_090
    assert {kind: Airfield.objects.filter(kind=kind).count() for kind in ("heliport", "seaplane_base")} == {
        "heliport": sum("heliport" in row["name"].lower() for row in rows),
        "seaplane_base": sum("seaplane" in row["name"].lower() for row in rows)} == {"heliport": 5, "seaplane_base": 9}
    bergen = Airfield.objects.get(ident="ENBR")
    assert (bergen.icao, bergen.iata, bergen.elevation, bergen.latitude, bergen.longitude, bergen.time_zone, bergen.country.alpha_2) == (
        "ENBR", "BGO", Decimal("170.0"), Decimal("60.293400"), Decimal("5.218140"), "Europe/Oslo", "NO")
    farm = Airfield.objects.get(ident="00AA")
    assert (farm.icao, farm.iata, farm.local_code, farm.elevation) == ("", "", "00AA", Decimal("3435.0"))
    assert Airfield.objects.filter(country__alpha_2="XK").count() == 2


def test_helipads_come_in_whole():
    """7,300 helipads of 6,855 airfields; 121 with a whole position, one with half of it."""
    # given
    rows = lines(*HELIPADS)
    assert (len(rows), len({row["airport_ident"] for row in rows})) == (7_300, 6_855)
    whole = sum(bool(row["le_latitude_deg"] and row["le_longitude_deg"]) for row in rows)
    # when
    first, second = bring_in("helipads", *HELIPADS), bring_in("helipads", *HELIPADS)
    # then
    assert (first[0], counts(first[1])) == (0, (7_300, 0, 0))
    assert (second[0], counts(second[1])) == (3, (0, 0, 7_300))
    assert Helipad.objects.filter(latitude__isnull=False).count() == whole == 121
    pad = Helipad.objects.get(source_key="ourairports:342443")
    assert (pad.airfield, pad.designation, pad.length, pad.width, pad.surface, pad.latitude, pad.longitude, pad.elevation) == (
        "33WV", "H1", 40, 40, "CON", Decimal("39.632515"), Decimal("-80.000603"), Decimal("1106.0"))
    assert Helipad.objects.get(source_key="ourairports:342444").latitude is None
