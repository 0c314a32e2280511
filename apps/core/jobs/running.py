"""What a piece of work has in hand while it runs: its input, its author, and the line to those who wait for it.

Progress goes through a connection of its own, so that it is seen while the work's transaction is open. The same beat keeps the lease
and brings back whether somebody asked to stop."""
from collections.abc import Callable
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from types import TracebackType
from typing import Any

import structlog
from django.db import Error, connection

from apps.core.jobs import files, leases
from apps.core.jobs.models import Job

log = structlog.get_logger("opsflux.jobs")
HEARTBEAT = 30.0    # seconds between beats of work that says nothing (domain/core.md section 8)
PAUSE = 0.5         # seconds between two beats of work that says much
Tell = Callable[[int, int | None, str], None]


class Cancelled(Exception):
    """Somebody asked the job to stop: nothing of the work is kept."""


class LeaseLost(Exception):
    """The job is not this process's any more: it was believed dead, or the job is gone. Nothing of the work is kept."""


class Pulse:
    """The beats of one attempt, from the work and from a thread that speaks while the work is inside a long statement."""

    def __init__(self, job: Job) -> None:
        self.job, self.cancel_asked, self.lost = job, False, False
        self.told: tuple[int, int | None, str] = (0, None, "")
        # Inside a caller's transaction nobody else can see the job at all: its progress is then written in it.
        self._own = not connection.in_atomic_block
        self._connection: Any = connection.copy() if self._own else connection
        self._lock, self._stop = Lock(), Event()
        self._thread = Thread(target=self._keep, name=f"job-{job.pk}", daemon=True)

    def __enter__(self) -> "Pulse":
        if self._own:
            self._connection.inc_thread_sharing()
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._own:
            self._stop.set()
            self._thread.join()
            self._connection.close()
            self._connection.dec_thread_sharing()

    def _keep(self) -> None:
        while not self._stop.wait(HEARTBEAT):
            self.beat()

    def beat(self) -> None:
        """Write how far it is, prolong the lease, read what was asked. One beat that fails ends no work: the lease lasts longer."""
        with self._lock:
            try:
                answer = leases.beat(self._connection, self.job.pk, self.job.attempts, *self.told)
            except Error as error:
                if not self._own:
                    raise
                log.warning("job_beat_failed", job=self.job.pk, error=str(error))
                self._connection.close()
            else:
                self.lost = answer is None
                self.cancel_asked = bool(answer)


class Run:
    """One attempt at a job, as its work sees it."""

    def __init__(self, job: Job, author: Any, pulse: Pulse, tell: Tell | None = None) -> None:
        self.job, self.author, self.payload = job, author, job.payload
        self.file: files.Kept | None = None
        self._pulse, self._tell, self._next = pulse, tell, 0.0

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """Say how far the work is: `done` of `total` steps of any unit, and what it is at, in the author's language. Call it often: it is
        written at most twice a second. Raises Cancelled when somebody asked to stop, LeaseLost when the job is another's by now."""
        self._pulse.told = (done, total, message[:200])
        now = monotonic()
        if now >= self._next:
            self._next = now + PAUSE
            self.flush()
        if self._pulse.lost:
            raise LeaseLost
        if self._pulse.cancel_asked:
            raise Cancelled

    def flush(self) -> None:
        """Write what was said last, now."""
        self._pulse.beat()
        if self._tell:
            self._tell(*self._pulse.told)

    def keep_file(self, name: str, path: str | Path) -> None:
        """Take the file at `path` away and offer it for download as `name` to who may see the job; kept when the work fails, too.
        A job has one file: a second one replaces the first."""
        before, self.file = self.file, files.keep(name, Path(path))
        if before:
            files.forget(before.key)
