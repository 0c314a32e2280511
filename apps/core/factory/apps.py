from django.utils.translation import gettext_lazy as _

from apps.kernel.apps import ModuleConfig


class FactoryConfig(ModuleConfig):
    name = "apps.core.factory"
    label = "factory"
    verbose_name = _("Organisation")
    icon = "account_tree"
    menu = "steering"
