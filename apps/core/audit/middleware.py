"""Every change made in a request carries who made it and in which request; a refusal is kept as an act."""
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from apps.core.audit.choices import ActKind
from apps.kernel.acts import record_act
from apps.kernel.context import act

_READS = ("GET", "HEAD", "OPTIONS", "TRACE")


class HistoryContextMiddleware:
    """Opens the acting context for writing requests; API tokens name their account when they are recognised (iam)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._answered(request)
        if response.status_code == 403 and request.user.is_authenticated:
            record_act(ActKind.REFUSAL, request=request, method=request.method, path=request.path[:500])
        return response

    def _answered(self, request: HttpRequest) -> HttpResponse:
        if request.method in _READS:
            return self.get_response(request)
        actor = request.user if request.user.is_authenticated else None
        with act(actor, request_id=request.META["opsflux.request_id"]):
            return self.get_response(request)
