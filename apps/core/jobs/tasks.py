"""What the workers run. Each message may be lost, doubled or late: the rows say what is to be done."""
from celery import shared_task

from apps.core.jobs import services
from apps.core.jobs.services import WORK_TASK


@shared_task(name=WORK_TASK, acks_late=False)
def work() -> None:
    """Sent after a commit and by the sweep: run the first job that is due."""
    services.work()


@shared_task(name="jobs.sweep")
def sweep() -> None:
    """Every few seconds: take back what dead workers held, and wake for what is due."""
    services.sweep()


@shared_task(name="jobs.clean")
def clean() -> None:
    """Daily: forget jobs and files that are old enough."""
    services.clean()
