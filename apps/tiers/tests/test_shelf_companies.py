"""The plan of a company file: one company for each valid number, candidates by name only (TIE-19, TIE-20; rules 3 and 5)."""
from hypothesis import given
from hypothesis import strategies as st

from apps.tiers.shelf.companies import Candidate, told_apart
from apps.tiers.shelf.known import CompanyRef, KnownCompanies, wanted_companies
from apps.tiers.tests.company_plan import plan_companies
from apps.tiers.tests.shelf import company, known_after, shelf_reading

NOTHING = KnownCompanies()
SHELL, STATOIL = "914807077", "990888213"


def plan(*rows, known=NOTHING):
    return plan_companies(shelf_reading("company", *rows), known)


def faults(found):
    return [(error.line, error.column, error.code) for error in found.errors]


def names(found):
    return [(one.legal_name, one.former_names) for one in found.companies]


def test_rows_sharing_a_valid_number_are_one_company():
    # when
    found = plan(company("10", "Shell AS", SHELL), company("9", "Norske Shell AS", SHELL), company("11", "Gulf Ltd", "077750"))
    # then
    assert names(found) == [("Shell AS", ("Norske Shell AS",)), ("Gulf Ltd", ())]
    assert found.companies[0].npdids == ("10", "9")
    assert [(one.scheme, one.value, one.check) for one in found.companies[0].identifiers] == [("no.orgnr", SHELL, "valid")]
    assert [(one.scheme, one.value, one.check) for one in found.companies[1].identifiers] == [("unspecified", "077750", "unverified")]
    assert (found.rows, found.valid_numbers, found.unverified_numbers, found.without_number) == (3, 2, 1, 0)


def test_unverified_numbers_never_fuse():
    """Foreign and mistyped numbers are kept beside each company."""
    # when
    found = plan(company("1", "A", "077750"), company("2", "B", "077750"), company("3", "C", "914807076"), company("4", "D", "914807076"))
    # then
    assert len(found.companies) == 4


def test_the_legal_name_is_that_of_the_current_licensee_else_without_old_else_the_highest_id():
    assert names(plan(company("9", "Now AS", SHELL, cmpLicenceLicenseeCurrent="Y"), company("10", "Then AS", SHELL))) == [
        ("Now AS", ("Then AS",))]
    assert names(plan(company("9", "Now AS", SHELL), company("10", "Now AS (OLD2)", SHELL))) == [("Now AS", ("Now AS (OLD2)",))]
    assert names(plan(company("9", "Nine AS", SHELL), company("10", "Ten AS", SHELL))) == [("Ten AS", ("Nine AS",))]


def test_a_row_finds_its_record_by_id_or_by_number():
    # given one company known by its id, another by its number
    known = KnownCompanies(ids={"1": 71}, numbers={("no.orgnr", STATOIL): 72})
    # when
    found = plan(company("1", "A"), company("2", "B", STATOIL), company("3", "C"), known=known)
    # then
    assert [one.ref for one in found.companies] == [CompanyRef(71), CompanyRef(72), CompanyRef(npdid="3")]


def test_rows_of_one_number_in_two_records_are_refused():
    """Nobody merges records by importing a file."""
    # when
    found = plan(company("1", "A", SHELL), company("2", "B", SHELL), known=KnownCompanies(ids={"1": 71, "2": 72}))
    # then
    assert faults(found) == [(2, "cmpOrgNumberBrReg", "company_split")]


def test_rows_of_records_merged_by_a_person_stay_together():
    """The name chosen at the merge stays, whatever the ids say."""
    # given
    known = KnownCompanies(ids={"1": 71, "2": 71}, legal={71: "A AS"})
    # when
    found = plan(company("1", "A AS", SHELL), company("2", "B AS"), known=known)
    # then
    assert [(one.ref, one.legal_name, one.former_names, one.npdids) for one in found.companies] == [
        (CompanyRef(71), "A AS", ("B AS",), ("1", "2"))]
    assert not found.errors


def test_two_valid_numbers_for_one_record_are_refused():
    # when
    found = plan(company("1", "A", SHELL), company("2", "B", STATOIL), known=KnownCompanies(ids={"1": 71, "2": 71}))
    # then
    assert faults(found) == [(3, "cmpOrgNumberBrReg", "company_numbers_differ")]


def test_an_id_given_twice_and_a_personal_number_are_errors():
    # when
    found = plan(company("1", "A"), company("1", "B"), company("2", "C", "29029600013"))
    # then
    assert faults(found) == [(3, "cmpNpdidCompany", "id_twice"), (4, "cmpOrgNumberBrReg", "identifier_of_person")]


def test_one_key_makes_a_candidate_unless_numbers_tell_apart():
    # when
    found = plan(company("1", "Pertra AS"), company("2", "Pertra ASA", SHELL), company("3", "BG Norge AS", "914807077"),
                 company("4", "BG Norge Limited", STATOIL))
    # then row 3 fuses with row 2; BG Norge is two companies by number
    assert found.candidates == (Candidate(CompanyRef(npdid="1"), CompanyRef(npdid="3"), "PERTRA"),)


def test_candidates_among_companies_that_exist():
    # given two with that key, one surely another
    known = KnownCompanies(keys={"PERTRA": {5, 6}}, numbers_of={5: {("no.orgnr", STATOIL)}, 6: {("eu.vat", "FR44732829320")}})
    # when
    found = plan(company("2", "Pertra ASA", SHELL), known=known)
    # then
    assert found.candidates == (Candidate(CompanyRef(6), CompanyRef(npdid="2"), "PERTRA"),)


def test_told_apart_needs_one_scheme_and_nothing_in_common():
    assert told_apart({("no.orgnr", "1")}, {("no.orgnr", "2")})
    assert not told_apart({("no.orgnr", "1")}, {("lei", "2")})
    assert not told_apart({("no.orgnr", "1"), ("no.orgnr", "2")}, {("no.orgnr", "2")})
    assert not told_apart(set(), {("no.orgnr", "2")})


def test_what_to_look_up():
    # when
    wanted = wanted_companies([shelf_reading("company", company("1", "Pertra AS", SHELL), company("2", "Gulf Ltd", "077750"))])
    # then
    assert wanted.ids == {"1", "2"}
    assert wanted.names == {"Pertra AS", "Gulf Ltd"}
    assert wanted.keys == {"PERTRA", "GULF"}
    assert wanted.numbers == {("no.orgnr", SHELL)}


ROWS = st.lists(st.tuples(st.sampled_from(["A AS", "A ASA", "B (old)", "B", "C"]), st.sampled_from(["NULL", SHELL, STATOIL, "077750"]),
                          st.booleans()), max_size=8)


@given(ROWS)
def test_planning_what_was_planned_changes_nothing(rows):
    """TIE-20: the same file twice gives the same companies, each with its record, and no error."""
    # given
    written = [company(str(place), name, number, cmpLicenceOperCurrent="Y" if current else "N")
               for place, (name, number, current) in enumerate(rows, 1)]
    first = plan(*written)
    # when
    second = plan(*written, known=known_after(first.companies))
    # then
    assert not first.errors and not second.errors
    assert [one.ref for one in second.companies] == [CompanyRef(pk) for pk in range(1, len(first.companies) + 1)]
    assert [(one.legal_name, one.former_names, one.identifiers, one.npdids) for one in second.companies] == [
        (one.legal_name, one.former_names, one.identifiers, one.npdids) for one in first.companies]
    assert len(second.candidates) == len(first.candidates)


@given(ROWS)
def test_no_row_is_lost(rows):
    # given
    written = [company(str(place), name, number) for place, (name, number, _current) in enumerate(rows, 1)]
    # when
    found = plan(*written)
    # then
    assert sorted(int(npdid) for one in found.companies for npdid in one.npdids) == list(range(1, len(rows) + 1))
    assert {name for one in found.companies for name in (one.legal_name, *one.former_names)} == {name for name, _number, _current in rows}
