"""Imports as other apps and entry points use them."""
from apps.core.exchange.running import Order, authorise, execute, missing_rights

__all__ = ["Order", "authorise", "execute", "missing_rights"]
