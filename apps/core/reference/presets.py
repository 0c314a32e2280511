"""The published code lists, as files. UN/LOCODE needs the countries, as do airports and subdivisions: every start loads them."""
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from apps.core.reference.choices import AirfieldKind, Approval
from apps.core.reference.loading import load_currencies, load_locodes
from apps.core.reference.reading import both, degrees, functions, minor_units, month, three_digits
from apps.kernel.cells import coded, one_of, text, text_to
from apps.kernel.presets import Column, ModelPreset, Preset, Table, register

_LATITUDE, _LONGITUDE = degrees(90), degrees(180)


def _subdivision(row: dict[str, Any]) -> dict[str, Any]:
    """Files write the whole code or what follows the country's."""
    code, country = row["code"], row["country"]
    if code and country and "-" not in code:
        row["code"] = f"{country}-{code}"
    row["country"] = row["code"][:2] if row["code"] else None
    return row


def _airport(row: dict[str, Any]) -> dict[str, Any]:
    """An identifier of four letters is an ICAO code; the others are national ones. The list says in the name what is no airport."""
    ident, name = row["ident"], row["name"].lower()
    row["icao"] = ident if len(ident) == 4 and ident.isascii() and ident.isalpha() else None
    row["kind"] = (AirfieldKind.HELIPORT if "heliport" in name else AirfieldKind.SEAPLANE_BASE if "seaplane" in name
                   else AirfieldKind.AIRPORT).value
    return both(row)


def _key(cell: str) -> str | None:
    """The list's number of a helipad, as the key it is known by here."""
    found = text(cell, 28)
    return found if found is None or ":" in found else f"ourairports:{found}"


def _time_zone() -> Any:
    return one_of(available_timezones())


register(ModelPreset(
    name="countries", title=_("Countries"), help=_("ISO 3166-1, for example the list “country-codes” of datahub.io."),
    model="reference.Country", key=("alpha_2",), columns=(
        Column("alpha_2", _("code"), ("ISO3166-1-Alpha-2", "alpha-2", "code"), coded(length=2), required=True),
        Column("alpha_3", _("three-letter code"), ("ISO3166-1-Alpha-3", "alpha-3"), coded(length=3)),
        Column("numeric", _("numeric code"), ("ISO3166-1-numeric",), three_digits),
        Column("name", _("name"), ("CLDR display name",), text_to(120), required=True),
        Column("name_fr", _("name in French"), (), text_to(120)), Column("name_es", _("name in Spanish"), (), text_to(120)))))

register(ModelPreset(
    name="subdivisions", title=_("Subdivisions"), help=_("ISO 3166-2, for example the list that comes with UN/LOCODE."),
    model="reference.Subdivision", key=("code",), derive=_subdivision, columns=(
        Column("code", _("code"), ("SUCode",), coded(length=6), required=True),
        Column("country", _("country"), ("SUCountry",), coded(length=2), reference="alpha_2"),
        Column("name", _("name"), ("SUName",), text_to(120), required=True),
        Column("category", _("category"), ("SUType", "type"), text_to(60)))))

register(Preset(
    name="currencies", title=_("Currencies"), help=_("ISO 4217, lists one and three, a line for each country that uses a currency."),
    rights=(("reference.currency", "add"), ("reference.currency", "change")), load=load_currencies, tables=(Table(
        "currencies", _("Currencies"), (
            Column("code", _("code"), ("AlphabeticCode",), coded(length=3), needed=True),
            Column("name", _("name"), ("Currency",), text_to(120), required=True),
            Column("numeric", _("numeric code"), ("NumericCode",), three_digits),
            Column("minor_units", _("decimals"), ("MinorUnit",), minor_units),
            Column("withdrawn", _("withdrawn"), ("WithdrawalDate",), text_to(24)))),)))

register(Preset(
    name="unlocode", title=_("UN/LOCODE places"), help=_("UN/LOCODE as UN/ECE publishes it, with a header."),
    rights=(("reference.locode", "add"), ("reference.locode", "change")), load=load_locodes, tables=(Table(
        "unlocode", _("UN/LOCODE places"), (
            Column("country", _("country"), (), coded(length=2), required=True),
            Column("location", _("location"), (), coded(length=3), needed=True),
            Column("name", _("name"), (), text_to(120), required=True),
            Column("name_ascii", _("name without accents"), ("NameWoDiacritics",), text_to(120)),
            Column("subdivision", _("subdivision"), (), coded(length=3)),
            Column("function", _("functions"), (), functions),
            Column("status", _("approval"), (), one_of(Approval.values)),
            Column("date", _("last changed in the list"), (), month),
            Column("iata", _("IATA code"), (), coded(length=3)),
            Column("coordinates", _("position as written in the source"), (), text_to(24)),
            Column("remarks", _("remarks"), (), text_to(120)))),)))

register(ModelPreset(
    name="airports", title=_("Airports"), help=_("The list of airportsdata. Elevations in feet."),
    model="reference.Airfield", key=("ident",), derive=_airport, constants={"source": "airportsdata"}, columns=(
        Column("ident", _("identifier"), ("icao",), coded(length=10), required=True),
        Column("icao", derived=True), Column("kind", derived=True),
        Column("iata", _("IATA code"), (), coded(length=3)), Column("local_code", _("national code"), ("lid",), coded(length=10)),
        Column("name", _("name"), (), text_to(120), required=True), Column("municipality", _("municipality"), ("city",), text_to(80)),
        Column("region", _("region"), ("subd",), text_to(80)),
        Column("country", _("country"), (), coded(length=2), required=True, reference="alpha_2"),
        Column("elevation", _("elevation (ft)")), Column("time_zone", _("time zone"), ("tz",), _time_zone()),
        Column("latitude", _("latitude"), ("lat",), _LATITUDE), Column("longitude", _("longitude"), ("lon",), _LONGITUDE))))

register(ModelPreset(
    name="helipads", title=_("Helipads"), help=_("Runways of OurAirports that are helipads. Lengths, widths and elevations in feet; half a "
                                                 "position is none."),
    model="reference.Helipad", key=("source_key",), derive=both, columns=(
        Column("source_key", _("key in the source"), ("id",), _key, required=True),
        Column("airfield", _("airfield"), ("airport_ident",), coded(length=10), required=True),
        Column("designation", _("designation"), ("le_ident",), text_to(10), required=True),
        Column("length", _("length (ft)"), ("length_ft",)), Column("width", _("width (ft)"), ("width_ft",)),
        Column("surface", _("surface"), (), text_to(80)), Column("lighted", _("lighted")), Column("closed", _("closed")),
        Column("elevation", _("elevation (ft)"), ("le_elevation_ft",)),
        Column("latitude", _("latitude"), ("le_latitude_deg",), _LATITUDE),
        Column("longitude", _("longitude"), ("le_longitude_deg",), _LONGITUDE))))
