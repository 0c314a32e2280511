"""Where a job stands."""
from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    """The states of domain/core.md section 8; a job that failed says why and can be run again, a dead one was tried until given up."""
    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")
    DEAD = "dead", _("given up")


OPEN = (JobState.QUEUED, JobState.RUNNING)
ENDED = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.DEAD)
