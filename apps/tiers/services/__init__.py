"""Use cases of the register. Other modules call what is named here."""
from apps.tiers.services.companies import activate, archive, block, restore, unblock

__all__ = ["activate", "archive", "block", "restore", "unblock"]
