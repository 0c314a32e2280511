from django.utils.translation import gettext_lazy as _

from apps.kernel.apps import ModuleConfig


class AuditConfig(ModuleConfig):
    name = "apps.core.audit"
    label = "audit"
    verbose_name = _("Audit")
    icon = "policy"
    menu = "system"
