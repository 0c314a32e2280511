"""Code lists that everybody reads: countries, subdivisions, currencies, UN/LOCODE, airfields, helipads."""
from apps.core.reference.models.codes import Country, Currency, Subdivision
from apps.core.reference.models.places import Airfield, Helipad, Locode

__all__ = ["Airfield", "Country", "Currency", "Helipad", "Locode", "Subdivision"]
