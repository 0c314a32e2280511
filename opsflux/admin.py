"""The admin's site is OpsFlux's own."""
from django.contrib.admin.apps import AdminConfig


class OpsFluxAdminConfig(AdminConfig):
    default_site = "apps.kernel.admin.site.OpsFluxSite"
