"""ASGI entry point, for the sockets under /ws/ when a module opens them."""
import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsflux.settings")
application = get_asgi_application()
