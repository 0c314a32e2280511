"""What people are told in the application."""
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _


class NotificationQuerySet(models.QuerySet):
    """The door of notifications. It knows one rule, which no role gives or takes: everybody has their own."""

    def visible_to(self, user: Any, action: str = "view") -> "NotificationQuerySet":
        """One's own, to read and to mark as read; nothing else to anybody, superusers included."""
        return self.filter(recipient=user.pk) if action in ("view", "change") and user.is_active else self.none()


class Notification(models.Model):
    """NTF-01: one notice to one account. Its words are message ids, so that each reader reads their own language.

    It tells nothing by itself: its text is shown only to who may still see the record it is about (selectors.page)."""
    event = models.UUIDField()
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    topic = models.CharField(max_length=100)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    parameters = models.JSONField(default=dict)
    about = models.CharField(max_length=100)
    object_pk = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()
    target: ClassVar[Any] = None        # the record, once selectors.page has found that the reader may see it
    link: ClassVar[str] = ""

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notifications_recipient"),
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="notifications_unread"),
            models.Index(fields=["created_at"], name="notifications_age"),
        ]
        constraints = [models.UniqueConstraint(fields=["event", "recipient"], name="notifications_once")]

    def __str__(self) -> str:
        return f"{self.topic} → {self.recipient_id}"

    @property
    def heading(self) -> str:
        """The title in the reader's language; what it would name is withheld from who may not see the record."""
        return _(self.title) % self.parameters if self.target else _("About a record that is gone or not shown to you")

    @property
    def text(self) -> str:
        """The body in the reader's language, withheld likewise."""
        return _(self.body) % self.parameters if self.target and self.body else ""
