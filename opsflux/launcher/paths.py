"""Where a checkout keeps what it makes. Nothing but the runtime folder lies outside it (and the database of root: accounts.py)."""
import hashlib
import os
import stat
from pathlib import Path

from opsflux.launcher.errors import LauncherError

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
VAR = ROOT / "var"
TOOL = VAR / "tool"
LOGS = VAR / "log"
STAMPS = VAR / "stamps"
REQUIREMENTS = ROOT / "requirements"
NAME = hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:10]


def is_root() -> bool:
    return os.geteuid() == 0


def make_var() -> None:
    """var/ and its folders: private, save that root's database user may pass through var/ to its own folder."""
    VAR.mkdir(exist_ok=True)
    VAR.chmod(0o711 if is_root() else 0o700)
    for folder in (TOOL, LOGS, STAMPS):
        folder.mkdir(mode=0o700, exist_ok=True)


def runtime() -> Path:
    """The folder of sockets and process ids: short, since a socket's path holds 107 bytes, and the same from any environment.

    Not under /run/user: that one vanishes when its user logs out.
    """
    if is_root():
        base, mode = Path("/run" if os.access("/run", os.W_OK) else "/tmp"), 0o711  # nosec B108 # owner and mode checked below
        folder = base / f"opsflux-{NAME}"
    else:
        folder, mode = Path(f"/tmp/opsflux-{os.geteuid()}-{NAME}"), 0o700  # nosec B108 # owner and mode checked below
    folder.mkdir(mode=mode, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise LauncherError(f"{folder} belongs to somebody else.", f"Remove it (rm -r {folder}), then start again.")
    folder.chmod(mode)
    return folder
