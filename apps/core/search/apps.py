from django.utils.translation import gettext_lazy as _

from apps.kernel.apps import ModuleConfig


class SearchConfig(ModuleConfig):
    name = "apps.core.search"
    label = "search"
    verbose_name = _("Search")
    icon = "search"
    menu = "system"

    def ready(self) -> None:
        super().ready()
        from apps.core.search.palette import palette_view
        from apps.kernel.admin.site import OpsFluxSite
        OpsFluxSite.add_page("palette/", palette_view, "palette")
