"""The schedule's part of accounts."""
from importlib import import_module

from celery import shared_task
from django.conf import settings


@shared_task(name="iam.clean_sessions")
def clean_sessions() -> None:
    """Daily: forget sessions that have ended; each sign-in leaves a row, and nothing else takes it away."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
