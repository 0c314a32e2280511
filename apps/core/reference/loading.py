"""Lists whose lines are no records: several lines of UN/LOCODE are names of one place, several of ISO 4217 users of one currency."""
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.core.reference.names import currency_names
from apps.core.reference.reading import minutes
from apps.kernel.cells import BadCell
from apps.kernel.presets import Loaded, Loading, Notice

SHOWN = 100         # names in a notice

CURRENCIES = """
DROP TABLE IF EXISTS reference_currencies;
CREATE TEMP TABLE reference_currencies ON COMMIT DROP AS
SELECT DISTINCT ON (s.code) s.code, s.name, COALESCE(NULLIF(m.name_fr, ''), s.name_fr) AS name_fr,
       COALESCE(NULLIF(m.name_es, ''), s.name_es) AS name_es, s.numeric, s.minor_units, s.withdrawn
FROM reference_currency_lines s LEFT JOIN reference_currency m ON m.code = s.code
ORDER BY s.code, s.withdrawn DESC NULLS FIRST, s.file, s.line"""

PLACES = """
DROP TABLE IF EXISTS reference_places;
CREATE TEMP TABLE reference_places ON COMMIT DROP AS
SELECT DISTINCT ON (s.code) s.*, c.id AS country_id, ARRAY[]::varchar[] AS other_names
FROM reference_locode_lines s LEFT JOIN reference_country c ON c.alpha_2 = s.country
WHERE s.code IS NOT NULL ORDER BY s.code, s.file, s.line;
CREATE UNIQUE INDEX ON reference_places (code);
ANALYZE reference_places;
DROP TABLE IF EXISTS reference_other_names;
CREATE TEMP TABLE reference_other_names ON COMMIT DROP AS
SELECT p.code, s.name, s.file, s.line FROM reference_locode_lines s JOIN reference_places p USING (code)
UNION SELECT p.code, s.name, s.file, s.line FROM reference_locode_lines s JOIN reference_places p ON p.code = replace(s.named, ' ', '')
UNION SELECT p.code, s.name, s.file, s.line FROM reference_locode_lines s JOIN reference_places p USING (country) WHERE s.named = p.name
UNION SELECT p.code, s.name, s.file, s.line FROM reference_locode_lines s JOIN reference_places p USING (country)
      WHERE s.named = p.plain_name;
UPDATE reference_places p SET other_names = found.names FROM (
    SELECT code, array_agg(name ORDER BY first) AS names FROM (
        SELECT code, o.name, min(ARRAY[o.file, o.line]) AS first FROM reference_other_names o JOIN reference_places n USING (code)
        WHERE o.name <> n.name GROUP BY code, o.name) each GROUP BY code) found
WHERE found.code = p.code"""

UNKNOWN_PLACES = """
SELECT s.country || ' ' || s.name || ' = ' || s.named FROM reference_locode_lines s
WHERE s.code IS NULL AND NOT EXISTS (SELECT FROM reference_other_names o WHERE o.file = s.file AND o.line = s.line)
ORDER BY s.file, s.line"""

FIGURES = """
SELECT (SELECT count(*) FROM reference_locode_lines WHERE code IS NOT NULL),
       (SELECT count(*) FROM reference_locode_lines WHERE code IS NULL),
       (SELECT count(*) FROM reference_places WHERE latitude IS NOT NULL),
       (SELECT count(*) FROM reference_places WHERE latitude IS NULL AND source_position IS NOT NULL)"""

STORED = ("code", "name", "plain_name", "other_names", "subdivision", "functions", "approval", "dated", "iata", "latitude", "longitude",
          "source_position", "remarks")


def load_currencies(run: Loading) -> Loaded:
    """One currency for each code: in use where any line has no date of withdrawal, else withdrawn at the last one."""
    def values(row: Any) -> Sequence[Any] | None:
        line = row[1]
        if line["code"] is None:
            return None         # a country without a currency
        french, spanish = currency_names(line["code"])[1:]
        return [line["code"], line["name"], french, spanish, line["numeric"], line["minor_units"], line["withdrawn"]]
    lines = run.stage("reference_currency_lines", {"code": "text", "name": "text", "name_fr": "text", "name_es": "text", "numeric": "text",
                                                   "minor_units": "smallint", "withdrawn": "text"}, values)
    if run.faulty:
        return Loaded()
    with connection.cursor() as cursor:
        cursor.execute(CURRENCIES)
    names = ("code", "name", "name_fr", "name_es", "numeric", "minor_units", "withdrawn")
    count = run.put("reference.Currency", "reference_currencies", key=("code",), columns={name: name for name in names})
    return Loaded({"reference.currency": count}, figures={"lines": lines})


def _place(row: Any) -> Sequence[Any] | None:
    """The staged values of a line: a place; another name of one (`Vienna = Wien`); nothing of a country's heading."""
    line = row[1]
    country, location, name, written = line["country"], line["location"], line["name"], line["coordinates"]
    if location is None:
        old, sign, named = name.partition(" = ")
        if sign:
            return [country, None, old, named, *[None] * 10]
        if name.startswith("."):
            return None
        raise BadCell("value_missing", _("A value is needed here."), "location")
    latitude, longitude = minutes(written)
    subdivision = f"{country}-{line['subdivision']}" if line["subdivision"] else None
    iata = None if line["iata"] == "---" else line["iata"]
    return [country, country + location, name, None, line["name_ascii"], subdivision, line["function"], line["status"], line["date"], iata,
            latitude, longitude, written, line["remarks"]]


def load_locodes(run: Loading) -> Loaded:
    """One place for each code, named as on its first line; its further lines, and the list's references, are its other names."""
    run.stage("reference_locode_lines", {
        "country": "text", "code": "text", "name": "text", "named": "text", "plain_name": "text", "subdivision": "text",
        "functions": "varchar[]", "approval": "text", "dated": "date", "iata": "text", "latitude": "numeric(9,6)",
        "longitude": "numeric(9,6)", "source_position": "text", "remarks": "text"}, _place)
    run.progress(55, 100, _("Writing"))
    with connection.cursor() as cursor:
        cursor.execute(PLACES)
        run.faults_from("SELECT file, line, country AS value FROM reference_places WHERE country_id IS NULL ORDER BY file, line", {},
                        "reference_unknown", _("There is no country “%(value)s”."), "country")
        if run.faulty:
            return Loaded()
        cursor.execute(FIGURES)
        entries, references, positions, unreadable = cursor.fetchone()
        cursor.execute(UNKNOWN_PLACES)
        unknown = [name for name, in cursor.fetchall()]
    count = run.put("reference.Locode", "reference_places", key=("code",),
                    columns={"country": "country_id", **{name: name for name in STORED}})
    places = count.created + count.changed + count.unchanged
    figures = {"entries": entries, "places": places, "names_besides": entries - places, "references": references,
               "positions": positions, "positions_unreadable": unreadable}
    return Loaded({"reference.locode": count}, figures=figures, notices=list(_notices(unknown, unreadable)))


def _notices(unknown: list[str], unreadable: int) -> Any:
    if unreadable:
        yield Notice("position_unreadable", ngettext_lazy(
            "%(count)d position cannot be read and is kept as it is written.",
            "%(count)d positions cannot be read and are kept as they are written.", unreadable) % {"count": unreadable},
            {"count": unreadable})
    if unknown:
        yield Notice("reference_unknown", ngettext_lazy(
            "%(count)d old name refers to a place that the list does not have: %(names)s",
            "%(count)d old names refer to places that the list does not have: %(names)s", len(unknown)) % {
                "count": len(unknown), "names": "; ".join(unknown[:SHOWN])}, {"names": unknown[:SHOWN]})
