"""ModuleConfig: an app of OpsFlux says its title, icon and menu; everything else is discovered like admin.py."""
from importlib import import_module
from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext_lazy as _


class ModuleConfig(AppConfig):
    """Base of every app's configuration. `menu` is the group its pages stand in: steering, modules or system."""
    default = False         # the base is nobody's configuration; each subclass is its app's
    default_auto_field = "django.db.models.BigAutoField"
    icon: ClassVar[str] = "folder"
    menu: ClassVar[str] = "modules"
    pages: ClassVar[tuple[tuple[Any, str, str, str], ...]] = ()     # in the menu beside models: title, icon, address, who is asked (dotted)
    discovered: ClassVar[tuple[str, ...]] = ("services", "events", "receivers", "principal", "jobs", "presets", "kpis", "api")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.default = True

    def import_models(self) -> None:
        """Give each resource its history as soon as its class exists, so that migrations see it."""
        super().import_models()
        from apps.kernel.equip import equip
        for model in list((self.models or {}).values()):
            equip(model)

    def ready(self) -> None:
        """Import the app's declarations; a missing file is no error, a broken one is."""
        for name in self.discovered:
            if module_has_submodule(self.module, name):
                import_module(f"{self.name}.{name}")


class KernelConfig(ModuleConfig):
    name = "apps.kernel"
    label = "kernel"
    verbose_name: Any = _("Kernel")
    discovered = ()

    def ready(self) -> None:
        from apps.kernel import checks  # noqa: F401 (registers the system checks)
