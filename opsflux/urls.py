"""Every address of the product. tests/architecture pins who may call each."""
from django.contrib import admin
from django.urls import include, path

from opsflux import health

urlpatterns = [
    path("health/live/", health.live, name="health-live"),
    path("health/ready/", health.ready, name="health-ready"),
    path("admin/", admin.site.urls),
    path("api/", include("apps.kernel.api.urls")),
]
