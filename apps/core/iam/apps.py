from django.utils.translation import gettext_lazy as _

from apps.kernel.apps import ModuleConfig


class IamConfig(ModuleConfig):
    name = "apps.core.iam"
    label = "iam"
    verbose_name = _("Accounts and rights")
    icon = "shield_person"
    menu = "system"

    def ready(self) -> None:
        super().ready()
        from apps.core.iam.door import HeldRights
        from apps.kernel.access import Door
        Door.provider = HeldRights
