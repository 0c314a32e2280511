"""The product's settings with the models that exist in tests only, static files as they lie, and passwords that cost nothing."""
from opsflux.settings import *  # noqa: F403 (settings are their names)
from opsflux.settings import INSTALLED_APPS, STORAGES

INSTALLED_APPS = [*INSTALLED_APPS, "tests.door.app", "tests.merging.app"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
