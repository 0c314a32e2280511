"""Some thousands of invented sites: regions at sea with their fields and facilities, for the demonstration at full size."""
from collections.abc import Iterator
from random import Random
from typing import Any

from django.db import connection, transaction

from apps.core.factory.models import Site
from apps.kernel.demo_large import Large

CODES = r"^L[0-9]{5}$"
# the middle of a region at sea (degrees north, east), and its time zone
WATERS = ((-4.1, 9.4, "Africa/Libreville"), (57.2, 2.6, "Europe/Oslo"), (60.8, 2.9, "Europe/Oslo"), (4.2, 5.6, "Africa/Lagos"),
          (-7.4, 11.8, "Africa/Luanda"), (26.4, 51.9, "Asia/Qatar"), (-22.6, -40.4, "America/Sao_Paulo"),
          (27.6, -90.2, "America/Chicago"), (-19.6, 115.6, "Australia/Perth"), (53.9, 1.4, "Europe/London"), (3.4, 112.6, "Asia/Kuching"),
          (20.4, -17.9, "Africa/Nouakchott"), (38.6, 51.2, "Asia/Baku"), (33.4, 33.6, "Asia/Nicosia"), (-11.2, 41.4, "Africa/Maputo"))
HEADS = ("Alba", "Béré", "Cassio", "Doré", "Évan", "Fara", "Galé", "Hélio", "Isar", "Jovi", "Kéla", "Lumi", "Méri", "Nova", "Ophi",
         "Péla", "Quési", "Rhéa", "Sola", "Téthi", "Ura", "Véli", "Xéno", "Ysa", "Zéphi")
TAILS = ("bel", "cor", "dane", "fère", "gonde", "lis", "mar", "nis", "phore", "quin", "ris", "sane", "tor", "vane", "xis", "zane")
FACILITIES = (("fixed_facility", "Plateforme", "Production, traitement"), ("fixed_facility", "Plateforme", "Têtes de puits"),
              ("moveable_facility", "FPSO", "Production, stockage"), ("moveable_facility", "Semi-submersible", "Forage"),
              ("terminal", "Terminal", "Stockage, chargement"), ("base", "Base", "Quai, ateliers"), ("warehouse", "Magasin", "Pièces"),
              ("plant", "Usine", "Séparation, compression"))
PHASES = ("in_service",) * 14 + ("under_construction", "shut_down", "planned", "decommissioning", "removed", "removed")
STAGED = """CREATE TEMPORARY TABLE staged_site (id bigint DEFAULT nextval(pg_get_serial_sequence('factory_site', 'id')), n int, up int,
    level int, name text, kind text, phase text, time_zone text, capacity int, commissioned_on date, water_depth int, functions text,
    latitude numeric, longitude numeric)"""
COLUMNS = "n, up, level, name, kind, phase, time_zone, capacity, commissioned_on, water_depth, functions, latitude, longitude"
PLACED = """(id, parent_id, code, name, kind, phase, time_zone, capacity, commissioned_on, water_depth, functions, address,
    latitude, longitude, source_datum, source_position, position_flags)
SELECT s.id, above.id, 'L' || lpad((s.n + 1)::text, 5, '0'), s.name, s.kind, s.phase, s.time_zone, s.capacity, s.commissioned_on,
       s.water_depth, s.functions, '', s.latitude, s.longitude, CASE WHEN s.latitude IS NULL THEN '' ELSE 'WGS84' END, '', '{}'
FROM staged_site s LEFT JOIN staged_site above ON above.n = s.up WHERE s.level = %(level)s ORDER BY s.n"""


def load(large: Large) -> None:
    """Keys of all its sites under "large_sites", of its fields under "large_fields"."""
    count = max(24, min(4_000, large.rows // 250))
    if not Site._base_manager.filter(code__regex=CODES).exists():
        large.told(Site._meta.verbose_name_plural, 0, count)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS pg_temp.staged_site")
            cursor.execute(STAGED)
            large.copy(cursor, "staged_site", COLUMNS, _sites(count, Random(large.seed)))       # nosec B311 # sample data
            for level in range(3):      # a site's path is taken from the one above it
                large.insert(cursor, "factory_site", PLACED, {"level": level})
        large.told(Site._meta.verbose_name_plural, count, count)
    rows = list(Site._base_manager.filter(code__regex=CODES).order_by("code").values_list("pk", "kind"))
    large.records["large_sites"] = [pk for pk, _kind in rows]
    large.records["large_fields"] = [pk for pk, kind in rows if kind == "field"]


def _sites(count: int, dice: Random) -> Iterator[tuple[Any, ...]]:
    """Regions, then fields, then facilities: about one, ten and two hundred of them."""
    regions = max(1, min(len(WATERS), count // 200))
    fields = max(2, count // 20)
    names = dice.sample([head + tail for head in HEADS for tail in TAILS], fields)
    for n in range(regions):
        yield (n, None, 0, f"Région {HEADS[n]}{TAILS[n]}", "region", "in_service", WATERS[n][2], None, None, None, "", None, None)
    for n, name in enumerate(names, regions):
        since = f"{dice.randint(1975, 2024)}-{dice.randint(1, 12):02}-01"
        yield (n, n % regions, 1, f"Champ {name}", "field", dice.choice(PHASES), WATERS[n % regions][2], None, since, None,
               dice.choice(("Huile", "Gaz à condensats", "Huile et gaz associé")), None, None)
    for n in range(regions + fields, count):
        up = regions + n % fields
        latitude, longitude, zone = WATERS[up % regions]
        kind, title, functions = dice.choice(FACILITIES)
        yield (n, up, 2, f"{title} {names[n % fields]} {_letters((n - regions - fields) // fields)}", kind, dice.choice(PHASES), zone,
               dice.randint(8, 220), f"{dice.randint(1980, 2025)}-{dice.randint(1, 12):02}-01", dice.randint(20, 1_400), functions,
               round(latitude + dice.uniform(-1.2, 1.2), 6), round(longitude + dice.uniform(-1.2, 1.2), 6))


def _letters(number: int) -> str:
    return (chr(64 + number // 26) if number >= 26 else "") + chr(65 + number % 26)
