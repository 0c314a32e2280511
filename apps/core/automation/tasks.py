"""What the workers run for the outbox. Each may be lost, doubled or late: the rows say what is to be done."""
from celery import shared_task

from apps.core.automation import relay as outbox
from apps.core.automation import services
from apps.core.automation.wake import RELAY_TASK


@shared_task(name=RELAY_TASK)
def relay() -> None:
    """Sent after a commit: deliver what is due."""
    outbox.drain()


@shared_task(name="automation.sweep")
def sweep() -> None:
    """Every few seconds: take back what dead workers held, then deliver what nobody was woken for and what is due again."""
    outbox.reap()
    outbox.drain()


@shared_task(name="automation.clean")
def clean() -> None:
    """Hourly: forget delivered events and kept answers."""
    services.clean()
