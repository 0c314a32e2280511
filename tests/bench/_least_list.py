"""The least that answers a page of companies with a capped count: the limit beside which tests/bench/list.py puts the product."""
import os
import threading
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import orjson
import psycopg

COLUMNS = {"id": "id", "uuid": "uuid", "status": "status", "legal_name": "legal_name", "legal_form": "legal_form", "country": "country",
           "nace": "nace", "headcount": "headcount", "currency": "currency", "language": "language", "website": "website",
           "category": "category_id", "tags": "tags", "account_manager": "account_manager_id", "incomplete": "incomplete",
           "merged_into": "merged_into_id", "version": "version", "created_at": "created_at", "updated_at": "updated_at",
           "created_by": "created_by_id", "updated_by": "updated_by_id"}
FOUND = "FROM tiers_company WHERE search LIKE '%%' || opsflux_fold(%s) || '%%'"
PAGE = f"SELECT {', '.join(COLUMNS.values())} {FOUND} ORDER BY sort_name, id LIMIT 51"
NEWEST = f"SELECT {', '.join(COLUMNS.values())} FROM tiers_company ORDER BY created_at DESC, id DESC LIMIT 51"
COUNT = f"SELECT count(*) FROM (SELECT {FOUND} LIMIT 1001) counted"
OPTIONS = "-c jit=off -c random_page_cost=1.1 -c TimeZone=UTC"
_kept = threading.local()


def connection() -> "psycopg.Connection[Any]":
    if not hasattr(_kept, "connection"):
        _kept.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, options=OPTIONS)
    return _kept.connection     # type: ignore[no-any-return]  # a thread's own attribute


def plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError


def dumps(data: Any) -> bytes:
    return orjson.dumps(data, default=plain, option=orjson.OPT_UTC_Z)


def rows(sql: str, values: Iterable[Any] = ()) -> list[dict[str, Any]]:
    with connection().cursor() as cursor:
        cursor.execute(sql, tuple(values))
        return [dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    text = parse_qs(environ["QUERY_STRING"])["search"][0]
    found = rows(PAGE, [text])
    with connection().cursor() as cursor:
        cursor.execute(COUNT, [text])
        counted = cursor.fetchone()[0]
    body = dumps({"results": found[:50], "next": None, "count": {"count": min(counted, 1000), "more": counted > 1000}})
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
