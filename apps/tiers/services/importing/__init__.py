"""Imports of the Norwegian shelf register into companies, sites and interests (TIE-20; domain rules 3 to 8, 12 and 20)."""
from apps.tiers.services.importing.companies import import_companies
from apps.tiers.services.importing.facilities import import_facilities
from apps.tiers.services.importing.files import LARGEST_FILE, SourceFile, load
from apps.tiers.services.importing.report import Count, ImportReport, ReportedFinding

__all__ = ["LARGEST_FILE", "Count", "ImportReport", "ReportedFinding", "SourceFile", "import_companies", "import_facilities", "load"]
