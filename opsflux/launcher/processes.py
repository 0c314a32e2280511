"""The processes of a checkout and the supervisor that restarts whichever dies."""
import http.client
import importlib
import os
import signal
import time
import xmlrpc.client  # nosec B411 # spoken only with our own supervisor, over a socket nobody else can open
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from opsflux.launcher import commands, environment
from opsflux.launcher.errors import LauncherError
from opsflux.launcher.paths import LOGS, NAME, PYTHON, ROOT, runtime

DATABASE, CACHE, WEB, WORKER, JOBS, BEAT = "database", "cache", "web", "worker", "jobs", "beat"
# The signal that asks a process to finish what it does; PostgreSQL's INT is its fast shutdown.
SIGNALS = {DATABASE: "INT", CACHE: "TERM", WEB: "TERM", WORKER: "TERM", JOBS: "TERM", BEAT: "TERM"}
SUPERVISOR = """\
[supervisord]
nodaemon=true
silent=true
logfile={logs}/supervisor.log
logfile_maxbytes=5MB
logfile_backups=2
pidfile={runtime}/supervisor.pid
childlogdir={logs}
directory={root}
identifier=opsflux
{user}
[unix_http_server]
file={runtime}/supervisor.sock
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
# The command asks the launcher, which becomes the program: what it needs is read when it starts, not when this is written.
PROGRAM = """
[program:{name}]
command="{python}" "{launcher}" serve {name}
autostart=false
autorestart=true
startsecs=1
startretries=1000
stopsignal={stop}
stopwaitsecs=30
stopasgroup={group}
killasgroup=true
redirect_stderr=true
{output}
"""
TO_FILE = "stdout_logfile={logs}/{name}.log\nstdout_logfile_maxbytes=10MB\nstdout_logfile_backups=5"
TO_TERMINAL = "stdout_logfile=/dev/fd/1\nstdout_logfile_maxbytes=0"


class Supervisor:
    """The supervisor of this checkout; every method asks the running one."""

    def __init__(self) -> None:
        self.folder = runtime()

    def alive(self) -> bool:
        try:
            return bool(self._call("getState")["statename"] == "RUNNING")
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return False

    def states(self) -> dict[str, str]:
        """Program to RUNNING, STARTING, BACKOFF, STOPPED …; empty when no supervisor runs."""
        return {program["name"]: program["statename"] for program in self._call("getAllProcessInfo")} if self.alive() else {}

    def pids(self) -> dict[str, int]:
        """Program to process id, of those that run."""
        return {program["name"]: program["pid"] for program in self._call("getAllProcessInfo") if program["pid"]} if self.alive() else {}

    def launch(self, foreground: bool = False) -> "Any":
        """Start the supervisor with nothing under it yet; returns its process."""
        end_leftovers(self.folder / "supervisor.pid")
        config = self.folder / "supervisor.conf"
        environment.write_private(config, configuration(self.folder, foreground))
        # It may serve a site started later, under other settings: what this command was told is not for its processes.
        env = {name: value for name, value in environment.base().items() if not environment.is_ours(name)}
        with (LOGS / "supervisor.out.log").open("w") as log:
            process = commands.detach([PYTHON, "-m", "supervisor.supervisord", "-n", "-c", config], env=env,
                                      output=None if foreground else log)
        for _ in until(20):
            if self.alive():
                return process
            if process.poll() is not None:
                break
        raise LauncherError(f"The supervisor did not start:\n{commands.tail(LOGS / 'supervisor.out.log')}", f"Read {LOGS}/supervisor.log.")

    def start(self, name: str) -> None:
        if self.states().get(name) not in ("RUNNING", "STARTING"):
            self._call("startProcess", name, False)

    def stop(self, name: str) -> None:
        if self.states().get(name) in ("RUNNING", "STARTING", "BACKOFF"):
            self._call("stopProcess", name)

    def shut_down(self) -> None:
        """Stop web, beat and workers, then database and cache, then the supervisor; returns when all have ended."""
        if not self.alive():
            end_leftovers(self.folder / "supervisor.pid")
            return
        pid = int(self._call("getPID"))
        for name in (WEB, BEAT, JOBS, WORKER, CACHE, DATABASE):
            self.stop(name)
        self._call("shutdown")
        for _ in until(60):
            if not _exists(pid):
                return
        raise LauncherError(f"The supervisor (process {pid}) does not end.", f"Read {LOGS}/supervisor.log.")

    def _call(self, method: str, *arguments: object) -> Any:
        transport = _transport(self.folder / "supervisor.sock")
        server = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
        return getattr(server.supervisor, method)(*arguments)


def configuration(folder: Path, foreground: bool) -> str:
    """The supervisor's file. '%' starts an expansion there, so it is doubled in paths."""
    paths = {"logs": LOGS, "runtime": folder, "root": ROOT, "python": PYTHON, "launcher": Path(__file__).with_name("__main__.py")}
    safe = {name: str(path).replace("%", "%%") for name, path in paths.items()}
    text = SUPERVISOR.format(user="user=root" if os.geteuid() == 0 else "", **safe)
    output = TO_TERMINAL if foreground else TO_FILE
    for name, stop in SIGNALS.items():
        # Celery's and PostgreSQL's own processes end their children: telling those too would cut off what they still do.
        group = "true" if name == WEB else "false"
        text += PROGRAM.format(name=name, stop=stop, group=group, output=output.format(name=name, **safe), **safe)
    return text


def end_leftovers(pidfile: Path) -> None:
    """End what a supervisor that was itself killed left behind: its session outlives it and carries its process id."""
    try:
        session = int(pidfile.read_text())
    except (OSError, ValueError):
        return
    for number, patience in ((signal.SIGINT, 15), (signal.SIGKILL, 5)):
        for pid in _session(session):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
        for _ in until(patience):
            if not list(_session(session)):
                pidfile.unlink(missing_ok=True)
                return


def _session(session: int) -> Iterator[int]:
    """Living processes of the session that work in this checkout (a number read from an old file may be anybody's by now)."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            place = (folder / "cwd").resolve()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z" and (place.is_relative_to(ROOT) or f"opsflux-{NAME}" in place.parts):
            yield int(folder.name)


def _transport(path: Path) -> Any:
    """XML-RPC over the supervisor's socket; its package is there only once the requirements are installed."""
    return importlib.import_module("supervisor.xmlrpc").SupervisorTransport(None, None, f"unix://{path}")


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def until(seconds: float, every: float = 0.1) -> Iterator[None]:
    """A turn every so many seconds until the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(every)

