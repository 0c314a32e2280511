"""Names of countries and currencies in the product's languages, as CLDR has them (Babel)."""
from functools import lru_cache

from babel import Locale

USER_ASSIGNED = {"XZ": ("International waters", "Eaux internationales", "Aguas internacionales")}    # which CLDR does not name
Names = tuple[str, str, str]    # English, French, Spanish; "" where a language has none


@lru_cache(1)
def _locales() -> tuple[Locale, Locale, Locale]:
    return Locale.parse("en"), Locale.parse("fr"), Locale.parse("es")


def country_names(alpha_2: str) -> Names:
    """What a country is called."""
    english, french, spanish = (locale.territories.get(alpha_2, "") for locale in _locales())
    return USER_ASSIGNED.get(alpha_2) or (english, french, spanish)


def currency_names(code: str) -> Names:
    """What a currency is called."""
    english, french, spanish = (locale.currencies.get(code, "") for locale in _locales())
    return english, french, spanish
