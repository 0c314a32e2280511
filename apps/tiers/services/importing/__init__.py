"""Imports of companies and of the Norwegian shelf register into sites and interests (TIE-20; domain rules 3 to 8, 12 and 20)."""
from apps.tiers.services.importing.companies import load_companies
from apps.tiers.services.importing.shelf import load_shelf

__all__ = ["load_companies", "load_shelf"]
