"""The tables of the large demonstration, each filled by one statement from the rows staged by COPY.

Lines are written before their company or person (foreign keys are judged at the end): a line makes its parent a new version, and a parent
that comes after its lines is born with them, its search text computed once. No trigger is switched off: each row has its history and each
constraint is asked."""
from collections.abc import Iterable
from typing import Any

from apps.kernel.demo_large import Large

FIRMS = """CREATE TEMPORARY TABLE staged_firm (id bigint DEFAULT nextval(pg_get_serial_sequence('tiers_company', 'id')),
    n int PRIMARY KEY, name text, key text, trade_name text, form text, country text, city text, postcode text, street text,
    latitude numeric, longitude numeric, trade text, nace text, roles text[], headcount int, currency text, language text, tags text[],
    status text, host text, phone text, scheme text, number text, tva text, founded date, ended date, survivor int, owner int,
    share int, second int, site int, licence int, uuid uuid) ON COMMIT DROP"""
HUMANS = """CREATE TEMPORARY TABLE staged_human (id bigint DEFAULT nextval(pg_get_serial_sequence('tiers_person', 'id')),
    n int PRIMARY KEY, given text, family text, key text, language text, email text, phone text, survivor int, firm int, function text,
    since int, former int, second int, uuid uuid) ON COMMIT DROP"""

# Where a company has a survivor, it was merged, and has no lines of its own.
STATEMENTS = (
    ("tiers_companyname", """(company_id, kind, name, name_key, period)
        SELECT coalesce(into_.id, f.id), CASE WHEN into_.id IS NULL THEN 'legal' ELSE 'former' END, f.name, f.key, daterange '(,)'
        FROM staged_firm f LEFT JOIN staged_firm into_ ON into_.n = f.survivor
        UNION ALL SELECT f.id, 'trade', f.trade_name, upper(opsflux_fold(f.trade_name)), daterange '(,)'
        FROM staged_firm f WHERE f.survivor IS NULL AND f.trade_name <> ''"""),
    ("tiers_identifier", """(company_id, scheme, value, check_result, registration)
        SELECT f.id, f.scheme, f.number, CASE WHEN f.scheme IN ('national', 'gb.crn') THEN 'unverified' ELSE 'valid' END, TRUE
        FROM staged_firm f WHERE f.survivor IS NULL AND f.number <> ''
        UNION ALL SELECT f.id, 'fr.tva', f.tva, 'valid', FALSE FROM staged_firm f WHERE f.survivor IS NULL AND f.tva <> ''"""),
    ("tiers_externalid", """(system, value, company_id)
        SELECT %(system)s, %(seed)s || '-' || lpad(f.n::text, 7, '0'), f.id FROM staged_firm f"""),
    ("tiers_address", """(company_id, kind, lines, postcode, city, subdivision, country, latitude, longitude)
        SELECT f.id, kind, f.street, f.postcode, f.city, '', f.country, CASE WHEN kind = 'head_office' THEN f.latitude END,
               CASE WHEN kind = 'head_office' THEN f.longitude END
        FROM staged_firm f, unnest(CASE WHEN f.headcount > 50 THEN ARRAY['head_office', 'billing'] ELSE ARRAY['head_office'] END) kind
        WHERE f.survivor IS NULL"""),
    ("tiers_contactpoint", """(company_id, person_id, kind, value, label, "primary")
        SELECT f.id, NULL::bigint, 'email', 'contact@' || f.host, '', TRUE FROM staged_firm f WHERE f.survivor IS NULL
        UNION ALL SELECT f.id, NULL, 'phone', f.phone, 'standard', TRUE FROM staged_firm f WHERE f.survivor IS NULL AND f.phone <> ''
        UNION ALL SELECT NULL, h.id, 'email', h.email, '', TRUE FROM staged_human h WHERE h.survivor IS NULL
        UNION ALL SELECT NULL, h.id, 'phone', h.phone, '', TRUE FROM staged_human h WHERE h.survivor IS NULL AND h.phone <> ''"""),
    ("tiers_companyrole", """(company_id, role, period)
        SELECT f.id, role, daterange(f.founded, f.ended) FROM staged_firm f, unnest(f.roles) role WHERE f.survivor IS NULL"""),
    ("tiers_ownership", """(parent_id, child_id, share_pct, period)
        SELECT above.id, f.id, f.share, daterange(f.founded, NULL) FROM staged_firm f JOIN staged_firm above ON above.n = f.owner
        UNION ALL SELECT above.id, f.id, 100 - f.share, daterange(f.founded, NULL)
        FROM staged_firm f JOIN staged_firm above ON above.n = f.second"""),
    ("tiers_interest", """(company_id, site_id, role, share_pct, period, source)
        SELECT f.id, (%(sites)s::bigint[])[f.site], 'contractor', NULL::numeric, daterange(f.founded, f.ended), ''
        FROM staged_firm f WHERE f.survivor IS NULL AND f.status <> 'prospect'
        UNION ALL SELECT f.id, (%(fields)s::bigint[])[f.licence], 'licensee', 40 - 10 * ((f.n - 1) %% 200 / 40),
               daterange('2015-01-01', NULL), '' FROM staged_firm f WHERE f.licence IS NOT NULL
        UNION ALL SELECT f.id, (%(fields)s::bigint[])[f.licence], 'operator', NULL, daterange('2015-01-01', NULL), ''
        FROM staged_firm f WHERE f.licence IS NOT NULL AND (f.n - 1) %% 200 = 0"""),
    ("tiers_affiliation", """(person_id, company_id, function, period, "primary")
        SELECT h.id, f.id, h.function, daterange(make_date(h.since, 3, 1), NULL), TRUE
        FROM staged_human h JOIN staged_firm f ON f.n = h.firm WHERE h.survivor IS NULL
        UNION ALL SELECT h.id, f.id, h.function, daterange(make_date(h.since - 6, 3, 1), make_date(h.since, 3, 1)), TRUE
        FROM staged_human h JOIN staged_firm f ON f.n = h.former WHERE h.survivor IS NULL
        UNION ALL SELECT h.id, f.id, 'Consultant', daterange(make_date(h.since, 3, 1), NULL), FALSE
        FROM staged_human h JOIN staged_firm f ON f.n = h.second WHERE h.survivor IS NULL"""),
    ("tiers_company", """(id, uuid, legal_name, status, legal_form, country, nace, headcount, currency, language, website, category_id,
            tags, incomplete, merged_into_id, created_at, updated_at)
        SELECT f.id, f.uuid, f.name, f.status, f.form, f.country, f.nace, f.headcount, f.currency, f.language, 'https://www.' || f.host,
               (%(categories)s::bigint[])[array_position(%(codes)s::text[], f.trade)], f.tags, FALSE, into_.id, born.at, born.at
        FROM staged_firm f LEFT JOIN staged_firm into_ ON into_.n = f.survivor,
             LATERAL (SELECT timestamptz '2020-01-01 00:00+00' + f.n * interval '90 s' AS at) born ORDER BY f.n"""),
    ("tiers_person", """(id, uuid, given, family, name_key, language, time_zone, tags, merged_into_id, created_at, updated_at)
        SELECT h.id, h.uuid, h.given, h.family, h.key, h.language, '', '{}', into_.id, born.at, born.at
        FROM staged_human h LEFT JOIN staged_human into_ ON into_.n = h.survivor,
             LATERAL (SELECT timestamptz '2020-01-01 00:00+00' + h.n * interval '90 s' AS at) born ORDER BY h.n"""),
    ("tiers_merge", """(kind, survivor_id, loser_id, state, snapshot, report)
        SELECT 'company', into_.id, f.id, 'applied', jsonb '[]', jsonb '{"moved": {}, "dropped": {}, "choices": {}}'
        FROM staged_firm f JOIN staged_firm into_ ON into_.n = f.survivor
        UNION ALL SELECT 'person', into_.id, h.id, 'applied', jsonb '[]', jsonb '{"moved": {}, "dropped": {}, "choices": {}}'
        FROM staged_human h JOIN staged_human into_ ON into_.n = h.survivor"""),
    # what undoing a merge needs: the name that moved
    ("tiers_mergemove", """(merge_id, "table", row_id, "column", before, after)
        SELECT m.id, 'tiers_companyname', moved.id, cell.name, cell.before, cell.after
        FROM staged_firm f JOIN tiers_merge m ON m.kind = 'company' AND m.loser_id = f.id AND m.state = 'applied'
        JOIN tiers_companyname moved ON moved.company_id = m.survivor_id AND moved.kind = 'former' AND moved.name = f.name,
             LATERAL (VALUES ('company_id', f.id::text, m.survivor_id::text), ('kind', 'legal', 'former')) cell(name, before, after)
        WHERE f.survivor IS NOT NULL"""),
)


def stage(large: Large, cursor: Any, firms: Iterable[tuple[Any, ...]], people: Iterable[tuple[Any, ...]]) -> None:
    """Bring the rows of one portion into temporary tables, where they are given their keys."""
    for table, definition, rows in (("staged_firm", FIRMS, firms), ("staged_human", HUMANS, people)):
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
        cursor.execute(definition)
        columns = definition.split(" n int PRIMARY KEY", 1)[1].rsplit(")", 1)[0]
        large.copy(cursor, table, ", ".join(("n", *(column.split()[0] for column in columns.split(",") if column.strip()))), rows)
        cursor.execute(f"ANALYZE {table}")


def write(large: Large, cursor: Any, values: dict[str, Any]) -> None:
    """Fill every table from the staged rows, in the caller's transaction."""
    # The triggers' plans are made once, while the tables are empty, and must serve when they are full. Trigram indexes take their news in
    # larger lots.
    cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL work_mem = '64MB'; "
                   "SET LOCAL gin_pending_list_limit = '32MB'")
    for table, statement in STATEMENTS:
        large.insert(cursor, table, statement, values)
