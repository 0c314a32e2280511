"""./ops start, stop and status."""
import json
import signal
from typing import Any

from opsflux.launcher import commands, environment, ports, probe, services, site
from opsflux.launcher.errors import LauncherError
from opsflux.launcher.paths import LOGS, VAR
from opsflux.launcher.processes import BEAT, JOBS, WEB, WORKER, Supervisor, until
from opsflux.launcher.progress import Progress, result, say

PATIENCE = 60
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # nosec B104 # where to ask one that listens everywhere


def start(port: int | None, bind: str, demo: bool | None, foreground: bool) -> int:
    """Serve the site; returns 0 once it answers (in the foreground: once it was told to stop). LauncherError leaves nothing running."""
    signal.signal(signal.SIGTERM, _leave)
    if _serving():
        return _already(port)
    if foreground and Supervisor().alive():
        raise LauncherError("Another ./ops command is using the services.", "Wait for its end, then start again.")
    ports.choose(port, bind)        # a port that is taken is said before anything is begun
    shows = site.has_demonstration() and demo is not False
    progress = Progress(total=8 if shows else 7)
    with services.running(progress, foreground) as env, services.one_at_a_time():
        if _serving():
            return _already(port)
        chosen = ports.choose(port, bind)
        # Somebody's own server may hold somebody's own data: the demonstration goes there only when asked for.
        shows = shows and (bool(demo) or services.is_embedded(env["DATABASE_URL"]))
        url = env.setdefault("OPSFLUX_URL", f"http://localhost:{chosen}")
        environment.remember(chosen, bind, url, env)
        try:
            accounts = _bring_up(env, progress, shows, chosen, foreground)
        except BaseException:
            for name in (WEB, BEAT, JOBS, WORKER):
                Supervisor().stop(name)
            environment.forget()
            raise
    _announce(url, accounts, progress)
    return _follow() if foreground else 0


def _serving() -> bool:
    return Supervisor().states().get(WEB) in ("RUNNING", "STARTING")


def _bring_up(env: dict[str, str], progress: Progress, shows: bool, port: int, foreground: bool) -> str:
    with progress.step("Migrating the database"):
        site.migrate(env)
    site.assets(env, progress)
    accounts = ""
    if shows:
        with progress.step("Loading the demonstration site"):
            accounts = site.demonstrate(env)
    with progress.step("Starting web and workers"):
        supervisor = services.supervisor(foreground)
        supervisor.start(WORKER)
        supervisor.start(JOBS)
        supervisor.start(BEAT)
        supervisor.start(WEB)
        _wait_for_web(port, env)
    return accounts


def _wait_for_web(port: int, env: dict[str, str]) -> None:
    """Until the site says it is ready; the workers too must have stayed up."""
    supervisor, heard = Supervisor(), "no answer"
    for _ in until(PATIENCE):
        status, heard = health(port, env)
        states = supervisor.states()
        here = [states.get(name) for name in (WEB, WORKER, JOBS)]
        if status == 200 and set(here) == {"RUNNING"}:
            return
        if "BACKOFF" in here:
            break       # it ended at once: waiting longer tells no more than its log
    states = Supervisor().states()
    name = next((name for name in (WORKER, JOBS) if states.get(name) not in ("RUNNING", "STARTING")), WEB)
    raise LauncherError(f"The site does not get ready ({heard}). Last words of {name}:\n{commands.tail(LOGS / f'{name}.log')}",
                        f"Read {LOGS / f'{name}.log'}; mend what it says, then start again.")


def health(port: int, env: dict[str, str]) -> tuple[int, str]:
    """What the site says of itself, asked where it listens."""
    bind = environment.running().get("bind", "127.0.0.1")
    return probe.ask(port, env, EVERYWHERE.get(bind, bind))


def _already(port: int | None) -> int:
    known = environment.running()
    if port is not None and port != known.get("port"):
        raise LauncherError(f"OpsFlux is already running on port {known.get('port')}.", "Run ./ops stop first to move it.")
    say("OpsFlux is already running. To take up a new version: ./ops stop, then ./ops start.")
    result(known["url"])
    return 0


def _announce(url: str, accounts: str, progress: Progress) -> None:
    say(f"\nOpsFlux is ready after {progress.seconds:.0f} s.")
    result(url)
    if accounts:
        result(accounts.rstrip())
    say(f"Logs: {LOGS}. To stop it: ./ops stop")


def _follow() -> int:
    """Stay until told to stop, as a container's first process does; 1 when the supervisor ends by itself."""
    supervisor = Supervisor()
    try:
        for _ in until(float("inf"), every=2):
            if not supervisor.alive():
                return 1
    except (KeyboardInterrupt, SystemExit):
        say("Stopping.")
    finally:
        _take_down()
    return 0


def _leave(*_: Any) -> None:
    raise SystemExit(143)


def _take_down() -> None:
    Supervisor().shut_down()
    environment.forget()


def stop() -> int:
    """Stop everything; says so when nothing ran."""
    if not VAR.is_dir() or not (Supervisor().alive() or environment.running()):
        say("OpsFlux is not running.")
        return 0
    with Progress().step("Stopping"):
        _take_down()
    return 0


def status() -> int:
    """One line a process, then the health of the site; 0 when it is ready, 3 when it is not running."""
    states = Supervisor().states() if VAR.is_dir() else {}
    if not states:
        result("OpsFlux is not running.")
        return 3
    for name, state in states.items():
        result(f"{name:<10} {state.lower()}")
    known = environment.running()
    if not _serving():
        return 3
    code, heard = health(known["port"], known["environment"])
    result(f"{known['url']}\n{heard}")
    return 0 if code == 200 and json.loads(heard)["status"] == "ok" else 1
