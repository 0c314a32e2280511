"""Lists by REST: 50 companies of a million in process beside psycopg and orjson; over HTTP, with token, text, order and capped count, the
CPU of web and database together beside the least application that gives the same answer; and what a hundred times the rows cost."""
import http.client
import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import orjson
from django.db import connection
from rest_framework.test import APIRequestFactory, force_authenticate

from apps.core.iam.models import User
from apps.core.iam.tokens import issue_token
from apps.kernel import access
from apps.tiers.api import CompanyViewSet
from opsflux.launcher.serve import GUNICORN
from tests.bench import Report, _least_list, _register
from tests.bench.start import answers, children, free_port, serving

SMALL, MIDDLE, LARGE = 10_000, 100_000, 1_000_000
ROUNDS, WARM, REQUESTS = 60, 60, 300
PATH = f"/api/v1/tiers/companies/?search={_register.COMMON}&ordering=sort_name&count=1"
LEAST = [*GUNICORN[:-1], "tests.bench._least_list:application"]
WEB_ENVIRONMENT = {"DJANGO_SETTINGS_MODULE": "opsflux.settings"}


def run(report: Report) -> None:
    small = page_seconds(_register.fill(SMALL)["user"])
    over_http(report, _register.fill(MIDDLE)["user"])
    user = _register.fill(LARGE)["user"]
    ours, limit = beside(lambda: page(user), lambda: least_page())
    report("list: 50 of 1 M rows, in process", ours=ours, limit=limit, unit="s", bound=8)
    report("list: 1 M rows beside 10,000", ours=page_seconds(user), limit=small, unit="s", bound=1.3)


def page(user: User) -> bytes:
    """The newest page, through the viewset with the door on, rendered."""
    request = APIRequestFactory().get("/api/v1/tiers/companies/", {"ordering": "-created_at"})
    force_authenticate(request, user)
    with access.session():
        response = CompanyViewSet.as_view({"get": "list"})(request)
        return response.render().content    # type: ignore[no-any-return]  # DRF's response


def least_page() -> bytes:
    """The same bytes with nothing between."""
    with connection.connection.cursor() as cursor:
        cursor.execute(_least_list.NEWEST)
        found = [dict(zip(_least_list.COLUMNS, row, strict=True)) for row in cursor.fetchall()]
    return _least_list.dumps({"results": found[:50], "next": None})


def seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def beside(ours: Callable[[], bytes], limit: Callable[[], bytes]) -> tuple[float, float]:
    """Median seconds of both, in turns, after they were seen to say the same."""
    assert orjson.loads(ours())["results"] == orjson.loads(limit())["results"]
    pairs = [(seconds(ours), seconds(limit)) for _ in range(ROUNDS)]
    return median(first for first, _ in pairs), median(second for _, second in pairs)


def page_seconds(user: User) -> float:
    page(user)
    return median(seconds(lambda: page(user)) for _ in range(ROUNDS))


def over_http(report: Report, user: User) -> None:
    """CPU seconds a request: gunicorn's processes and the database's, ours and the least, in turns on the same tables."""
    _token, secret = issue_token(user=user, name="bench")
    headers = {"Authorization": f"Token {secret}", "Host": "localhost", "Accept-Language": "en"}
    found = [cpu(command, headers) for command in (LEAST, GUNICORN, LEAST, GUNICORN)]
    assert found[0][1] == found[1][1]
    report("list: HTTP, text, order, count of 100,000", ours=min(found[1][0], found[3][0]), limit=min(found[0][0], found[2][0]), unit="s",
           bound=3)


def cpu(command: list[str], headers: dict[str, str]) -> tuple[float, Any]:
    """CPU seconds a request on one kept connection, and what it answered."""
    port = free_port()
    os.environ.update(WEB_ENVIRONMENT)
    with serving([*command, "--bind", f"127.0.0.1:{port}"]) as process:
        ready = time.monotonic() + 30
        while not answers(port, PATH if command is LEAST else "/health/live/"):
            if time.monotonic() > ready:
                raise RuntimeError("gunicorn does not answer")
            time.sleep(0.05)
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(WARM):
            body = ask(client, headers)
        before = spent(process.pid)
        for _ in range(REQUESTS):
            ask(client, headers)
        used = spent(process.pid) - before
        client.close()
    answer = orjson.loads(body)
    return used / REQUESTS, (answer["results"], answer["count"])


def ask(client: http.client.HTTPConnection, headers: dict[str, str]) -> bytes:
    client.request("GET", PATH, headers=headers)
    response = client.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"{PATH} answers {response.status}: {body[:300]!r}")
    return body


def spent(web: int) -> float:
    """CPU seconds so far of the web processes, and of the database processes that serve this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        backends = [pid for (pid,) in cursor.fetchall()]
    return sum(map(on_cpu, [web, *children(web), *backends]))


def on_cpu(pid: int) -> float:
    """Nanoseconds on the processor, of every thread, in seconds. Works for a server on this machine."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9
