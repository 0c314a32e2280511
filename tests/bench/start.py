"""How fast a stopped site answers its first request, and what a web process then weighs. Beside it: gunicorn with the least application."""
import http.client
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from opsflux.launcher.serve import GUNICORN
from tests.bench import Report

ROOT = Path(__file__).resolve().parents[2]
RUNS = 5
MEBIBYTE = 1024 * 1024
LEAST = "def application(environ, start_response):\n    start_response('200 OK', [('Content-Length', '2')])\n    return [b'ok']\n"


def run(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "least.py").write_text(LEAST)
        least = [*GUNICORN[:-1], "--chdir", folder, "least:application"]
        pairs = [(measure(least, "/"), measure(GUNICORN, "/health/live/")) for _ in range(RUNS)]
    report("start: cold start to the first answer", ours=statistics.median(ours[0] for _, ours in pairs),
           limit=statistics.median(limit[0] for limit, _ in pairs), unit="s", bound=2.5, absolute=True)
    report("start: memory of a web process (PSS)", ours=max(ours[1] for _, ours in pairs),
           limit=max(limit[1] for limit, _ in pairs), unit="MiB", bound=200, absolute=True)


def measure(command: list[str], path: str) -> tuple[float, float]:
    """Seconds to the first answer, and the MiB of the heaviest process after twenty more answers."""
    port = free_port()
    began = time.perf_counter()
    with serving([*command, "--bind", f"127.0.0.1:{port}"]) as process:
        while not answers(port, path):
            if process.poll() is not None:
                raise RuntimeError(f"gunicorn ended with status {process.returncode}")
            time.sleep(0.005)
        seconds = time.perf_counter() - began
        for _ in range(20):
            answers(port, path)
        return seconds, max(pss(pid) for pid in [process.pid, *children(process.pid)]) / MEBIBYTE


@contextmanager
def serving(command: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        status = connection.getresponse().status
    except OSError:
        return False
    finally:
        connection.close()
    if status != 200:
        raise RuntimeError(f"{path} answers {status}")
    return True


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def pss(pid: int) -> int:
    """Bytes of the process, what it shares divided among its sharers."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
