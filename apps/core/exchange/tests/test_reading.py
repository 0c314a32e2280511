"""Files as they come: encodings, separators, quotes, damage, spreadsheets; large ones in little memory."""
import gzip
import subprocess
import sys
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter

from apps.core.exchange.reading import Broken, open_source
from apps.kernel.errors import Invalid

TEXT = "name;größe\r\n\"Ærø; 1\";5\r\nÅl \"x\";6\r\n"
CELLS = [(1, ["name", "größe"]), (2, ["Ærø; 1", "5"]), (3, ['Ål "x"', "6"])]


def records(tmp_path, data, name="file.csv", **options):
    path = tmp_path / name
    path.write_bytes(data)
    return list(open_source(path, **options).records())


def fault(tmp_path, data):
    with pytest.raises(Broken) as caught:
        records(tmp_path, data)
    return caught.value.line, caught.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encodings_and_separators(tmp_path, encoding, separator):
    # given
    text = TEXT.replace(";größe", f"{separator}größe").replace('1";', f'1"{separator}').replace('x";', f'x"{separator}')
    text = text.replace('Ål "x"', '"Ål ""x"""')
    # then
    assert records(tmp_path, text.encode(encoding)) == CELLS


def test_packed_files_are_unpacked(tmp_path):
    assert records(tmp_path, gzip.compress(b"a,b\n1,2\n"), "file.csv.gz") == [(1, ["a", "b"]), (2, ["1", "2"])]
    assert fault(tmp_path, gzip.compress(b"a,b\n" * 1000)[:-20]) == (1, "packed_broken")


@pytest.mark.parametrize(("data", "told"), [
    ("a,b\nÆ,1\n".encode() + b"\xc3,2\n", (3, "encoding_broken")),
    ("a,b\nÆ,1\nx,".encode() + b"\xc3", (3, "encoding_broken")),
    (b"a,b\n1,\x81\n", (2, "encoding_broken")),
    ("a,b\n1,2\n".encode("utf-16")[:-1], (2, "encoding_broken")),
    (b"a,b\0\n", (1, "encoding_unknown")),
    (b'a,b\n1,2\n3,"4"5\n6,7\n', (3, "quotes_broken")),
    (b'a,b\n1,"2\n3,4\n', (2, "quotes_broken")),
    (b"PK\x03\x04 no zip", (1, "sheet_broken")),
])
def test_damage_is_told_with_its_line(tmp_path, data, told):
    assert fault(tmp_path, data) == told


def test_damage_far_from_the_beginning_is_told_with_its_line(tmp_path):
    """Beyond the pieces in which a file is read."""
    data = b"name\n" + "Ærø\n".encode() * 400_000 + b"\xc3(\n" + "Ærø\n".encode()
    assert fault(tmp_path, data) == (400_002, "encoding_broken")


def test_old_line_ends_and_empty_lines(tmp_path):
    assert records(tmp_path, b"a,b\r1,2\r\r3,4") == [(1, ["a", "b"]), (2, ["1", "2"]), (4, ["3", "4"])]


def test_a_file_that_is_too_large_or_missing(tmp_path):
    # given
    path = tmp_path / "file.csv"
    path.write_bytes(gzip.compress(b"a,b\n" * 10 ** 6))
    # then
    with pytest.raises(Invalid, match=r"file\.csv"):
        list(open_source(path, largest=1024 ** 2).records())
    with pytest.raises(Invalid) as caught:
        open_source(tmp_path / "none.csv")
    assert caught.value.code == "file_missing"


@pytest.fixture
def book(tmp_path):
    """A spreadsheet with two sheets."""
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as made:
        first, second = made.add_worksheet("One"), made.add_worksheet("Two")
        first.write_row(0, 0, ["name", "day", "count", "share", "is", "at"])
        first.write_row(2, 0, ["Ærø", date(2013, 5, 8), 12, 12.5, True, datetime(2013, 5, 8, 10, 30)])
        second.write_row(0, 0, ["x"])
    return path


def test_cells_of_a_spreadsheet_are_told_as_a_csv_would(book):
    # when
    first, second = list(open_source(book).records()), list(open_source(book, sheet="Two").records())
    # then
    assert first == [(1, ["name", "day", "count", "share", "is", "at"]),
                     (3, ["Ærø", "2013-05-08", "12", "12.5", "true", "2013-05-08 10:30:00"])]
    assert second == [(1, ["x"])]
    with pytest.raises(Broken, match="One, Two"):
        list(open_source(book, sheet="Three").records())


def test_a_spreadsheet_that_would_fill_the_memory_is_refused(tmp_path):
    # given a packed file of 300 MiB of zeros
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "")
        with packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _piece in range(300):
                sheet.write(bytes(1024 ** 2))
    # then
    with pytest.raises(Broken) as caught:
        list(open_source(path).records())
    assert caught.value.code == "sheet_too_large"


READ = """
import resource, sys
sys.path.insert(0, {root!r})
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from pathlib import Path
from apps.core.exchange.reading import open_source
limit = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
count = sum(1 for _record in open_source(Path({path!r})).records())
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - limit)
"""


def test_memory_does_not_grow_with_the_file(tmp_path):
    """200 MiB are read in a process of its own with less than 32 MiB more than it had."""
    # given
    path = tmp_path / "large.csv"
    block = "".join(f'{number},"Ærø, {number}",2013-05-08,{"x" * 60}\n' for number in range(10_000)).encode()
    with path.open("wb") as opened:
        opened.write(b"number,name,day,text\n")
        while opened.tell() < 200 * 1024 ** 2:
            opened.write(block)
    # when
    done = subprocess.run([sys.executable, "-c", READ.format(root=".", path=str(path))], capture_output=True, text=True, check=True)
    # then
    rows, more = map(int, done.stdout.split())
    assert rows > 1_000_000 and more < 32 * 1024 ** 2
