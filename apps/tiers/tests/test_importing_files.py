"""TIE-20: small files through the command: what changes, what is refused with its line, and that a refusal leaves nothing behind."""
import csv
import importlib
from datetime import date
from decimal import Decimal

import pytest

from apps.core.automation.models import OutboxEvent
from apps.core.iam.selectors import system_user
from apps.core.iam.tests.factories import UserFactory, holding
from apps.kernel.periods import period
from apps.tiers.models import Company, CompanyName, DuplicateCandidate, ExternalId, Interest
from apps.tiers.services.candidates import dismiss
from apps.tiers.tests.factories import CompanyFactory, ExternalIdFactory, IdentifierFactory, InterestFactory, SiteFactory
from apps.tiers.tests.importing import SITES, Outcome, imported, state
from apps.tiers.tests.shelf import company, shelf_bytes

pytestmark = pytest.mark.django_db
SHELL = company("562", "A/S Norske Shell", "914807077")
TROLL = {"fldName": "TROLL", "fldNpdidField": "46437"}


@pytest.fixture
def put(tmp_path):
    """Write a file and give its path."""
    def write(name, data):
        path = tmp_path / name
        path.write_bytes(data)
        return path
    return write


@pytest.fixture
def companies(put):
    """Import these rows as the company file."""
    return lambda *rows, **more: imported("companies", put("company.csv", shelf_bytes("company", *rows)), *more.get("options", ()))


@pytest.fixture
def shelf(put):
    """Import files of sites, given by kind with their rows."""
    def load(*options, **kinds):
        return imported("facilities", *(put(f"{kind}.csv", shelf_bytes(kind, *rows)) for kind, rows in kinds.items()), *options)
    return load


@pytest.fixture
def shell():
    """A company the register knows as 562."""
    found = CompanyFactory(legal_name="A/S Norske Shell")
    ExternalIdFactory(company=found, system="npdid.company", value="562")
    return found


@pytest.fixture
def troll():
    """A field the register knows as 46437."""
    site = SiteFactory(name="TROLL", kind="field")
    ExternalIdFactory(company=None, site=site, system="npdid.field", value="46437")
    return site


def operated(start, end="9999-12-31", npdid="562"):
    return {**TROLL, "cmpNpdidCompany": npdid, "cmpLongName": "A/S Norske Shell", "fldOperatorFrom": start, "fldOperatorTo": end}


def rig(npdid="562", **more):
    return {"fclName": "WEST RIG", "fclNpdidFacility": "900", "fclNpdidCurrentRespCompany": npdid, "fclCurrentRespCompanyName": "X", **more}


def counts(outcome, label):
    found = outcome.report["counts"][label]
    return found["created"], found["changed"], found["unchanged"]


# What is brought up to date

def test_a_new_legal_name_keeps_the_old_one_as_former(companies, shell):
    """TIE-16: who looks for the old name still finds the company."""
    # when
    outcome = companies({**SHELL, "cmpLongName": "Shell Norge AS"})
    # then
    shell.refresh_from_db()
    assert shell.legal_name == "Shell Norge AS"
    assert set(shell.names.values_list("kind", "name", "name_key")) == {
        ("legal", "Shell Norge AS", "SHELL NORGE"), ("former", "A/S Norske Shell", "NORSKE SHELL")}
    assert shell in Company.objects.filter(search__holds="norske shell")
    assert (counts(outcome, "tiers.company"), counts(outcome, "tiers.companyname")) == ((0, 1, 0), (1, 1, 0))


def test_two_names_may_change_places_and_back(companies, shell):
    """A former name that becomes the legal one gives its place to the one it replaces: no name is there twice."""
    # when
    codes = [companies({**SHELL, "cmpLongName": name}).code for name in ("Shell Norge AS", "A/S Norske Shell", "A/S Norske Shell")]
    # then
    assert codes == [0, 0, 3]
    assert sorted(shell.names.values_list("kind", "name")) == [("former", "Shell Norge AS"), ("legal", "A/S Norske Shell")]


def test_names_and_numbers_given_by_people_stay(companies, shell):
    # given
    CompanyName.objects.create(company=shell, kind="trade", name="Shell")
    IdentifierFactory(company=shell, scheme="fr.siren", value="732829320")
    # when
    companies(SHELL)
    # then
    assert set(shell.names.values_list("kind", "name")) == {("legal", "A/S Norske Shell"), ("trade", "Shell")}
    assert set(shell.identifiers.values_list("scheme", "value")) == {("fr.siren", "732829320"), ("no.orgnr", "914807077")}


def test_a_company_is_found_by_its_number(companies):
    """Rule 3: the same valid registration number is the same record, which gets the register's id."""
    # given
    known = IdentifierFactory(company__legal_name="A/S Norske Shell").company
    # when
    outcome = companies(SHELL)
    # then
    assert (counts(outcome, "tiers.company"), counts(outcome, "tiers.identifier")) == ((0, 0, 1), (0, 0, 1))
    assert ExternalId.objects.get(system="npdid.company", value="562").company == known


def test_a_stub_is_completed_by_its_row(companies, shelf):
    """Rule 6: the record made from a reference is the one the company file describes."""
    # given
    shelf("--create-missing", moveable=[rig("562", fclCurrentRespCompanyName="Norske Shell")])
    stub = Company.objects.get()
    assert (stub.legal_name, stub.incomplete, stub.status) == ("Norske Shell", True, "prospect")
    # when
    outcome = companies(SHELL)
    # then
    stub.refresh_from_db()
    assert (Company.objects.count(), stub.legal_name, stub.incomplete) == (1, "A/S Norske Shell", False)
    assert counts(outcome, "tiers.company") == (0, 1, 0)


def test_a_candidate_dismissed_stays_dismissed_until_a_name_is_another(companies, shell):
    """TIE-19: the pair is proposed again only when something about it is new."""
    # given two companies of one name, told apart by a person
    companies(SHELL, company("563", "Norske Shell AS"))
    dismiss(candidate=DuplicateCandidate.objects.get(), actor=system_user())
    # when
    again = companies(SHELL, company("563", "Norske Shell AS"))
    state_then = DuplicateCandidate.objects.get().state
    renamed = companies(SHELL, company("563", "Norske Shell ASA"))
    # then
    assert (again.code, state_then) == (3, "dismissed")
    assert (renamed.report["candidates"], DuplicateCandidate.objects.get().state) == (1, "open")


def test_an_interest_that_ends_is_the_same_interest(shelf, shell, troll):
    # given
    shelf(operator=[operated("2000-01-01")])
    before = Interest.objects.get()
    # when
    outcome = shelf(operator=[operated("2000-01-01", "2010-01-01"), operated("2012-01-01")])
    # then
    assert counts(outcome, "tiers.interest") == (1, 1, 0)
    assert set(Interest.objects.values_list("pk", "period")) > {(before.pk, period(date(2000, 1, 1), date(2010, 1, 1)))}
    assert before.versions.count() == 2


def test_a_share_that_changes_is_a_new_version(shelf, shell, troll):
    # given
    def held(share):
        return [{**TROLL, "cmpNpdidCompany": "562", "fldLicenseeFrom": "2000-01-01", "fldCompanyShare": share, "fldSdfiShare": "5"}]
    shelf(licensee=held("40.5"))
    # when
    outcome = shelf(licensee=held("41"))
    # then
    interest = Interest.objects.get()
    assert (interest.share_pct, interest.state_share_pct, interest.version) == (Decimal(41), Decimal(5), 2)
    assert (counts(outcome, "tiers.interest"), outcome.report["findings"][0]["code"]) == ((0, 1, 0), "share_total")


def test_a_later_snapshot_changes_nothing_where_the_company_is_the_same(shelf, shell):
    """Rule 7: an interest without dates begins on the day of the file that first gave it."""
    # given
    shelf(moveable=[rig()])
    # when
    later = shelf(moveable=[rig(dateSyncNPD="2014-05-08")])
    # then
    assert (later.code, Interest.objects.get().period) == (3, period(date(2013, 5, 8), None))


def test_a_later_snapshot_that_names_another_company_hands_the_part_over(shelf, shell):
    # given
    other = CompanyFactory(legal_name="Gulf AS")
    ExternalIdFactory(company=other, system="npdid.company", value="700")
    shelf(moveable=[rig()])
    by_hand = InterestFactory(company=other, site=SITES.objects.get(), role="operator")
    # when
    codes = [shelf(moveable=[rig("700", dateSyncNPD="2014-05-08")]).code for _time in range(2)]
    # then
    assert codes == [0, 3]
    assert set(Interest.objects.exclude(pk=by_hand.pk).values_list("company", "period")) == {
        (shell.pk, period(date(2013, 5, 8), date(2014, 5, 8))), (other.pk, period(date(2014, 5, 8), None))}


def test_what_a_file_leaves_open_stays_as_people_set_it(shelf, shell):
    # given
    shelf(moveable=[rig(fclKind="SHIP")])
    site = SITES.objects.get()
    site.parent, site.capacity, site.phase, site.extra = SiteFactory(name="Base"), 120, "shut_down", {**site.extra, "colour": "red"}
    site.save()
    # when
    outcome = shelf(moveable=[rig(fclKind="SEMISUB")])
    # then
    site.refresh_from_db()
    assert (site.parent.name, site.capacity, site.phase, site.extra) == (
        "Base", 120, "shut_down", {"structure": "SEMISUB", "colour": "red"})
    assert counts(outcome, "factory.site") == (0, 1, 0)


# What is refused: by line, all at once, with nothing left behind

def untouched(outcome, before, code=4):
    """The run was refused, and neither row, version nor event came of it."""
    assert (outcome.code, state()) == (code, before)


@pytest.mark.parametrize(("data", "line", "code"), [
    (b"", 1, "file_empty"),
    (b"\n \n", 1, "file_empty"),
    (b"a,b\n1,2\n", 1, "columns_missing"),
    (shelf_bytes("field", {**TROLL}), 1, "columns_missing"),
    (shelf_bytes("company", SHELL, encoding="utf-16")[:-1], 2, "encoding_broken"),
    (bytes(range(256)), 1, "encoding_unknown"),
    (shelf_bytes("company", SHELL, company("563", "Mærsk Ølje")).replace("Ø".encode(), b"\xc3"), 3, "encoding_broken"),
    (shelf_bytes("company", SHELL, company("563", "Gulf")).replace(b"Gulf", b'"Gulf"s'), 3, "quotes_broken"),
    (shelf_bytes("company", SHELL, company("563", "Gulf")).replace(b"Gulf", b"Gulf,2"), 3, "row_length"),
    (shelf_bytes("company", SHELL, SHELL), 3, "id_twice"),
    (shelf_bytes("company", SHELL, company("563", "Gulf", dateSyncNPD="08/05/2013")), 3, "date_format"),
    (shelf_bytes("company", SHELL, company("563", "Gulf", "29029600013")), 3, "identifier_of_person"),
])
def test_bad_company_files(put, data, line, code):
    # given
    before = state()
    # when
    outcome = imported("companies", put("company.csv", data))
    # then
    untouched(outcome, before)
    assert [(error[1], error[3]) for error in outcome.errors] == [(line, code)]


def test_windows_files_are_read(put):
    """A file in Windows-1252 is no broken UTF-8."""
    # when
    outcome = imported("companies", put("company.csv", shelf_bytes("company", company("1", "Mærsk Ølje à Åmål"), encoding="cp1252")))
    # then
    assert (outcome.code, Company.objects.get().legal_name) == (0, "Mærsk Ølje à Åmål")


def test_a_file_with_a_header_only_has_nothing_to_do(put):
    assert imported("companies", put("company.csv", shelf_bytes("company"))).code == 3


def test_missing_files_and_folders_are_wrong_calls(tmp_path, put):
    # given
    before = state()
    there = put("field.csv", shelf_bytes("field", TROLL))
    (tmp_path / "again").mkdir()
    again = tmp_path / "again" / "field.csv"
    again.write_bytes(there.read_bytes())
    # when
    outcomes = [imported("companies", tmp_path / "none.csv"), imported("companies", tmp_path), imported("facilities", there, again)]
    # then
    assert [outcome.code for outcome in outcomes] == [2, 2, 2]
    assert all(str(tmp_path) in outcome.said for outcome in outcomes[:2]) and "field.csv" in outcomes[2].said
    assert state() == before


def test_one_bad_line_refuses_all_files(shelf, shell):
    """All or nothing: the good field, and the good file beside it, are not written."""
    # given
    before = state()
    # when
    outcome = shelf(field=[TROLL, {"fldName": "ODIN", "fldNpdidField": "9", "fldCurrentActivitySatus": "ASLEEP"}],
                    operator=[operated("2000-01-01")])
    # then
    untouched(outcome, before)
    assert outcome.errors == [("field.csv", 3, "fldCurrentActivitySatus", "status_unknown")]


def test_a_record_with_another_number_is_not_overwritten(companies, shell):
    """Two valid numbers of one scheme are two companies, or one of them is wrong: a person must say which."""
    # given
    IdentifierFactory(company=shell, value="923702962")
    before = state()
    # when
    outcome = companies(company("1", "Other"), SHELL)
    # then
    untouched(outcome, before)
    assert outcome.errors == [("company.csv", 3, "cmpOrgNumberBrReg", "company_number_other")]


def test_an_interest_that_the_records_contradict(shelf, shell, troll):
    # given
    InterestFactory(company=shell, site=troll, period=period(date(1999, 1, 1), date(2001, 1, 1)))
    before = state()
    # when
    outcome = shelf("--create-missing", operator=[operated("2005-01-01"), operated("2000-01-01", "2003-01-01"),
                                                  operated("2000-01-01", npdid="999")])
    # then
    untouched(outcome, before)
    assert outcome.errors == [("operator.csv", 3, "", "interest_held")]
    assert outcome.report["stubs"] == {}


def test_the_same_licence_row_twice(shelf, shell, troll):
    # given
    before = state()
    # when
    outcome = shelf(operator=[operated("2000-01-01"), operated("2000-01-01")])
    # then
    untouched(outcome, before)
    assert outcome.errors == [("operator.csv", 3, "", "interest_overlap")]


def test_a_value_that_no_column_holds(put):
    # given
    before = state()
    # when
    outcome = imported("companies", put("company.csv", shelf_bytes("company", company("9" * 150, "Gulf"))))
    # then
    untouched(outcome, before)


# Rights

ADD, CHANGE = "tiers.add_company", "tiers.change_company"


@pytest.mark.parametrize(("held", "missing"), [((), [ADD, CHANGE]), ((ADD,), [CHANGE]), ((CHANGE,), [ADD])])
def test_an_import_needs_add_and_change(put, held, missing):
    """Security requirement 5; the refusal names what is missing."""
    # given
    user = holding(UserFactory(), *held)
    before = state()
    # when
    outcome = imported("companies", put("company.csv", shelf_bytes("company", SHELL)), "--as", user.email)
    # then
    untouched(outcome, before)
    assert [name for name in (ADD, CHANGE) if name in outcome.said] == missing


def test_rights_on_some_records_are_not_enough(put):
    """Everywhere: neither at one site nor under a condition nor minus a deny."""
    # given
    path = put("company.csv", shelf_bytes("company", SHELL))
    at_site = holding(UserFactory(), ADD, CHANGE, site=SiteFactory())
    own = holding(holding(UserFactory(), ADD), CHANGE, condition={"account_manager": "$user"})
    denied = holding(holding(UserFactory(), ADD, CHANGE), CHANGE, condition={"status": "archived"}, deny=True)
    before = state()
    # then
    for user in (at_site, own, denied):
        untouched(imported("companies", path, "--as", user.email), before)


def test_import_in_the_name_of_an_account(put):
    # given
    user = holding(UserFactory(), ADD, CHANGE)
    # when
    outcome = imported("companies", put("company.csv", shelf_bytes("company", SHELL)), "--as", user.email.upper())
    # then
    found = Company.objects.get()
    assert (outcome.code, found.created_by, found.versions.latest("pgh_id").pgh_context.metadata["user"]) == (0, user, user.pk)
    assert (OutboxEvent.objects.get().actor, OutboxEvent.objects.get().payload["actor_id"]) == (user, user.pk)


def test_sites_need_their_own_rights_and_stubs_those_of_companies(put):
    # given
    path = put("field.csv", shelf_bytes("field", TROLL))
    sites = holding(UserFactory(), "factory.add_site", "factory.change_site", "tiers.add_interest", "tiers.change_interest")
    # then
    refused = imported("facilities", path, "--as", holding(UserFactory(), ADD, CHANGE).email)
    assert refused.code == 4 and "factory.add_site" in refused.said and "tiers.change_interest" in refused.said
    stubs = imported("facilities", path, "--create-missing", "--as", sites.email)
    assert stubs.code == 4 and ADD in stubs.said and "factory.add_site" not in stubs.said
    assert imported("facilities", path, "--as", sites.email).code == 0


def test_an_unknown_account_is_a_wrong_call(put):
    outcome = imported("companies", put("company.csv", shelf_bytes("company", SHELL)), "--as", "nobody@example.org")
    assert (outcome.code, Company.objects.count()) == (2, 0) and "nobody@example.org" in outcome.said


# What is shown

def test_the_first_fifty_errors_then_how_many_more(put, monkeypatch):
    # given
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    rows = [company(str(number), f"C{number}", dateSyncNPD="yesterday") for number in range(57)]
    # when
    outcome = Outcome("companies", put("company.csv", shelf_bytes("company", *rows)))
    # then
    told = [line for line in outcome.out.splitlines() if line.startswith("✗")]
    assert (outcome.code, len(told)) == (4, 50)
    assert told[0] == ("✗ company.csv:2 dateSyncNPD: “yesterday” is not written year-month-day, as 2013-05-08. [date_format]")
    assert outcome.out.splitlines()[-1].startswith("… and 7 more errors")
    assert "nothing was written" in outcome.said


def test_json_and_csv_give_all_errors_and_cells_do_not_calculate(put, tmp_path):
    """Security requirement 18, error reports included."""
    # given
    bad = put("=cmd.csv", b"=1+1,=1+1\n" + b"\n".join(b"1" for _row in range(60)) + b"\n")
    errors = tmp_path / "errors.csv"
    # when
    outcome = imported("companies", bad, "--errors", errors)
    # then
    with errors.open(encoding="utf-8-sig", newline="") as opened:
        header, *rows = csv.reader(opened)
    assert header == ["file", "line", "column", "code", "message"]
    assert len(rows) == len(outcome.report["errors"]) == 1
    assert (rows[0][0], rows[0][2], rows[0][3]) == ("'=cmd.csv", "'=1+1", "column_twice")


def test_all_errors_are_in_the_csv(put, tmp_path):
    # given
    rows = [company(str(number), "C", dateSyncNPD="-") for number in range(70)]
    # when
    outcome = imported("companies", put("company.csv", shelf_bytes("company", *rows)), "--errors", tmp_path / "errors.csv")
    # then
    lines = (tmp_path / "errors.csv").read_text("utf-8-sig").splitlines()
    assert (len(lines), len(outcome.report["errors"]), outcome.code) == (71, 70, 4)


def test_errors_that_cannot_be_written_fail(put, tmp_path):
    outcome = Outcome("companies", put("company.csv", b""), "--errors", tmp_path / "none" / "errors.csv")
    assert outcome.code == 1 and "errors.csv" in outcome.said


def test_a_table_of_counts_on_stdout_and_progress_on_stderr(put, monkeypatch):
    # given
    monkeypatch.setenv("LC_ALL", "en")
    # when
    outcome = Outcome("companies", put("company.csv", shelf_bytes("company", SHELL)))
    # then
    assert outcome.out.splitlines() == [
        "company.csv: 1 row",
        "Numbers: 1 valid, 0 not verifiable, 0 absent",
        "               created  changed  unchanged",
        "Companies            1        0          0",
        "Names                1        0          0",
        "Identifiers          1        0          0",
        "External keys        1        0          0",
        "New possible duplicates: 0"]
    assert "company.csv" in outcome.err and "Done" in outcome.err


def test_findings_are_told_in_the_readers_way(put, shell, troll, monkeypatch):
    """Days included, a decimal comma in French."""
    # given
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    row = {**TROLL, "cmpNpdidCompany": "562", "fldLicenseeFrom": "2000-01-01", "fldLicenseeTo": "2010-01-01", "fldCompanyShare": "40.50"}
    # when
    outcome = Outcome("facilities", put("licensee.csv", shelf_bytes("licensee", row)))
    # then
    [told] = [line for line in outcome.out.splitlines() if line.startswith("!")]
    assert "TROLL" in told and "01/01/2000" in told and "31/12/2009" in told and told.endswith("· 40,5 %")


@pytest.mark.parametrize(("environment", "language"), [
    ({}, "fr"), ({"LANG": "C.UTF-8"}, "fr"), ({"LANG": "en_US.UTF-8"}, "en"), ({"LANG": "en_US", "LC_ALL": "es_ES.UTF-8"}, "es"),
    ({"LC_ALL": "", "LC_MESSAGES": "es", "LANG": "en"}, "es"), ({"LANG": "nb_NO.UTF-8"}, "fr")])
def test_the_language_of_the_environment(monkeypatch, environment, language):
    # given
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    # then
    assert importlib.import_module("apps.core.exchange.management.commands.import")._language() == language
