"""Which port the web process listens on."""
import socket
from contextlib import closing

from opsflux.launcher.errors import LauncherError

USUAL = 8000
TRIED = 100


def free(port: int, bind: str) -> bool:
    with closing(socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET)) as probe:
        # As gunicorn does: a port just left (TIME_WAIT) is free, one that is listened on is not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def choose(asked: int | None, bind: str) -> int:
    """The port asked for, or the first free one from 8000 on; LauncherError when the one asked for is taken."""
    if asked is not None:
        if not free(asked, bind):
            raise LauncherError(f"Port {asked} is taken (or not ours to open).",
                                "Choose another with --port, or leave --port out: a free one is found.")
        return asked
    for port in range(USUAL, USUAL + TRIED):
        if free(port, bind):
            return port
    raise LauncherError(f"No port from {USUAL} to {USUAL + TRIED - 1} is free on {bind}.", "Name a free one with --port.")
