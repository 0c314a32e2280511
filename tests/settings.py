"""The product's settings with the models that exist in tests only."""
from opsflux.settings import *  # noqa: F403 (settings are their names)
from opsflux.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.door.app"]
