"""JOB-02 by REST: reading jobs, stopping and repeating them, downloading what they made."""
from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import F
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.jobs.files import attachment
from apps.core.jobs.models import Job
from apps.core.jobs.services import cancel, retry
from apps.kernel.api.columns import Annotation
from apps.kernel.api.commands import Command, described
from apps.kernel.api.registry import command, resource
from apps.kernel.api.shapes import Problem
from apps.kernel.api.viewsets import ResourceViewSet
from apps.kernel.api.writing import writes

_KEPT = ("version", "created_at", "updated_at", "created_by", "updated_by")
_KEY, _WHEN = ("exact", "in"), ("gte", "lt")
_PROGRESS = (
    Annotation("done", F("progress__done"), serializers.IntegerField(help_text="Steps done, of any unit.")),
    Annotation("total", F("progress__total"), serializers.IntegerField(allow_null=True, help_text="Steps in all, once known.")),
    Annotation("message", F("progress__message"), serializers.CharField(help_text="What it is at, in the author's language.")))


@resource
class JobViewSet(ResourceViewSet):
    """Background work: one's own, and others' with the right."""
    model = Job
    operations = frozenset()
    fields = ("id", "uuid", "kind", "title", "state", "author", *_PROGRESS, "attempts", "priority", "due_at", "queued_at", "started_at",
              "ended_at", "cancel_asked_at", "result", "error_code", "error_message", "error_reasons", "file_name", "again_of", *_KEPT)
    filters = {"kind": _KEY, "state": _KEY, "author": _KEY, "title": ("holds",), "error_code": _KEY, "again_of": ("exact", "isnull"),
               "ended_at": (*_WHEN, "isnull"), "created_at": _WHEN, "updated_at": _WHEN}
    search = ("title",)
    ordering = ("created_at", "ended_at")
    expand = {"author": ("name",)}


class JobOutput(serializers.Serializer):
    """The job that was stopped, or the new one that repeats it."""
    id = serializers.IntegerField()
    state = serializers.CharField()


class OnJob(Command):
    """A service on one job."""
    model = Job
    service: ClassVar[Callable[..., Job]]
    status = 200

    @writes
    def run(self, request: Request, pk: int) -> Response:
        done = type(self).service(self.seen(pk), actor=request.user)
        return Response({"id": done.pk, "state": done.state}, status=self.status)


class CancelJob(OnJob):
    """Stop a job: at once while it waits, at its next step while it runs."""
    service = staticmethod(cancel)

    @extend_schema(request=None, responses=described(JobOutput))
    def post(self, request: Request, pk: int) -> Any:
        return self.run(request, pk=pk)


class RetryJob(OnJob):
    """Run a job that failed or was stopped again, as a new job of the caller's."""
    service, status = staticmethod(retry), 201

    @extend_schema(request=None, responses=described(JobOutput, 201))
    def post(self, request: Request, pk: int) -> Any:
        return self.run(request, pk=pk)


_FILE = {(200, "application/octet-stream"): OpenApiTypes.BINARY,
         **{(status, "application/problem+json"): Problem for status in (401, 404, 429)}}


class JobFile(Command):
    """The file a job made, to who may see the job at this moment."""
    model = Job

    @extend_schema(responses=_FILE)
    def get(self, request: Request, pk: int) -> FileResponse:
        return attachment(self.seen(pk))


command("jobs/jobs/<int:pk>/cancel/", CancelJob, "jobs_jobs_cancel")
command("jobs/jobs/<int:pk>/retry/", RetryJob, "jobs_jobs_retry")
command("jobs/jobs/<int:pk>/file/", JobFile, "jobs_jobs_file")
