"""./ops check: what can be said of the code without running it. Every check runs; one that fails fails the whole."""
from pathlib import Path

from opsflux.launcher import commands, services, site, suite
from opsflux.launcher.paths import PYTHON, ROOT
from opsflux.launcher.progress import Progress, say

# As an installation in production is set up: Django's own deployment checks judge these settings.
PRODUCTION = {"OPSFLUX_DEBUG": "false", "OPSFLUX_URL": "https://opsflux.example", "OPSFLUX_HOSTS": "opsflux.example"}


def run() -> int:
    failed = []
    progress = Progress()
    with services.running(progress) as services_env:
        env = suite.isolated(services_env)
        site.assets(env, progress)
        for title, command in _checks():
            say(f"ops: {title}")
            more = PRODUCTION if "--deploy" in command else {}
            if commands.pass_through([PYTHON, *command], env={**env, **more}):
                failed.append(title)
    say(f"\nops: failed: {', '.join(failed)}" if failed else "\nops: every check passed")
    return 1 if failed else 0


def _checks() -> list[tuple[str, list[str]]]:
    checks = [
        ("ruff", ["-m", "ruff", "check", "."]),
        ("mypy", ["-m", "mypy", *typed()]),
        ("bandit", ["-m", "bandit", "-q", "-c", "pyproject.toml", "-r", "apps", "opsflux", "-x", "*/tests/*"]),
        ("migrations", ["manage.py", "makemigrations", "--check", "--dry-run"]),
        ("deployment", ["manage.py", "check", "--deploy", "--fail-level", "WARNING"]),
    ]
    if _has_contracts():
        checks.insert(2, ("import-linter", ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]))
    return checks


def typed() -> list[str]:
    """The parts whose types are checked: the launcher, the kernel, and each app's services, selectors and events."""
    parts = [ROOT / "opsflux" / "launcher", ROOT / "apps" / "kernel"]
    for name in ("services", "selectors", "events"):
        parts += [*ROOT.glob(f"apps/**/{name}.py"), *ROOT.glob(f"apps/**/{name}/")]
    found = sorted({path for path in parts if path.exists() and not {"tests", "management"} & set(path.parts)})
    # A file below a folder that is already named would be two modules to mypy.
    return [str(path.relative_to(ROOT)) for path in found if not any(other in path.parents for other in found)]


def _has_contracts() -> bool:
    """Are the orders of apps written down yet?"""
    pyproject = Path(ROOT / "pyproject.toml").read_text()
    return (ROOT / ".importlinter").exists() or "[tool.importlinter]" in pyproject
