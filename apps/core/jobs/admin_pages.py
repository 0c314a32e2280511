"""The page of a job, and what its buttons and its script ask."""
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.core.jobs.choices import JobState
from apps.core.jobs.files import attachment
from apps.core.jobs.models import Job
from apps.core.jobs.registry import KINDS, kind_title
from apps.core.jobs.selectors import SHOWN, standing
from apps.core.jobs.services import cancel, retry
from apps.kernel.access import can
from apps.kernel.admin.door import hide_references
from apps.kernel.admin.refusals import reasons
from apps.kernel.errors import BusinessError

REPEATED = (JobState.FAILED, JobState.DEAD, JobState.CANCELLED)


def seen(user: Any, pk: Any) -> Job:
    """The job with its progress, if `user` may see it. Raises Http404."""
    job: Job | None = Job.objects.visible_to(user).select_related("author", "progress", "again_of").filter(
        pk=pk if str(pk).isdigit() else None).first()
    if job is None:
        raise Http404
    return job


def name_reader(user: Any, rows: Iterable[Job]) -> None:
    """Everybody knows their own name, whatever accounts they may see."""
    for job in rows:
        if job.author_id == user.pk:
            job.author = user


def address(job: Job, page: str = "change") -> str:
    """Where a page of the job is."""
    return reverse(f"admin:jobs_job_{page}", args=[job.pk])


@require_GET
def job_view(request: HttpRequest, pk: Any) -> HttpResponse:
    """Everything about one job."""
    job = seen(request.user, pk)
    hide_references(request.user, [job], ["author", "again_of"])
    name_reader(request.user, [job])
    kind = KINDS.get(job.kind)
    repeats = Job.objects.visible_to(request.user).filter(again_of=job).order_by("-pk")[:5]
    return TemplateResponse(request, "jobs/job.html", {
        **admin.site.each_context(request), "title": job.title, "opts": Job._meta, "original": job, "job": job, "now": standing(job),
        "kind": kind_title(job.kind), "report": kind.template if kind else "", "result": job.result, "plain": _plain(job.result),
        "reasons": job.error_reasons[:SHOWN], "reasons_left": max(0, len(job.error_reasons) - SHOWN), "repeats": repeats,
        "may_cancel": job.is_open and can(request.user, "cancel", job),
        "may_retry": job.state in REPEATED and kind is not None and not job.here and can(request.user, "retry", job)})


def _plain(result: Any) -> list[tuple[str, Any]]:
    """The plain values of a result that has no template of its own."""
    return [(name.replace("_", " "), value) for name, value in result.items() if isinstance(value, (str, int, float))] if result else []


@require_GET
def progress_view(request: HttpRequest, pk: int) -> JsonResponse:
    """How far the job is, for the page's script."""
    return JsonResponse(standing(seen(request.user, pk)))


@require_GET
def file_view(request: HttpRequest, pk: int) -> FileResponse:
    """The result file, to who may see the job at this moment (security 8)."""
    return attachment(seen(request.user, pk))


@require_POST
def cancel_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the job, and come back to its page."""
    done = _do(request, seen(request.user, pk), cancel)
    if done is not None:
        messages.success(request, _("The job is stopped.") if done.has_ended else _("The job was asked to stop: it ends at its next step."))
    return redirect(address(done or seen(request.user, pk)))


@require_POST
def retry_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Run the job again, and go to the new one's page."""
    job = seen(request.user, pk)
    done = _do(request, job, retry)
    if done is not None:
        messages.success(request, _("It is run again: this is the new job."))
    return redirect(address(done or job))


def _do(request: HttpRequest, job: Job, service: Callable[..., Job]) -> Job | None:
    """What the service answers; None when it refused, which is shown."""
    try:
        return service(job, actor=request.user)
    except (BusinessError, PermissionDenied) as error:
        messages.error(request, " ".join(str(reason.message) for reason in reasons(error)))
        return None
