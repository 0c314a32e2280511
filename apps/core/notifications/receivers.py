"""Notices about what the platform itself does."""
from django.utils.translation import gettext_noop

from apps.core.jobs.events import JobEnded
from apps.core.notifications.services import notify
from apps.kernel.events import receives

TITLES = {
    "succeeded": gettext_noop("Done: %(title)s"),
    "failed": gettext_noop("Failed: %(title)s"),
    "dead": gettext_noop("Given up: %(title)s"),
    "cancelled": gettext_noop("Stopped: %(title)s"),
}


@receives(JobEnded)
def tell_author(event: JobEnded) -> None:
    """Whoever asked for a job learns how it ended; the notice leads to the job. Who stopped it knows already."""
    if event.state != "cancelled" or event.stopped_by_id != event.author_id:
        notify([event.author_id], event, title=TITLES[event.state], body="%(error_message)s" if event.error_message else "")
