"""What the supervisor calls: become one of the processes, with what `./ops start` recorded."""
import os
from collections.abc import Callable
from typing import NoReturn

from opsflux.launcher import environment
from opsflux.launcher.errors import LauncherError
from opsflux.launcher.paths import PYTHON, ROOT
from opsflux.launcher.postgres import Postgres
from opsflux.launcher.processes import BEAT, CACHE, DATABASE, JOBS, WEB, WORKER
from opsflux.launcher.redis import Redis

GUNICORN = ["-m", "gunicorn", "-c", "opsflux/launcher/gunicorn_conf.py", "opsflux.wsgi:application"]
# Nobody listens to what gossip and mingle tell; without them a worker starts at once.
CELERY = ["-m", "celery", "-A", "opsflux", "worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
# People's long work has processes of its own: events, notices and sweeps do not wait behind an import.
QUEUES = {WORKER: "celery", JOBS: "jobs"}
BEAT_PROGRAM = ["-m", "celery", "-A", "opsflux", "beat", "--loglevel", "WARNING"]      # the schedule is in the settings


def web() -> NoReturn:
    started = _started()
    bind = f"[{started['bind']}]" if ":" in started["bind"] else started["bind"]
    _python([*GUNICORN, "--bind", f"{bind}:{started['port']}"])


def worker(name: str) -> NoReturn:
    _started()
    count = environment.services({}).get("OPSFLUX_JOBS", "2") if name == JOBS else "2"
    _python([*CELERY, "--queues", QUEUES[name], "--concurrency", count, "--hostname", f"{name}@%h"])


def beat() -> NoReturn:
    _started()
    _python(BEAT_PROGRAM)


PROCESSES: dict[str, Callable[[], NoReturn]] = {
    DATABASE: lambda: Postgres().serve(),
    CACHE: lambda: Redis().serve(),
    WEB: web,
    WORKER: lambda: worker(WORKER),
    JOBS: lambda: worker(JOBS),
    BEAT: beat,
}


def _started() -> dict[str, str]:
    started = environment.running()
    if not started:
        raise LauncherError("The site was not started.", "Run ./ops start.")
    return started


def _python(arguments: list[str]) -> NoReturn:
    os.chdir(ROOT)
    os.execve(PYTHON, [str(PYTHON), *arguments], environment.services({}))  # nosec B606 # our own Python, no shell
