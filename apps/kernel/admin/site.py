"""The admin site: who may enter, and its extra pages."""
from django.contrib.admin.sites import AdminSite
from django.http import HttpRequest
from unfold.sites import UnfoldAdminSite


class OpsFluxSite(UnfoldAdminSite):
    """The back office. Accounts with "uses the back office" enter; what they see there is the door's answer."""
    site_title = site_header = index_title = "OpsFlux"

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and (request.user.is_staff or request.user.is_superuser))


__all__ = ["AdminSite", "OpsFluxSite"]
