from django.utils.translation import gettext_lazy as _

from apps.kernel.apps import ModuleConfig


class ReferenceConfig(ModuleConfig):
    name = "apps.core.reference"
    label = "reference"
    verbose_name = _("Reference data")
    icon = "public"
    menu = "system"
