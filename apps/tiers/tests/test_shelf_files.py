"""The register's files as they may come: encodings, separators, faults by line (TIE-20)."""
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.tiers.shelf.rows import COMPANY, LICENSEE, SITE_LAYOUTS
from apps.tiers.tests.shelf import company, read, shelf_bytes, shelf_reading

ROW = company("562", "Mærsk Ølje AS", "914807077", cmpLicenceOperCurrent="Y")


def faults(reading):
    """Where the faults are and of which kind."""
    return [(error.line, error.column, error.code) for error in reading.errors]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_encodings_and_separators(encoding, separator, newline):
    """TIE-20: what spreadsheets write is read without being asked about it."""
    # given
    data = shelf_bytes("company", ROW, encoding=encoding, separator=separator, newline=newline)
    # when
    reading = read(data, "company.csv")
    # then
    [row] = reading.rows
    assert (reading.layout, reading.count, reading.errors) == (COMPANY, 1, ())
    assert (row.line, row.npdid, row.name, row.number) == (2, "562", "Mærsk Ølje AS", "914807077")
    assert (row.operator, row.licensee, row.as_of) == (True, False, date(2013, 5, 8))


def test_null_is_nothing_and_blanks_are_single():
    # when
    [row] = shelf_reading("company", company("562", "  Norske   Shell ", "NULL")).rows
    # then
    assert (row.name, row.number) == ("Norske Shell", None)


def test_missing_columns_are_one_error():
    # given the company file without two of its columns
    data = b"cmpLongName,cmpNpdidCompany,cmpLicenceOperCurrent,cmpLicenceLicenseeCurrent\r\nShell,562,Y,Y\r\n"
    # when
    reading = read(data, "company.csv")
    # then
    [error] = reading.errors
    assert (error.line, error.code, reading.rows) == (1, "columns_missing", ())
    assert "cmpOrgNumberBrReg, dateSyncNPD" in str(error.message)


def test_a_company_file_is_not_a_file_of_sites():
    # when
    reading = read(shelf_bytes("company", ROW), "company.csv", SITE_LAYOUTS)
    # then
    assert [error.code for error in reading.errors] == ["columns_missing"]


def test_order_of_columns_and_others_beside_do_not_matter():
    # given
    header = b"dateSyncNPD;more;cmpLicenceLicenseeCurrent;cmpLicenceOperCurrent;cmpNpdidCompany;cmpOrgNumberBrReg;cmpLongName"
    # when
    reading = read(header + b"\n2013-05-08;x;N;Y;562;NULL;Shell\n", "company.csv")
    # then
    assert [(row.npdid, row.name, row.operator) for row in reading.rows] == [("562", "Shell", True)]


def test_faults_are_told_by_line_and_column_and_good_rows_stay():
    # given
    reading = shelf_reading(
        "company", ROW, company("1", "NULL"), company("2", "B", dateSyncNPD="08/05/2013"), company("3", "C", dateSyncNPD="2013-02-30"),
        company("4", "D", cmpLicenceOperCurrent="X", dateSyncNPD="NULL"), company("5", "E" * 201))
    # then
    assert faults(reading) == [
        (3, "cmpLongName", "value_missing"), (4, "dateSyncNPD", "date_format"), (5, "dateSyncNPD", "date_invalid"),
        (6, "cmpLicenceOperCurrent", "flag_invalid"), (6, "dateSyncNPD", "value_missing"), (7, "cmpLongName", "text_long")]
    assert [row.npdid for row in reading.rows] == ["562"]
    assert reading.count == 6


def test_shares_are_exact_and_within_bounds():
    # given
    def row(share, state="NULL"):
        return {"fldName": "TROLL", "fldNpdidField": "46437", "cmpNpdidCompany": "1", "fldLicenseeFrom": "2001-01-01",
                "fldCompanyShare": share, "fldSdfiShare": state}
    reading = shelf_reading("licensee", row("39.89600"), row("100", "0.00000"), row("0"), row("100.00001"), row("1.000001"), row("39,896"),
                            row("-1"), row("NULL"))
    # then
    assert reading.layout is LICENSEE
    assert [(one.share, one.state_share) for one in reading.rows] == [(Decimal("39.896"), None), (Decimal(100), Decimal(0))]
    assert [code for _line, _column, code in faults(reading)] == [
        "share_range", "share_range", "share_places", "number_invalid", "share_range", "value_missing"]


def test_form_faults():
    # given
    lines = shelf_bytes("company", ROW).decode().splitlines()
    # when
    reading = read("\n".join([lines[0], lines[1] + ",one more", "", lines[1], 'a,"b"c,d']).encode(), "company.csv")
    # then
    assert faults(reading) == [(2, "", "row_length"), (5, "", "quotes_broken")]
    assert [row.line for row in reading.rows] == [4]


def test_a_cell_over_two_lines_counts_them():
    # when
    reading = shelf_reading("company", company("1", "One\nAS"), company("2", "NULL"))
    # then
    assert [(row.line, row.name) for row in reading.rows] == [(2, "One AS")]
    assert faults(reading) == [(4, "cmpLongName", "value_missing")]


@pytest.mark.parametrize(("data", "code"), [(b"", "file_empty"), (b"\r\n\r\n", "file_empty"), (b"a,a\n1,2\n", "column_twice"),
                                            (b"\x00\x01\x02", "encoding_unknown"), (b'"', "quotes_broken")])
def test_files_that_are_none(data, code):
    # when
    reading = read(data, "x.csv")
    # then
    assert code in [error.code for error in reading.errors]
    assert reading.rows == ()


@given(st.binary(max_size=200))
def test_any_bytes_give_rows_or_errors(data):
    """No file crashes the reader."""
    # when
    reading = read(data, "x.csv")
    # then
    assert reading.rows == () and reading.errors


NAMES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30).filter(lambda name: name != "NULL")


@given(st.lists(NAMES, max_size=6), st.sampled_from([",", ";", "\t"]))
def test_names_come_back_as_written(names, separator):
    # given
    data = shelf_bytes("company", *(company(str(place), name) for place, name in enumerate(names)), separator=separator)
    # when
    reading = read(data, "company.csv")
    # then
    assert [row.name for row in reading.rows] == names
