from django.utils.translation import gettext_lazy as _

from apps.kernel.apps import ModuleConfig


class NotificationsConfig(ModuleConfig):
    name = "apps.core.notifications"
    label = "notifications"
    verbose_name = _("Notifications")
    icon = "notifications"
    menu = "system"

    def ready(self) -> None:
        super().ready()
        from apps.core.notifications.admin_pages import notifications_view
        from apps.kernel.admin.site import OpsFluxSite
        OpsFluxSite.add_page("notifications/", notifications_view, "notifications")
