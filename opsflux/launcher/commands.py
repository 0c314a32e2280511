"""Runs other programs: the one place of the launcher that does."""
import subprocess  # nosec B404 # starting programs is what a launcher is for; never through a shell
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from opsflux.launcher.errors import LauncherError
from opsflux.launcher.paths import LOGS, ROOT

TAIL = 15


def quiet(arguments: Sequence[object], *, env: Mapping[str, str], advice: str, log: str = "setup", cwd: Path = ROOT,
          accepted: Collection[int] = (0,), **more: Any) -> str:
    """Run to the end and return the standard output; a failure shows the last lines and where the whole text is.

    Raises LauncherError with `advice` on a missing program or a status that is not `accepted`.
    """
    path = LOGS / f"{log}.log"
    command = [str(argument) for argument in arguments]
    try:
        done = subprocess.run(command, env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True,  # nosec B603 # no shell
                              text=True, errors="replace", check=False, **more)
    except OSError as error:
        raise LauncherError(f"{command[0]} could not be run: {error.strerror}.", advice) from error
    with path.open("a") as out:
        out.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}")
    if done.returncode not in accepted:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-TAIL:])
        name = " ".join(Path(word).name for word in command[:3])
        raise LauncherError(f"'{name}' failed with status {done.returncode} (everything: {path}):\n{last}", advice)
    return done.stdout


def answers(arguments: Sequence[object], **more: Any) -> str | None:
    """The standard output of a short question to a program; None where it is absent, refuses or hangs."""
    try:
        done = subprocess.run([str(argument) for argument in arguments], stdin=subprocess.DEVNULL, capture_output=True,  # nosec B603 # no shell
                              text=True, errors="replace", check=False, timeout=60, **more)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def pass_through(arguments: Sequence[object], *, env: Mapping[str, str], cwd: Path = ROOT) -> int:
    """Run with the caller's own input and output; returns the status."""
    return subprocess.run([str(argument) for argument in arguments], env=dict(env), cwd=cwd, check=False).returncode  # nosec B603 # no shell


def detach(arguments: Sequence[object], *, env: Mapping[str, str], output: Any, cwd: Path = ROOT) -> "subprocess.Popen[bytes]":
    """Start in a session of its own, so that it outlives this terminal; its process id is the session's id."""
    return subprocess.Popen([str(argument) for argument in arguments], env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL,  # nosec B603 # no shell
                            stdout=output, stderr=subprocess.STDOUT, start_new_session=True)


def tail(path: Path, lines: int = TAIL) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.is_file() else ""
