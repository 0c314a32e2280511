"""./ops bench: gives the measures of tests/bench/ a database of their own and runs them."""
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from opsflux.launcher import commands, services, site, suite
from opsflux.launcher.errors import LauncherError
from opsflux.launcher.paths import PYTHON, ROOT
from opsflux.launcher.progress import Progress, result

FOLDER = ROOT / "tests" / "bench"
DATABASE = "bench_opsflux"


def names() -> list[str]:
    """Every measure: a module of tests/bench/, `list` or `admin-list` on the command line for list.py or admin_list.py."""
    return sorted(path.stem.replace("_", "-") for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def run(asked: list[str], *, as_json: bool, listing: bool, keep: bool) -> int:
    """0 when every measure is within its bound. `keep` leaves the database for the next run, which fills it only where it must."""
    if listing:
        result("\n".join(names()))
        return 0
    unknown = sorted(set(asked) - set(names()))
    if unknown:
        raise LauncherError(f"Unknown: {', '.join(unknown)}.", f"Known: {', '.join(names())}.")
    progress = Progress()
    with services.running(progress) as services_env:
        env = suite.isolated(services_env)
        site.assets(env, progress)
        with _database(env["DATABASE_URL"], keep) as url:
            env["DATABASE_URL"] = url
            with progress.step(f"Migrating {DATABASE}"):
                site.migrate(env)
            options = ["--json"] if as_json else []
            return commands.pass_through([PYTHON, "-m", "tests.bench", *options, *(asked or names())], env=env)


@contextmanager
def _database(url: str, keep: bool) -> Iterator[str]:
    """A database of the same server, fresh unless kept, and dropped afterwards unless kept."""
    psycopg = importlib.import_module("psycopg")
    maintenance = urlsplit(url)._replace(path="/postgres").geturl()
    with psycopg.connect(maintenance, autocommit=True) as connection:
        if not keep:
            connection.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE \"{DATABASE}\" TEMPLATE template0 ENCODING 'UTF8'")
        try:
            yield urlsplit(url)._replace(path=f"/{DATABASE}").geturl()
        finally:
            if not keep:
                connection.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
