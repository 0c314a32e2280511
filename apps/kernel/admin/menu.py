"""The sidebar, from the modules' declarations: each page stands in its module's group and shows to those it has something for."""
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from apps.kernel.access import may
from apps.kernel.apps import ModuleConfig

GROUPS = {"steering": _("Steering"), "modules": _("Modules"), "system": _("System")}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's navigation for this user."""
    if not request.user.is_authenticated:
        return []
    groups = []
    for name, title in GROUPS.items():
        items = [item for config in apps.get_app_configs() if isinstance(config, ModuleConfig) and config.menu == name
                 for item in _pages(request, config)]
        if items:
            groups.append({"title": title, "collapsible": True, "items": items})
    return groups


def _pages(request: HttpRequest, config: ModuleConfig) -> list[dict[str, Any]]:
    registered = [(model, page) for model, page in admin.site._registry.items()
                  if model._meta.app_label == config.label and getattr(page, "in_menu", True)]
    found = [{"title": title, "icon": icon, "link": reverse(f"admin:{name}")} for title, icon, name, shown in config.pages
             if import_string(shown)(request.user)]
    for model, page in registered:
        if may(request.user, "view", model):
            found.append({"title": capfirst(str(model._meta.verbose_name_plural)), "icon": getattr(page, "icon", config.icon),
                          "link": reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")})
            found += [{"title": title, "icon": icon, "link": reverse(f"admin:{name}")}
                      for title, icon, name in getattr(page, "menu_pages", ())]
    return found
