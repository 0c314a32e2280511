"""The locked Python requirements in .venv; nothing is touched, or asked of the network, while the lock is unchanged."""
import os
import sys
from pathlib import Path
from typing import NoReturn

from opsflux.launcher import commands, environment, pip_configuration, stamps, uv
from opsflux.launcher.paths import PYTHON, REQUIREMENTS, ROOT, VENV, make_var
from opsflux.launcher.progress import Progress

NETWORK = "Check the way to the package index (proxy, certificate, pip's or uv's configuration), then run the command again."


def ensure(name: str) -> None:
    """Install requirements/<name>.txt (base or dev) unless it is; dev contains base, at the same versions."""
    if installed(name):
        return
    make_var()
    env = _uv_env()
    progress = Progress()
    with progress.step("Bringing uv"):
        tool = uv.bring(env)
    if not _healthy():
        with progress.step("Making .venv"):
            commands.quiet([tool, "venv", "--clear", "--python", _interpreter(), VENV], env=env,
                           advice="Remove the folder .venv, then run the command again.")
    with progress.step(f"Installing requirements/{name}.txt"):
        commands.quiet([tool, "pip", "install", "--python", PYTHON, "--require-hashes", "-r", REQUIREMENTS / f"{name}.txt"],
                       env=env, advice=NETWORK)
    for included in ("base", name):
        stamps.keep(_stamp(included), _digest(included))


def installed(name: str) -> bool:
    return _healthy() and stamps.matches(_stamp(name), _digest(name))


def enter(arguments: list[str]) -> None:
    """Go on in the checkout's own Python, where the installed packages are."""
    if Path(sys.prefix).resolve() != VENV.resolve():
        _replace_by([str(PYTHON), str(Path(__file__).with_name("__main__.py")), *arguments])


def lock() -> int:
    """Write the locks anew from the .in files: newest versions that fit together, every file's hash, for every platform."""
    make_var()
    env = _uv_env()
    tool = uv.bring(env)
    common = [tool, "pip", "compile", "--quiet", "--upgrade", "--generate-hashes", "--no-header", "--no-annotate",
              "--universal", "--python-version", "3.11"]
    for name, more in (("base", []), ("dev", ["-c", "base.txt"]), ("uv", [])):
        with Progress().step(f"Locking requirements/{name}.txt"):
            commands.quiet([*common, f"{name}.in", "-o", f"{name}.txt", *more], env=env, advice=NETWORK, cwd=REQUIREMENTS)
    return 0


def _uv_env() -> dict[str, str]:
    """uv never downloads a Python of its own: the machine's is the one to use."""
    env = environment.base()
    return {**environment.trusting({**env, **pip_configuration.for_uv(env)}), "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}


def _healthy() -> bool:
    return commands.answers([PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]) is not None


def _interpreter() -> str:
    return getattr(sys, "_base_executable", sys.executable) or sys.executable


def _stamp(name: str) -> Path:
    return VENV / f".{name}-installed"


def _digest(name: str) -> str:
    return stamps.digest([REQUIREMENTS / f"{name}.txt"])


def _replace_by(command: list[str]) -> NoReturn:
    os.chdir(ROOT)
    os.execve(command[0], command, environment.base())  # nosec B606 # our own Python, no shell
