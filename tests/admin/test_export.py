"""Export of a list (interface 3, security 18): exactly what is seen, in three formats, of what the right `export` covers."""
import csv
import io
import json
import zipfile
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from python_calamine import CalamineWorkbook

from apps.core.audit.models import Act
from apps.core.iam.tests.factories import UserFactory, holding
from apps.kernel import export
from apps.kernel.testing.api import caller
from apps.tiers.tests.factories import CompanyFactory, OwnershipFactory

pytestmark = pytest.mark.django_db
LIST, EXPORT = "/admin/tiers/company/", "/admin/tiers/company/export/"


@pytest.fixture
def boss():
    return UserFactory(is_superuser=True, is_staff=True, language="en")


def signed_in(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def taken(client, **given) -> bytes:
    answer = client.get(EXPORT, given)
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_file_is_the_list_as_it_is_seen(boss):
    # given companies of two countries, and a list that is searched, filtered and turned round
    for name, country in (("Aker BP ASA", "NO"), ("Aker Solutions ASA", "NO"), ("Aker France", "FR"), ("Equinor ASA", "NO")):
        CompanyFactory(legal_name=name, country=country)
    given = {"q": "aker", "country__exact": "NO", "o": "-1"}
    # when it is exported
    rows = table(taken(signed_in(boss), format="csv", **given))
    # then the file holds its columns under their headers, and its rows in its order
    assert rows[0] == ["Legal name", "Status", "Country", "Category", "Account manager", "Incomplete"]
    assert [row[0] for row in rows[1:]] == ["Aker Solutions ASA", "Aker BP ASA"]
    assert {(row[1], row[2], row[5]) for row in rows[1:]} == {("prospect", "Norway", "false")}
    # and JSON the same, by the columns' names
    found = json.loads(taken(signed_in(boss), format="json", **given))
    assert [one["legal_name"] for one in found] == ["Aker Solutions ASA", "Aker BP ASA"] and found[0]["incomplete"] is False


def test_the_page_offers_the_formats_with_its_search_and_filters(boss):
    # given a filtered list on its second page, then each link asks for the same rows, without the page
    CompanyFactory(country="NO")
    page = signed_in(boss).get(LIST, {"country__exact": "NO", "p": "1"}).content.decode()
    assert all(f"{EXPORT}?country__exact=NO&amp;format={kind}" in page for kind in ("csv", "xlsx", "json"))
    # and who may not export is offered nothing
    clerk = holding(UserFactory(is_staff=True), "tiers.view_company")
    assert EXPORT not in signed_in(clerk).get(LIST).content.decode()


def sheet_of(content: bytes) -> list[list]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_formula_cells_are_text(boss, kind):
    # given names that a spreadsheet would calculate
    for name in ("=HYPERLINK(1)", "+1+cmd", "-2", "@SUM(A1)"):
        CompanyFactory(legal_name=name)
    # when they are exported, then an apostrophe makes them text, and a workbook holds no formula
    content = taken(signed_in(boss), format=kind)
    if kind == "csv":
        assert all(row[0].startswith("'") for row in table(content)[1:])
    else:
        assert all(row[0].startswith("'") for row in sheet_of(content)[1:])
        assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_a_workbook_holds_numbers_days_and_yes_or_no_as_such(boss):
    # given an ownership of 12.5 %, a company, and their lists
    ownership = OwnershipFactory(share_pct="12.5")
    content = b"".join(signed_in(boss).get("/admin/tiers/ownership/export/", {"format": "xlsx"}).streaming_content)
    cells = dict(zip(*sheet_of(content), strict=True))
    # then the share is a number; by REST so are moments
    assert next(value for header, value in cells.items() if "hare" in header) == 12.5
    answer = caller(boss).get("/api/v1/tiers/ownerships/export/", {"format": "xlsx", "fields": "share_pct,created_at"})
    values = dict(zip(*sheet_of(b"".join(answer.streaming_content)), strict=True))
    assert values["created_at"].date() == ownership.created_at.date() and values["share_pct"] == 12.5
    assert answer["Content-Disposition"] == f'attachment; filename="ownership-{date.today().isoformat()}.xlsx"'


def test_only_rows_of_which_export_is_held_leave(boss):
    # given somebody who sees every company and may export those of Norway
    clerk = holding(UserFactory(is_staff=True), "tiers.view_company")
    holding(clerk, "tiers.export_company", condition={"country": "NO"})
    CompanyFactory(legal_name="Equinor ASA", country="NO")
    CompanyFactory(legal_name="Zyxcanari", country="FR")
    # then only that one leaves, in each format, however it is asked for
    for kind in ("csv", "json", "xlsx"):
        content = taken(signed_in(clerk), format=kind)
        text = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml") if kind == "xlsx" else content
        assert b"Equinor" in text and b"Zyxcanari" not in text


def test_an_export_is_kept_with_its_filters_and_its_rows(boss):
    # when a list of two is exported
    for name in ("Aker BP ASA", "Aker Solutions ASA"):
        CompanyFactory(legal_name=name, country="NO")
    taken(signed_in(boss), format="csv", country__exact="NO")
    # then two acts say so: before the first byte what was asked, after the last how many rows left
    began, ended = Act.objects.filter(kind__in=("export", "export_ended")).order_by("pk")
    assert (began.actor_id, began.about, began.details["format"], began.details["asked"]) == (
        boss.pk, "tiers.company", "csv", "country__exact=NO")
    assert (ended.details["rows"], ended.details["complete"]) == (2, True)


def test_more_rows_than_a_worksheet_holds_are_refused_before_the_first_byte(boss, monkeypatch):
    # given a list longer than a worksheet
    monkeypatch.setattr(export, "SHEET_ROWS", 2)
    CompanyFactory.create_batch(3)
    client = signed_in(boss)
    # when it is asked for, then the page says what to do, and so does the API; CSV still leaves
    answer = client.get(EXPORT, {"format": "xlsx"}, follow=True)
    assert "export CSV" in answer.content.decode() and answer.request["PATH_INFO"] == LIST
    refused = caller(boss).get("/api/v1/tiers/companies/export/", {"format": "xlsx"})
    assert (refused.status_code, refused.data["code"]) == (422, "too_many_rows")
    assert len(table(taken(client, format="csv"))) == 4
    assert not Act.objects.filter(details__format="xlsx").exists()


def test_unknown_formats_and_filters_are_refused(boss):
    # then neither is an export
    for given in ({"format": "exe"}, {"format": "csv", "merged_into": "1"}):
        assert signed_in(boss).get(EXPORT, given).status_code in (400, 404)


@pytest.mark.django_db(transaction=True)
def test_a_caller_who_goes_away_ends_the_query(boss, monkeypatch):
    # given an export of which the first rows were read
    monkeypatch.setattr(export, "CHUNK", 2)
    CompanyFactory.create_batch(12)
    answer = signed_in(boss).get(EXPORT, {"format": "csv"})
    parts = iter(answer.streaming_content)
    next(parts), next(parts)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors")
        assert cursor.fetchone()[0] == 1
    # when the caller goes away
    answer.close()
    del parts
    # then the database's cursor is closed, no transaction stays open, and the act says that it was not the whole
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors")
        assert cursor.fetchone()[0] == 0
    assert not connection.in_atomic_block
    ended = Act.objects.get(kind="export_ended")
    assert ended.details["complete"] is False and ended.details["rows"] < 12
