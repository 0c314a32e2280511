"""./ops test: everything the tests need, then all of them."""
import os
import shutil
from collections.abc import Mapping

from opsflux.launcher import commands, environment, services, site
from opsflux.launcher.errors import LauncherError
from opsflux.launcher.paths import PYTHON, is_root
from opsflux.launcher.progress import Progress, say
from opsflux.launcher.redis import Redis

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PARALLEL = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]      # in the order of conftest.py: long files first


def run(arguments: list[str]) -> int:
    """pytest's status; `arguments` are pytest's."""
    _browser(environment.base())
    progress = Progress()
    with services.running(progress) as env:
        env = isolated(env)
        site.assets(env, progress)
        parallel = [] if any(word.startswith(("-n", "--numprocesses")) for word in arguments) else PARALLEL
        return commands.pass_through([PYTHON, "-m", "pytest", *parallel, *arguments], env=env)


def isolated(env: Mapping[str, str]) -> dict[str, str]:
    """The services, without what a site served here was told (its address, its hosts), and a Redis database apart from its queue."""
    told = {name for name in env if name.startswith("OPSFLUX_") and name not in os.environ} - {"OPSFLUX_SECRET_KEY"}
    kept = {name: value for name, value in env.items() if name not in told}
    cache = Redis()
    if kept["REDIS_URL"] == cache.url():
        kept["REDIS_URL"] = cache.url(number=1)
    return kept


def _browser(env: Mapping[str, str]) -> None:
    """A browser for the end-to-end tests; without one they skip, except where CI promises that everything runs."""
    if any(shutil.which(name, path=env["PATH"]) for name in BROWSERS):
        return
    advice = "Install Chromium (Debian: apt-get install chromium), then run the command again."
    if is_root() and shutil.which("apt-get", path=env["PATH"]):
        apt_env = {**env, "DEBIAN_FRONTEND": "noninteractive"}
        try:
            with Progress().step("Installing Chromium for the end-to-end tests"):
                commands.quiet(["apt-get", "update", "-q"], env=apt_env, advice=advice)
                commands.quiet(["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"], env=apt_env, advice=advice)
            return
        except LauncherError as error:
            say(f"ops: {error.what}")
    if env.get("CI") == "true":
        raise LauncherError("No Chromium for the end-to-end tests.", advice)
    say(f"ops: no Chromium: the end-to-end tests will be skipped. {advice}")
