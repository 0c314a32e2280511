"""The plan of field and facility files: references, stubs, interests, findings (TIE-20; rules 6, 7, 8, 12)."""
from datetime import date
from decimal import Decimal

import pytest

from apps.core.factory.choices import Phase, SiteKind
from apps.tiers.periods import Period
from apps.tiers.shelf.interests import CONTRACTOR, OPERATOR, PlannedInterest, share_totals
from apps.tiers.shelf.known import CompanyRef, KnownCompanies, wanted_companies, wanted_sites
from apps.tiers.shelf.plan import plan_shelf
from apps.tiers.tests.shelf import shelf_reading

TROLL = {"fldName": "TROLL", "fldNpdidField": "46437"}
FIELD_REF = ("npdid.field", "46437")
KNOWN = KnownCompanies(ids={"1": 71, "2": 72}, names={"Shell AS": {71}, "Norske Shell AS": {71}, "Gulf AS": {72}},
                       keys={"SHELL": {71}, "NORSKE SHELL": {71}, "GULF": {72, 73}})
SNAPSHOT = Period(date(2013, 5, 8))


def plan(*readings, known=KNOWN, sites=frozenset({FIELD_REF}), create_missing=False):
    return plan_shelf(readings, known, sites, create_missing=create_missing)


def faults(found):
    return [(error.file, error.line, error.column, error.code) for error in found.errors]


def operated(company, start, end="9999-12-31"):
    return {**TROLL, "cmpNpdidCompany": company, "cmpLongName": f"Company {company}", "fldOperatorFrom": start, "fldOperatorTo": end}


def held(company, share, start, end="9999-12-31"):
    return {**TROLL, "cmpNpdidCompany": company, "fldLicenseeFrom": start, "fldLicenseeTo": end, "fldCompanyShare": share}


def facility(npdid="900", **more):
    return {"fclName": f"F {npdid}", "fclNpdidFacility": npdid, **more}


def test_a_fixed_facility():
    # given
    row = facility(fclPhase="INSTALLATION", fclSurface="N", fclKind="JACKET 4 LEGS", fclCurrentOperatorName="Norske Shell AS",
                   fclBelongsToName="TROLL", fclBelongsToKind="FIELD", fclBelongsToS="46437", fclStartupDate="2007-09-12",
                   fclGeodeticDatum="ED50", fclNsDeg="56", fclNsMin="32", fclNsSec="49.96", fclEwDeg="3", fclEwMin="12", fclEwSec="47.28",
                   fclWaterDepth="74", fclFunctions="OIL PRODUCER", fclDesignLifetime="15")
    # when
    found = plan(shelf_reading("fixed", row))
    # then
    [site] = found.sites
    assert (site.ref, site.kind, site.name, site.phase, site.parent) == (
        ("npdid.facility", "900"), SiteKind.FIXED_FACILITY, "F 900", Phase.UNDER_CONSTRUCTION, FIELD_REF)
    assert (site.commissioned_on, site.water_depth, site.functions) == (date(2007, 9, 12), 74, "OIL PRODUCER")
    assert site.details == {"structure": "JACKET 4 LEGS", "surface": False, "design_lifetime_years": 15}
    assert (site.position.lat, site.position.lon, site.position.source_text) == (
        Decimal("56.546548"), Decimal("3.211622"), "56°32′49.96″N 3°12′47.28″E")
    assert found.interests == (PlannedInterest(CompanyRef(71), site.ref, OPERATOR, SNAPSHOT, source="fixed.csv", line=2, dated=False),)
    assert not found.errors


def test_a_moveable_facility():
    # when
    found = plan(shelf_reading("moveable", facility(fclKind="VESSEL", fclNationName="NORWAY", fclNpdidCurrentRespCompany="2")))
    # then
    [site] = found.sites
    assert (site.kind, site.phase, site.parent, site.position) == (SiteKind.MOVEABLE_FACILITY, None, None, None)
    assert site.details == {"structure": "VESSEL", "nation": "NORWAY"}
    assert [(one.company, one.role, one.period, one.dated) for one in found.interests] == [(CompanyRef(72), CONTRACTOR, SNAPSHOT, False)]


def test_startup_9999_is_unknown():
    [site] = plan(shelf_reading("fixed", facility(fclStartupDate="9999-12-31"))).sites
    assert site.commissioned_on is None


@pytest.mark.parametrize(("name", "pk"), [("Shell AS", 71), ("Norske Shell AS", 71), ("A/S Norske Shell", 71), ("Gulf AS", 72)])
def test_a_name_is_looked_up_exactly_then_by_key(name, pk):
    """Rule 6: an exact name wins even where its key is shared."""
    # when
    found = plan(shelf_reading("fixed", facility(fclCurrentOperatorName=name)))
    # then
    assert [one.company for one in found.interests] == [CompanyRef(pk)]


def test_two_companies_of_one_key_are_ambiguous():
    # when
    found = plan(shelf_reading("fixed", facility(fclCurrentOperatorName="Gulf Ltd")), create_missing=True)
    # then
    assert faults(found) == [("fixed.csv", 2, "fclCurrentOperatorName", "ambiguous_name")]
    assert not found.stubs


def test_unknown_companies_and_sites_are_errors_by_line():
    """Rule 6: by default nothing is made up."""
    # given
    fixed = facility(fclCurrentOperatorName="Nobody AS", fclBelongsToKind="TUF", fclBelongsToName="NORPIPE", fclBelongsToS="5")
    # when
    found = plan(shelf_reading("operator", operated("9", "2001-01-01")), shelf_reading("fixed", facility("899"), fixed))
    # then
    assert faults(found) == [("operator.csv", 2, "cmpNpdidCompany", "company_unknown"), ("fixed.csv", 3, "fclBelongsToS", "site_unknown"),
                             ("fixed.csv", 3, "fclCurrentOperatorName", "company_unknown")]
    assert found.missing_companies == {"operator.csv": 1, "fixed.csv": 1}
    assert found.missing_sites == {"fixed.csv": 1}
    assert not found.stubs and not found.interests


def test_create_missing_makes_stubs_once():
    """A stub made by one file is found by the next, by id and by name, whatever the order the files are given in."""
    # given
    fixed = shelf_reading("fixed", facility("1", fclCurrentOperatorName="Company 9", fclBelongsToKind="TUF", fclBelongsToName="NORPIPE",
                                            fclBelongsToS="5"),
                          facility("2", fclCurrentOperatorName="COMPANY 9 AS", fclBelongsToKind="TUF PART", fclBelongsToName="NORPIPE",
                                   fclBelongsToS="5"),
                          facility("3", fclCurrentOperatorName="Other AS"))
    history = shelf_reading("operator", operated("9", "2001-01-01"))
    # when
    found = plan(fixed, history, create_missing=True)
    # then
    nine, other = CompanyRef(npdid="9"), CompanyRef(name="Other AS")
    assert [(stub.ref, stub.name, stub.file) for stub in found.stubs] == [
        (nine, "Company 9", "operator.csv"), (other, "Other AS", "fixed.csv")]
    assert [one.company for one in found.interests] == [nine, nine, nine, other]
    assert [(site.ref, site.kind, site.name) for site in found.sites if site.stub] == [
        (("npdid.tuf", "5"), SiteKind.TRANSPORT_SYSTEM, "NORPIPE")]
    assert [site.parent for site in found.sites] == sorted((site.parent for site in found.sites), key=bool)
    assert not found.errors


def test_a_stub_beside_a_company_of_the_same_key_is_a_candidate():
    # when
    found = plan(shelf_reading("moveable", facility(fclNpdidCurrentRespCompany="9", fclCurrentRespCompanyName="Shell Limited")),
                 create_missing=True)
    # then
    assert [(one.a, one.b, one.key) for one in found.candidates] == [(CompanyRef(71), CompanyRef(npdid="9"), "SHELL")]


def test_a_field_described_takes_the_place_of_its_stub():
    """A file read before the one that describes the site loses nothing."""
    # given
    described = shelf_reading("field", {**TROLL, "fldCurrentActivitySatus": "PDO APPROVED"})
    # when
    alone = plan(shelf_reading("operator", operated("1", "2001-01-01")), sites=frozenset(), create_missing=True)
    both = plan(shelf_reading("operator", operated("1", "2001-01-01")), described, sites=frozenset())
    # then
    assert [(site.kind, site.stub, site.phase) for site in alone.sites] == [(SiteKind.FIELD, True, None)]
    assert [(site.kind, site.stub, site.phase) for site in both.sites] == [(SiteKind.FIELD, False, Phase.UNDER_CONSTRUCTION)]
    assert not both.errors and not both.missing_sites


def test_one_day_gaps_close_over_all_rows_of_a_field():
    # when
    found = plan(shelf_reading("operator", operated("1", "1990-01-01", "2000-12-31"), operated("2", "2001-01-01")))
    # then
    assert [one.period for one in found.interests] == [Period(date(1990, 1, 1), date(2001, 1, 1)), Period(date(2001, 1, 1))]
    assert not found.findings


def test_several_operators_and_none_are_findings():
    # when
    found = plan(shelf_reading("operator", operated("1", "1990-01-01", "2000-01-01"), operated("2", "1999-01-01", "2001-01-01"),
                               operated("1", "2005-01-01")))
    # then
    assert [(one.code, one.period) for one in found.findings] == [
        ("operators_overlap", Period(date(1999, 1, 1), date(2000, 1, 1))), ("operator_gap", Period(date(2001, 1, 1), date(2005, 1, 1)))]
    assert found.findings[0].companies == (CompanyRef(71), CompanyRef(72))


def test_shares_that_are_not_the_whole_are_a_finding():
    # when
    found = plan(shelf_reading("licensee", held("1", "60", "2000-01-01"), held("2", "40", "2000-01-01", "2010-01-01"),
                               held("2", "39.99999", "2010-01-01")))
    # then
    assert [(one.code, one.period, one.found) for one in found.findings] == [
        ("share_total", Period(date(2010, 1, 1)), Decimal("99.99999"))]
    assert share_totals(found.interests) == [
        (Period(date(2000, 1, 1), date(2010, 1, 1)), Decimal(100)), (Period(date(2010, 1, 1)), Decimal("99.99999"))]


def test_one_company_twice_in_a_site_is_refused():
    """What the database would refuse is told by line: here two ids lead to one company."""
    # given
    known = KnownCompanies(ids={"1": 71, "3": 71})
    # when
    found = plan(shelf_reading("licensee", held("1", "60", "2000-01-01"), held("3", "40", "2005-01-01")), known=known)
    # then
    assert faults(found) == [("licensee.csv", 3, "", "interest_overlap")]


def test_other_faults_are_told_by_line():
    # given
    fixed = shelf_reading("fixed", facility("1", fclPhase="SUNK"), facility("1"),
                          facility("2", fclGeodeticDatum="ED50", fclNsDeg="56", fclNsMin="61", fclNsSec="0"))
    # when
    found = plan(shelf_reading("operator", operated("1", "2001-01-01", "2001-01-01")), fixed)
    # then
    assert faults(found) == [("operator.csv", 2, "", "period_empty"), ("fixed.csv", 2, "fclPhase", "status_unknown"),
                             ("fixed.csv", 3, "fclNpdidFacility", "id_twice"), ("fixed.csv", 4, "fclNsDeg", "angle_invalid")]


def test_what_to_look_up():
    # given
    readings = [shelf_reading("operator", operated("9", "2001-01-01")),
                shelf_reading("fixed", facility(fclCurrentOperatorName="Gulf AS", fclBelongsToKind="TUF", fclBelongsToS="5"))]
    # when
    companies, sites = wanted_companies(readings), wanted_sites(readings)
    # then
    assert (companies.ids, companies.names, companies.keys) == ({"9"}, {"Company 9", "Gulf AS"}, {"COMPANY 9", "GULF"})
    assert sites == {FIELD_REF, ("npdid.facility", "900"), ("npdid.tuf", "5")}
