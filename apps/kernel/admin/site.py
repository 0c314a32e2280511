"""The admin site: who may enter, and its extra pages."""
from django.contrib.admin.sites import AdminSite
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, path
from unfold.sites import UnfoldAdminSite

from apps.kernel.admin.session import session


class OpsFluxSite(UnfoldAdminSite):
    """The back office. Accounts with "uses the back office" enter; what they see there is the door's answer."""
    site_title = site_header = index_title = "OpsFlux"

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and (request.user.is_staff or request.user.is_superuser))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [path("session/", session, name="session"), *super().get_urls()]


__all__ = ["AdminSite", "OpsFluxSite"]
