"""Exports of 200,000 companies: by REST as CSV and JSON with the columns a person takes away, as a workbook, and the back office's list.

`ours` is the processor time of web process and database from the question to the last byte, `limit` that of COPY TO of the same columns
in the same order. Then what the web process's memory grows by while CSV and JSON leave: reading is by a cursor, so it is the same for
any number of rows."""
import resource
import time
from collections.abc import Callable, Iterable

from django.contrib import admin
from django.db import connection
from django.test import RequestFactory
from django.utils import translation
from rest_framework.test import APIRequestFactory, force_authenticate

from apps.core.iam.models import User
from apps.kernel.access import session
from apps.tiers.api import CompanyViewSet
from apps.tiers.models import Company
from tests.bench import Report
from tests.bench._register import fill
from tests.bench.list import on_cpu

ROWS = 200_000
FIELDS = ("id", "legal_name", "status", "country", "headcount", "category", "account_manager", "created_at")
COPY = ("COPY (SELECT id, legal_name, status, country, headcount, category_id, account_manager_id, created_at FROM tiers_company "
        "WHERE merged_into_id IS NULL ORDER BY sort_name, id) TO STDOUT WITH (FORMAT csv)")
# Seconds: 100,000 rows each by REST; the list names what its rows refer to, a workbook is written before it is sent.
BOUNDS = {"CSV by REST": 2.0, "JSON by REST": 2.0, "CSV of the list": 20.0, "XLSX by REST": 30.0}
GROWTH = 30     # MiB


def run(report: Report) -> None:
    user = fill(ROWS)["admin"]
    with translation.override("fr"):
        limit = min(seconds(copied) for _run in range(3))
        before = peak()
        for about, ask in {"CSV by REST": lambda: rest(user, "csv"), "JSON by REST": lambda: rest(user, "json"),
                           "CSV of the list": lambda: listed(user), "XLSX by REST": lambda: rest(user, "xlsx")}.items():
            if about == "XLSX by REST":
                report("export: memory that CSV and JSON take", ours=peak() - before, unit="MiB", bound=GROWTH, absolute=True)
            ours = min(seconds(ask) for _run in range(1 if "XLSX" in about else 3))
            report(f"export: {ROWS:,} companies, {about}", ours=ours, limit=limit, unit="s", bound=BOUNDS[about], absolute=True)


def rest(user: User, kind: str) -> Iterable[bytes]:
    request = APIRequestFactory().get("/api/v1/tiers/companies/export/", {"format": kind, "fields": ",".join(FIELDS)})
    force_authenticate(request, user)
    with session():
        return CompanyViewSet.as_view({"get": "export"})(request).streaming_content


def listed(user: User) -> Iterable[bytes]:
    request = RequestFactory().get("/admin/tiers/company/export/", {"format": "csv"})
    request.user = user
    with session():
        return admin.site.get_model_admin(Company).export_view(request).streaming_content


def copied() -> Iterable[bytes]:
    connection.ensure_connection()
    with connection.connection.cursor() as cursor, cursor.copy(COPY) as copy:
        return [b"x" for _block in copy]


def seconds(ask: Callable[[], Iterable[bytes]]) -> float:
    """Seconds of processor time, of this process and of its database's."""
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    began = time.process_time() + on_cpu(backend)
    for _block in ask():
        pass
    return time.process_time() + on_cpu(backend) - began


def peak() -> float:
    """The most memory this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
