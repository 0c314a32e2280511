"""Addresses under /api/. What is not listed here or registered as a resource answers 404."""
from django.urls import include, path, re_path

from apps.kernel.api import views
from apps.kernel.api.registry import routes

urlpatterns = [
    path("schema/", views.SchemaView.as_view(), name="api_schema"),
    path("docs/", views.swagger, name="api_docs"),
    path("redoc/", views.redoc, name="api_redoc"),
    path("redoc/redoc.js", views.redoc_script, name="api_redoc_script"),
    path("v1/", views.IndexView.as_view(), name="api_index"),
    path("v1/", include(routes())),
    re_path(r"", views.UnknownView.as_view(), name="api_unknown"),
]
