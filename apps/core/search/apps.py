from django.utils.translation import gettext_lazy as _

from apps.kernel.apps import ModuleConfig


class SearchConfig(ModuleConfig):
    name = "apps.core.search"
    label = "search"
    verbose_name = _("Search")
    icon = "search"
    menu = "system"
