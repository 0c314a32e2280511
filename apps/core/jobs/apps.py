from django.utils.translation import gettext_lazy as _

from apps.kernel.apps import ModuleConfig


class JobsConfig(ModuleConfig):
    name = "apps.core.jobs"
    label = "jobs"
    verbose_name = _("Jobs")
    icon = "pending_actions"
    menu = "system"
