"""The palette (Ctrl+K) over a million companies and a million persons, for somebody who sees everything and for a manager of one site.

Beside it, one hand-written SQL statement a model: the first six names of what holds the words or, where nothing does, resembles them."""
import statistics
import time

from django.db import connection
from django.test import RequestFactory
from django.utils import translation

from apps.core.iam.models import User
from apps.core.search.palette import palette_view
from apps.kernel.access import session
from tests.bench import Report
from tests.bench._register import COMMON, RARE, fill

ROWS, RUNS, BOUND = 1_000_000, 5, 0.3
WORDS = {
    "typical": COMMON,
    "typical, last in order": "union",          # its matches stand at the end of the sorted names
    "two words": "aubrevelle forage",
    "rare": RARE,
    "misspelt": "belcastele",
    "misspelt, last in order": "travauxx",
    "misspelt and rare": "zyxorral",
    "number": "999123456",
    "two letters": "va",
    "no match": "qwertzuiop",
}
HAND = """
WITH held AS MATERIALIZED (SELECT id, {name} AS name FROM {table} WHERE merged_into_id IS NULL AND {holds} LIMIT 60),
near AS MATERIALIZED (SELECT id, {name} AS name FROM {table} WHERE merged_into_id IS NULL AND NOT EXISTS (SELECT FROM held)
                      AND opsflux_fold(%(typed)s) <%% search LIMIT 60)
SELECT id, name FROM (SELECT * FROM held UNION ALL SELECT * FROM near) found ORDER BY name LIMIT 6"""
TABLES = {"tiers_company": "legal_name", "tiers_person": "concat_ws(' ', given, family)"}


def run(report: Report) -> None:
    users = fill(ROWS)
    with translation.override("fr"):
        for key in ("admin", "manager"):
            for about, typed in WORDS.items():
                ours = statistics.median(_timed(lambda key=key, typed=typed: palette(users[key], typed)) for _run in range(RUNS))
                limit = statistics.median(_timed(lambda typed=typed: by_hand(typed)) for _run in range(RUNS))
                report(f"search: {about}, as {key}", ours=ours, limit=limit, unit="s", bound=BOUND, absolute=True)


def palette(user: User, typed: str) -> bytes:
    """One question to the palette, rights read anew as in every request."""
    request = RequestFactory().get("/admin/palette/", {"q": typed})
    request.user = user
    with session():
        return palette_view(request).content


def by_hand(typed: str) -> list[tuple]:
    values = {"typed": typed, **{f"word{place}": f"%{word}%" for place, word in enumerate(typed.split())}}
    holds = " AND ".join(f"search LIKE opsflux_fold(%(word{place})s)" for place in range(len(typed.split())))
    rows = []
    with connection.cursor() as cursor:
        for table, name in TABLES.items():
            cursor.execute(HAND.format(table=table, name=name, holds=holds), values)
            rows += cursor.fetchall()
    return rows


def _timed(work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
