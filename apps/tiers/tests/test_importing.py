"""TIE-20: the real register through the command into a real database: the acceptance scenarios 1 to 5 of the domain, number by number."""
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.db.models import Count, Sum

from apps.core.automation.models import OutboxEvent
from apps.core.factory.selectors import ed50_to_wgs84
from apps.core.iam.selectors import system_user
from apps.tiers.models import Company, CompanyName, DuplicateCandidate, ExternalId, Identifier, Interest
from apps.tiers.tests.importing import SITES, imported, state
from tests.shared_data import shared_file

pytestmark = pytest.mark.django_db
SITE_FILES = ("field.csv", "field_operator_hst.csv", "field_licensee_hst.csv", "facility_fixed.csv", "facility_moveable.csv")
NAMED_ABSENT = {"field.csv": 58, "field_operator_hst.csv": 255, "field_licensee_hst.csv": 1752, "facility_fixed.csv": 191,
                "facility_moveable.csv": 105}
TODAY = date(2013, 5, 8)
NEW = {"changed": 0, "unchanged": 0}


def trial(*steps):
    """The outcomes of imports whose effect is taken back."""
    with transaction.atomic():
        found = [imported(*step) for step in steps]
        transaction.set_rollback(True)
    return found


@pytest.fixture(scope="module")
def story(django_db_setup, django_db_blocker):
    """One history of imports, in one transaction that is rolled back at the end: each step's outcome, and the state it left."""
    companies = shared_file("offshore-npd", "company.csv")
    files = [shared_file("offshore-npd", name) for name in SITE_FILES]
    found = SimpleNamespace()
    with django_db_blocker.unblock(), transaction.atomic():
        found.empty = state()
        found.companies_dry = imported("companies", companies, "--dry-run")
        found.after_dry = state()
        found.companies = imported("companies", companies)
        found.with_companies = state()
        found.duplicates = list(DuplicateCandidate.objects.values_list("a_id", "b_id"))
        found.companies_again = imported("companies", companies)
        found.after_again = state()
        found.refused = imported("facilities", *files)
        found.after_refused = state()
        found.one_by_one = trial(*(("facilities", file, "--create-missing") for file in files))
        found.shelf_dry = imported("facilities", *reversed(files), "--create-missing", "--dry-run")
        found.after_shelf_dry = state()
        found.shelf = imported("facilities", *files, "--create-missing")
        found.with_shelf = state()
        found.shelf_again = imported("facilities", *files)
        found.companies_last = imported("companies", companies)
        found.at_last = state()
        yield found
        transaction.set_rollback(True)


def made(**counts):
    return {label.replace("_", "."): {"created": count, **NEW} for label, count in counts.items()}


def by_number(number):
    return Identifier.objects.get(scheme="no.orgnr", value=number).company


def former(company):
    return sorted(company.names.filter(kind="former").values_list("name", flat=True))


def npdid(system, site):
    return ExternalId.objects.get(system=system, site=site).value


def test_scenario_1_dry_run_counts_as_the_real_run_and_writes_nothing(story):
    # then
    assert story.companies_dry.code == story.companies.code == 0
    dry, real = story.companies_dry.report, story.companies.report
    assert (dry.pop("dry_run"), real.pop("dry_run")) == (True, False)
    assert dry.pop("seconds") > 0 and real.pop("seconds") < 60
    assert dry == real
    assert story.after_dry == story.empty


def test_scenario_1_companies(story):
    """TIE-20 partly: 279 rows, 152 + 8 + 119 numbers; 253 companies, 253 + 26 names, 279 ids, 126 valid numbers."""
    # then
    report = story.companies.report
    assert (report["rows"], report["numbers"]) == ({"company.csv": 279}, {"valid": 152, "unverified": 8, "absent": 119})
    assert report["counts"] == made(tiers_company=253, tiers_companyname=279, tiers_identifier=134, tiers_externalid=279)
    with_stubs = 99
    assert Counter(CompanyName.objects.values_list("kind", flat=True)) == {"legal": 253 + with_stubs, "former": 26}
    assert Identifier.objects.filter(check_result="valid", registration=True, scheme="no.orgnr").count() == 126
    assert set(Identifier.objects.filter(check_result="unverified").values_list("value", flat=True)) > {"077750", "01546623"}
    assert Counter(Identifier.objects.filter(check_result="valid").annotate(n=Count("company__external_ids")).values_list(
        "n", flat=True)) == {1: 103, 2: 20, 3: 3}


def test_scenario_1_names(story):
    """Which row names the company; the legal name and the search text are on the company (TIE-16)."""
    # given
    one, other = by_number("989563343"), by_number("953935996")
    # then
    assert (one.legal_name, former(one)) == ("Det norske oljeselskap AS", ["Aker Exploration AS"])
    assert (other.legal_name, former(other)) == ("Det Norske Oljeselskap AS", ["Det Norske Oljeselskap ASA (old)"])
    assert one in Company.objects.filter(search__holds="aker explo") and one in Company.objects.filter(search__holds="989563343")
    assert not Company.objects.exclude(names__kind="legal").exists()
    assert {company.legal_name for company in Company.objects.all()} == set(CompanyName.objects.filter(kind="legal").values_list(
        "name", flat=True))


def test_scenario_1_twice_is_no_change(story):
    """No row, no version, no event; the exit code says that there was nothing to do."""
    # then
    again = story.companies_again
    assert (again.code, again.report["created"], again.report["changed"], again.report["nothing_to_do"]) == (3, 0, 0, True)
    assert {label: count["unchanged"] for label, count in again.report["counts"].items()} == {
        "tiers.company": 253, "tiers.companyname": 279, "tiers.identifier": 134, "tiers.externalid": 279}
    assert story.after_again == story.with_companies


def test_scenario_2_duplicates(story):
    """TIE-19: one candidate of companies, Geco-Prakla; four with the stubs: Pertra, Wintershall Norge, Revus Energy."""
    # given
    name_of = dict(Company.objects.values_list("pk", "legal_name"))
    pairs = {tuple(sorted((name_of[a], name_of[b]))) for a, b in DuplicateCandidate.objects.values_list("a_id", "b_id")}
    # then
    assert (story.companies.report["candidates"], story.shelf.report["candidates"]) == (1, 3)
    assert [tuple(sorted((name_of[a], name_of[b]))) for a, b in story.duplicates] == [("Geco- Prakla", "Geco-Prakla")]
    assert pairs == {("Geco- Prakla", "Geco-Prakla"), ("Pertra AS", "Pertra ASA"), ("Revus Energy AS", "Revus Energy ASA"),
                     ("Wintershall Norge AS", "Wintershall Norge ASA")}
    assert set(DuplicateCandidate.objects.values_list("state", "reason")) == {("open", "name")}


def test_scenario_3_missing_references_are_refused(story):
    """TIE-20 partly: 2,361 rows name absent companies and 34 absent transport systems: each an error with its line; nothing is written."""
    # then
    refused = story.refused
    assert refused.code == 4
    assert (refused.report["missing_companies"], refused.report["missing_sites"]) == (NAMED_ABSENT, {"facility_fixed.csv": 34})
    assert Counter(code for *_place, code in refused.errors) == {"company_unknown": 2361, "site_unknown": 34}
    assert refused.errors[0] == ("field.csv", 3, "cmpNpdidCompany", "company_unknown")
    assert (refused.report["counts"], refused.report["created"]) == ({}, 0)
    assert story.after_refused == story.with_companies


def test_scenario_3_missing_references_become_stubs(story):
    """5 + 19 + 43 + 0 + 32 stubs make 352 companies; 703 sites; a dry run, its files in another order, says the same."""
    # then
    report = story.shelf.report
    assert report["stubs"] == {"field.csv": 5, "field_operator_hst.csv": 19, "field_licensee_hst.csv": 43, "facility_moveable.csv": 32}
    assert report["counts"] == made(tiers_company=99, tiers_companyname=99, tiers_externalid=99 + 703, factory_site=703,
                                    tiers_interest=2895 + 350 + 360 + 191)
    assert {key: value for key, value in story.shelf_dry.report.items() if key not in ("dry_run", "seconds")} == {
        key: value for key, value in report.items() if key not in ("dry_run", "seconds")}
    assert story.after_shelf_dry == story.with_companies
    assert Counter(Company.objects.values_list("status", "incomplete")) == {("prospect", False): 253, ("prospect", True): 99}
    assert Counter(SITES.objects.values_list("kind", flat=True)) == {
        "field": 101, "fixed_facility": 383, "moveable_facility": 204, "transport_system": 15}


def test_scenario_3_file_by_file_and_in_any_order(story):
    """The same stubs and sites however the files come."""
    # then
    per_file = [outcome.report for outcome in story.one_by_one]
    assert [report["counts"].get("tiers.company", {}).get("created", 0) for report in per_file] == [5, 19, 43, 0, 32]
    assert [report["counts"]["factory.site"]["created"] for report in per_file] == [101, 0, 0, 383 + 15, 204]
    assert [report["counts"]["tiers.interest"]["created"] for report in per_file] == [0, 350, 2895, 360, 191]
    assert sum(report["candidates"] for report in per_file) == 3
    assert list(story.shelf_dry.report["rows"]) == list(reversed(SITE_FILES))


def test_scenario_3_and_4_twice_is_no_change(story):
    """Nothing is missing any more: no row, no version, no event; nor does the company file change what the others made."""
    # then
    again = story.shelf_again
    assert (again.code, again.report["created"], again.report["changed"], again.errors) == (3, 0, 0, [])
    assert again.report["counts"]["factory.site"] == {"created": 0, "changed": 0, "unchanged": 688}
    assert again.report["counts"]["tiers.interest"] == {"created": 0, "changed": 0, "unchanged": 3796}
    assert (story.companies_last.code, story.companies_last.report["counts"]) == (3, story.companies_again.report["counts"])
    assert story.at_last == story.with_shelf


def test_scenario_4_current_shares(story):
    """178 current interests of 45 companies on 49 fields, each totalling exactly 100; 52 fields have no licensee at all."""
    # given
    held = Interest.objects.filter(role="licensee")
    current = held.filter(period__contains=TODAY, period__endswith__isnull=True)
    # then
    assert (held.count(), current.count(), current.values("company").distinct().count()) == (2895, 178, 45)
    totals = dict(current.values_list("site").annotate(total=Sum("share_pct")))
    assert len(totals) == 49 and set(totals.values()) == {Decimal("100.00000")}
    assert SITES.objects.filter(kind="field").exclude(pk__in=held.values("site")).count() == 52


def test_scenario_4_operators(story):
    """350 rows, 99 open: one current operator in 99 fields, that of field.csv; none for NORDØST FRIGG and ODIN."""
    # given
    rows = Interest.objects.filter(role="operator", site__kind="field")
    current = defaultdict(set)
    for row in rows.filter(period__contains=TODAY).select_related("site"):
        current[npdid("npdid.field", row.site)].update(row.company.external_ids.values_list("value", flat=True))
    # when
    header, *lines = shared_file("offshore-npd", "field.csv").read_text("utf-8-sig").splitlines()
    places = [header.split(",").index(name) for name in ("fldNpdidField", "cmpNpdidCompany")]
    stated = {line.split(",")[places[0]]: line.split(",")[places[1]] for line in lines}
    # then
    assert (rows.count(), rows.filter(period__endswith__isnull=True).count()) == (350, 99)
    assert rows.filter(period__contains=TODAY).values("site").distinct().count() == len(current) == 99
    assert len([field for field, company in stated.items() if field in current and company in current[field]]) == 99
    without = SITES.objects.filter(kind="field").exclude(pk__in=rows.filter(period__contains=TODAY).values("site"))
    assert sorted(site.name for site in without) == ["NORDØST FRIGG", "ODIN"]


def test_scenario_4_alvheim(story):
    """Marathon Petroleum Norge AS became Marathon Oil Norge AS: one company, 65 % and operator on both days."""
    # given
    alvheim = Interest.objects.filter(site__name="ALVHEIM", site__kind="field").select_related("company")

    def on(day, role):
        return sorted((row.company.legal_name, row.share_pct) for row in alvheim.filter(role=role, period__contains=day))
    # then
    marathon = by_number("923702962")
    assert (marathon.legal_name, former(marathon)) == ("Marathon Oil Norge AS", ["Marathon Petroleum Norge AS"])
    before, after = date(2011, 7, 3), date(2011, 7, 4)
    assert ("Marathon Oil Norge AS", Decimal(65)) in on(before, "licensee")
    assert on(after, "licensee") == [("ConocoPhillips Skandinavia AS", Decimal(20)), ("Lundin Norway AS", Decimal(15)),
                                     ("Marathon Oil Norge AS", Decimal(65))]
    assert on(before, "operator") == on(after, "operator") == [("Marathon Oil Norge AS", None)]
    assert [alvheim.filter(role="licensee", company=marathon, period__contains=day).count() for day in (before, after)] == [1, 1]


def test_rule_8_findings(story):
    """Six pairs of operators at once, eight gaps, no total other than 100."""
    # given
    found = defaultdict(Counter)
    for finding in story.shelf.report["findings"]:
        found[finding["code"]][finding["site"]] += 1
    # then
    assert found == {
        "operators_overlap": {"TROLL": 5, "YTTERGRYTA": 1},
        "operator_gap": {"FRØY": 1, "LILLE-FRIGG": 1, "MIME": 1, "NORDØST FRIGG": 1, "ODIN": 1, "YME": 1, "ØST FRIGG": 2}}
    [pair] = [one for one in story.shelf.report["findings"] if one["site"] == "YTTERGRYTA"]
    assert (pair["first"], pair["to"], pair["companies"]) == (
        "2009-11-01", "2009-12-31", ["StatoilHydro Petroleum AS", "Statoil Petroleum AS"])


def test_rule_7_interests_of_facilities(story):
    """360 operators of fixed and 191 contractors of moveable facilities, open from the day of the snapshot, without share."""
    # given
    rows = Interest.objects.exclude(site__kind="field")
    # then
    assert Counter(rows.values_list("site__kind", "role")) == {
        ("fixed_facility", "operator"): 360, ("moveable_facility", "contractor"): 191}
    assert {(row.period.lower, row.period.upper, row.share_pct) for row in rows} == {(TODAY, None, None)}


def test_scenario_5_positions(story):
    """366 of 383 positions from ED50, 5 west of Greenwich, 8 of GOLIAT outside the area; moveable ones have none."""
    # given
    fixed = SITES.objects.filter(kind="fixed_facility")
    placed = fixed.filter(latitude__isnull=False)
    # then
    assert (fixed.count(), placed.count(), placed.filter(longitude__lt=0).count()) == (383, 366, 5)
    assert set(placed.values_list("source_datum", "position_accuracy")) == {("ED50", Decimal(10))}
    flagged = placed.exclude(position_flags=[])
    assert flagged.count() == 8 and all(site.name.startswith("GOLIAT") for site in flagged)
    assert not SITES.objects.exclude(kind="fixed_facility").filter(latitude__isnull=False).exists()
    assert not SITES.objects.filter(kind="moveable_facility", parent__isnull=False).exists()


def test_rule_12_ekofisk_h(story):
    """The stored source gives rule 12's WGS 84 within 1e-7 degrees; stored is that to the column's six decimals."""
    # given
    site = SITES.objects.get(name="EKOFISK H")
    # when
    north, east = ed50_to_wgs84(float(site.source_latitude), float(site.source_longitude))
    # then
    assert abs(north - 56.5465483) < 1e-7 and abs(east - 3.2116219) < 1e-7
    assert (site.latitude, site.longitude) == (Decimal("56.546548"), Decimal("3.211622"))
    assert (site.source_latitude, site.source_longitude) == (Decimal("56.5472111"), Decimal("3.2131333"))
    assert (site.source_position, site.parent.name, site.time_zone) == ("56°32′49.96″N 3°12′47.28″E", "EKOFISK", "Europe/Oslo")


def test_scenario_5_parents_and_phases(story):
    """326 under 60 fields, 34 under 15 transport systems, 23 without; each in the tree; phases by rule."""
    # given
    fixed = SITES.objects.filter(kind="fixed_facility").select_related("parent")
    fields = Counter(site.parent.name for site in fixed if site.parent and site.parent.kind == "field")
    transport = Counter(site.parent.name for site in fixed if site.parent and site.parent.kind == "transport_system")
    # then
    assert (fields.total(), len(fields), fields.most_common(3)) == (326, 60, [("TROLL", 32), ("EKOFISK", 30), ("BALDER", 26)])
    assert (transport.total(), len(transport)) == (34, 15)
    assert fixed.filter(parent__isnull=True).count() == 23
    assert all(site.path == (f"{site.parent_id}.{site.pk}" if site.parent_id else str(site.pk)) for site in fixed)
    assert Counter(fixed.values_list("phase", flat=True)) == {
        "planned": 16, "under_construction": 34, "in_service": 275, "shut_down": 24, "decommissioning": 8, "removed": 26}


def test_kpis_of_the_register(story):
    """Verified identity 126 of 253, incomplete 99 of 352, duplicates 4 of 352."""
    assert (Company.objects.filter(incomplete=False, identifiers__check_result="valid").distinct().count(),
            Company.objects.filter(incomplete=False).count()) == (126, 253)
    assert (Company.objects.filter(incomplete=True).count(), Company.objects.count()) == (99, 352)
    assert DuplicateCandidate.objects.filter(state="open").count() == 4


def test_one_event_an_import(story):
    """Of all these runs, the two that changed something sent one event each."""
    # then
    assert list(OutboxEvent.objects.order_by("pk").values_list("topic", "payload__preset", "payload__created", "payload__changed")) == [
        ("tiers.import.completed", "companies", 253 + 279 + 134 + 279, 0),
        ("tiers.import.completed", "facilities", 99 + 99 + 802 + 703 + 3796, 0)]


def test_history_names_who_and_why(story):
    # given
    company = by_number("989563343")
    first = company.versions.order_by("pgh_id").first()
    # then
    assert first.pgh_context.metadata["user"] == system_user().pk
    assert "company.csv" in first.pgh_context.metadata["reason"]
    assert company.created_by == company.updated_by == system_user()
    assert {row.created_by_id for row in Interest.objects.all()} == {system_user().pk}
