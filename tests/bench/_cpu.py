"""CPU a request costs: of the web process that answers it and of that process's PostgreSQL backends, read from /proc."""
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
TICK = os.sysconf("SC_CLK_TCK")
PATIENCE = 60       # seconds until a started application answers


class Served:
    """An application behind one gunicorn process of one thread, asked over one connection that stays."""

    def __init__(self, name: str, application: str, port: int) -> None:
        self.name, self.port = name, port
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--workers", "1", "--threads", "1", "--worker-class", "gthread", "--keep-alive", "75",
             "--bind", f"127.0.0.1:{port}", "--no-control-socket", application],
            cwd=ROOT, env={**os.environ, "PGAPPNAME": name}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def get(self, path: str, headers: dict[str, str]) -> bytes:
        """The body of a page. Raises RuntimeError where the answer is not 200."""
        self.connection.request("GET", path, headers={"Host": "localhost", **headers})
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{self.name} answers {answer.status} to {path}")
        return body

    def wait(self, path: str, headers: dict[str, str]) -> None:
        """Until it answers."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self.get(path, headers)
                return
            except OSError:
                self.connection.close()
                if time.monotonic() > end or self.process.poll() is not None:
                    raise RuntimeError(f"{self.name} does not start") from None
                time.sleep(0.1)

    def cpu(self) -> float:
        """Seconds, user and system, used so far by the web process and its backends (which run on this machine)."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [self.name])
            backends = [pid for (pid,) in cursor.fetchall()]
        workers = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return sum(map(_seconds, [*map(int, workers), *backends]))

    def cost(self, path: str, headers: dict[str, str], requests: int) -> float:
        """Seconds of CPU for one request."""
        before = self.cpu()
        for _request in range(requests):
            self.get(path, headers)
        return (self.cpu() - before) / requests

    def stop(self) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.wait(30)


@contextmanager
def served(name: str, application: str, port: int) -> Iterator[Served]:
    site = Served(name, application, port)
    try:
        yield site
    finally:
        site.stop()


def _seconds(pid: int) -> float:
    """User and system time of a process; its name, in brackets, may hold blanks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK
