"""What is kept as an act."""
from django.db import models
from django.utils.translation import gettext_lazy as _


class ActKind(models.TextChoices):
    """Kinds of acts."""
    LOGIN = "login", _("signed in")
    LOGIN_FAILED = "login_failed", _("failed to sign in")
    REFUSAL = "refusal", _("was refused")
    EXPORT = "export", _("began an export")
    EXPORT_ENDED = "export_ended", _("ended an export")
