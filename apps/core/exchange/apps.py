from django.utils.translation import gettext_lazy as _

from apps.kernel.apps import ModuleConfig


class ExchangeConfig(ModuleConfig):
    name = "apps.core.exchange"
    label = "exchange"
    verbose_name = _("Import and export")
    icon = "swap_vert"
    menu = "system"
    pages = ((_("Import"), "upload_file", "exchange_import", "apps.core.exchange.selectors.may_import"),)

    def ready(self) -> None:
        super().ready()
        from apps.core.exchange import admin_pages as pages
        from apps.kernel.admin.site import OpsFluxSite
        OpsFluxSite.add_page("exchange/import/", pages.import_view, "exchange_import")
        OpsFluxSite.add_page("exchange/import/<uuid:uuid>/", pages.mapping_view, "exchange_mapping")
        OpsFluxSite.add_page("exchange/import/<uuid:uuid>/start/", pages.start_view, "exchange_start")
