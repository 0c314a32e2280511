"""The real register: every count the domain states for it (acceptance scenarios 1 to 5, rules 5, 7, 8 and 12)."""
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from apps.core.factory.choices import Phase, SiteKind
from apps.core.factory.selectors import distance_m, ed50_to_wgs84
from apps.tiers.names import company_key
from apps.tiers.periods import Period, close_one_day_gaps
from apps.tiers.shelf.interests import CONTRACTOR, LICENSEE, OPERATOR
from apps.tiers.shelf.known import CompanyRef, KnownCompanies
from apps.tiers.shelf.plan import plan_shelf
from apps.tiers.shelf.rows import open_end
from apps.tiers.tests.company_plan import plan_companies
from apps.tiers.tests.shelf import known_after, read
from tests.shared_data import shared_file

SITE_FILES = ("field.csv", "field_operator_hst.csv", "field_licensee_hst.csv", "facility_fixed.csv", "facility_moveable.csv")
TODAY = date(2013, 5, 8)


@cache
def reading(name):
    return read(shared_file("offshore-npd", name).read_bytes(), name)


@pytest.fixture(scope="module")
def companies():
    """The plan of company.csv into an empty product."""
    return plan_companies(reading("company.csv"), KnownCompanies())


@pytest.fixture(scope="module")
def known(companies):
    """The companies once that plan is written."""
    return known_after(companies.companies)


@pytest.fixture(scope="module")
def shelf(known):
    """The plan of the other five files, stubs allowed."""
    return plan_shelf([reading(name) for name in SITE_FILES], known, frozenset(), create_missing=True)


def by_number(companies, number):
    return next(one for one in companies.companies if number in [checked.value for checked in one.identifiers])


def field_ref(name):
    return "npdid.field", next(row.npdid for row in reading("field.csv").rows if row.name == name)


def test_scenario_1_companies(companies):
    """279 rows: 152 numbers pass, 8 foreign stay unverified, 119 have none; 253 companies, 26 former names, 279 ids."""
    # given
    all_names = [(one.legal_name, *one.former_names) for one in companies.companies]
    # then
    assert (companies.rows, companies.valid_numbers, companies.unverified_numbers, companies.without_number) == (279, 152, 8, 119)
    assert not companies.errors
    assert len(companies.companies) == 253
    assert sum(len(names) - 1 for names in all_names) == 26
    assert sum(len(one.npdids) for one in companies.companies) == 279
    valid = Counter(len(one.npdids) for one in companies.companies if any(checked.check == "valid" for checked in one.identifiers))
    assert valid == {1: 103, 2: 20, 3: 3}
    unverified = [checked for one in companies.companies for checked in one.identifiers if checked.check == "unverified"]
    assert {checked.scheme for checked in unverified} == {"unspecified"}
    assert {"077750", "01546623"} < {checked.value for checked in unverified}


def test_scenario_1_names(companies):
    """Which of several rows names the company."""
    assert [(one.legal_name, one.former_names) for one in (by_number(companies, "989563343"), by_number(companies, "953935996"))] == [
        ("Det norske oljeselskap AS", ("Aker Exploration AS",)),
        ("Det Norske Oljeselskap AS", ("Det Norske Oljeselskap ASA (old)",))]
    assert by_number(companies, "986478434").legal_name == "Maersk Oil Norway AS"
    assert by_number(companies, "986478434").former_names == ("Maersk Oil Exploration Norway AS", "Maersk Oil Norway AS (old1)")


def test_scenario_1_twice(companies, known):
    """A second run finds all 253 and changes none."""
    # when
    again = plan_companies(reading("company.csv"), known)
    # then
    assert sorted(one.ref.pk for one in again.companies) == list(range(1, 254))
    first = dict(enumerate(companies.companies, 1))
    for one in again.companies:
        before = first[one.ref.pk]
        assert (one.legal_name, one.former_names, one.identifiers, one.npdids) == (
            before.legal_name, before.former_names, before.identifiers, before.npdids)


def test_scenario_2_duplicates(companies):
    """Five keys are shared by several companies, one pair is a candidate: the others hold different valid numbers."""
    # given
    legal, every = Counter(), Counter()
    for one in companies.companies:
        legal[company_key(one.legal_name)] += 1
        every.update(one.keys)
    # then
    assert {key: count for key, count in legal.items() if count > 1} == {"DET NORSKE OLJESELSKAP": 3, "BG NORGE": 2, "GECO PRAKLA": 2}
    assert len([key for key, count in every.items() if count > 1]) == 5
    [candidate] = companies.candidates
    pair = [one for one in companies.companies if one.ref in (candidate.a, candidate.b)]
    assert sorted((one.legal_name, [checked.value for checked in one.identifiers]) for one in pair) == [
        ("Geco- Prakla", []), ("Geco-Prakla", ["926396684"])]


def test_scenario_3_references_missing(known):
    """Without stubs: 2,361 rows name absent companies, 34 absent transport systems; each is an error with its line."""
    # when
    found = plan_shelf([reading(name) for name in SITE_FILES], known, frozenset())
    # then
    assert found.missing_companies == {"field.csv": 58, "field_operator_hst.csv": 255, "field_licensee_hst.csv": 1752,
                                       "facility_fixed.csv": 191, "facility_moveable.csv": 105}
    assert found.missing_companies.total() == 2361
    assert found.missing_sites == {"facility_fixed.csv": 34}
    assert Counter(error.code for error in found.errors) == {"company_unknown": 2361, "site_unknown": 34}
    assert (found.errors[0].file, found.errors[0].line) == ("field.csv", 3)
    assert not found.stubs


def test_scenario_3_stubs(shelf):
    """With stubs: 5 + 19 + 43 + 0 + 32 companies and 15 transport systems; 703 sites."""
    # then
    assert not shelf.errors
    assert Counter(stub.file for stub in shelf.stubs) == {
        "field.csv": 5, "field_operator_hst.csv": 19, "field_licensee_hst.csv": 43, "facility_moveable.csv": 32}
    assert len(shelf.stubs) == 99
    assert Counter((site.kind, site.stub) for site in shelf.sites) == {
        (SiteKind.FIELD, False): 101, (SiteKind.FIXED_FACILITY, False): 383, (SiteKind.MOVEABLE_FACILITY, False): 204,
        (SiteKind.TRANSPORT_SYSTEM, True): 15}
    assert len(shelf.sites) == 703


def test_scenario_3_rows_without_company():
    """2 + 0 + 0 + 23 + 13 rows name no company: no error."""
    found = {name: sum(row.company_name is None for row in reading(name).rows) for name in SITE_FILES}
    assert list(found.values()) == [2, 0, 0, 23, 13]


def test_scenario_3_candidates(companies, known, shelf):
    """Three more candidates through stubs: four of 352 companies."""
    # given
    stored = known_after(companies.companies, shelf.stubs)
    name_of = {CompanyRef(npdid=npdid): stored.legal[pk] for npdid, pk in stored.ids.items()}
    # then
    assert len(stored.legal) == 352
    assert {tuple(sorted((name_of[one.a], name_of[one.b]))) for one in shelf.candidates} == {
        ("Pertra AS", "Pertra ASA"), ("Revus Energy AS", "Revus Energy ASA"), ("Wintershall Norge AS", "Wintershall Norge ASA")}
    assert len(companies.candidates) + len(shelf.candidates) == 4


def test_scenario_3_twice(companies, shelf):
    """A second run needs no stub and plans the same."""
    # given
    known = known_after(companies.companies, shelf.stubs)
    # when
    again = plan_shelf([reading(name) for name in SITE_FILES], known, frozenset(site.ref for site in shelf.sites))
    # then
    assert not again.errors and not again.stubs and not again.missing_companies and not again.missing_sites
    assert again.sites == tuple(site for site in shelf.sites if not site.stub)
    assert [(one.site, one.role, one.period, one.share_pct) for one in again.interests] == [
        (one.site, one.role, one.period, one.share_pct) for one in shelf.interests]


def test_scenario_3_stubs_are_completed(shelf):
    """A stub whose row comes later in the company file is that record."""
    # given stubs stored before the company file is known
    known = known_after([], shelf.stubs)
    stub = shelf.stubs[0]
    pk = known.ids[stub.ref.npdid]
    rows = reading("company.csv")
    late = type(rows)(rows.file, rows.layout, (type(rows.rows[0])(2, stub.ref.npdid, stub.name, "990888213", True, True, TODAY),), (), 1)
    # when
    [company] = plan_companies(late, known).companies
    # then
    assert (company.ref, company.legal_name) == (CompanyRef(pk), stub.name)


def test_scenario_4_one_day_gaps():
    """211 operator rows and 23 licensee rows end the day before another starts."""
    moved = {}
    for name in ("field_operator_hst.csv", "field_licensee_hst.csv"):
        fields = defaultdict(list)
        for row in reading(name).rows:
            fields[row.field_id].append(Period(row.start, open_end(row.end)))
        moved[name] = sum(after != before for periods in fields.values()
                          for before, after in zip(periods, close_one_day_gaps(periods), strict=True))
    assert moved == {"field_operator_hst.csv": 211, "field_licensee_hst.csv": 23}


def test_scenario_4_shares_total_100(shelf):
    """On all 529 start dates the shares are exactly 100; a day at the end of one period counted twice would give 471 wrong."""
    # given
    fields = defaultdict(list)
    for one in shelf.interests:
        if one.role == LICENSEE:
            fields[one.site].append(one)
    inclusive = defaultdict(list)
    for row in reading("field_licensee_hst.csv").rows:
        inclusive[row.field_id].append(row)
    # when
    half_open = [sum(one.share_pct for one in held if one.period.holds(day)) for held in fields.values()
                 for day in {one.period.start for one in held}]
    closed = [sum(row.share for row in rows if row.start <= day <= row.end) for rows in inclusive.values()
              for day in {row.start for row in rows}]
    # then
    assert Counter(half_open) == {Decimal(100): 529}
    assert (closed.count(Decimal(100)), len(closed)) == (58, 529)
    assert not [one for one in shelf.findings if one.code == "share_total"]


def test_scenario_4_current_shares(companies, shelf):
    """178 current interests of 45 companies on 49 fields; 52 fields have no licensee row."""
    # given
    shares = [one for one in shelf.interests if one.role == LICENSEE]
    current = [one for one in shares if one.period.end is None]
    totals = Counter()
    for one in current:
        totals[one.site] += one.share_pct
    # then
    assert (len(shares), len(current), len({one.company for one in current})) == (2895, 178, 45)
    assert len(totals) == 49 and set(totals.values()) == {Decimal("100.00000")}
    fields = {site.ref for site in shelf.sites if site.kind == SiteKind.FIELD}
    assert len(fields - {one.site for one in shares}) == 52


def test_scenario_4_operators(known, shelf):
    """350 operator rows, 99 open; 99 fields have one current operator, that of field.csv; NORDØST FRIGG and ODIN have none."""
    # given
    rows = [one for one in shelf.interests if one.role == OPERATOR and one.dated]
    current = defaultdict(set)
    for one in rows:
        if one.period.holds(TODAY):
            current[one.site].add(one.company)
    # then
    assert (len(rows), sum(one.period.end is None for one in rows)) == (350, 99)
    assert len(current) == 99 and {len(companies) for companies in current.values()} == {1}
    stated = {("npdid.field", row.npdid): row.company_id for row in reading("field.csv").rows if row.company_id}
    assert dict(current) == {
        site: {CompanyRef(known.ids[npdid]) if npdid in known.ids else CompanyRef(npdid=npdid)} for site, npdid in stated.items()}
    assert not {field_ref("NORDØST FRIGG"), field_ref("ODIN")} & current.keys()


def test_scenario_4_alvheim(companies, known, shelf):
    """Marathon Petroleum Norge AS became Marathon Oil Norge AS: one company, 65 % on both days."""
    # given
    alvheim = [one for one in shelf.interests if one.site == field_ref("ALVHEIM")]

    def on(day, role):
        rows = {one.line for one in alvheim if one.role == role and one.period.holds(day)}
        name = "field_licensee_hst.csv" if role == LICENSEE else "field_operator_hst.csv"
        return {(row.company_name, getattr(row, "share", None)) for row in reading(name).rows if row.line in rows}
    # then
    before, after = date(2011, 7, 3), date(2011, 7, 4)
    assert ("Marathon Petroleum Norge AS", Decimal(65)) in on(before, LICENSEE)
    assert on(after, LICENSEE) == {("Marathon Oil Norge AS", Decimal(65)), ("ConocoPhillips Skandinavia AS", Decimal(20)),
                                   ("Lundin Norway AS", Decimal(15))}
    assert (on(before, OPERATOR), on(after, OPERATOR)) == ({("Marathon Petroleum Norge AS", None)}, {("Marathon Oil Norge AS", None)})
    marathon = by_number(companies, "923702962")
    assert (marathon.legal_name, marathon.former_names) == ("Marathon Oil Norge AS", ("Marathon Petroleum Norge AS",))
    assert {one.company for one in alvheim if one.role == OPERATOR} == {CompanyRef(known.ids[marathon.npdids[0]])}


def test_rule_8_findings(shelf):
    """Six pairs of operators at once, eight gaps without one."""
    # given
    name_of = {site.ref: site.name for site in shelf.sites}
    found = defaultdict(Counter)
    for one in shelf.findings:
        found[one.code][name_of[one.site]] += 1
    # then
    assert found == {
        "operators_overlap": {"TROLL": 5, "YTTERGRYTA": 1},
        "operator_gap": {"FRØY": 1, "LILLE-FRIGG": 1, "MIME": 1, "NORDØST FRIGG": 1, "ODIN": 1, "YME": 1, "ØST FRIGG": 2}}


def test_rule_7_interests_without_dates(shelf):
    """360 fixed rows and 191 moveable rows, from the day of the file, without share."""
    # given
    undated = [one for one in shelf.interests if not one.dated]
    # then
    assert Counter(one.role for one in undated) == {OPERATOR: 360, CONTRACTOR: 191}
    assert {one.period for one in undated} == {Period(TODAY)}
    assert {one.share_pct for one in undated} == {None}


def test_phases(shelf):
    """16 planned, 34 under construction, 275 in service, 24 shut down, 8 being decommissioned, 26 removed, of 383."""
    assert Counter(site.phase for site in shelf.sites if site.kind == SiteKind.FIXED_FACILITY) == {
        Phase.PLANNED: 16, Phase.UNDER_CONSTRUCTION: 34, Phase.IN_SERVICE: 275, Phase.SHUT_DOWN: 24, Phase.DECOMMISSIONING: 8,
        Phase.REMOVED: 26}


def test_scenario_5_positions(shelf):
    """366 of 383 fixed facilities have a position, 5 west of Greenwich, 8 outside the area, all of GOLIAT; no moveable one has."""
    # given
    fixed = [site for site in shelf.sites if site.kind == SiteKind.FIXED_FACILITY]
    placed = [site for site in fixed if site.position is not None]
    # then
    assert (len(fixed), len(placed), sum(site.position.lon < 0 for site in placed)) == (383, 366, 5)
    assert {site.position.datum for site in placed} == {"ED50"} and {site.position.accuracy_m for site in placed} == {10}
    flagged = [site.name for site in placed if site.position.flags]
    assert len(flagged) == 8 and all(name.startswith("GOLIAT") for name in flagged)
    assert not any((site.position, site.parent) != (None, None) for site in shelf.sites if site.kind == SiteKind.MOVEABLE_FACILITY)


def test_scenario_5_parents(shelf):
    """326 under 60 fields, 34 under 15 transport systems, 23 without."""
    # given
    name_of = {site.ref: site.name for site in shelf.sites}
    parents = Counter(site.parent for site in shelf.sites if site.kind == SiteKind.FIXED_FACILITY)
    fields = {name_of[ref]: count for ref, count in parents.items() if ref and ref[0] == "npdid.field"}
    transport = {name_of[ref]: count for ref, count in parents.items() if ref and ref[0] == "npdid.tuf"}
    # then
    assert (sum(fields.values()), len(fields)) == (326, 60)
    assert Counter(fields).most_common(3) == [("TROLL", 32), ("EKOFISK", 30), ("BALDER", 26)]
    assert (sum(transport.values()), len(transport)) == (34, 15)
    assert parents[None] == 23


def test_rule_12_shift_of_the_file(shelf):
    """EKOFISK H within 1e-7 degrees; over the file the shift moves 56.8 to 153.3 m."""
    # given
    placed = {site.name: site.position for site in shelf.sites if site.position is not None}
    sources = {name: (float(position.source_lat), float(position.source_lon)) for name, position in placed.items()}
    moved = [distance_m(source, ed50_to_wgs84(*source)) for source in sources.values()]
    north, east = ed50_to_wgs84(*sources["EKOFISK H"])
    # then
    assert abs(north - 56.5465483) < 1e-7 and abs(east - 3.2116219) < 1e-7
    assert placed["EKOFISK H"].source_text == "56°32′49.96″N 3°12′47.28″E"
    assert (round(min(moved), 1), round(max(moved), 1)) == (56.8, 153.3)
