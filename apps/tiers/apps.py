from django.utils.translation import gettext_lazy as _

from apps.kernel.apps import ModuleConfig


class TiersConfig(ModuleConfig):
    name = "apps.tiers"
    label = "tiers"
    verbose_name = _("Third parties")
    icon = "handshake"
    menu = "modules"

    def ready(self) -> None:
        super().ready()
        from apps.tiers.admin_pictures import offer
        offer()
