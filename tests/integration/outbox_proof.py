"""An event that exists in tests only, and a receiver that leaves a trace and can be told to die at a marked point."""
import os
import signal
from dataclasses import dataclass

import redis
from django.conf import settings
from django.db import connection, transaction

from apps.core.automation.services import delivery
from apps.kernel.events import Event, receives

TRACES = """CREATE TABLE outbox_proof_trace (id bigserial PRIMARY KEY, event uuid NOT NULL, object_pk bigint NOT NULL,
    step int NOT NULL, pid int NOT NULL)"""
BEFORE_COMMIT, AFTER_COMMIT = "before commit", "after commit"


@dataclass(frozen=True, kw_only=True)
class ThingProven(Event):
    """A step was proven; the receiver takes `pause` seconds over it."""
    topic = "proof.thing.proven"
    about = "factory.site"
    step: int
    pause: float = 0


def store() -> redis.Redis:
    """What survives a rollback and a kill."""
    return redis.Redis.from_url(settings.REDIS_URL)


def arm(fault: str, step: int) -> None:
    """The next receiver of this step dies, once."""
    store().set(f"outbox-proof:{connection.settings_dict['NAME']}:{step}", fault, ex=120)


def die() -> None:
    """As kill -9: nothing is cleaned up, nobody is told."""
    os.kill(os.getpid(), signal.SIGKILL)


@receives(ThingProven)
def trace(event: ThingProven) -> None:
    """The effect to be counted."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO outbox_proof_trace (event, object_pk, step, pid) SELECT %s, %s, %s, %s FROM pg_sleep(%s)",
                       [delivery().uuid, event.pk, event.step, os.getpid(), event.pause])
    fault = store().getdel(f"outbox-proof:{connection.settings_dict['NAME']}:{event.step}")
    if fault == BEFORE_COMMIT.encode():
        die()
    if fault == AFTER_COMMIT.encode():
        transaction.on_commit(die)      # the receiver's work is committed; the relay has not acknowledged it
