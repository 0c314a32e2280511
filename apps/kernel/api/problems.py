"""Refusals as problem+json (RFC 9457), in the caller's language, without stack or SQL."""
from collections.abc import Iterable, Mapping
from functools import singledispatch
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.core.signals import got_request_exception
from django.db import DataError, IntegrityError
from django.db.models.deletion import ProtectedError, RestrictedError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response

from apps.kernel.api.validation import INVALID, in_use, refusals
from apps.kernel.errors import BusinessError, Invalid, Refusal, Stale
from apps.kernel.integrity import explained

log = structlog.get_logger("opsflux.api")
MISSING = _("There is no such record, or it is not shown to you.")
TITLES = {
    400: _("The request cannot be understood"),
    401: _("Sign in first"),
    403: _("You may not do this"),
    404: _("Not found"),
    405: _("This address does not do that"),
    406: _("No such format"),
    409: _("Not possible now"),
    412: _("Changed by somebody else"),
    413: _("Too large"),
    415: _("Unknown kind of content"),
    422: _("The data cannot be accepted"),
    428: _("Say which version you have"),
    429: _("Too many requests"),
    500: _("Something failed here"),
}


class BadQuery(Exception):
    """Something after the ? that this address does not take (400): `parameter` and what would do."""

    def __init__(self, parameter: str, code: str, message: Any) -> None:
        super().__init__(parameter, code, message)
        self.parameter, self.code, self.message = parameter, code, message


class VersionRequired(Exception):
    """A write without If-Match (428)."""


def problem(status: int, code: str, detail: Any, *, errors: Iterable[Mapping[str, Any]] = (),
            headers: Mapping[str, str] | None = None, **members: Any) -> Response:
    """One refusal. `code` is for machines, `detail` for people; `members` are added as they are."""
    body: dict[str, Any] = {"type": f"urn:opsflux:problem:{code.replace('_', '-')}", "title": str(TITLES.get(status, TITLES[400])),
                            "status": status, "code": code, "detail": str(detail), **members}
    listed = list(errors)
    if listed:
        body["errors"] = listed
    return Response(body, status=status, headers=dict(headers or {}), content_type="application/problem+json")


def pointer(reason: Refusal, prefix: str = "") -> dict[str, Any]:
    """One entry of errors[]; the pointer is a JSON pointer into the body, empty for the body as a whole."""
    return {"pointer": f"{prefix}/{reason.field}" if reason.field else prefix, "code": reason.code, "detail": str(reason.message)}


def entries(detail: Any, path: str = "") -> list[dict[str, Any]]:
    """DRF's nested error details, flat."""
    if isinstance(detail, Mapping):
        return [entry for key, inner in detail.items()
                for entry in entries(inner, path if key == "non_field_errors" else f"{path}/{key}")]
    if isinstance(detail, (list, tuple)):
        nested = any(isinstance(inner, (Mapping, list, tuple)) for inner in detail)
        return [entry for index, inner in enumerate(detail) for entry in entries(inner, f"{path}/{index}" if nested else path)]
    return [{"pointer": path, "code": str(getattr(detail, "code", "invalid")), "detail": str(detail)}]


@singledispatch
def answer(error: Exception, view: Any) -> Response | None:
    """The problem that says this error; None for a fault of ours."""
    return None


@answer.register
def _business(error: BusinessError, view: Any) -> Response:
    headers = {"Retry-After": "1"} if error.code in ("try_again", "in_flight") else {}
    return problem(error.status, error.code, error.message, errors=[pointer(reason) for reason in error.reasons], headers=headers,
                   **error.data)


@answer.register
def _stale(error: Stale, view: Any) -> Response:
    theirs, version = view.theirs(error)
    return problem(412, error.code, error.message, yours=view.request.data, theirs=theirs, version=version, **error.data)


@answer.register
def _version(error: VersionRequired, view: Any) -> Response:
    return problem(428, "version_required", _(
        "Send the version you read as If-Match, for example If-Match: \"3\"; it is the ETag of the record."))


@answer.register
def _query(error: BadQuery, view: Any) -> Response:
    listed = {"parameter": error.parameter, "code": error.code, "detail": str(error.message)}
    return problem(400, error.code, error.message, errors=[listed])


@answer.register(Http404)
@answer.register(exceptions.NotFound)
def _missing(error: Exception, view: Any) -> Response:
    return problem(404, "not_found", MISSING)


@answer.register
def _denied(error: PermissionDenied, view: Any) -> Response:
    return problem(403, "forbidden", str(error) or TITLES[403])


@answer.register
def _too_big(error: RequestDataTooBig, view: Any) -> Response:
    return problem(413, "too_large", _("The body is larger than this server takes."))


@answer.register
def _validation(error: ValidationError, view: Any) -> Response:
    return _business(Invalid("invalid", INVALID, reasons=refusals(error)), view)


@answer.register
def _integrity(error: IntegrityError, view: Any) -> Response:
    return _business(explained(error), view)


@answer.register
def _data(error: DataError, view: Any) -> Response:
    if view.request.method in ("GET", "HEAD"):      # nothing was to be stored: the question itself cannot be asked
        return problem(400, "bad_value", _("A value asked for is too large, or of the wrong kind."))
    return problem(422, "invalid_value", _("A value cannot be stored: it is too large, or of the wrong kind."))


@answer.register(ProtectedError)
@answer.register(RestrictedError)
def _used(error: ProtectedError | RestrictedError, view: Any) -> Response:
    return _business(in_use(error, view.request.user), view)


@answer.register
def _framework(error: exceptions.APIException, view: Any) -> Response:
    sign_in, wait = getattr(error, "auth_header", None), getattr(error, "wait", None)
    headers = {**({"WWW-Authenticate": sign_in} if sign_in else {}), **({"Retry-After": str(int(wait) + 1)} if wait else {})}
    if isinstance(error, exceptions.ValidationError):
        return problem(422, "invalid", INVALID, errors=entries(error.detail))
    codes = error.get_codes()
    return problem(error.status_code, codes if isinstance(codes, str) else "invalid", error.detail, headers=headers)


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler. A fault of ours is logged with its stack, and answered without it."""
    view = context["view"]
    response = answer(error, view)
    if response is None:
        request = getattr(view.request, "_request", view.request)
        log.error("api.fault", path=request.path, exc_info=error)
        got_request_exception.send(sender=type(view), request=request)
        response = problem(500, "fault", _("The fault was recorded with the number of this request."))
    number = view.request.META.get("opsflux.request_id")
    if number:
        response.data["request"] = number
    return response
