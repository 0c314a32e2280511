"""Brings uv, which makes .venv: Debian's Python may have neither pip nor venv. Everything stays inside the checkout.

Whatever fetches it (pip, apt) does so from where the machine's configuration says; the wheel is checked against requirements/uv.txt.
"""
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from opsflux.launcher import commands
from opsflux.launcher.errors import LauncherError
from opsflux.launcher.paths import REQUIREMENTS, TOOL

OLDEST = (0, 8)
OWN = TOOL / "uv" / "bin" / "uv"


def bring(env: Mapping[str, str]) -> Path:
    """The checkout's own uv, else a recent one on the PATH, else one installed now; LauncherError says what to install by hand."""
    on_path = shutil.which("uv", path=env["PATH"])
    for found in (OWN, *([Path(on_path)] if on_path else [])):
        if _recent(found):
            return found
    for pip_path in _pips(env):
        pip_env = {**env, "PYTHONPATH": pip_path} if pip_path else dict(env)
        if commands.answers([sys.executable, "-m", "pip", "--version"], env=pip_env) is None:
            continue
        _install(pip_env)
        if _recent(OWN):
            return OWN
    raise LauncherError(
        "uv, which installs the requirements, could not be found or fetched.",
        "Install one of: uv; or pip for this Python (Debian, Ubuntu: apt-get install python3-pip); then run the command again.\n"
        "Without a way to the Internet, point pip at a mirror of yours (pip's own configuration is followed).")


def _recent(uv: Path) -> bool:
    version = (commands.answers([uv, "--version"]) or "").split()
    numbers = version[1].split(".")[:2] if len(version) > 1 else []
    return all(number.isdigit() for number in numbers) and tuple(map(int, numbers)) >= OLDEST


def _pips(env: Mapping[str, str]) -> Iterator[str]:
    """PYTHONPATHs under which `python -m pip` may work: as installed, the wheel Python carries for ensurepip, Debian's package of it."""
    yield ""
    bundled = [*Path(sys.base_prefix).glob(f"lib/python3.{sys.version_info[1]}/ensurepip/_bundled/pip-*.whl"),
               *Path("/usr/share/python-wheels").glob("pip-*.whl")]
    yield from map(str, bundled)
    yield from map(str, _debian_wheel(env))


def _debian_wheel(env: Mapping[str, str]) -> list[Path]:
    """Debian's pip wheel, unpacked under var/tool: apt needs no root for that when it keeps its lists there too."""
    if not (shutil.which("apt-get", path=env["PATH"]) and shutil.which("dpkg-deb", path=env["PATH"])):
        return []
    folder = TOOL / "debian"
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    own = ["-q", "-o", f"Dir::State::lists={folder / 'lists'}", "-o", f"Dir::Cache={folder / 'cache'}", "-o", "Debug::NoLocking=1",
           "-o", "APT::Sandbox::User="]
    apt_env = {**env, "LC_ALL": "C"}
    for words in (["update"], ["download", "python3-pip-whl"]):
        if commands.answers(["apt-get", *own, *words], env=apt_env, cwd=folder) is None:
            return []
    for package in folder.glob("python3-pip-whl*.deb"):
        commands.answers(["dpkg-deb", "-x", package, folder], env=apt_env)
    return list(folder.glob("usr/share/python-wheels/pip-*.whl"))


def _install(env: Mapping[str, str]) -> None:
    commands.quiet(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:",
         "--require-hashes", "--upgrade", "--target", TOOL / "uv", "-r", REQUIREMENTS / "uv.txt"],
        env=env, advice="Check the way to the package index (proxy, certificate, pip's configuration), then run the command again.")
