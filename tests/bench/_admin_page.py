"""The product, with lists of a hundred rows: what admin-list measures."""
from django.apps import apps
from django.contrib import admin

from opsflux.wsgi import application

admin.site.get_model_admin(apps.get_model("tiers.Company")).list_per_page = 100

__all__ = ["application"]
