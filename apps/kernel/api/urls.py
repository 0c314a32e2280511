"""Addresses under /api/."""
from django.urls import include, path, re_path

from apps.kernel.api.registry import routes
from apps.kernel.api.views import IndexView, UnknownView

urlpatterns = [
    path("v1/", IndexView.as_view(), name="api_index"),
    path("v1/", include(routes())),
    re_path(r"", UnknownView.as_view(), name="api_unknown"),
]
