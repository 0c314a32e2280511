"""Which account the embedded database runs under, and where that account keeps its files.

PostgreSQL refuses to run as root. An ordinary user's database is the user's own, under var/. Root's runs as an account that
exists already, under var/ too where that account can reach it, else (a checkout under a private home) under /var/lib.
"""
import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opsflux.launcher import commands
from opsflux.launcher.errors import LauncherError
from opsflux.launcher.paths import NAME, VAR, is_root

CANDIDATES = ("postgres", "nobody", "daemon")


@dataclass(frozen=True)
class Account:
    """`switch` are the arguments that make subprocess change to the account; empty when it is the caller's own."""

    uid: int
    gid: int
    switch: dict[str, Any]

    def own(self, folder: Path, mode: int = 0o700) -> Path:
        """Make the folder, the account's own."""
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
        if self.switch:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(mode)
        return folder

    def become(self) -> None:
        """Change this process to the account, for good."""
        if self.switch:
            os.setgroups([])
            os.setgid(self.gid)
            os.setuid(self.uid)

    def reaches(self, folder: Path) -> bool:
        return commands.answers(["/bin/sh", "-c", 'cd -- "$1"', "sh", folder], cwd="/", **self.switch) is not None


def of_database() -> Account:
    if not is_root():
        try:
            pwd.getpwuid(os.geteuid())
        except KeyError as error:
            raise LauncherError(f"User id {os.geteuid()} has no entry in /etc/passwd, which PostgreSQL asks for.",
                                "Add one, or set DATABASE_URL to a PostgreSQL server.") from error
        return Account(os.geteuid(), os.getegid(), {})
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []})
    raise LauncherError(f"PostgreSQL refuses to run as root and none of the accounts {', '.join(CANDIDATES)} exists.",
                        "Run ./ops as an ordinary user, or set DATABASE_URL to a PostgreSQL server.")


def home_of_database(account: Account) -> Path:
    """The folder under which the database's own folder is made: var/, or where `account` cannot reach it /var/lib/opsflux-<hash>."""
    if account.reaches(VAR):
        return VAR
    base = Path("/var/lib" if os.access("/var/lib", os.W_OK) else "/var/tmp")  # nosec B108 # the owner is checked below
    folder = base / f"opsflux-{NAME}"
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise LauncherError(f"{folder} belongs to somebody else.", f"Remove it (rm -r {folder}), then start again.")
    folder.chmod(0o711)
    if not account.reaches(folder):
        raise LauncherError(f"The database's account cannot reach {folder}.", "Set DATABASE_URL to a PostgreSQL server.")
    return folder
