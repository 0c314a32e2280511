"""Waking the relay after a commit. It may fail: the sweep delivers what nobody was woken for."""
from time import monotonic

import structlog
from celery import current_app
from kombu.exceptions import KombuError

log = structlog.get_logger("opsflux.outbox")
RELAY_TASK = "automation.relay"
EXPIRES = 30        # seconds: an old wake tells nothing that the sweep has not seen
PAUSE = 5.0         # seconds without trying after the broker refused: requests do not queue up behind a dead broker


class _Broker:
    """When this process may next try to reach the broker."""
    try_again_at = 0.0


def wake() -> None:
    """Ask a worker to look into the outbox; never raises for a broker that does not answer."""
    if monotonic() < _Broker.try_again_at:
        return
    try:
        current_app.send_task(RELAY_TASK, expires=EXPIRES, retry=False, ignore_result=True)
    except (KombuError, OSError) as error:
        _Broker.try_again_at = monotonic() + PAUSE
        log.warning("wake_failed", error=str(error))
