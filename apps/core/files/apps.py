from django.utils.translation import gettext_lazy as _

from apps.kernel.apps import ModuleConfig


class FilesConfig(ModuleConfig):
    name = "apps.core.files"
    label = "files"
    verbose_name = _("Files")
    icon = "folder_open"
    menu = "system"
