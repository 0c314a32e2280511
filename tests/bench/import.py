"""Imports: 100,000 generated companies with matching on, beside COPY of the same rows into the same tables; and the memory it takes.

`ours` and `limit` are seconds a thousand rows: 0.1 is 10,000 rows a second. The import runs in a process of its own, so that its memory is
its own too; COPY writes the five tables of a company as they are, with their indexes, histories and keys, from lines made beforehand.
"""
import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.db import connection, transaction
from stdnum import luhn

from apps.core.iam.selectors import system_user
from apps.kernel.context import act
from tests.bench import Report

ROWS = 100_000
THOUSAND = ROWS / 1000
MOST_SECONDS, MOST_MEBIBYTES = 0.1, 400      # a thousand rows; of memory
FIRST = ("Ateliers", "Chantiers", "Comptoir", "Compagnie", "Constructions", "Services", "Société", "Établissements", "Groupe", "Maison",
         "Manufacture", "Forges")
SECOND = ("Aubrevelle", "Bassompré", "Belcastelle", "Bourdelac", "Brézolette", "Cambrelin", "Castérac", "Chantevigne", "Courtalieu",
          "Darcizac", "Delmontel")
HEADER = ["external_id", "name", "number", "country", "legal_form", "headcount", "currency", "language", "city"]
IMPORT = """
import json, resource, sys, time, django
django.setup()
from pathlib import Path
from apps.core.exchange.reading import open_source
from apps.core.exchange.services import Order, execute
from apps.core.iam.selectors import system_user
from apps.kernel.presets import PRESETS
from django.db import connection
connection.ensure_connection()
began = time.perf_counter()
report = execute(Order(PRESETS["companies"], [open_source(Path(sys.argv[1]))], system_user()))
seconds = time.perf_counter() - began
print(json.dumps({"seconds": seconds, "mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                  "created": report.counts["tiers.company"].created, "changed": report.changed, "unchanged":
                  report.counts["tiers.company"].unchanged}))
"""


def run(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "companies.csv"
        rows = generate(path)
        empty()
        first = imported(path)
        assert first["created"] == ROWS, first
        again = imported(path)
        assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, ROWS), again
        empty()
        limit = copied(rows)
        empty()
    said = f"import: {ROWS:,} companies, {ROWS / first['seconds']:,.0f} rows/s"
    report(said, ours=first["seconds"] / THOUSAND, limit=limit / THOUSAND, unit="s/k", bound=MOST_SECONDS, absolute=True)
    report(f"import: the same again, {ROWS / again['seconds']:,.0f} rows/s", ours=again["seconds"] / THOUSAND, unit="s/k",
           bound=MOST_SECONDS, absolute=True)
    report("import: peak memory of the process", ours=max(first["mebibytes"], again["mebibytes"]), unit="MiB", bound=MOST_MEBIBYTES,
           absolute=True)


def generate(path: Path) -> list[list[str]]:
    """The same companies every time, each with a valid SIREN."""
    rows = []
    for number in range(ROWS):
        base = f"{10_000_000 + number * 7:08d}"
        rows.append([f"V{number:07d}", f"{FIRST[number % len(FIRST)]} {SECOND[number // 12 % len(SECOND)]} {number:x}",
                     base + luhn.calc_check_digit(base), "FR", "SAS", str(number % 900), "EUR", "fr", ("Lyon", "Brest", "Pau")[number % 3]])
    with path.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([HEADER, *rows])
    return rows


def imported(path: Path) -> dict[str, float]:
    """What the import of the file took, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", IMPORT, str(path)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE tiers_company, tiers_person CASCADE")
        cursor.execute("VACUUM ANALYZE tiers_company, tiers_companyname, tiers_identifier, tiers_externalid, tiers_address")


def copied(rows: list[list[str]]) -> float:
    """Seconds for COPY of the same rows into the five tables, companies last as the import does, keys checked at the end."""
    actor = system_user()
    who = f"{{}}\t{actor.pk}\t{actor.pk}"
    keys = range(1_000_000_000, 1_000_000_000 + len(rows))
    tables = {
        "tiers_companyname (company_id, kind, name, name_key, period, extra, created_by_id, updated_by_id)":
            [f"{pk}\ttrade\t{row[1]}\t{row[1].upper()}\t(,)\t{who}\n" for pk, row in zip(keys, rows, strict=True)],
        "tiers_identifier (company_id, scheme, value, check_result, registration, extra, created_by_id, updated_by_id)":
            [f"{pk}\tfr.siren\t{row[2]}\tvalid\tt\t{who}\n" for pk, row in zip(keys, rows, strict=True)],
        "tiers_externalid (company_id, system, value, extra, created_by_id, updated_by_id)":
            [f"{pk}\tcompany\t{row[0]}\t{who}\n" for pk, row in zip(keys, rows, strict=True)],
        "tiers_address (company_id, kind, lines, postcode, city, subdivision, country, extra, created_by_id, updated_by_id)":
            [f"{pk}\thead_office\t\t\t{row[8]}\t\tFR\t{who}\n" for pk, row in zip(keys, rows, strict=True)],
        "tiers_company (id, uuid, legal_name, status, legal_form, country, nace, headcount, currency, language, website, tags, incomplete, "
        "search, extra, created_by_id, updated_by_id)":
            [f"{pk}\t{pk:032x}\t{row[1]}\tprospect\tSAS\tFR\t\t{row[5]}\tEUR\tfr\t\t{{}}\tf\t{row[1].upper()} {row[2]}\t{who}\n"
             for pk, row in zip(keys, rows, strict=True)]}
    began = time.perf_counter()
    with transaction.atomic(), act(actor), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")
        for table, lines in tables.items():
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for at in range(0, len(lines), 500):
                    copy.write("".join(lines[at:at + 500]))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return time.perf_counter() - began
