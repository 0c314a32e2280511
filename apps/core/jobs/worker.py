"""Running a job: lease, work, end. The end stands in the work's own transaction: a job has succeeded if, and only if, its work is kept."""
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.core.iam.selectors import system_user
from apps.core.jobs import files, leases
from apps.core.jobs.choices import JobState
from apps.core.jobs.events import JobEnded
from apps.core.jobs.models import Job
from apps.core.jobs.registry import KINDS, Kind
from apps.core.jobs.running import Cancelled, LeaseLost, Pulse, Run, Tell
from apps.kernel.access import session
from apps.kernel.admin.refusals import REFUSED, reasons
from apps.kernel.broker import backoff
from apps.kernel.context import act
from apps.kernel.errors import BusinessError, Refusal
from apps.kernel.events import publish
from apps.kernel.transactions import in_transaction

log = structlog.get_logger("opsflux.jobs")
MAX_ATTEMPTS = 11
TRANSIENT = (OperationalError, InterfaceError, ConnectionError, TimeoutError)


def execute(job: Job, tell: Tell | None = None) -> None:
    """Do the work of a job this process has leased, and end it. Whatever the work raises ends here, but what ends the process."""
    with structlog.contextvars.bound_contextvars(job=job.pk, kind=job.kind, attempt=job.attempts), _as_author(job) as author:
        log.info("job_started")
        with Pulse(job) as pulse:
            run = Run(job, author, pulse, tell)
            try:
                _attempt(run)
            except LeaseLost:       # whoever has the job now says how it ends
                log.warning("job_lost")
                if run.file:
                    files.forget(run.file.key)


def _attempt(run: Run) -> None:
    """Work, and say how it ended. Raises LeaseLost when the job is not this attempt's to end."""
    try:
        _work(run)
    except LeaseLost:
        raise
    except (Cancelled, KeyboardInterrupt):      # the latter is a command's
        settle(run.job, JobState.CANCELLED, file=run.file)
    except Exception as error:  # work may fail in any way: the job says so
        _failed(run, error)


@contextmanager
def _as_author(job: Job) -> Iterator[Any]:
    """The author's language, time zone and rights, and their name in the history."""
    author: Any = job.author or system_user()
    with (translation.override(author.language), timezone.override(author.time_zone), session(),
          act(author, request_id=job.uuid.hex, reason=job.title)):
        yield author


def _work(run: Run) -> None:
    kind = KINDS.get(run.job.kind)
    if kind is None:        # a worker of an older release: a newer one will know it
        raise ConnectionError(f"unknown kind of job {run.job.kind}")
    if not run.author.is_active:
        raise BusinessError("author_inactive", _("The account that asked for it is not active any more: nothing was done."))
    if kind.atomic:
        in_transaction(lambda: _keep(run, kind.work(run)))
    else:
        _keep(run, kind.work(run))


def _keep(run: Run, result: dict[str, Any] | None) -> None:
    run.flush()
    settle(run.job, JobState.SUCCEEDED, result=result, file=run.file)


def _failed(run: Run, error: Exception) -> None:
    """End a job as the error has it: refused, tried again later, or broken."""
    job, kind = run.job, KINDS.get(run.job.kind)
    again = kind is None or kind.on_death == "again"
    if isinstance(error, TRANSIENT) or getattr(error, "code", "") == "try_again":
        log.warning("job_put_off" if again else "job_failed", error=str(error))
        if again:
            if run.file:
                files.forget(run.file.key)
            put_off(job, "unavailable", _("A service it needs did not answer. It is tried again by itself."))
            return
    if isinstance(error, REFUSED):
        found = reasons(error)
        log.info("job_refused", error=str(error))
        settle(job, JobState.FAILED, error=_summary(error, found), because=found, file=run.file,
               result=getattr(error, "data", None) or None)
        return
    log.exception("job_broken")
    settle(job, JobState.FAILED, file=run.file, error=Refusal("unexpected", _said(kind)))


def _summary(error: Exception, found: list[Refusal]) -> Refusal:
    if isinstance(error, BusinessError):
        return Refusal(error.code, error.message)
    return Refusal(found[0].code if len(found) == 1 else "refused", " ".join(str(reason.message) for reason in found) or str(error))


def _said(kind: Kind | None) -> str:
    if kind is None or kind.atomic:
        return _("Something failed here, and nothing was kept. The fault was recorded with the number of this job: give it to your "
                 "administrator, or run it again.")
    return _("Something failed here. The fault was recorded with the number of this job: look at what it had done so far before you "
             "run it again.")


def settle(job: Job, state: str, *, result: Any = None, error: Refusal | None = None, because: Iterable[Refusal] = (),
           file: files.Kept | None = None) -> None:
    """End the attempt that `job` is, in the open transaction or in one of its own. Raises LeaseLost when it is no longer the job's."""
    with transaction.atomic():
        mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts)
        if not mine.update(
                state=state, ended_at=Now(), result=result, error_code=error.code[:80] if error else "",
                error_message=str(error.message) if error else "",
                error_reasons=[{"code": one.code, "message": str(one.message), "field": one.field} for one in because],
                file_name=file.name if file else "", file_key=file.key if file else ""):
            raise LeaseLost
        say_ended(job, state, str(error.message) if error else "")
    log.info("job_ended", state=str(state))


def say_ended(job: Job, state: str, message: str = "") -> None:
    """Publish that the job has ended."""
    stopped_by = Job.objects.values_list("updated_by_id", flat=True).get(pk=job.pk) if state == JobState.CANCELLED else None
    publish(JobEnded(pk=job.pk, kind=job.kind, title=job.title, state=str(state), author_id=job.author_id, error_message=message,
                     stopped_by_id=stopped_by))


def put_off(job: Job, code: str, message: str) -> None:
    """Let a later attempt try: after 5, 10, 20 … 2,560 s; the eleventh failure gives the job up."""
    if job.attempts >= MAX_ATTEMPTS:
        settle(job, JobState.DEAD, error=Refusal(code, _("It was tried %(count)d times, and is given up. Run it again when the cause is "
                                                         "mended.") % {"count": job.attempts}))
        log.error("job_dead")
        return
    Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts).update(
        state=JobState.QUEUED, started_at=None, queued_at=Now(), due_at=Now() + timedelta(seconds=backoff(job.attempts)),
        error_code=code, error_message=message)


def reap() -> int:
    """Take back the jobs whose worker died. Answers how many."""
    with transaction.atomic():
        found = leases.abandoned()
        for job in found:
            author: Any = job.author
            with translation.override(author.language if author else settings.LANGUAGE_CODE), act(system_user(), reason=job.title):
                _buried(job)
    return len(found)


def _buried(job: Job) -> None:
    kind = KINDS.get(job.kind)
    log.warning("job_worker_died", job=job.pk, kind=job.kind, attempt=job.attempts)
    if job.state == JobState.QUEUED:
        Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, ended_at=Now(), error_code="not_begun", error_message=_(
            "The command that was to do it never began. Nothing was done: run it again."))
        say_ended(job, JobState.FAILED)
    elif job.cancel_asked_at:
        settle(job, JobState.CANCELLED)
    elif not job.here and (kind is None or kind.on_death == "again"):
        put_off(job, "worker_died", _("The process that worked on it ended in the middle. It is tried again by itself."))
    else:
        settle(job, JobState.FAILED, error=Refusal("worker_died", _(
            "The process that worked on it ended in the middle. Nothing was kept: run it again.") if kind is None or kind.atomic else _(
            "The process that worked on it ended in the middle: look at what it had done so far before you run it again.")))
