"""The shell around the apps: settings, URLs, processes. No business."""
from opsflux.celery import app as celery_app

__all__ = ["celery_app"]
