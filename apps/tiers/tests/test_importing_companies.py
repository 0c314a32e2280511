"""TIE-20: companies come in set-based: what a file of any other system gives, namesakes, and the same companies as a plan row by row."""
import csv
import io
import random

import pytest
from django.db.models import F

from apps.core.exchange.reading import open_source
from apps.core.exchange.services import Order, execute
from apps.core.iam.selectors import system_user
from apps.kernel.presets import PRESETS
from apps.tiers.models import Address, Company, CompanyName, ExternalId, Identifier
from apps.tiers.shelf.known import KnownCompanies
from apps.tiers.tests.company_plan import plan_companies
from apps.tiers.tests.factories import CompanyFactory, ExternalIdFactory
from apps.tiers.tests.shelf import company, read, shelf_bytes

pytestmark = pytest.mark.django_db
HEADER = "external_id,name,number,country,headcount,nace,street,city"


@pytest.fixture
def bring(tmp_path):
    """Import these lines as companies; the report."""
    def load(*lines, header=HEADER, data=None, **options):
        path = tmp_path / "companies.csv"
        path.write_bytes(data if data is not None else "\n".join([header, *lines]).encode())
        return execute(Order(PRESETS["companies"], [open_source(path)], system_user(), options=options))
    return load


def counts(report):
    return {label.removeprefix("tiers."): (count.created, count.changed, count.unchanged) for label, count in report.counts.items()}


def errors(report):
    return [(error.line, error.column, error.code) for error in report.errors]


FULL = "V1,Forages de l’Ouest SAS,732829320,FR,120,06.10,1 quai Nord,Brest"


def test_what_a_file_says_of_a_company(bring):
    # when
    report = bring(FULL, "V2,Levage Atlantique,,,,,,")
    # then
    found = Company.objects.get(legal_name="Forages de l’Ouest SAS")
    assert counts(report) == {"company": (2, 0, 0), "companyname": (2, 0, 0), "identifier": (1, 0, 0), "externalid": (2, 0, 0),
                              "address": (1, 0, 0)}
    assert (found.country, found.headcount, found.nace, found.status, found.created_by) == ("FR", 120, "06.10", "prospect", system_user())
    assert Identifier.objects.values_list("scheme", "value", "check_result", "registration").get() == (
        "fr.siren", "732829320", "valid", True)
    assert Address.objects.values_list("company", "kind", "lines", "city", "country").get() == (
        found.pk, "head_office", "1 quai Nord", "Brest", "FR")
    assert set(ExternalId.objects.values_list("system", "value")) == {("company", "V1"), ("company", "V2")}
    assert CompanyName.objects.get(company=found).name_key == "FORAGES DE LOUEST"


def test_twice_is_no_change_and_an_empty_cell_leaves_the_value(bring):
    # given
    bring(FULL)
    # when
    again, emptied = bring(FULL), bring("V1,Forages de l’Ouest SAS,,,,,,")
    changed = bring(FULL.replace("120", "121").replace("Brest", "Pau"))
    # then
    assert (again.nothing_to_do, emptied.nothing_to_do) == (True, True)
    assert counts(changed) == {"company": (0, 1, 0), "companyname": (0, 0, 1), "identifier": (0, 0, 1), "externalid": (0, 0, 1),
                               "address": (0, 1, 0)}
    assert (Company.objects.get().headcount, Address.objects.get().city) == (121, "Pau")


def test_a_new_company_is_one_version_with_the_search_text_of_its_trigger(bring):
    """The triggers that an import spares would have done the same."""
    # given
    data = shelf_bytes("company", company("1", "Ærø Drilling AS", "914807077", cmpLicenceOperCurrent="Y"),
                       company("2", "Øst AS", "914807077"))
    # when
    bring(data=data)
    # then
    found = Company.objects.get()
    assert (found.version, found.versions.count(), found.legal_name) == (1, 1, "Ærø Drilling AS")
    written = sorted(found.search.split())
    Company.objects.update(headcount=F("headcount"))
    found.refresh_from_db()
    assert sorted(found.search.split()) == written and "AERO" in written and "OST" in written and "914807077" in written


def test_the_system_of_the_keys(bring):
    bring(FULL, system="sap.vendor")
    assert ExternalId.objects.values_list("system", "value").get() == ("sap.vendor", "V1")


def test_a_key_of_a_merged_company_leads_to_the_one_that_was_kept(bring):
    # given
    kept = CompanyFactory(legal_name="Kept")
    gone = CompanyFactory(legal_name="Gone", merged_into=kept)
    ExternalIdFactory(company=gone, system="company", value="V1")
    # when
    report = bring("V1,Kept,,,,,,")
    # then
    assert (report.counts["tiers.company"].created, ExternalId.objects.get().company) == (0, kept)


@pytest.mark.parametrize(("rule", "created", "told"), [("hold", 0, [(2, "name", "company_similar")]), ("update", 0, []), ("create", 1, [])])
def test_rows_known_by_name_only(bring, rule, created, told):
    """Rule 3: held for a decision."""
    # given
    known = CompanyFactory(legal_name="Levage Atlantique SAS")
    # when
    report = bring("Levage  Atlantique,Nantes", header="name,city", namesakes=rule)
    # then
    assert (errors(report), Company.objects.count()) == (told, 1 + created)
    known.refresh_from_db()
    assert known.legal_name == ("Levage Atlantique" if rule == "update" else "Levage Atlantique SAS")


def test_namesakes_within_the_file_and_several_on_record(bring):
    # given
    CompanyFactory(legal_name="Twin AS")
    CompanyFactory(legal_name="Twin Ltd")
    # then
    assert errors(bring("New,A", "NEW,B", header="name,city")) == [(3, "name", "id_twice")]
    assert errors(bring("Twin,A", header="name,city", namesakes="update")) == [(2, "name", "ambiguous_name")]


@pytest.mark.parametrize(("line", "told"), [
    ("V1,,,,,,,", (2, "name", "value_missing")), ("V1,A,,ZZ,,,,", (2, "country", "code_unknown")),
    ("V1,A,,,-1,,,", (2, "headcount", "number_range")), ("V1,A,,,,99.99,,", (2, "nace", "nace_unknown"))])
def test_cells_that_cannot_be(bring, line, told):
    assert (errors(bring(line)), Company.objects.count()) == ([told], 0)


def test_a_number_of_a_named_scheme_must_be_right(bring):
    assert errors(bring("V1,A,732829321,fr.siren", header="external_id,name,number,scheme")) == [(2, "number", "identifier_checksum")]


@pytest.mark.parametrize("seed", range(5))
def test_the_same_companies_as_a_plan_made_row_by_row(bring, seed):
    """Rule 5: which rows are one company, and which of them names it."""
    # given rows that share a few numbers, flags and marks
    chance = random.Random(seed)
    numbers = ["914807077", "923702962", "953935996", "989563343", "NULL", "NULL", "01546623"]
    names = ["Alfa AS", "Beta (old)", "Gamma (old2)", "Delta ASA", "N1", "N2", "N3"]
    rows = [company(str(chance.choice((1, 1000)) * 100 + place), chance.choice(names), chance.choice(numbers),
                    cmpLicenceOperCurrent=chance.choice("YN"), cmpLicenceLicenseeCurrent=chance.choice("NNY"))
            for place in range(40)]
    data = shelf_bytes("company", *rows)
    plan = plan_companies(read(data, "company.csv"), KnownCompanies())
    # when
    report = bring(data=data)
    # then
    assert not plan.errors and not report.errors
    held = {(one.legal_name, frozenset(one.names.filter(kind="former").values_list("name", flat=True)),
             frozenset(one.external_ids.values_list("value", flat=True)), frozenset(one.identifiers.values_list("scheme", "value")))
            for one in Company.objects.all()}
    assert held == {(one.legal_name, frozenset(one.former_names), frozenset(one.npdids),
                     frozenset((number.scheme, number.value) for number in one.identifiers)) for one in plan.companies}
    assert report.figures["numbers"] == {"valid": plan.valid_numbers, "unverified": plan.unverified_numbers, "absent": plan.without_number}


def test_a_hundred_columns_beside_do_not_matter(bring):
    # given
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([f"x{place}" for place in range(100)] + ["Raison sociale", "Code postal"])
    writer.writerow(["."] * 100 + ["Forages", "29200"])
    # when
    bring(data=text.getvalue().encode())
    # then
    assert (Company.objects.get().legal_name, Address.objects.get().postcode) == ("Forages", "29200")
