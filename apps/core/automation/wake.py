"""Waking the relay after a commit. It may fail: the sweep delivers what nobody was woken for."""
from apps.kernel.broker import send

RELAY_TASK = "automation.relay"
EXPIRES = 30        # seconds: an old wake tells nothing that the sweep has not seen


def wake() -> None:
    """Ask a worker to look into the outbox; never raises for a broker that does not answer."""
    send(RELAY_TASK, expires=EXPIRES)
