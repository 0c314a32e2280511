"""Settings, by subject. Everything that differs between installations comes from the environment (environment.py)."""
from opsflux.settings.base import *  # noqa: F403
from opsflux.settings.interface import *  # noqa: F403
from opsflux.settings.logs import *  # noqa: F403
from opsflux.settings.security import *  # noqa: F403
