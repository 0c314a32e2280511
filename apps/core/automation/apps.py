from django.utils.translation import gettext_lazy as _

from apps.kernel.apps import ModuleConfig


class AutomationConfig(ModuleConfig):
    name = "apps.core.automation"
    label = "automation"
    verbose_name = _("Automation")
    icon = "bolt"
    menu = "system"

    def ready(self) -> None:
        super().ready()
        from apps.core.automation.services import write
        from apps.kernel.events import Outbox
        Outbox.write = write
