from django.utils.translation import gettext_lazy as _

from apps.kernel.apps import ModuleConfig


class NotificationsConfig(ModuleConfig):
    name = "apps.core.notifications"
    label = "notifications"
    verbose_name = _("Notifications")
    icon = "notifications"
    menu = "system"
