"""The access door at scale: eight kinds of user among a million papers (tests/door/scale.py makes them).

`ours` is what all statements of one question cost the database on a warm connection (parsing, planning, the pager's look at the plan,
execution, sending), in milliseconds, median of the runs: the processor time of its process, as log_statement_stats reports it. On an idle
machine that is the time that passes; on a busy one it leaves out the waiting. Where the account may not ask for it, the time that passes.
`limit` is the same question in SQL written by hand, with the user's rights as literals. No plan may read the big tables from end to
end, or leave work to other processes."""
import json
import re
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from django.core.management import call_command
from django.db import ProgrammingError, connection
from django.db.models import Q

from apps.core.iam.models import Grant, User
from apps.kernel import access, paging
from apps.kernel.ordering import Order
from apps.kernel.principal import ATTRIBUTES
from tests.bench import Report
from tests.door import scale
from tests.door.app.models import Badge, Line, Paper
from tests.door.asking import BADGES

RUNS = 9
STATISTICS = re.compile(r"([\d.]+) s user, ([\d.]+) s system, [\d.]+ s elapsed")
BOUND, WORST = 15, {"mixed": 30, "closed": 30}      # ms in the database; the two kinds that are hardest to serve
MIDDLE = scale.PAPERS // 2
NEWEST = Order(Paper, ["-created_at"])
PAGE = "SELECT * FROM doorproof_paper WHERE {where} ORDER BY created_at DESC, id DESC LIMIT 50"
QUESTIONS = {"first page": PAGE.format(where="{right}"),
             "deep page": PAGE.format(where="{right} AND (created_at, id) < (%(moment)s, %(middle)s)"),
             "common name": PAGE.format(where="{right} AND opsflux_fold(name) LIKE '%%' || opsflux_fold(%(common)s) || '%%'"),
             "rare name": PAGE.format(where="{right} AND opsflux_fold(name) LIKE '%%' || opsflux_fold(%(rare)s) || '%%'"),
             "count to 1,000": "SELECT count(*) FROM (SELECT FROM doorproof_paper WHERE {right} LIMIT 1001) counted",
             "can() on one row": "SELECT id FROM doorproof_paper WHERE id = %(middle)s AND {right}",
             "lines of a paper": "SELECT * FROM doorproof_line l WHERE paper_id = %(middle)s AND EXISTS (SELECT FROM doorproof_paper "
                                 "WHERE id = l.paper_id AND {right})"}


def run(report: Report) -> None:
    ATTRIBUTES.clear()
    ATTRIBUTES.update(BADGES)
    call_command("migrate", "doorproof", verbosity=0)
    scale.build()
    costs = statement_costs()
    paper = Paper.objects.get(pk=MIDDLE)
    given = {"moment": paper.created_at, "middle": MIDDLE, "common": scale.COMMON, "rare": scale.RARE}
    for kind in scale.KINDS:
        user = User.objects.get(email=f"{kind}@scale.test")
        right = by_hand(kind, user)
        with access.session():
            for name, ask in questions(user, paper).items():
                check_plans(f"{kind}, {name}", ask)
                sql = QUESTIONS[name].replace("{right}", right)
                ours, limit = beside(costs, ask, lambda sql=sql: fetch(sql, given))
                report(f"permissions: {kind}, {name}", ours=ours, limit=limit, unit="ms", bound=WORST.get(kind, BOUND), absolute=True)
        ours, limit = beside(costs, lambda user=user: access.Door.provider(user), lambda user=user: fetch(
            "SELECT is_superuser FROM iam_user WHERE id = %(id)s", {"id": user.pk}))
        report(f"permissions: {kind}, rights of a request", ours=ours, limit=limit, unit="ms", bound=BOUND, absolute=True)


def questions(user: User, paper: Paper) -> dict[str, Callable[[], Any]]:
    """The questions as the product asks them."""
    def rows() -> Any:
        return Paper.objects.visible_to(user)
    return {
        "first page": lambda: paging.page(rows(), NEWEST, 50),
        "deep page": lambda: paging.page(rows(), NEWEST, 50, after=(paper.created_at, paper.pk)),
        "common name": lambda: paging.page(rows().filter(name__holds=scale.COMMON), NEWEST, 50),
        "rare name": lambda: paging.page(rows().filter(name__holds=scale.RARE), NEWEST, 50),
        "count to 1,000": lambda: paging.capped_count(rows()),
        "can() on one row": lambda: access.can(user, "view", paper),
        "lines of a paper": lambda: list(Line.objects.visible_to(user).filter(paper=paper)),
    }


def by_hand(kind: str, user: User) -> str:
    """The user's rights as somebody would write them who knows the answer."""
    def keys(found: Any) -> str:
        return "'{" + ",".join(map(str, found)) + "}'"

    def below(code: str) -> str:
        return "site_id = ANY(" + keys(column("SELECT id FROM factory_site WHERE path <@ (SELECT path FROM factory_site WHERE code = %s)",
                                              [code])) + ")"
    company = f"company = {Badge.objects.get(user=user).company}"
    open_to_them = "(status = 'sealed' AND amount > 9000) IS NOT TRUE"
    views = Grant.objects.filter(Q(user=user) | Q(group__users=user), permission="doorproof.view_paper")
    granted = f"id = ANY({keys(views.values_list('object_id', flat=True))})"
    if kind == "mixed":
        return f"({below('C3')} OR owner_id = {user.pk} OR {company} OR {granted}) AND {open_to_them}"
    if kind == "department":
        return f"group_id = {user.groups.get().pk}"
    return {"admin": "true", "manager": f"{below(scale.MANAGED)} AND {open_to_them}", "external": company, "rare": granted,
            "director": below("R1"), "closed": below(scale.CLOSED)}[kind]


def column(sql: str, params: Any) -> list[Any]:
    return [row[0] for row in fetch(sql, params)]


def fetch(sql: str, params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def statement_costs() -> list[float] | None:
    """A list to which each statement from now on adds its milliseconds of processor time; None where the account may not ask for them."""
    costs: list[float] = []
    with connection.cursor() as cursor:
        try:
            cursor.execute("SET log_statement_stats = on")
        except ProgrammingError:
            return None
        cursor.execute("SET client_min_messages = log")
    connection.connection.add_notice_handler(lambda notice: costs.extend(
        1000 * (float(user) + float(system)) for user, system in STATISTICS.findall(notice.message_detail or "")))
    return costs


def beside(costs: list[float] | None, ours: Callable[[], Any], limit: Callable[[], Any]) -> tuple[float, float]:
    """Both medians in ms, the runs taken by turns; the first of each only warms up."""
    pairs = [(database_time(costs, ours), database_time(costs, limit)) for _ in range(RUNS + 1)][1:]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def database_time(costs: list[float] | None, ask: Callable[[], Any]) -> float:
    """Milliseconds in the statements of one question."""
    passed = 0.0

    def timed(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal passed
        began = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            passed += perf_counter() - began
    if costs is not None:
        costs.clear()
    with connection.execute_wrapper(timed):
        ask()
    return passed * 1000 if costs is None else sum(costs)


def check_plans(name: str, ask: Callable[[], Any]) -> None:
    """Raise AssertionError when a statement of the question reads a big table from end to end, or is shared among processes."""
    statements: list[tuple[str, Any]] = []

    def noted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith("EXPLAIN"):
            statements.append((sql, params))
        return execute(sql, params, many, context)
    with connection.execute_wrapper(noted):
        ask()
    for sql, params in statements:
        plan = fetch("EXPLAIN (FORMAT JSON) " + sql, params)[0][0]
        plan = json.loads(plan) if isinstance(plan, str) else plan
        used = {(node["Node Type"], node.get("Relation Name")) for node in nodes(plan[0]["Plan"])}
        if used & {("Seq Scan", table) for table in scale.BIG} or used & {("Gather", None), ("Gather Merge", None)}:
            raise AssertionError(f"{name}: the plan reads a big table from end to end or in parallel: {sql[:300]} {used}")


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", ()) for node in nodes(part))]
