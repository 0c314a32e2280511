"""The API's own pages: its index, unknown addresses, the OpenAPI document and its two readers."""
from functools import cache
from pathlib import Path
from typing import Any

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles.finders import find
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language, override
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.kernel.access import may
from apps.kernel.api.permissions import SignedIn
from apps.kernel.api.registry import RESOURCES
from apps.kernel.api.renderers import dumps
from apps.kernel.api.viewsets import ApiView

LOGIN = reverse_lazy("admin:login")
SIDECAR = "drf_spectacular_sidecar"
FOREIGN_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"


class IndexView(ApiView):
    """The resources of which some record may be shown to the caller."""
    permission_classes = [SignedIn]

    @extend_schema(operation_id="index", tags=["index"], responses={200: {"type": "object", "additionalProperties": {"type": "string"}}})
    def get(self, request: Request) -> Response:
        return Response({where: f"/api/v1/{where}/" for where, viewset in sorted(RESOURCES.items())
                         if may(request.user, "view", viewset.model)})


class UnknownView(ApiView):
    """Any other address under /api/."""
    permission_classes = [SignedIn]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise Http404


@cache
def document(language: str) -> bytes:
    """The OpenAPI document in a language. It is the same for everybody: it says what exists, never what is in it."""
    with override(language):
        return dumps(SchemaGenerator().get_schema(request=None, public=True))


class SchemaView(ApiView):
    """The OpenAPI document."""
    permission_classes = [SignedIn]
    schema = None

    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(document(get_language() or "en"), content_type="application/vnd.oai.openapi+json")


swagger = login_required(SpectacularSwaggerSplitView.as_view(url_name="api_schema"), login_url=LOGIN)


@login_required(login_url=LOGIN)
@csp_update({"worker-src": ["'self'", "blob:"]})   # Redoc searches in a worker that it makes of a blob
def redoc(request: HttpRequest) -> HttpResponse:
    """The document to read."""
    return render(request, "kernel/redoc.html", {"schema": reverse("api_schema"), "script": reverse("api_redoc_script")})


@cache
def _redoc_script() -> bytes:
    path = find(f"{SIDECAR}/redoc/bundles/redoc.standalone.js")
    if not isinstance(path, str):
        raise Http404
    own_logo = static(f"{SIDECAR}/swagger-ui-dist/favicon-32x32.png").encode()
    return Path(path).read_bytes().replace(FOREIGN_LOGO, own_logo)


@login_required(login_url=LOGIN)
def redoc_script(request: HttpRequest) -> HttpResponse:
    """Redoc as installed, except that its footer's picture is fetched from here: pages load nothing from elsewhere."""
    response = HttpResponse(_redoc_script(), content_type="text/javascript")
    patch_cache_control(response, private=True, max_age=3600)
    return response
