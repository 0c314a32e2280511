"""Every change made in a request carries who made it and in which request."""
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from apps.kernel.context import act

_READS = ("GET", "HEAD", "OPTIONS", "TRACE")


class HistoryContextMiddleware:
    """Opens the acting context for writing requests; API tokens name their account when they are recognised (iam)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in _READS:
            return self.get_response(request)
        actor = request.user if request.user.is_authenticated else None
        with act(actor, request_id=request.META["opsflux.request_id"]):
            return self.get_response(request)
