"""A page of the back office: 100 of 100,000 companies as somebody with a role sees them. Beside it, the least page with the same rows and
an exact count. Figures are the CPU of a request: web process and database backend together."""
import re
import statistics

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore

from apps.core.iam.models import User
from tests.bench import Report
from tests.bench._cpu import served
from tests.bench._register import fill
from tests.bench.start import free_port

ROWS, ROUNDS, REQUESTS, WARM, BOUND = 100_000, 5, 30, 10, 13
PAGES = {"first page": "/admin/tiers/company/", "fifth page": "/admin/tiers/company/?p=5"}


def run(report: Report) -> None:
    user = fill(ROWS)["user"]
    signed_in = {"Cookie": f"sessionid={session_of(user)}", "Accept-Language": "fr"}
    with served("bench_ours", "tests.bench._admin_page:application", free_port()) as ours, \
            served("bench_least", "tests.bench._least_page:application", free_port()) as least:
        for site, headers in ((ours, signed_in), (least, {})):
            site.wait("/admin/tiers/company/", headers)
            shown = set(re.findall(rb"/admin/tiers/company/(\d+)/change/", site.get("/admin/tiers/company/", headers)))
            if len(shown) != 100:
                raise RuntimeError(f"{site.name} shows {len(shown)} rows")
        for about, path in PAGES.items():
            for _request in range(WARM):
                ours.get(path, signed_in)
                least.get(path, {})
            rounds = [(ours.cost(path, signed_in, REQUESTS), least.cost(path, {}, 5 * REQUESTS)) for _round in range(ROUNDS)]
            report(f"admin-list: 100 of 100,000 rows, {about}, CPU", ours=statistics.median(mine for mine, _ in rounds),
                   limit=statistics.median(limit for _, limit in rounds), unit="s", bound=BOUND)


def session_of(user: User) -> str:
    """A session as signing in makes it."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "apps.core.iam.backends.AccountBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return store.session_key
