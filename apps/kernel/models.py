"""The kernel's own tables: counters of document numbers and answers kept for idempotency keys."""
from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Counter(models.Model):
    """The last number given for a kind of document in a year."""
    kind = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    value = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="kernel_counter_kind_year")]


class IdempotencyKey(models.Model):
    """The answer to a request that carried an Idempotency-Key: stored in the transaction that did the work, kept 24 hours."""
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "route", "key"], name="kernel_idempotency_once")]
        indexes = [models.Index(fields=["created_at"], name="kernel_idempotency_age")]
