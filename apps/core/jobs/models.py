"""Background work: one row for each piece, and how far it has come."""
import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.jobs.choices import ENDED, OPEN, JobState
from apps.kernel.access import Access
from apps.kernel.bases import Tracked
from apps.kernel.search import folded_index

_STARTED, _ENDED = Q(started_at__isnull=False), Q(ended_at__isnull=False)


class Job(Tracked):
    """JOB-02: work that outlasts a request. Everybody sees, stops and repeats their own; of others' with the right.

    Its history has a version for each change of state; how far it has come stands in Progress, which has none."""
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=80)
    title = models.CharField(_("title"), max_length=200)
    state = models.CharField(_("state"), max_length=9, choices=JobState.choices, default=JobState.QUEUED)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("author"), null=True, on_delete=models.SET_NULL,
                               related_name="+", db_index=False)
    payload = models.JSONField(encoder=DjangoJSONEncoder, default=dict, editable=False)
    priority = models.PositiveSmallIntegerField(_("priority"), default=5, help_text=_("The lowest number is taken first."))
    here = models.BooleanField(_("run by a command"), default=False, help_text=_("No worker takes it."))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("not before"), db_default=Now())
    queued_at = models.DateTimeField(_("waiting since"), db_default=Now())
    started_at = models.DateTimeField(_("started"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    cancel_asked_at = models.DateTimeField(_("asked to stop"), null=True)
    result = models.JSONField(_("result"), encoder=DjangoJSONEncoder, null=True)
    error_code = models.CharField(_("error"), max_length=80, blank=True)
    error_message = models.TextField(_("what went wrong"), blank=True)
    error_reasons = models.JSONField(_("reasons"), encoder=DjangoJSONEncoder, default=list, blank=True)
    file_name = models.CharField(_("file"), max_length=150, blank=True)
    file_key = models.CharField(max_length=80, blank=True, editable=False)
    again_of = models.ForeignKey("self", verbose_name=_("repeats"), null=True, on_delete=models.SET_NULL, related_name="repeated_by")

    access: ClassVar[Access] = Access(owner="author", own=frozenset({"view", "cancel", "retry"}), columns=frozenset({"kind", "state"}))
    unrecorded: ClassVar[tuple[str, ...]] = ("payload", "result", "error_message", "error_reasons", "file_key")

    class Meta(Tracked.Meta):
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        default_permissions = ("view", "export")     # type: ignore[assignment]  # nobody writes one by hand
        permissions = [("cancel_job", _("Can stop other people's jobs")), ("retry_job", _("Can run other people's jobs again"))]
        ordering = ("-created_at", "-pk")
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="jobs_job_newest"),
            models.Index(fields=["author", "-created_at", "-id"], name="jobs_job_author"),
            models.Index(fields=["priority", "id"], condition=Q(state="queued"), name="jobs_job_due"),
            models.Index(fields=["id"], condition=Q(state="running"), name="jobs_job_running"),
            folded_index("title", "jobs_job_search"),
            models.Index(fields=["ended_at"], condition=Q(ended_at__isnull=False), name="jobs_job_age"),
        ]
        constraints = [
            models.CheckConstraint(name="jobs_job_times", condition=(
                Q(state="queued") & ~_STARTED & ~_ENDED | Q(state="running") & _STARTED & ~_ENDED
                | Q(state__in=["succeeded", "dead"]) & _STARTED & _ENDED | Q(state__in=["failed", "cancelled"]) & _ENDED)),
            models.CheckConstraint(name="jobs_job_order", condition=(
                ~_STARTED | ~_ENDED | Q(ended_at__gte=F("started_at")))),
            models.CheckConstraint(name="jobs_job_attempts", condition=Q(state__in=["queued", "failed", "cancelled"]) | Q(attempts__gt=0)),
            models.CheckConstraint(name="jobs_job_reason", condition=(
                ~Q(state__in=["failed", "dead"]) | ~Q(error_code="") & ~Q(error_message=""))),
            models.CheckConstraint(name="jobs_job_success", condition=~Q(state="succeeded") | Q(error_code="")),
            models.CheckConstraint(name="jobs_job_file", condition=(
                Q(file_name="", file_key="") | ~Q(file_name="") & ~Q(file_key=""))),
            models.UniqueConstraint(fields=["again_of"], condition=Q(state__in=["queued", "running"]), name="jobs_job_again_once",
                                    violation_error_message=_("It is being run again already.")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in OPEN

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def duration(self) -> timedelta | None:
        """How long the present or last attempt has taken; None before it began."""
        return (self.ended_at or timezone.now()) - self.started_at if self.started_at else None


class Progress(models.Model):
    """How far a job has come, and until when its worker is believed to live. Written while the work's transaction is still open."""
    job = models.OneToOneField(Job, primary_key=True, on_delete=models.CASCADE, related_name="progress")
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    message = models.CharField(max_length=200, blank=True)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.done}/{self.total}"

    @property
    def percent(self) -> int | None:
        """Whole percents, rounded down; None while the total is not known."""
        return None if not self.total else min(100, self.done * 100 // self.total)
