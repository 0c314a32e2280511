"""Idempotency-Key: a POST repeated with its key is answered as the first time, and done once. The answer is stored in the transaction
that did the work; a second caller while that is open is told so (409)."""
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Now
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.response import Response

from apps.kernel.api.problems import BadQuery
from apps.kernel.api.renderers import dumps
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.models import IdempotencyKey

KEPT = timedelta(hours=24)
LONGEST = 200
REPLAYED = ("ETag", "Location")


def once(view: Any, work: Callable[[], Response]) -> Response | HttpResponse:
    """Run `work`, or answer what it answered before for the request's key. Call it inside the work's transaction."""
    request = view.request
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method != "POST":
        return work()
    if not 1 <= len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        raise BadQuery("Idempotency-Key", "bad_key", _("An Idempotency-Key has 1 to %(count)d printable ASCII characters.") % {
            "count": LONGEST})
    route = request.path
    _lock(request.user.pk, route, key)
    body = hashlib.sha256(request.META.get("QUERY_STRING", "").encode() + b"\n" + request._request.body).hexdigest()
    aged = {"created_at__lte": Now() - Value(KEPT)}
    kept = IdempotencyKey.objects.filter(user=request.user, route=route, key=key).annotate(age=Now() - F("created_at")).first()
    if kept is not None and kept.age < KEPT:
        return _again(kept, body)
    IdempotencyKey.objects.filter(user=request.user, **aged).delete()
    response = work()
    if 200 <= response.status_code < 300:
        stored = b"" if view.secret_answer else dumps(response.data)
        IdempotencyKey.objects.create(user=request.user, route=route, key=key, body_hash=body, status=response.status_code, body=stored,
                                      headers={name: response[name] for name in REPLAYED if response.has_header(name)})
    return response


def _lock(user: int, route: str, key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"idempotency\n{user}\n{route}\n{key}"])
        if not cursor.fetchone()[0]:
            raise Conflict("in_flight", _("The same request is being worked on. Ask again in a moment."))


def _again(kept: IdempotencyKey, body: str) -> HttpResponse:
    if kept.body_hash != body:
        raise Invalid("key_reused", _("This Idempotency-Key was sent before with another body."))
    if not kept.body:
        raise Conflict("answered_once", _("This was done already. Its answer holds a secret, which is shown once."))
    return HttpResponse(bytes(kept.body), status=kept.status, content_type="application/json",
                        headers={**kept.headers, "Idempotent-Replay": "true"})
