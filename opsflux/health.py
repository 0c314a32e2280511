"""Health pages for load balancers and supervisors: no account asked for, nothing told beyond what is wrong."""
from collections.abc import Callable
from functools import cache

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

log = structlog.get_logger(__name__)
TIMEOUT = 3     # seconds


@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """The process answers; it says nothing of what stands behind it."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when requests can be served; 503 with what is wrong otherwise."""
    parts = {name: check() for name, check in CHECKS.items()}
    well = all(said == "ok" for said in parts.values())
    return JsonResponse({"status": "ok" if well else "unavailable", **parts}, status=200 if well else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        log.exception("health.database")
        return "unreachable"
    return "ok"


def _redis() -> str:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT) as client:
            client.ping()
    except redis.RedisError:
        log.exception("health.redis")
        return "unreachable"
    return "ok"


def _migrations() -> str:
    try:
        missing = _known_migrations() - set(MigrationRecorder(connection).applied_migrations())
    except DatabaseError:
        return "unknown"
    return f"{len(missing)} not applied" if missing else "ok"


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """The migrations of this code, read once a process; a squashed one counts as those it replaces."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    replaced = {name for name, migration in loader.disk_migrations.items() if migration.replaces}
    return frozenset(set(loader.disk_migrations) - replaced)


CHECKS: dict[str, Callable[[], str]] = {"database": _database, "redis": _redis, "migrations": _migrations}
