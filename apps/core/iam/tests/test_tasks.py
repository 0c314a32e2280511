"""What the schedule does for accounts."""
from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from apps.core.iam.tasks import clean_sessions

pytestmark = pytest.mark.django_db


def test_sessions_that_ended_are_forgotten_and_others_kept():
    # given
    now = timezone.now()
    Session.objects.create(session_key="ended", session_data="", expire_date=now - timedelta(seconds=1))
    Session.objects.create(session_key="open", session_data="", expire_date=now + timedelta(minutes=1))
    # when
    clean_sessions()
    # then
    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]


def test_the_schedule_names_the_task_daily():
    # given / when
    entry = settings.CELERY_BEAT_SCHEDULE["clean-sessions"]
    # then
    assert entry["task"] in current_app.tasks
    assert (entry["schedule"].hour, entry["schedule"].minute) == ({2}, {37})
