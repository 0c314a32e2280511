from django.utils.translation import gettext_lazy as _

from apps.kernel.apps import ModuleConfig


class ExchangeConfig(ModuleConfig):
    name = "apps.core.exchange"
    label = "exchange"
    verbose_name = _("Import and export")
    icon = "swap_vert"
    menu = "system"
