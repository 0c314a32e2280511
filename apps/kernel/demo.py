"""The demonstration site. A module declares what it shows of itself in demo.py:

    def load(demonstration): ...        # writes through models and services; records for modules further right go to .records
    def loaded() -> bool: ...           # optional: whether its part is there already

All parts are loaded in the order of the apps, in one transaction, and the same each time: names and figures come from `random`."""
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from random import Random
from types import ModuleType
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.module_loading import module_has_submodule

from apps.kernel.access import session
from apps.kernel.apps import KernelConfig, ModuleConfig

SEED = 20_070_119


@dataclass(frozen=True)
class Account:
    """An account of the demonstration with its password, which is kept nowhere else."""
    email: str
    password: str
    about: str


@dataclass
class Demonstration:
    """What the modules share while they load: chance that repeats itself, records by name, the accounts, and where progress is told."""
    say: Callable[[str], None]
    random: Random = field(default_factory=lambda: Random(SEED))  # nosec B311 # sample data, nothing secret
    records: dict[str, Any] = field(default_factory=dict)
    accounts: list[Account] = field(default_factory=list)


def is_loaded() -> bool:
    """Whether a module finds its part of the demonstration in the database."""
    return any(part.loaded() for _config, part in _parts() if hasattr(part, "loaded"))


def load(say: Callable[[str], None]) -> Demonstration:
    """Load every module's part, all or nothing, in the site's language; `say` is told each module's title before it begins."""
    demonstration = Demonstration(say)
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE), session():
        for config, part in _parts():
            say(str(config.verbose_name))
            part.load(demonstration)
    return demonstration


def _parts() -> Iterator[tuple[ModuleConfig, ModuleType]]:
    for config in apps.get_app_configs():
        if isinstance(config, ModuleConfig) and not isinstance(config, KernelConfig) and module_has_submodule(config.module, "demo"):
            yield config, import_module(f"{config.name}.demo")
