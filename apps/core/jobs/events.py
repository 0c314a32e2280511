"""What jobs tell the other modules."""
from dataclasses import dataclass

from apps.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class JobEnded(Event):
    """A job came to its end: succeeded, failed, cancelled or dead."""
    topic = "jobs.job.ended"
    about = "jobs.job"
    kind: str
    title: str
    state: str
    author_id: int | None
    error_message: str = ""
    stopped_by_id: int | None = None
