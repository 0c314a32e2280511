"""The API's own pages: its index, unknown addresses, the document and its two readers."""
from functools import cache
from typing import Any

from csp.decorators import csp_update
from django.http import Http404
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, gettext_lazy
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.kernel.access import may
from apps.kernel.api.permissions import SignedIn
from apps.kernel.api.registry import RESOURCES
from apps.kernel.api.viewsets import ApiView


class IndexView(ApiView, APIView):
    """What there is for the caller: the resources of which some record may be shown."""
    permission_classes = [SignedIn]

    @extend_schema(operation_id="index", tags=["index"], responses={200: {"type": "object", "additionalProperties": {"type": "string"}}})
    def get(self, request: Request) -> Response:
        return Response({where: f"/api/v1/{where}/" for where, viewset in sorted(RESOURCES.items())
                         if may(request.user, "view", viewset.model)})


class UnknownView(ApiView, APIView):
    """Any other address under /api/."""
    permission_classes = [SignedIn]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise Http404
