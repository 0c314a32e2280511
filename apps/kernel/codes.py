"""Code lists as choices: countries (ISO 3166-1), currencies (ISO 4217), languages (ISO 639-1), named in the reader's language."""
import gettext as catalogues
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pycountry
from django.utils.choices import BaseChoiceIterator
from django.utils.functional import lazy
from django.utils.translation import get_language


@lru_cache(64)
def _catalogue(domain: str, language: str) -> catalogues.NullTranslations:
    return catalogues.translation(domain, pycountry.LOCALES_DIR, [language], fallback=True)


def _named(domain: str, name: str) -> str:
    return _catalogue(domain, (get_language() or "en").split("-")[0]).gettext(name)


_lazy_name = lazy(_named, str)


class CodeList(BaseChoiceIterator):
    """Choices in their final form. Django would bring a plain list into it anew at each reading: for each cell of a list page."""

    def __init__(self, codes: list[tuple[str, Any]]) -> None:
        self.codes = codes

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(self.codes)


@lru_cache(1)
def countries() -> CodeList:
    """ISO 3166-1 alpha-2 codes with their names."""
    return CodeList([(country.alpha_2, _lazy_name("iso3166-1", country.name)) for country in pycountry.countries])


@lru_cache(1)
def currencies() -> CodeList:
    """ISO 4217 codes with their names."""
    return CodeList([(money.alpha_3, _lazy_name("iso4217", money.name)) for money in pycountry.currencies])


@lru_cache(1)
def languages() -> CodeList:
    """ISO 639-1 codes with their names."""
    return CodeList([(tongue.alpha_2, _lazy_name("iso639-3", tongue.name)) for tongue in pycountry.languages
                     if hasattr(tongue, "alpha_2")])
