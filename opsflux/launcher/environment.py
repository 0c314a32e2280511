"""The environment of everything the launcher starts: complete even when the caller's is empty."""
import json
import os
import pwd
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opsflux.launcher.paths import VAR, VENV

OURS = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL")
# The last would have every start compile every module again.
UNWANTED = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE")
RUNNING = VAR / "running.json"
# Where systems keep the authorities they trust: Debian and Alpine, Red Hat, SUSE, macOS.
AUTHORITIES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem")


def base() -> dict[str, str]:
    """The caller's environment without what would reach into our Python, and with what programs cannot do without."""
    env = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    env.setdefault("PATH", os.defpath)
    env.setdefault("HOME", _home())
    if not any(env.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG")):
        env["LC_ALL"] = "C.UTF-8"
    return env


def _home() -> str:
    """The account's home; a folder of the checkout for an account without a usable one (daemons, containers with odd ids)."""
    try:
        home = pwd.getpwuid(os.geteuid()).pw_dir
    except KeyError:
        home = ""
    if home and os.access(home, os.W_OK):
        return home
    folder = VAR / "home"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return str(folder)


def trusting(env: Mapping[str, str]) -> dict[str, str]:
    """`env` in which pip, uv and npm trust whom the machine trusts: a company's proxy has its own authority."""
    found = next((path for path in AUTHORITIES if Path(path).is_file()), None)
    trusted = dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"), found) if found else {}
    return {**trusted, **env}


def services(embedded: dict[str, str]) -> dict[str, str]:
    """For Django and what it runs under: the caller's words first, then those of the running site, then the embedded services'."""
    env = base()
    for known in (running().get("environment", {}), embedded):
        for name, value in known.items():
            env.setdefault(name, value)
    env.setdefault("OPSFLUX_SECRET_KEY", secret_key())
    env["PATH"] = f"{VENV / 'bin'}{os.pathsep}{env['PATH']}"
    return env


def is_ours(name: str) -> bool:
    """Does this variable say something of the site?"""
    return name in OURS or name.startswith("OPSFLUX_")


def secret_key() -> str:
    """The installation's own key, made once; another one would sign everybody out."""
    path = VAR / "secret-key"
    if not path.is_file():
        write_private(path, secrets.token_urlsafe(64))
    return path.read_text().strip()


def running() -> dict[str, Any]:
    """What the site was last started with: port, bind, url, environment. Empty when it was stopped."""
    return json.loads(RUNNING.read_text()) if RUNNING.is_file() else {}


def remember(port: int, bind: str, url: str, env: dict[str, str]) -> None:
    """Keep what `serve`, `manage` and a restart after a crash need; owner only, it holds secrets."""
    kept = {name: value for name, value in env.items() if is_ours(name)}
    write_private(RUNNING, json.dumps({"port": port, "bind": bind, "url": url, "environment": kept}, indent=1))


def forget() -> None:
    RUNNING.unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write for the owner alone, whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}")
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    Path(name).replace(path)
