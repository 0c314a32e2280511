"""A million papers and everything around them, made set-based in the database: the world the door is measured in."""
from django.db import connection, transaction

from apps.core.factory.models import Site
from apps.core.iam.models import Assignment, Group, Membership, Role, RoleInclusion, Rule, User
from tests.door.app.models import Badge

PAPERS, LINES, USERS, GROUPS, COMPANIES, GRANTS = 1_000_000, 2_000_000, 1_000, 50, 10_000, 500_000
ROLES, RULES = 20, 4_000
NINE, MANY = 9, 6_400           # grants of the two users who live by grants
KINDS = ("admin", "manager", "department", "external", "rare", "mixed", "director", "closed")
LEVELS = [("R", "", 1, 2), ("A", "R", 2, 10), ("B", "A", 10, 50), ("C", "B", 50, 250), ("D", "C", 250, 1688)]    # 2,000 sites: B is 2 %
MANAGED, CLOSED = "B7", "B13"   # the site of the manager, and the one whose papers are the oldest 2 % of all
COMMON, RARE = "verin", "c0ffee"        # in every twentieth name, accented; in ten names
BIG = ("doorproof_paper", "doorproof_line", "iam_grant")

# A fixed scatter instead of random(), the same rows every time: an integer below 2^31 for each i and salt.
MIX = """CREATE OR REPLACE FUNCTION pg_temp.mix(i bigint, salt bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT (hashint8extended(i, salt) >> 33) & 2147483647 $$"""
PAPER_ROWS = """
INSERT INTO doorproof_paper (id, number, name, status, description, tags, created_at, updated_at, site_id, owner_id, group_id,
                             company, amount)
SELECT i, 'P-' || i,
       CASE WHEN pg_temp.mix(i, 1) %% 20 = 0 THEN 'Vérin ' ELSE '' END
         || (%(words)s::text[])[1 + pg_temp.mix(i, 2) %% 30] || ' ' || (%(words)s::text[])[1 + pg_temp.mix(i, 3) %% 30] || ' '
         || CASE WHEN i %% 100000 = 777 THEN %(rare)s ELSE to_hex(i * 37) END,
       (ARRAY['draft', 'open', 'closed', 'sealed'])[1 + pg_temp.mix(i, 5) %% 4], '', '{}',
       timestamptz '2021-01-01' + i * interval '2 min', now(),
       CASE WHEN i <= %(papers)s / 50 THEN (%(shut)s::bigint[])[1 + pg_temp.mix(i, 6) %% %(shuts)s]
            WHEN pg_temp.mix(i, 7) %% 100 > 0 THEN (%(open)s::bigint[])[1 + pg_temp.mix(i, 6) %% %(opens)s] END,
       (%(users)s::bigint[])[1 + pg_temp.mix(i, 8) %% %(accounts)s], (%(groups)s::bigint[])[1 + pg_temp.mix(i, 9) %% %(teams)s],
       1 + pg_temp.mix(i, 10) %% %(companies)s, pg_temp.mix(i, 11) %% 1000000 / 100.0
FROM generate_series(1, %(papers)s) i"""
LINE_ROWS = "INSERT INTO doorproof_line (paper_id, label) SELECT (i + 1) / 2, 'Line ' || i FROM generate_series(1, %(lines)s) i"
GRANT_ROWS = """
INSERT INTO iam_grant (permission, object_id, user_id, group_id)
SELECT (ARRAY['doorproof.view_paper', 'doorproof.change_paper', 'doorproof.export_paper'])[1 + i %% 3],
       1 + pg_temp.mix(i, 20) %% %(papers)s,
       CASE WHEN i %% 5 > 0 THEN (%(granted)s::bigint[])[1 + pg_temp.mix(i, 21) %% %(holders)s] END,
       CASE WHEN i %% 5 = 0 THEN (%(groups)s::bigint[])[3 + pg_temp.mix(i, 21) %% (%(teams)s - 2)] END
FROM generate_series(1, %(grants)s) i ON CONFLICT DO NOTHING"""
OWN_GRANTS = """
INSERT INTO iam_grant (permission, object_id, user_id, group_id)
SELECT 'doorproof.view_paper', 1 + pg_temp.mix(i, 30) %% %(papers)s, CASE WHEN i %% 4 > 0 OR %(group)s::bigint IS NULL THEN %(user)s END,
       CASE WHEN i %% 4 = 0 THEN %(group)s::bigint END
FROM generate_series(1, %(count)s) i ON CONFLICT DO NOTHING"""
WORDS = [
    "valve", "compressor", "flange", "manifold", "separator", "gasket", "turbine", "exchanger", "riser", "drum", "vessel",
    "motor", "filter", "heater", "cooler", "tank", "mast", "crane", "winch", "anchor", "boat", "hose", "cable", "panel", "switch",
    "relay", "breaker", "meter", "gauge", "seal",
]


def build():
    """Make the world once; a database that has it is left as it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM doorproof_paper), (SELECT count(*) FROM doorproof_line)")
        if cursor.fetchone() == (PAPERS, LINES):
            return
        with transaction.atomic():
            cursor.execute(MIX)
            sites, groups = organisation()
            users = people(groups)
            rights(users, sites, groups)
            rows(cursor, sites, groups, users)
        cursor.execute("VACUUM ANALYZE")        # autovacuum has not been here yet; the visibility map is part of the figures


def organisation():
    """Sites in five levels and groups: ({code: key}, keys)."""
    sites = {}
    for code, above, fan, count in LEVELS:
        made = Site.objects.bulk_create([Site(code=f"{code}{n + 1}", name=f"Site {code}{n + 1}", kind="plant",
                                              parent_id=sites[f"{above}{n % fan + 1}"] if above else None) for n in range(count)])
        sites.update((site.code, site.pk) for site in made)
    return sites, [group.pk for group in Group.objects.bulk_create([Group(name=f"Team {n + 1}") for n in range(GROUPS)])]


def people(groups):
    """A thousand accounts, the eight kinds first; the first two teams are the department's and the mixed user's alone."""
    names = [*KINDS, *(f"user{n}" for n in range(USERS - len(KINDS)))]
    users = User.objects.bulk_create([User(email=f"{name}@scale.test", name=name, status="active", is_superuser=name == "admin")
                                      for name in names])
    keys = dict(zip(names, (user.pk for user in users), strict=True))
    Membership.objects.bulk_create([
        Membership(user_id=keys["department"], group_id=groups[0]), Membership(user_id=keys["mixed"], group_id=groups[1]),
        *(Membership(user_id=user.pk, group_id=groups[2 + (n + step) % (GROUPS - 2)])
          for n, user in enumerate(users[len(KINDS):]) for step in (0, 17))])
    Badge.objects.bulk_create([Badge(user_id=user.pk, company=1 + n * 7 % COMPANIES) for n, user in enumerate(users)])
    return keys


def rights(users, sites, groups):
    """Twenty roles with 200 rules each, most about other things, and who holds them where."""
    roles = Role.objects.bulk_create([Role(code=f"role-{n}", name=f"Role {n}") for n in range(ROLES)])
    whole, team, company, own, sealed = roles[:5]
    RoleInclusion.objects.bulk_create([RoleInclusion(role=roles[n], included=roles[n + 5]) for n in range(5, ROLES - 5)])
    asked = [Rule(role=role, permission=f"doorproof.{action}_paper", condition=condition, deny=deny)
             for role, condition, deny in ((whole, None, False), (team, "group", False), (company, "company", False), (own, "own", False),
                                           (sealed, {"status": "sealed", "amount__gt": 9000}, True)) for action in ("view", "change")]
    Rule.objects.bulk_create([*asked, *(Rule(role=roles[n % ROLES], permission=f"other.{('view', 'change')[n % 2]}_thing{n // 40}",
                                             condition=[None, "own", {"status": "open"}][n % 3]) for n in range(RULES - len(asked)))])

    def held(role, user, site=None):
        return Assignment(role=role, user_id=users[user], site_id=site and sites[site])
    Assignment.objects.bulk_create([
        held(whole, "manager", MANAGED), held(sealed, "manager", MANAGED), held(team, "department"), held(company, "external"),
        held(whole, "mixed", "C3"), held(own, "mixed"), held(company, "mixed"), held(sealed, "mixed"), held(whole, "director", "R1"),
        held(whole, "closed", CLOSED),
        *(held(roles[5 + n % 15], f"user{n}", f"C{n % 250 + 1}") for n in range(USERS - len(KINDS)))])


def rows(cursor, sites, groups, users):
    """Papers, lines and grants, without the triggers and indexes that would cost minutes; the indexes follow."""
    shut = list(Site.objects.filter(path__within=Site.objects.get(pk=sites[CLOSED]).path).values_list("pk", flat=True))
    still = sorted(set(sites.values()) - set(shut))
    granted = [key for name, key in users.items() if name.startswith("user")]
    given = {"papers": PAPERS, "lines": LINES, "companies": COMPANIES, "grants": GRANTS - NINE - MANY, "rare": RARE,
             "words": WORDS, "shut": shut, "shuts": len(shut), "open": still, "opens": len(still), "groups": groups, "teams": len(groups),
             "users": list(users.values()), "accounts": len(users), "granted": granted, "holders": len(granted)}
    for table in BIG:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    indexes = drop_indexes(cursor, BIG[:2])
    cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
    cursor.execute(PAPER_ROWS, given)
    cursor.execute(LINE_ROWS, given)
    cursor.execute(GRANT_ROWS, given)
    cursor.execute(OWN_GRANTS, {**given, "user": users["rare"], "group": None, "count": NINE})
    cursor.execute(OWN_GRANTS, {**given, "user": users["mixed"], "group": groups[1], "count": MANY})
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")     # the foreign keys, before the tables are altered again
    for definition in indexes:
        cursor.execute(definition)
    for table in BIG:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def drop_indexes(cursor, tables):
    """Drop the plain indexes of the tables; returns what makes them again."""
    cursor.execute("""SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)
                      AND indexname NOT IN (SELECT conname FROM pg_constraint)""", [list(tables)])
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]
