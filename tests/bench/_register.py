"""A register of any size, made set-based in the database, the same rows every time: what the measures of lists and search read."""
from django.db import connection, transaction

from apps.core.factory.models import Site
from apps.core.iam import predefined
from apps.core.iam.models import Assignment, Role, User

COMMON, RARE = "levage", "zyxoral"     # in one name of twenty-five; in ten companies and ten persons
FIRST = ("Ateliers Chantiers Comptoir Compagnie Constructions Services Société Établissements Groupe Maison Manufacture Forges Bureau "
         "Union Centrale Générale Nouvelle Transports Travaux Solutions")
SECOND = ("Aubrevelle Bassompré Belcastelle Bourdelac Brézolette Cambrelin Castérac Chantevigne Courtalieu Darcizac Delmontel Esparvin "
          "Fontbrise Garrivel Guermanec Hautecourbe Jarnevoix Kervalen Lachambrie Malescourt Mirevaux Montclarin Orgevoy Pellefigue "
          "Pontchevron Quélennadec Ravignec Roquefontaine Saintavit Sauvelange Tournebrise Trévarenec Valcourbe Vaugelin Villemarque "
          "Halvorsen Skjelvåg Brackenholme Winterscale Lindenschmitt Bellagamba Salgueirinho Okembiri Sanoukoro")
THIRD = ("Levage Forage Robinetterie Électricité Instrumentation Maintenance Marine Logistique Peinture Chaudronnerie Inspection "
         "Ingénierie Hydraulique Pneumatique Énergie Chimie Soudage Tuyauterie Restauration Nettoyage Sécurité Environnement "
         "Télécoms Automatismes Océan")
GIVEN = ("Adélaïde Alban Anselme Apolline Aurélien Bérénice Blandine Cédric Clarisse Côme Cyprien Damien Diane Éléonore Éloi "
         "Émeline Estelle Fabien Faustine Florian Gaëlle Gauthier Hortense Ingrid Isaure Joachim Léonie Ludivine Marius Nolwenn "
         "Octave Perrine Quentin")
MIX = """CREATE OR REPLACE FUNCTION pg_temp.mix(i bigint, salt bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT (hashint8extended(i, salt) >> 33) & 2147483647 $$;
CREATE OR REPLACE FUNCTION pg_temp.one(words text[], i bigint, salt bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT words[1 + pg_temp.mix(i, salt) % array_length(words, 1)] $$"""
COMPANIES = """
INSERT INTO tiers_company (uuid, legal_name, status, legal_form, country, nace, headcount, currency, language, website, tags, incomplete,
                           account_manager_id, created_at, search)
SELECT gen_random_uuid(), name, (ARRAY['active','active','active','prospect','blocked','archived'])[1 + pg_temp.mix(i, 6) %% 6], 'SAS',
       (ARRAY['FR','FR','FR','NO','GB','DE','ES','GA'])[1 + pg_temp.mix(i, 7) %% 8], '33.12', pg_temp.mix(i, 8) %% 900, 'EUR', 'fr', '',
       '{}', FALSE, CASE WHEN i %% 5 = 0 THEN %(manager)s END, timestamptz '2020-01-01' + i * interval '2 min',
       opsflux_fold(concat_ws(' ', name, 999000000 + i, 'contact@firme' || i || '.example'))
FROM (SELECT i, concat_ws(' ', pg_temp.one(%(first)s, i, 1), pg_temp.one(%(second)s, i, 2), pg_temp.one(%(third)s, i, 3),
                          CASE WHEN i <= 10 THEN %(rare)s END, to_hex(i * 37)) AS name FROM generate_series(1, %(rows)s) i) rows"""
PERSONS = """
INSERT INTO tiers_person (uuid, given, family, name_key, language, time_zone, tags, created_at, search)
SELECT gen_random_uuid(), given, family, upper(family || ' ' || given), 'fr', '', '{}', timestamptz '2020-01-01' + i * interval '2 min',
       opsflux_fold(concat_ws(' ', given, family, given, 'p' || i || '@firme' || pg_temp.mix(i, 4) %% 1000000 || '.example'))
FROM (SELECT i, pg_temp.one(%(given)s, i, 1) AS given,
             concat_ws('-', pg_temp.one(%(second)s, i, 2), pg_temp.one(%(second)s, i, 3), CASE WHEN i <= 10 THEN %(rare)s END) AS family
      FROM generate_series(1, %(rows)s) i) rows"""
INDEXES = """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = %s::regclass AND NOT indisprimary AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)"""


def fill(rows: int) -> dict[str, User]:
    """As many companies and persons, and the accounts "admin" (superuser), "manager" (of one site) and "user" (a manager everywhere)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM tiers_company), (SELECT count(*) FROM tiers_person)")
        if cursor.fetchone() != (rows, rows):
            with transaction.atomic():
                cursor.execute("TRUNCATE tiers_company, tiers_person CASCADE")
                cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
                cursor.execute(MIX)
                values = {"rows": rows, "rare": RARE, "manager": accounts()["user"].pk, "first": FIRST.split(), "second": SECOND.split(),
                          "third": THIRD.split(), "given": GIVEN.split()}
                _rows(cursor, "tiers_company", COMPANIES, values)
                _rows(cursor, "tiers_person", PERSONS, values)
            cursor.execute("VACUUM ANALYZE tiers_company, tiers_person")
    return accounts()


def _rows(cursor, table: str, insert: str, values: dict) -> None:
    """Set-based: without the row triggers, and with the indexes made at the end."""
    cursor.execute(INDEXES, [table])
    indexes = cursor.fetchall()
    cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    cursor.execute(insert, values)
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")     # a table with checks to come takes no index
    for _name, definition in indexes:
        cursor.execute(definition)
    cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def accounts() -> dict[str, User]:
    """The three accounts, made once."""
    predefined.sync()
    made = {}
    for key, role in (("admin", ""), ("manager", predefined.MANAGER), ("user", predefined.MANAGER)):
        made[key] = User.objects.filter(email=f"{key}@bench.example").first() or _account(key, role)
    return made


def _account(key: str, role: str) -> User:
    user = User.objects.create_user(f"{key}@bench.example", name=f"Bench {key}", is_staff=True, is_superuser=not role)
    if role:
        site = Site.objects.filter(code="BENCH").first() if key == "manager" else None
        if key == "manager" and site is None:
            site = Site(code="BENCH", name="Bench", kind="base")
            site.save()
        Assignment(role=Role.objects.get(code=role), user=user, site=site).save()
    return user
