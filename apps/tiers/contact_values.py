"""One spelling of mail addresses and phone numbers."""
import unicodedata

import phonenumbers
from django.utils.translation import gettext as _

from apps.tiers.choices import ContactKind


def normal_value(kind: str, value: str, country: str | None = None) -> str:
    """A lower-case e-mail, or a phone in E.164; `country` (ISO 3166-1 alpha-2) reads national numbers. ValueError says what is wrong."""
    text = unicodedata.normalize("NFKC", value).strip()
    if kind == ContactKind.EMAIL:
        return text.lower()
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise ValueError(_("This is not a phone number. Write it with its country code, for example +47 51 99 00 00.")) from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError(_("No phone number of that country has this length."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
