"""Brings the site to the state of this checkout: schema, translations, static files, demonstration."""
import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from opsflux.launcher import commands, frontend, stamps
from opsflux.launcher.errors import LauncherError
from opsflux.launcher.paths import PYTHON, ROOT, STAMPS, VAR, VENV
from opsflux.launcher.progress import Progress

MIGRATION_LOCK = 7_201_001      # any number, the same for everybody who migrates this product's databases
DEMONSTRATION = VAR / "demo-accounts.txt"    # the command writes it
NOTHING_TO_DO = 3               # what a command of manage.py ends with where all was done before


def migrate(env: Mapping[str, str]) -> None:
    """Apply the migrations and bring code lists and predefined roles up to them, one start at a time on the whole database: another
    machine may start on it too."""
    advice = "The database keeps its last good state. Mend what the log says, then start again."
    with _locked(env["DATABASE_URL"]):
        _manage(env, "migrate", "--noinput", log="migrate", advice=advice)
        _manage(env, "prepare", log="migrate", advice=advice)


def assets(env: Mapping[str, str], progress: Progress) -> None:
    """Translations, the pages' JavaScript and the static files, each only where its sources changed."""
    with progress.step("Compiling the translations"):
        commands.quiet([PYTHON, Path(__file__).with_name("translations.py")], env=env,
                       advice="Correct the catalogue, then run the command again.")
    with progress.step("Building the pages' JavaScript"):
        frontend.build(env)
    with progress.step("Collecting the static files"):
        _collect(env)


def _collect(env: Mapping[str, str]) -> None:
    sources = [path for path in (ROOT / "static", *ROOT.glob("apps/**/static"), *VENV.glob(".*-installed")) if path.exists()]
    value = stamps.digest(sources, env.get("OPSFLUX_DEBUG", ""))
    if not ((VAR / "static").is_dir() and stamps.matches(STAMPS / "static", value)):
        _manage(env, "collectstatic", "--noinput", "--clear", advice="Mend what the log says, then run the command again.")
        stamps.keep(STAMPS / "static", value)


def has_demonstration() -> bool:
    return any(ROOT.glob("apps/**/management/commands/demo.py"))


def demonstrate(env: Mapping[str, str]) -> str:
    """Load the demonstration site, once; returns its accounts ("" where it was loaded from another checkout)."""
    if not DEMONSTRATION.is_file():
        _manage(env, "demo", advice="Mend what the log says; ./ops start --no-demo starts without it.")
    return DEMONSTRATION.read_text() if DEMONSTRATION.is_file() else ""


def _manage(env: Mapping[str, str], *arguments: str, advice: str, log: str = "setup") -> str:
    return commands.quiet([PYTHON, ROOT / "manage.py", *arguments], env=env, advice=advice, log=log,
                          accepted=(0, NOTHING_TO_DO))


@contextmanager
def _locked(url: str) -> Iterator[None]:
    psycopg = importlib.import_module("psycopg")
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.Error as error:
        raise LauncherError(f"The database does not answer: {str(error).strip()}", "Check DATABASE_URL and the server it names.") from error
    with connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        yield
