"""Who works on a job: a lease of five minutes that every beat prolongs (domain/core.md section 8).

The number of the attempt is the token: whoever lost the lease and wakes up later neither beats nor ends the job."""
from typing import Any

from django.db import connection, transaction

from apps.core.jobs.models import Job

LEASE = 300     # seconds
PATIENCE = 300  # seconds a command has to begin what it made for itself

CLAIM = """
WITH next AS MATERIALIZED (
  SELECT id FROM jobs_job WHERE state = 'queued' AND due_at <= statement_timestamp() AND {which}
  ORDER BY priority, id LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE jobs_job j SET state = 'running', attempts = j.attempts + 1, started_at = statement_timestamp()
FROM next WHERE j.id = next.id RETURNING j.*"""
BEGIN = """
INSERT INTO jobs_progress AS p (job_id, done, message, leased_until)
VALUES (%s, 0, '', statement_timestamp() + make_interval(secs => %s))
ON CONFLICT (job_id) DO UPDATE SET done = 0, total = NULL, message = '', leased_until = EXCLUDED.leased_until"""
BEAT = """
UPDATE jobs_progress p SET done = %s, total = %s, message = %s, leased_until = statement_timestamp() + make_interval(secs => %s)
FROM jobs_job j WHERE p.job_id = %s AND j.id = p.job_id AND j.state = 'running' AND j.attempts = %s
RETURNING j.cancel_asked_at IS NOT NULL"""
ABANDONED = """
SELECT j.* FROM jobs_job j JOIN jobs_progress p ON p.job_id = j.id
WHERE j.state = 'running' AND p.leased_until < statement_timestamp() ORDER BY j.id FOR UPDATE SKIP LOCKED"""
FORGOTTEN = """
SELECT * FROM jobs_job WHERE state = 'queued' AND here AND queued_at < statement_timestamp() - make_interval(secs => %s)
ORDER BY id FOR UPDATE SKIP LOCKED"""
ANY, THIS = "NOT here", "id = %s"


def claim(pk: int | None = None) -> Job | None:
    """Lease the job `pk`, or the first that is due; None when there is none, or another has it."""
    with transaction.atomic():
        found = list(Job.objects.raw(CLAIM.format(which=ANY if pk is None else THIS), [] if pk is None else [pk]))
        for job in found:
            with connection.cursor() as cursor:
                cursor.execute(BEGIN, [job.pk, LEASE])
    return found[0] if found else None


def beat(through: Any, pk: int, attempt: int, done: int, total: int | None, message: str) -> bool | None:
    """Say on this connection how far the attempt is, and prolong its lease. Whether it was asked to stop; None when the lease is lost."""
    with through.cursor() as cursor:
        cursor.execute(BEAT, [done, total, message, LEASE, pk, attempt])
        row = cursor.fetchone()
    return None if row is None else row[0]


def abandoned() -> list[Job]:
    """The jobs whose worker is believed dead, and those whose command never began; locked. Call it in a transaction."""
    return [*Job.objects.raw(ABANDONED), *Job.objects.raw(FORGOTTEN, [PATIENCE])]
