"""Database and cache for whoever needs them: the environment's own, or the embedded ones, started and stopped as needed."""
import fcntl
import importlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from opsflux.launcher import commands, environment
from opsflux.launcher.errors import LauncherError
from opsflux.launcher.paths import LOGS, VAR, make_var
from opsflux.launcher.postgres import DATABASE, Postgres, packaged
from opsflux.launcher.processes import CACHE, WEB, Supervisor, until
from opsflux.launcher.processes import DATABASE as DATABASE_PROCESS
from opsflux.launcher.progress import Progress
from opsflux.launcher.redis import Redis

PATIENCE = 60


@contextmanager
def running(progress: Progress | None = None, foreground: bool = False) -> Iterator[dict[str, str]]:
    """The environment under which Django works, with its services up for the block.

    Afterwards they are stopped, unless the site is being served or another command is within its own block.
    """
    make_var()
    with (VAR / "users.lock").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield _ensure(progress or Progress(), foreground)
        finally:
            if _alone(users):
                found = Supervisor()
                if found.states().get(WEB) not in ("RUNNING", "STARTING", "BACKOFF"):
                    found.shut_down()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """What two commands must not do at once: starting services, setting the site up."""
    make_var()
    with (VAR / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _alone(users: Any) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _ensure(progress: Progress, foreground: bool) -> dict[str, str]:
    if not Supervisor().alive():
        environment.forget()        # what an older start left behind when the machine went down
    known = {**environment.running().get("environment", {}), **os.environ}
    wanted = [(DATABASE_PROCESS, "DATABASE_URL", _start_database), (CACHE, "REDIS_URL", _start_cache)]
    embedded: dict[str, str] = {}
    with one_at_a_time():
        for name, variable, begin in wanted:
            if not known.get(variable) or is_embedded(known[variable]):
                embedded |= begin(supervisor(foreground), progress, name)
    env = environment.services(embedded)
    if packaged():      # psql and pg_dump, for a machine that has none
        env["PATH"] = f"{env['PATH']}{os.pathsep}{packaged()}"
    return env


def is_embedded(url: str) -> bool:
    """Is this address one that the launcher itself gave out?"""
    return url in (Postgres().url(), Redis().url())


def supervisor(foreground: bool = False) -> Supervisor:
    """The running supervisor, started if need be."""
    found = Supervisor()
    if not found.alive():
        found.launch(foreground)
    return found


def _start_database(processes: Supervisor, progress: Progress, name: str) -> dict[str, str]:
    postgres = Postgres()
    if processes.states().get(name) != "RUNNING" or not _accepts(postgres):
        with progress.step("Starting the database"):
            postgres.initialise()
            processes.start(name)
            _wait(lambda: _accepts(postgres), name)
            _make_database(postgres)
    return {"DATABASE_URL": postgres.url()}


def _start_cache(processes: Supervisor, progress: Progress, name: str) -> dict[str, str]:
    cache = Redis()
    if processes.states().get(name) != "RUNNING" or not _pings(cache):
        with progress.step("Starting the cache"):
            processes.start(name)
            _wait(lambda: _pings(cache), name)
    return {"REDIS_URL": cache.url()}


def _wait(ready: Callable[[], bool], name: str) -> None:
    """Until the service answers. A start that is refused is tried again: after a kill the old process may not be gone yet."""
    for _ in until(PATIENCE):
        if ready():
            return
    raise LauncherError(f"The {name} does not answer after {PATIENCE} s. Its last words:\n{commands.tail(LOGS / f'{name}.log')}",
                        f"Read {LOGS / f'{name}.log'}; mend what it says, then run the command again.")


def _accepts(postgres: Postgres) -> bool:
    return _connects(postgres.url("postgres"))


def _connects(url: str) -> bool:
    psycopg = importlib.import_module("psycopg")
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def _make_database(postgres: Postgres) -> None:
    psycopg = importlib.import_module("psycopg")
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f'CREATE DATABASE "{DATABASE}" TEMPLATE template0')


def _pings(cache: Redis) -> bool:
    redis = importlib.import_module("redis")
    try:
        return bool(redis.Redis(unix_socket_path=str(cache.socket), socket_timeout=3).ping())
    except (redis.ConnectionError, redis.TimeoutError):
        return False

