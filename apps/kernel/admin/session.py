"""Says whether a browser is still signed in, for pages that ask before they send what was typed."""
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def session(request: HttpRequest) -> JsonResponse:
    """200 with the key of the account, 401 when nobody is signed in. Neither prolongs the session."""
    if not request.user.is_authenticated:
        return JsonResponse({"user": None}, status=401)
    return JsonResponse({"user": request.user.pk})
