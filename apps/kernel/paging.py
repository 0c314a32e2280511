"""A page that never walks the table for somebody who sees little of it."""
import json
from time import monotonic
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Func, Q, QuerySet

WINDOW = 20_000
COUNT_CAP = 1_000


class Fence(Func):
    """Hides a column's index from ORDER BY: the planner gathers the matching rows and sorts the top."""
    template = "(SELECT %(expressions)s)"


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


def _kept(edge: QuerySet, key: Any) -> Any:
    """The first window's edge, a minute old at most: an older edge only makes the window wider."""
    if key not in _edges or _edges[key][0] < monotonic() - 60:
        _edges[key] = monotonic(), edge.first()
    return _edges[key][1]


def walks(rows: QuerySet) -> bool:
    """Whether the planner means to read rows in order, passing over others, until it has enough."""
    plan, joined = json.loads(rows.explain(format="json"))[0]["Plan"], False
    while plan["Node Type"] != "Sort":
        parts = [part for part in plan.get("Plans", ()) if part["Parent Relationship"] not in ("InitPlan", "SubPlan")]
        if not parts:
            return joined or "Filter" in plan       # an index that holds nothing else is read to the page's end only
        joined = joined or len(parts) > 1
        plan = parts[0]
    return False


def newest(rows: QuerySet, column: str = "created_at", size: int = 50, after: tuple[Any, Any] | None = None,
           window: int = WINDOW) -> list[Any]:
    """The first rows by (-column, -pk) after the key `after`, of a queryset that went through the door.

    The planner believes that visible rows are spread evenly and walks the order's index: right for most, the whole table
    for one whose rows are all old. So a walk stops at the window's edge; short of a page, gather what is visible and sort."""
    order = (f"-{column}", "-pk")
    everything = rows.model._base_manager.all()
    if after:
        later = Q(**{f"{column}__lte": after[0]}) & (Q(**{f"{column}__lt": after[0]}) | Q(pk__lt=after[1]))
        rows, everything = rows.filter(later), everything.filter(later)
    first = rows.order_by(*order)[:size]
    if rows.query.is_empty() or not walks(first):
        return list(first)
    edge_rows = everything.order_by(*order).values_list(column, flat=True)[window:window + 1]
    edge = edge_rows.first() if after else _kept(edge_rows, (rows.model, column, window))
    found = list(first if edge is None else rows.filter(**{f"{column}__gte": edge}).order_by(*order)[:size])
    if edge is None or len(found) == size:
        return found
    return list(rows.order_by(Fence(column).desc(), "-pk")[:size])
