"""Equips a model with what its bases promise: history for every tracked row, a kept path for every tree."""
from typing import Any

from apps.kernel.bases import Tracked, Tree
from apps.kernel.history import record
from apps.kernel.tree_triggers import keep_path


def equip(model: Any) -> None:
    """Called once for each model of a module, right after its class was made."""
    if issubclass(model, Tree):
        for trigger in keep_path(model):
            trigger.register(model)
    if issubclass(model, Tracked):
        record(model)
