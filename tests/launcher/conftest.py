"""A copy of the project to start and stop, away from whatever runs in this checkout."""
import hashlib
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from opsflux.launcher import frontend, stamps

ROOT = Path(__file__).resolve().parents[2]
BARE: dict[str, str] = {}       # nothing set: not even HOME or PATH


@dataclass
class Copy:
    """A copy of the project; `prefix` is put before its commands (to run as another account)."""

    root: Path
    uid: int = field(default_factory=os.geteuid)
    prefix: tuple[str, ...] = ()

    def ops(self, *arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        command = [*self.prefix, str(self.root / "ops"), *arguments]
        return subprocess.run(command, env=BARE if env is None else env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=300, cwd="/")

    @property
    def name(self) -> str:
        return hashlib.sha256(os.fsencode(self.root)).hexdigest()[:10]

    @property
    def runtime(self) -> Path:
        return Path(f"/run/opsflux-{self.name}") if self.uid == 0 and os.access("/run", os.W_OK) else self._temporary

    @property
    def _temporary(self) -> Path:
        return Path(f"/tmp/opsflux-{self.name}" if self.uid == 0 else f"/tmp/opsflux-{self.uid}-{self.name}")

    @property
    def running(self) -> dict:
        return json.loads((self.root / "var" / "running.json").read_text())

    def remove(self) -> None:
        self.ops("stop")
        for folder in (self.runtime, Path(f"/var/lib/opsflux-{self.name}"), Path(f"/var/tmp/opsflux-{self.name}"), self.root):
            shutil.rmtree(folder, ignore_errors=True)


def copy_project(target: Path, with_venv: bool = True) -> Path:
    """The project's files as they are now, with this checkout's built JavaScript and, unless told otherwise, its .venv."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    if with_venv:
        (target / ".venv").symlink_to(ROOT / ".venv")
    if (ROOT / "static" / "dist").is_dir():
        shutil.copytree(ROOT / "static" / "dist", target / "static" / "dist", dirs_exist_ok=True)
        built_from = [target / name for name in frontend.SOURCES if (target / name).exists()]
        stamps.keep(target / "var" / "stamps" / "frontend", stamps.digest(built_from))
    return target


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Iterator[Copy]:
    """A stopped copy under a folder with a space in its name, private to this account."""
    made = Copy(copy_project(tmp_path_factory.mktemp("launcher") / "a site"))
    yield made
    made.remove()


@pytest.fixture
def taken_port() -> Iterator[int]:
    with closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen(1)
        yield holder.getsockname()[1]
