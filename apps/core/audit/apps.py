from django.utils.translation import gettext_lazy as _

from apps.kernel.apps import ModuleConfig


class AuditConfig(ModuleConfig):
    name = "apps.core.audit"
    label = "audit"
    verbose_name = _("Audit")
    icon = "policy"
    menu = "system"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in, user_login_failed

        from apps.core.audit.services import failed_to_sign_in, keep, signed_in
        from apps.kernel.acts import Acts
        super().ready()
        Acts.sinks.append(keep)
        user_logged_in.connect(signed_in, dispatch_uid="audit.signed_in")
        user_login_failed.connect(failed_to_sign_in, dispatch_uid="audit.failed_to_sign_in")
