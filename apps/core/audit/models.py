"""Acts: who signed in, was refused or took data away, and when. The database refuses to change or delete them."""
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.audit.choices import ActKind
from apps.kernel.access import Access, DoorManager


class Act(models.Model):
    """One act. It outlives the account it names."""
    at = models.DateTimeField(_("when"), db_default=Now(), editable=False)
    kind = models.CharField(_("act"), max_length=20, choices=ActKind.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("account"), null=True, on_delete=models.DO_NOTHING,
                              db_constraint=False, db_index=False, related_name="+")
    about = models.CharField(_("list or record"), max_length=100, blank=True)
    object_id = models.BigIntegerField(_("key"), null=True)
    details = models.JSONField(_("details"), default=dict)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)

    objects = DoorManager()
    access: ClassVar[Access] = Access(owner="actor", columns=frozenset({"kind", "about"}))

    class Meta:
        verbose_name = _("act")
        verbose_name_plural = _("acts")
        ordering = ("-at", "-pk")
        default_permissions = ()        # a ledger is no record: it is read, never written
        permissions = [("view_act", _("Can view acts")), ("export_act", _("Can export acts"))]
        indexes = [models.Index(fields=["-at", "-id"], name="audit_act_at"),
                   models.Index(fields=["actor", "-at", "-id"], name="audit_act_actor"),
                   models.Index(fields=["kind", "-at", "-id"], name="audit_act_kind")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.about}".strip()
