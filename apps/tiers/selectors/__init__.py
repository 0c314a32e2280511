"""Reads across the register. Other modules ask what is named here."""
from apps.tiers.selectors.group import Group, contacts_of, read_group

__all__ = ["Group", "contacts_of", "read_group"]
