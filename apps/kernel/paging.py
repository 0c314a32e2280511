"""A page of any order that never walks the table for somebody who sees, or asks for, little of it."""
import json
from collections.abc import Sequence
from time import monotonic
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from apps.kernel.ordering import Order

WINDOW = 20_000
COUNT_CAP = 1_000
DIRECT, WALK, SORT = "direct", "walk", "sort"

_edges: dict[Any, tuple[float, Any]] = {}


def capped_count(rows: QuerySet, cap: int = COUNT_CAP) -> tuple[int, bool]:
    """How many rows, counted up to `cap` only, and whether there are more."""
    try:
        sql, values = rows.order_by().values("pk")[:cap + 1].query.sql_with_params()
    except EmptyResultSet:
        return 0, False
    with connection.cursor() as cursor:     # what count() would ask, without making the query twice
        cursor.execute(f"SELECT count(*) FROM ({sql}) counted", values)  # nosec B608: this SQL is Django's, its values stand apart
        counted = cursor.fetchone()[0]
    return min(counted, cap), counted > cap


def way(rows: QuerySet) -> tuple[str, int]:
    """How the planner means to read ordered rows, and how many it believes it sorts: an index that holds nothing else to the page's end
    (DIRECT), an index past other rows until it has enough (WALK), or everything that matches, then sorted (SORT)."""
    told = rows.explain(format="json")
    if not told:
        return DIRECT, 0        # a condition that nothing can meet: the database is not asked
    plan, joined = json.loads(told)[0]["Plan"], False
    while plan["Node Type"] != "Sort":
        parts = [part for part in plan.get("Plans", ()) if part["Parent Relationship"] not in ("InitPlan", "SubPlan")]
        if not parts:
            return (WALK if joined or "Filter" in plan else DIRECT), 0
        joined = joined or plan.get("Join Type", "Left") != "Left"      # what is joined from the left passes nothing over
        plan = parts[0]
    return SORT, plan["Plan Rows"]


def page(rows: QuerySet, order: Order, size: int, after: Sequence[Any] | None = None, offset: int = 0,
         window: int | None = None) -> list[Any]:
    """`size` rows in `order` of a queryset that went through the door: after the row whose key is `after`, or from `offset` on.

    The planner believes that matching rows are spread evenly and walks the order's index: right for most, the whole table for somebody
    whose rows, or for a search whose matches, are last. So a walk stops at the window's edge; short of a page, gather what matches and
    sort. An order that no index serves as a whole (NULLs, references, yes and no) is read part by part where it would sort a table.
    Orders by columns of other tables have no window: the planner's way is taken."""
    if rows.query.is_empty():
        return []
    return _Pager(window or WINDOW).page(rows, rows.model._base_manager.all(), order, size, after, offset)


def gathered(rows: QuerySet, order: Order, size: int, offset: int = 0) -> list[Any]:
    """The same of rows known to be few: what matches is gathered and sorted, whatever the planner believes."""
    return list(rows.order_by(*order.fenced)[offset:offset + size])


def _kept(edge: QuerySet, key: Any) -> Any:
    """The window's edge, a minute old at most: an older one makes the window a little wider or narrower."""
    if key not in _edges or _edges[key][0] < monotonic() - 60:
        _edges[key] = monotonic(), edge.first()
    return _edges[key][1]


class _Pager:
    """One page. `whole` is the table, or the part of it that an order's part reads: where the window's edge is looked for."""

    def __init__(self, window: int) -> None:
        self.window = window

    def page(self, rows: QuerySet, whole: QuerySet, order: Order, size: int, after: Sequence[Any] | None, offset: int) -> list[Any]:
        later = rows.filter(order.after(after)) if after else rows
        first = later.order_by(*order.expressions)[offset:offset + size]
        how, sorted_rows = way(first)
        if how == DIRECT or (how == SORT and sorted_rows <= self.window):
            return list(first)
        if order.parts():
            return self.in_parts(rows, whole, order, size, after, offset)
        if how == SORT or any("__" in key.name for key in order.keys):
            return list(first)
        return self.windowed(later, whole, order, size, after, offset)

    def windowed(self, rows: QuerySet, whole: QuerySet, order: Order, size: int, after: Sequence[Any] | None, offset: int) -> list[Any]:
        """Walk as far as the window goes; gather where that does not fill the page."""
        window = self.window + 2 * offset
        edges = (whole.filter(order.after(after)) if after else whole).order_by(*order.expressions)
        edges = edges.values_list(*order.columns)[window:window + 1]
        edge = edges.first() if after else _kept(edges, (rows.model, order.terms, window))
        within = rows if edge is None else rows.filter(order.until(edge))
        found = list(within.order_by(*order.expressions)[offset:offset + size])
        return found if edge is None or len(found) == size else gathered(rows, order, size, offset)

    def in_parts(self, rows: QuerySet, whole: QuerySet, order: Order, size: int, after: Sequence[Any] | None, offset: int) -> list[Any]:
        """The page, put together of the parts of the order."""
        found: list[Any] = []
        start, place = order.place(after) if after else (0, None)
        for number, (condition, part) in enumerate(order.parts()[start:], start):
            # A part without the order's first column walks the rest of the order, over the other parts' rows too.
            walked = whole.filter(condition) if len(part.keys) == len(order.keys) else whole
            within = rows.filter(condition)
            more = self.page(within, walked, part, size - len(found), place if number == start else None, offset)
            found += more
            if len(found) == size:
                break
            if more:
                offset = 0
            elif offset:
                offset -= capped_count(within, offset)[0]
        return found
