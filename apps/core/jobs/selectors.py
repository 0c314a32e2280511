"""How jobs stand, in words and figures."""
from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from apps.core.jobs.choices import OPEN, JobState
from apps.core.jobs.models import Job, Progress
from apps.core.jobs.registry import kind_title

SHOWN = 100


def lasting(time: timedelta | None) -> str:
    """A duration to the second: 1 h 02 min 05 s."""
    if time is None:
        return ""
    seconds = max(0, int(time.total_seconds()))
    hours, minutes = seconds // 3600, seconds // 60 % 60
    parts = [f"{hours} h"] if hours else []
    parts += [f"{minutes:02} min" if hours else f"{minutes} min"] if hours or minutes else []
    return " ".join([*parts, f"{seconds % 60:02} s" if parts else f"{seconds % 60} s"])


def standing(job: Job) -> dict[str, Any]:
    """How far a job is, for its page and for who asks again and again: figures, and the words that say them."""
    progress = getattr(job, "progress", None) or Progress(job=job)
    figures = {"done": number_format(progress.done, use_l10n=True, force_grouping=True),
               "total": number_format(progress.total or 0, use_l10n=True, force_grouping=True)}
    counts = _("%(done)s of %(total)s") % figures if progress.total else figures["done"] if progress.done else ""
    waits = _("Waits for a free worker.") if job.state == JobState.QUEUED else ""
    return {
        "state": job.state, "state_text": str(job.get_state_display()), "ended": job.has_ended, "percent": progress.percent,
        "done": progress.done, "total": progress.total, "counts": counts, "message": waits or progress.message,
        "duration": lasting(job.duration), "stopping": bool(job.cancel_asked_at and not job.has_ended)}


def under_way(user: Any, most: int = 5) -> list[tuple[Job, dict[str, Any]]]:
    """The account's own jobs that wait or run, newest first, each with how it stands."""
    jobs = Job.objects.visible_to(user).filter(author=user.pk, state__in=OPEN).select_related("progress")[:most]
    return [(job, standing(job)) for job in jobs]


def overview() -> dict[str, Any]:
    """JOB-01: counts by state, and since when the oldest waits; for commands, which see everything."""
    rows = Job.objects.aggregate(**{state: Count("pk", filter=Q(state=state)) for state in JobState.values},
                                 waiting_since=Min("queued_at", filter=Q(state=JobState.QUEUED, here=False)))
    return rows


def told(job: Job) -> dict[str, Any]:
    """A job as the command line tells it."""
    stands = standing(job)
    return {"id": job.pk, "uuid": str(job.uuid), "kind": job.kind, "kind_title": kind_title(job.kind), "title": job.title,
            "state": job.state, "author": job.author.email if job.author else None, "percent": stands["percent"], "done": stands["done"],
            "total": stands["total"], "message": stands["message"], "attempts": job.attempts, "queued_at": _iso(job.queued_at),
            "started_at": _iso(job.started_at), "ended_at": _iso(job.ended_at), "error_code": job.error_code,
            "error_message": job.error_message, "error_reasons": job.error_reasons, "result": job.result, "file_name": job.file_name}


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
