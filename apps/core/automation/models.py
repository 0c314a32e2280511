"""The outbox: what happened, kept until every receiver has it, and who has received what."""
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.core.automation.choices import EventState


class OutboxEvent(models.Model):
    """AUT-05: one event, written in the transaction that caused it. The relay alone changes it afterwards.

    Events of one record (`about`, `object_pk`) are delivered in the order of their keys, which is the order of their commits."""
    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    topic = models.CharField(max_length=100)
    about = models.CharField(max_length=100)
    object_pk = models.BigIntegerField()
    payload = models.JSONField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    request_id = models.CharField(max_length=64, blank=True)
    depth = models.PositiveSmallIntegerField(default=0)
    occurred_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=4, choices=EventState.choices, default=EventState.OPEN)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_default=Now())
    leased_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    after_dead = models.BooleanField(default=False)
    last_error = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        # What is done is most of the table and is never claimed: these indexes hold the rest only.
        indexes = [
            models.Index(fields=["next_at", "id"], condition=Q(state="open"), name="automation_outbox_due"),
            models.Index(fields=["about", "object_pk", "id"], condition=Q(state="open"), name="automation_outbox_order"),
            models.Index(fields=["about", "object_pk", "id"], condition=Q(state="dead"), name="automation_outbox_dead"),
            models.Index(fields=["done_at"], condition=Q(state="done"), name="automation_outbox_age"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=EventState.values), name="automation_outbox_state"),
            models.CheckConstraint(condition=Q(state="done", done_at__isnull=False) | (~Q(state="done") & Q(done_at__isnull=True)),
                                   name="automation_outbox_done"),
            models.CheckConstraint(condition=Q(state="open") | Q(leased_until__isnull=True), name="automation_outbox_lease"),
            models.CheckConstraint(condition=~Q(state="dead") | ~Q(last_error=""), name="automation_outbox_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.object_pk}"


class Receipt(models.Model):
    """Proof that a receiver's work is committed: inserted in its transaction, so that its effect exists exactly once."""
    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="receipts", db_index=False)
    receiver = models.CharField(max_length=200)
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["event", "receiver"], name="automation_receipt_once")]

    def __str__(self) -> str:
        return self.receiver
