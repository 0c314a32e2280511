"""Imports that people have asked for: their files, kept privately, and how the columns of such files were meant."""
import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class ImportRun(models.Model):
    """Files on their way in: uploaded once, checked and imported by jobs. `files` has name, key, size and sha256 of each; `mappings`, by
    file name, the corrections of a person (column → header); `options` how the import is done."""
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    preset = models.CharField(max_length=60)
    files = models.JSONField(default=list)
    mappings = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    last_job = models.ForeignKey("jobs.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["created_at"], name="exchange_run_age")]

    def __str__(self) -> str:
        return f"{self.preset} {self.uuid}"


class ChosenMapping(models.Model):
    """How somebody meant the columns of files with this header: proposed to them the next time."""
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    preset = models.CharField(max_length=60)
    signature = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "preset", "signature"], name="exchange_mapping_once")]

    def __str__(self) -> str:
        return f"{self.preset} {self.signature[:8]}"
