"""Background work: start it, stop it, run it again, forget it."""
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.jobs import files, leases, worker
from apps.core.jobs.choices import ENDED, JobState
from apps.core.jobs.models import Job, Progress
from apps.core.jobs.registry import KINDS
from apps.core.jobs.running import Tell
from apps.kernel.access import can
from apps.kernel.access import permission as right_name
from apps.kernel.broker import send
from apps.kernel.errors import Conflict

__all__ = ["cancel", "clean", "retry", "run_here", "start", "sweep", "work"]
WORK_TASK, QUEUE = "jobs.work", "jobs"
EXPIRES = 30        # seconds: an old wake tells nothing that the sweep has not seen
WAKES = 8           # messages a sweep sends at most
BATCH = 500
ORPHAN = 86_400     # seconds: a file that no job names by then never will be named


def wake(count: int = 1) -> None:
    """Tell the workers that something is due. A message names no job: whoever gets it takes the first in line."""
    for _turn in range(count):
        send(WORK_TASK, expires=EXPIRES, queue=QUEUE)


def start(kind: str, *, author: Any, title: str, payload: Mapping[str, Any], here: bool = False) -> Job:
    """Queue a job in the caller's transaction; once that is committed a worker takes it. Raises LookupError for an unknown kind.

    `here=True` keeps it from the workers: the caller runs it with run_here(). The work checks the author's rights itself."""
    return _queue(kind, author=author, title=title, payload=payload, here=here)


def _queue(kind: str, *, author: Any, title: str, payload: Mapping[str, Any], here: bool, again_of: Job | None = None) -> Job:
    with transaction.atomic():
        job = Job(kind=kind, title=title[:200], author=author, payload=dict(payload), priority=KINDS[kind].priority, here=here,
                  again_of=again_of)
        job.save()
        Progress.objects.create(job=job)
        if not here:
            transaction.on_commit(wake, robust=True)
    return job


def run_here(job: Job, tell: Tell | None = None) -> Job:
    """Run a queued job in this process, for commands; `tell(done, total, message)` hears its progress. Answers the job as it ended.

    Raises Conflict (not_queued) when it does not wait, or a worker has it."""
    leased = leases.claim(job.pk)
    if leased is None:
        raise Conflict("not_queued", _("This job is not waiting: it runs elsewhere, or has ended."))
    worker.execute(leased, tell)
    return Job.objects.get(pk=job.pk)


def work() -> bool:
    """Run the first job that is due, if there is one; when more are, another worker is told. Whether one was run."""
    job = leases.claim()
    if job is None:
        return False
    worker.execute(job)
    if _due().exists():
        wake()
    return True


def sweep() -> dict[str, int]:
    """Take back what dead workers held, and tell the workers of what is due and nobody was told of. Answers both counts."""
    reaped = worker.reap()
    due = _due()[:WAKES].count()
    wake(due)
    return {"reaped": reaped, "due": due}


def _due() -> Any:
    return Job.objects.filter(state=JobState.QUEUED, here=False, due_at__lte=Now()).order_by()


def cancel(job: Job, *, actor: Any) -> Job:
    """Stop a job: at once while it waits, at its next step while it runs. Asking twice is no error.

    Raises Http404 (hidden), PermissionDenied, Conflict (ended)."""
    with transaction.atomic():
        found = _locked(job.pk, actor, "cancel")
        if found.state == JobState.QUEUED:
            _change(found, state=JobState.CANCELLED, ended_at=Now(), cancel_asked_at=Now(), updated_by=actor)
            worker.say_ended(found, JobState.CANCELLED)
        elif found.state == JobState.RUNNING:
            if not found.cancel_asked_at:
                _change(found, cancel_asked_at=Now(), updated_by=actor)
        else:
            raise Conflict("ended", _("This job has ended already: it is %(state)s.") % {"state": found.get_state_display()})
    return found


def retry(job: Job, *, actor: Any) -> Job:
    """Run a failed, dead or cancelled job again, as a new job of `actor`: the old one keeps its report and its reasons, and the new one is
    done with the rights of who asked for it. Raises Http404 (hidden), PermissionDenied, Conflict (not ended, repeated already, unknown)."""
    with transaction.atomic():
        found = _locked(job.pk, actor, "retry")
        if found.state not in (JobState.FAILED, JobState.DEAD, JobState.CANCELLED):
            raise Conflict("not_failed", _("Only a job that failed, was given up or was stopped is run again; this one is %(state)s.") % {
                "state": found.get_state_display()})
        if found.here:
            raise Conflict("by_command", _("A command did this on its own machine: give the command again."))
        if found.kind not in KINDS:
            raise Conflict("unknown_kind", _("The module of this kind of job is not installed any more."))
        try:
            with transaction.atomic():
                return _queue(found.kind, author=actor, title=found.title, payload=found.payload, here=False, again_of=found)
        except IntegrityError as error:
            raise Conflict("running_again", _("It is being run again already.")) from error


def _locked(pk: int, actor: Any, right: str) -> Job:
    rows: Any = Job.objects
    found: Job | None = rows.visible_to(actor).select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such record, or it is not shown to you."))
    if not can(actor, right, found):
        raise PermissionDenied(_("You need the right %(right)s on this record; an administrator can give it.") % {
            "right": right_name(Job, right)})
    return found


def _change(job: Job, **values: Any) -> None:
    Job.objects.filter(pk=job.pk).update(**values)
    job.refresh_from_db()


def clean() -> dict[str, int]:
    """Forget jobs that ended more than JOBS_KEPT_DAYS days ago, with their files, in batches; then files that no job names."""
    end, counts = timezone.now() - timedelta(days=settings.JOBS_KEPT_DAYS), {"jobs": 0, "files": 0}
    while rows := list(Job.objects.filter(state__in=ENDED, ended_at__lt=end).order_by("pk").values_list("pk", "file_key")[:BATCH]):
        with transaction.atomic():
            Job.objects.filter(pk__in=[pk for pk, _key in rows]).delete()
            transaction.on_commit(partial(_forget, [key for _pk, key in rows if key]))
        counts["jobs"] += len(rows)
        counts["files"] += sum(bool(key) for _pk, key in rows)
    lost = list(files.older_than(ORPHAN))
    named = set(Job.objects.filter(file_key__in=lost).values_list("file_key", flat=True)) if lost else set()
    _forget([key for key in lost if key not in named])
    counts["files"] += len(lost) - len(named)
    return counts


def _forget(keys: list[str]) -> None:
    for key in keys:
        files.forget(key)
