from django.utils.translation import gettext_lazy as _

from apps.kernel.apps import ModuleConfig


class DashboardsConfig(ModuleConfig):
    name = "apps.core.dashboards"
    label = "dashboards"
    verbose_name = _("Dashboards")
    icon = "dashboard"
    menu = "steering"

    def ready(self) -> None:
        super().ready()
        from apps.kernel.admin.site import OpsFluxSite
        OpsFluxSite.index_template = "dashboards/home.html"
