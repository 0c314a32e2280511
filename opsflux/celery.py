"""The Celery application: workers run what the outbox and the schedules hand out."""
import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsflux.settings")
app = Celery("opsflux")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
