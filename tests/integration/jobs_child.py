"""A process of its own for the jobs' fault and race tests: python -m tests.integration.jobs_child VERB …"""
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.db import transaction  # noqa: E402 (Django first)

from apps.core.iam.models import User  # noqa: E402
from apps.core.jobs import leases, services  # noqa: E402
from apps.core.jobs.models import Job  # noqa: E402
from apps.core.jobs.tests import kinds  # noqa: E402, F401 (declares the kinds)
from tests.integration.outbox_child import meet  # noqa: E402

LOCK, STATE = " FOR UPDATE SKIP LOCKED", "state = 'queued' AND"


def without(what: str) -> None:
    """The control: take away what keeps two workers from one job, in this process only."""
    if what == "lock":
        for part in (LOCK, STATE):
            assert part in leases.CLAIM, "CLAIM has changed: the control would prove nothing"
        leases.CLAIM = leases.CLAIM.replace(LOCK, "").replace(STATE, "state IN ('queued', 'running') AND attempts < 2 AND")


def work(what: str, place: str, number: str) -> None:
    """Work until no job is open (at most 60 s), as a Celery worker would."""
    without(what)
    meet(place, int(number))
    end = time.monotonic() + 60
    while Job.objects.filter(state__in=["queued", "running"]).exists() and time.monotonic() < end:
        if not services.work():
            time.sleep(0.01)


def start(author: str, kind: str) -> None:
    """Queue a job and commit."""
    with transaction.atomic():
        services.start(kind, author=User.objects.get(pk=author), title="From a process", payload={})


def run(pk: str) -> None:
    """Run this job here."""
    services.run_here(Job.objects.get(pk=pk))


if __name__ == "__main__":
    {"work": work, "start": start, "run": run}[sys.argv[1]](*sys.argv[2:])
