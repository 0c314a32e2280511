from django.utils.translation import gettext_lazy as _

from apps.kernel.apps import ModuleConfig


class FactoryConfig(ModuleConfig):
    name = "apps.core.factory"
    label = "factory"
    verbose_name = _("Organisation")
    icon = "account_tree"
    menu = "steering"

    def ready(self) -> None:
        super().ready()
        from apps.core.factory.admin_pages import map_view, points_view
        from apps.kernel.admin.links import record_page
        from apps.kernel.admin.site import OpsFluxSite
        OpsFluxSite.add_page("factory/map/", map_view, "factory_site_map")
        OpsFluxSite.add_page("factory/map/points/", points_view, "factory_site_points")
        OpsFluxSite.add_page("factory/site/<int:pk>/map/", map_view, "factory_site_place")
        record_page("factory.Site", label=_("Map"), icon="map", name="factory_site_place")
