"""Sending a task to the workers. The broker may be dead: what is to be done stands in rows, and a sweep finds what nobody was told of."""
from time import monotonic
from typing import Any

import structlog
from celery import current_app
from kombu.exceptions import KombuError

log = structlog.get_logger("opsflux.broker")
PAUSE = 5.0         # seconds without trying after the broker refused: requests do not queue up behind a dead broker
LONGEST = 3600      # seconds between two attempts at most


class Broker:
    """When this process may next try to reach the broker."""
    try_again_at = 0.0


def send(task: str, *, expires: float, **options: Any) -> None:
    """Hand a task to the workers, for `expires` seconds; never raises for a broker that does not answer. Call it after the commit."""
    if monotonic() < Broker.try_again_at:
        return
    try:
        current_app.send_task(task, expires=expires, retry=False, ignore_result=True, **options)
    except (KombuError, OSError) as error:
        Broker.try_again_at = monotonic() + PAUSE
        log.warning("wake_failed", task=task, error=str(error))


def backoff(attempts: int) -> int:
    """How many seconds work waits after its n-th failed attempt: min(3600, 5·2^(n-1)) (domain/core.md rule 17)."""
    return min(LONGEST, 5 << min(attempts - 1, 10))
