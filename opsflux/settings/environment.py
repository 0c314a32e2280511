"""What an installation says of itself. A missing or malformed value stops the start with its name."""
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()
BOOLEANS = ("true", "yes", "on", "1", "false", "no", "off", "0")


def read(kind: str, name: str, **default: Any) -> Any:
    """The variable `name` as `kind` (str, bool, int, list …); the error of a bad one names it and says what to do."""
    try:
        if kind == "bool" and env.ENVIRON.get(name, "no").lower() not in BOOLEANS:
            raise ValueError(f"say one of {', '.join(BOOLEANS)}")       # the library takes any other word for false
        return getattr(env, kind)(name, **default)
    except ImproperlyConfigured as error:
        raise ImproperlyConfigured(f"{name} is not set. Set it in the environment; see docs/administrator.md.") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ImproperlyConfigured(f"{name} is not a valid {kind}: {error}. Correct it in the environment.") from error


def database_url(name: str) -> dict[str, Any]:
    """A PostgreSQL address as Django wants it; any other kind of database is refused."""
    parsed: dict[str, Any] = read("db_url", name)
    if parsed.get("ENGINE") not in ("django.db.backends.postgresql", "django.db.backends.postgresql_psycopg2"):
        raise ImproperlyConfigured(f"{name} must be a postgres:// address: OpsFlux runs on PostgreSQL only.")
    # libpq's way of naming a server's socket (?host=/run/…); Django looks for it in HOST.
    parsed["HOST"] = parsed.setdefault("OPTIONS", {}).pop("host", parsed.get("HOST", ""))
    return parsed


def broker_url(url: str) -> str:
    """Celery's own spelling of a Redis that listens on a socket: unix:///path?db=1 becomes redis+socket:///path?virtual_host=1."""
    if not url.startswith("unix://"):
        return url
    path, _, query = url.removeprefix("unix://").partition("?")
    return f"redis+socket://{path}?virtual_host={dict(parse_qsl(query)).get('db', '0')}"
