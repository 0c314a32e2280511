"""The schedule's part of notifications."""
from celery import shared_task

from apps.core.notifications import services


@shared_task(name="notifications.clean")
def clean() -> None:
    """Hourly: forget what is older than it is kept."""
    services.clean()
