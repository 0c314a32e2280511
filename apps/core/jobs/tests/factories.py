"""Jobs for tests."""
from typing import Any

from apps.core.iam.tests.factories import UserFactory
from apps.core.jobs import services
from apps.core.jobs.models import Job
from apps.core.jobs.tests import kinds  # noqa: F401 (declares the kinds)


def make_job(kind: str = "plain", author: Any = None, **payload: Any) -> Job:
    """A waiting job of a kind that exists in tests only."""
    return services.start(f"proof.{kind}", author=author or UserFactory(), title=f"Proof of {kind}", payload=payload)


def done_job(kind: str = "plain", author: Any = None, **payload: Any) -> Job:
    """A job that was run to its end."""
    return services.run_here(make_job(kind, author, **payload))
