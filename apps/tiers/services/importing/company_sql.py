"""The statements that bring companies in line with a staged file: each is one pass over all rows, however many (domain rules 3 and 5).

`imp_staged` has the rows as read; `imp_rows` each row with the company it leads to; `imp_groups` the rows that one valid number makes one;
`imp_units` the companies of the file, each with its record's key (fresh for a new one) and the row that names it.
New companies are written after their lines: the keys are known, the database checks them at the end, and each company is one version.
"""

ROWS = """
CREATE TEMP TABLE imp_rows ON COMMIT DROP AS
SELECT s.*, COALESCE(ec.merged_into_id, ec.id) AS by_id, COALESCE(nc.merged_into_id, nc.id) AS by_number, CAST(NULL AS bigint) AS by_name,
       CASE WHEN s.is_unique THEN 'n ' || s.scheme || ' ' || s.value ELSE 'l ' || s.line END AS grp
FROM imp_staged s
LEFT JOIN tiers_externalid e ON e.system = %(system)s AND e.value = s.ext LEFT JOIN tiers_company ec ON ec.id = e.company_id
LEFT JOIN tiers_identifier n ON s.is_unique AND n.scheme = s.scheme AND n.value = s.value AND n.registration AND n.check_result = 'valid'
LEFT JOIN tiers_company nc ON nc.id = n.company_id"""

TWICE = """
SELECT file, line AS at, first AS line FROM (
    SELECT file, line, min(line) OVER (PARTITION BY ext) AS first FROM imp_staged WHERE ext IS NOT NULL) found WHERE line > first"""

# Rows without key or valid number are known by their name only.
NAMESAKES = """
SELECT r.file, r.line AS at, r.name, COALESCE(min(n.name), '') AS other, count(DISTINCT n.company_id) AS count, min(n.company_id) AS company
FROM imp_rows r
LEFT JOIN (tiers_companyname n JOIN tiers_company c ON c.id = n.company_id AND c.merged_into_id IS NULL) ON n.name_key = r.key
WHERE r.ext IS NULL AND r.by_number IS NULL AND NOT r.is_unique AND r.key <> '' GROUP BY r.file, r.line, r.name"""
HELD = f"SELECT * FROM ({NAMESAKES}) found WHERE count > 0"  # nosec B608: our own names
SEVERAL_NAMESAKES = f"SELECT * FROM ({NAMESAKES}) found WHERE count > 1"  # nosec B608: our own names
BY_NAME = f"UPDATE imp_rows r SET by_name = found.company FROM ({NAMESAKES}) found WHERE found.at = r.line AND found.count = 1"  # nosec B608
SAME_NAME = """
SELECT file, line AS at, first AS line FROM (
    SELECT file, line, min(line) OVER (PARTITION BY key) AS first FROM imp_rows
    WHERE ext IS NULL AND by_number IS NULL AND NOT is_unique) found WHERE line > first"""

GROUPS = """
CREATE TEMP TABLE imp_groups ON COMMIT DROP AS
SELECT grp, min(line) AS line, bool_or(is_unique) AS is_unique, least(min(by_id), min(by_number), min(by_name)) AS pk,
       COALESCE('p ' || least(min(by_id), min(by_number), min(by_name)), grp) AS unit,
       least(min(by_id), min(by_number), min(by_name)) <> greatest(max(by_id), max(by_number), max(by_name)) AS several
FROM imp_rows GROUP BY grp"""

SPLIT = """
SELECT r.file, r.line AS at, g.lines FROM imp_rows r JOIN (
    SELECT g.grp, g.line, string_agg(o.line::text, ', ' ORDER BY o.line) AS lines FROM imp_groups g JOIN imp_rows o USING (grp)
    WHERE g.several GROUP BY g.grp, g.line) g USING (grp) WHERE r.line = g.line OR %(each)s"""

UNITS = """
CREATE TEMP TABLE imp_units ON COMMIT DROP AS
SELECT COALESCE(pk, nextval('tiers_company_id_seq')) AS pk, pk IS NULL AS is_new, line, several, unit FROM (
    SELECT unit, min(pk) AS pk, min(line) AS line, count(*) > 1 AS several FROM imp_groups GROUP BY unit ORDER BY min(line)) found"""
UNIT_OF = """
CREATE TEMP TABLE imp_of ON COMMIT DROP AS
SELECT r.*, u.pk, u.is_new, u.several, g.line AS group_line FROM imp_rows r JOIN imp_groups g USING (grp)
JOIN imp_units u USING (unit)"""

DIFFERENT = """
SELECT DISTINCT file, group_line AS at, first AS line FROM (
    SELECT file, group_line, min(group_line) OVER (PARTITION BY pk) AS first FROM imp_of WHERE is_unique AND several) found
WHERE group_line > first"""
OTHER_NUMBER = """
SELECT 0 AS file, min(u.line) AS at, min(h.value) AS number FROM imp_of r JOIN imp_units u USING (pk)
JOIN tiers_identifier h ON h.company_id = r.pk AND h.scheme = r.scheme AND h.check_result = 'valid'
WHERE r.is_unique AND NOT r.is_new AND NOT EXISTS (
    SELECT FROM tiers_identifier o WHERE o.company_id = r.pk AND o.scheme = r.scheme AND o.value = r.value AND o.check_result = 'valid')
GROUP BY r.pk, r.scheme"""

# The row of a current operator or licensee names a company, else one without "(old)", else any; of these the one with the highest id.
# Where several groups were fused because somebody merged their records, the name chosen then decides between them.
LEGAL = """
CREATE TEMP TABLE imp_legal ON COMMIT DROP AS
SELECT DISTINCT ON (r.pk) r.* FROM imp_of r LEFT JOIN (
    SELECT DISTINCT ON (o.pk) o.pk, o.grp FROM imp_of o JOIN tiers_company c ON c.id = o.pk AND c.legal_name = o.name
    WHERE o.several AND NOT o.is_new ORDER BY o.pk, o.group_line) chosen ON chosen.pk = r.pk
WHERE chosen.grp IS NULL OR chosen.grp = r.grp
ORDER BY r.pk, r.current DESC, NOT r.current AND r.marked, length(r.ext) DESC NULLS LAST, r.ext COLLATE "C" DESC NULLS LAST, r.line"""

LOCK = """
SELECT count(*) FROM (SELECT id FROM tiers_company WHERE id IN (SELECT pk FROM imp_units WHERE NOT is_new) ORDER BY id FOR UPDATE) locked"""

# Names: what is in the file and not on the record. A former name that becomes the legal one gives its row to the name it replaces.
HELD_LEGAL = """
CREATE TEMP TABLE imp_held ON COMMIT DROP AS
SELECT DISTINCT ON (n.company_id) n.company_id AS pk, n.id, n.name FROM tiers_companyname n JOIN imp_units u ON u.pk = n.company_id
WHERE NOT u.is_new AND n.kind = 'legal' AND n.period @> %(today)s::date ORDER BY n.company_id, n.id"""
FORMER = """
CREATE TEMP TABLE imp_former ON COMMIT DROP AS
SELECT pk, name, bool_or(is_new) AS is_new, min(key) AS key, min(place) AS place FROM (
    SELECT r.pk, r.is_new, r.name, r.key, r.line AS place FROM imp_of r JOIN imp_legal l USING (pk) WHERE r.name <> l.name
    UNION ALL
    SELECT h.pk, FALSE, h.name, n.name_key, 0 FROM imp_held h JOIN imp_legal l USING (pk) JOIN tiers_companyname n ON n.id = h.id
    WHERE h.name <> l.name) found GROUP BY pk, name"""
NAME_ROWS = """
CREATE TEMP TABLE imp_names ON COMMIT DROP AS
SELECT l.pk, l.is_new, 'legal' AS kind, l.name, l.key, h.id, h.id IS NULL OR h.name <> l.name AS differs
FROM imp_legal l LEFT JOIN imp_held h USING (pk)
UNION ALL
SELECT f.pk, FALSE, 'former', f.name, f.key, n.id, FALSE
FROM imp_former f JOIN tiers_companyname n ON n.company_id = f.pk AND n.name = f.name
WHERE n.id NOT IN (SELECT id FROM imp_held)
UNION ALL
SELECT missing.pk, missing.is_new, 'former', missing.name, missing.key, freed.id, TRUE
FROM (
    SELECT f.*, row_number() OVER (PARTITION BY pk ORDER BY place, name) AS turn FROM imp_former f WHERE NOT EXISTS (
        SELECT FROM tiers_companyname n WHERE n.company_id = f.pk AND n.name = f.name AND n.id NOT IN (SELECT id FROM imp_held))) missing
LEFT JOIN (
    SELECT n.company_id AS pk, n.id, row_number() OVER (PARTITION BY n.company_id ORDER BY n.id DESC) AS turn
    FROM tiers_companyname n JOIN imp_legal l ON l.pk = n.company_id AND n.name = l.name
    WHERE n.kind = 'former' AND NOT l.is_new AND n.id NOT IN (SELECT id FROM imp_held)) freed USING (pk, turn)"""
NUMBER_ROWS = """
CREATE TEMP TABLE imp_numbers ON COMMIT DROP AS
SELECT r.pk, r.scheme, r.value, r.checked, r.registration, n.id,
       n.id IS NULL OR (n.check_result, n.registration) IS DISTINCT FROM (r.checked, r.registration) AS differs
FROM (SELECT pk, scheme, value, min(checked) AS checked, bool_or(registration) AS registration FROM imp_of WHERE value IS NOT NULL
      GROUP BY pk, scheme, value) r
LEFT JOIN tiers_identifier n ON n.company_id = r.pk AND n.scheme = r.scheme AND n.value = r.value"""
KEY_ROWS = """
CREATE TEMP TABLE imp_keys ON COMMIT DROP AS
SELECT r.pk, r.ext, e.id, e.id IS NULL OR e.company_id IS DISTINCT FROM r.pk AS differs
FROM imp_of r LEFT JOIN tiers_externalid e ON e.system = %(system)s AND e.value = r.ext WHERE r.ext IS NOT NULL"""
ADDRESS_ROWS = """
CREATE TEMP TABLE imp_addresses ON COMMIT DROP AS
SELECT l.pk, l.street, l.postcode, l.city, l.subdivision, l.address_country, a.id, a.id IS NULL OR
       (COALESCE(l.street, a.lines), COALESCE(l.postcode, a.postcode), COALESCE(l.city, a.city), COALESCE(l.subdivision, a.subdivision),
        COALESCE(l.address_country, a.country)) IS DISTINCT FROM (a.lines, a.postcode, a.city, a.subdivision, a.country) AS differs
FROM imp_legal l LEFT JOIN LATERAL (
    SELECT * FROM tiers_address a WHERE NOT l.is_new AND a.company_id = l.pk AND a.kind = 'head_office' ORDER BY a.id LIMIT 1) a ON TRUE
WHERE COALESCE(l.street, l.postcode, l.city, l.subdivision) IS NOT NULL"""

WRITE_NAMES = ("tiers.companyname", "imp_names", """
UPDATE tiers_companyname n SET name = i.name, name_key = i.key, updated_by_id = %(actor)s
FROM imp_names i WHERE i.id = n.id AND i.differs""", """
INSERT INTO tiers_companyname (company_id, kind, name, name_key, period, extra, created_by_id, updated_by_id)
SELECT pk, kind, name, key, daterange(NULL, NULL), '{}', %(actor)s, %(actor)s FROM imp_names
WHERE id IS NULL AND is_new = %(new)s ORDER BY pk""")
WRITE_NUMBERS = ("tiers.identifier", "imp_numbers", """
UPDATE tiers_identifier n SET check_result = i.checked, registration = i.registration, updated_by_id = %(actor)s
FROM imp_numbers i WHERE i.id = n.id AND i.differs""", """
INSERT INTO tiers_identifier (company_id, scheme, value, check_result, registration, extra, created_by_id, updated_by_id)
SELECT pk, scheme, value, checked, registration, '{}', %(actor)s, %(actor)s FROM imp_numbers WHERE id IS NULL ORDER BY pk""")
WRITE_KEYS = ("tiers.externalid", "imp_keys", """
UPDATE tiers_externalid e SET company_id = i.pk, updated_by_id = %(actor)s FROM imp_keys i WHERE i.id = e.id AND i.differs""", """
INSERT INTO tiers_externalid (company_id, system, value, extra, created_by_id, updated_by_id)
SELECT pk, %(system)s, ext, '{}', %(actor)s, %(actor)s FROM imp_keys WHERE id IS NULL ORDER BY pk""")
WRITE_ADDRESSES = ("tiers.address", "imp_addresses", """
UPDATE tiers_address a SET lines = COALESCE(i.street, a.lines), postcode = COALESCE(i.postcode, a.postcode),
    city = COALESCE(i.city, a.city), subdivision = COALESCE(i.subdivision, a.subdivision),
    country = COALESCE(i.address_country, a.country), updated_by_id = %(actor)s FROM imp_addresses i WHERE i.id = a.id AND i.differs""", """
INSERT INTO tiers_address (company_id, kind, lines, postcode, city, subdivision, country, extra, created_by_id, updated_by_id)
SELECT pk, 'head_office', COALESCE(street, ''), COALESCE(postcode, ''), COALESCE(city, ''), COALESCE(subdivision, ''),
       COALESCE(address_country, ''), '{}', %(actor)s, %(actor)s FROM imp_addresses WHERE id IS NULL ORDER BY pk""")
WRITE_COMPANIES = ("tiers.company", "imp_legal", """
UPDATE tiers_company c SET legal_name = l.name, incomplete = FALSE, legal_form = COALESCE(l.legal_form, c.legal_form),
    country = COALESCE(l.country, c.country), nace = COALESCE(l.nace, c.nace), headcount = COALESCE(l.headcount, c.headcount),
    currency = COALESCE(l.currency, c.currency), language = COALESCE(l.language, c.language), website = COALESCE(l.website, c.website),
    updated_by_id = %(actor)s
FROM imp_legal l WHERE l.pk = c.id AND NOT l.is_new AND (
    (l.name, FALSE, COALESCE(l.legal_form, c.legal_form), COALESCE(l.country, c.country), COALESCE(l.nace, c.nace),
     COALESCE(l.headcount, c.headcount), COALESCE(l.currency, c.currency), COALESCE(l.language, c.language),
     COALESCE(l.website, c.website))
    IS DISTINCT FROM (c.legal_name, c.incomplete, c.legal_form, c.country, c.nace, c.headcount, c.currency, c.language, c.website))""", """
INSERT INTO tiers_company (id, uuid, legal_name, status, legal_form, country, nace, headcount, currency, language, website, tags,
                           incomplete, extra, created_by_id, updated_by_id, search)
SELECT pk, gen_random_uuid(), l.name, 'prospect', COALESCE(legal_form, ''), country, COALESCE(nace, ''), headcount, COALESCE(currency, ''),
       COALESCE(language, ''), COALESCE(website, ''), '{}', FALSE, '{}', %(actor)s, %(actor)s,
       opsflux_fold(concat_ws(' ', l.name, f.names, n.numbers))
FROM imp_legal l
LEFT JOIN (SELECT pk, string_agg(name, ' ') AS names FROM imp_names WHERE kind = 'former' GROUP BY pk) f USING (pk)
LEFT JOIN (SELECT pk, string_agg(value, ' ') AS numbers FROM imp_numbers GROUP BY pk) n USING (pk)
WHERE is_new ORDER BY pk""")
