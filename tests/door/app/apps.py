from apps.kernel.apps import ModuleConfig


class DoorProofConfig(ModuleConfig):
    """Papers, lines, terms and badges that exist in tests only: what the access door is proven and measured on."""
    name = "tests.door.app"
    label = "doorproof"
    verbose_name = "Door proof"
