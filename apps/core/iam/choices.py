"""States and kinds of accounts."""
from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountStatus(models.TextChoices):
    """IAM-01: where an account stands. Only active ones see anything."""
    INVITED = "invited", _("invited")
    ACTIVE = "active", _("active")
    SUSPENDED = "suspended", _("suspended")
    DEACTIVATED = "deactivated", _("deactivated")


class AccountKind(models.TextChoices):
    """Who is behind an account."""
    PERSON = "person", _("person")
    SERVICE = "service", _("service")
    SYSTEM = "system", _("system")
