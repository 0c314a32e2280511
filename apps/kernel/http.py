"""What every request goes through: its id and log line, and one rights session."""
import re
import uuid
from collections.abc import Callable
from time import perf_counter

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.kernel.access import session

log = structlog.get_logger("opsflux.request")
Handler = Callable[[HttpRequest], HttpResponse]
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestLogMiddleware:
    """Gives the request an id (the proxy's, when it is well formed), returns it in X-Request-ID, writes one log line."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _GIVEN.fullmatch(given) else uuid.uuid4().hex
        request.META["opsflux.request_id"] = request_id
        started = perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            log.info("request", method=request.method, path=request.path, status=response.status_code,
                     ms=round((perf_counter() - started) * 1000, 1))
        response["X-Request-ID"] = request_id
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response


class RightsMiddleware:
    """Rights are read once a request: revocation shows at the next one."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with session():
            return self.get_response(request)


class ZoneMiddleware:
    """Times are stored in UTC and shown in the reader's own zone."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(getattr(request.user, "time_zone", None) or None):
            return self.get_response(request)
