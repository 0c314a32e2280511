"""Company identifiers by country: which schemes exist, how strongly each is checked, and the one door a number comes in by (TIE-01).

A number is `valid` only where python-stdnum knows check digits for its scheme and they agree; everything else is `unverified`.
Numbers of natural persons are refused: they are never stored here.
"""
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Any

from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError

from apps.kernel.errors import Invalid

VALID, UNVERIFIED = "valid", "unverified"
UNSPECIFIED = "unspecified"
LONGEST_VALUE = 64


class Strength(StrEnum):
    """How much a scheme's number says about its own correctness."""
    CHECK_DIGITS = "check_digits"
    FORMAT = "format"
    NONE = "none"


@dataclass(frozen=True)
class Scheme:
    """One kind of number. `country` is ISO 3166-1 alpha-2, empty for international ones; `module` the python-stdnum module, empty for none;
    `registration` numbers name one legal entity and are unique, tax numbers may be shared; `persons` matches the compact numbers this
    scheme gives to natural persons."""
    code: str
    label: Any
    country: str = ""
    module: str = ""
    strength: Strength = Strength.CHECK_DIGITS
    registration: bool = False
    persons: str = ""


@dataclass(frozen=True)
class Checked:
    """A number ready to store: its compact form and whether check digits confirm it."""
    scheme: str
    value: str
    check: str

    @property
    def unique(self) -> bool:
        """Whether no two companies may carry this number."""
        return self.check == VALID and SCHEMES[self.scheme].registration


def _national(code: str, label: Any, *, registration: bool = False, strength: Strength = Strength.CHECK_DIGITS,
              persons: str = "") -> Scheme:
    """A scheme of one country whose code is its python-stdnum module."""
    return Scheme(code, label, code[:2].upper(), code, strength, registration, persons)


_PT_PERSON, _SE_PERSON = "[123]|45", "..[01]"
_EU_PERSONS = rf"ES(?:\d{{8}}|[KLMXYZ]\d{{7}})[A-Z]$|PT(?:{_PT_PERSON})|SE{_SE_PERSON}|BG\d{{10}}$|CZ\d{{9,10}}$|LV[0-3]"

SCHEMES: dict[str, Scheme] = {scheme.code: scheme for scheme in (
    Scheme("lei", _("Legal entity identifier (LEI)"), module="lei", registration=True),
    Scheme("iban", _("Bank account (IBAN)"), module="iban"),
    Scheme("bic", _("Bank (BIC)"), module="bic", strength=Strength.FORMAT),
    Scheme("imo", _("IMO ship number"), module="imo"),
    Scheme("eu.vat", _("European VAT number"), module="eu.vat", persons=_EU_PERSONS),
    _national("fr.siren", _("SIREN (France)"), registration=True),
    _national("fr.siret", _("SIRET (France)"), registration=True),
    _national("fr.tva", _("VAT number (France)")),
    _national("ma.ice", _("ICE (Morocco)"), registration=True),
    _national("no.orgnr", _("Organisation number (Norway)"), registration=True),
    _national("no.mva", _("VAT number (Norway)")),
    _national("gb.vat", _("VAT number (United Kingdom)")),
    _national("gb.utr", _("Taxpayer reference, UTR (United Kingdom)")),
    Scheme("gb.crn", _("Companies House number (United Kingdom)"), "GB", strength=Strength.NONE, registration=True),
    _national("es.cif", _("CIF (Spain)"), registration=True),
    _national("pt.nif", _("NIF (Portugal)"), persons=_PT_PERSON),
    _national("it.iva", _("VAT number (Italy)")),
    _national("de.vat", _("VAT number (Germany)")),
    _national("nl.btw", _("VAT number (Netherlands)")),
    _national("be.vat", _("Enterprise and VAT number (Belgium)")),
    _national("ch.uid", _("UID (Switzerland)"), registration=True),
    _national("dk.cvr", _("CVR number (Denmark)"), registration=True),
    _national("se.orgnr", _("Organisation number (Sweden)"), registration=True, persons=_SE_PERSON),
    _national("fi.ytunnus", _("Business identifier (Finland)"), registration=True),
    _national("pl.nip", _("NIP (Poland)")),
    _national("sn.ninea", _("NINEA (Senegal)"), registration=True),
    _national("gn.nifp", _("NIFp (Guinea)")),
    _national("mz.nuit", _("NUIT (Mozambique)")),
    _national("gh.tin", _("TIN (Ghana)"), persons="P"),
    _national("za.tin", _("Tax reference number (South Africa)")),
    _national("br.cnpj", _("CNPJ (Brazil)"), registration=True),
    _national("cn.uscc", _("Unified social credit code (China)"), registration=True),
    _national("ca.bn", _("Business number (Canada)"), registration=True),
    _national("au.abn", _("ABN (Australia)"), registration=True),
    _national("dz.nif", _("NIF (Algeria)"), strength=Strength.FORMAT),
    _national("tn.mf", _("Tax number, matricule fiscal (Tunisia)"), strength=Strength.FORMAT),
    _national("eg.tn", _("Tax registration number (Egypt)"), strength=Strength.FORMAT),
    _national("ke.pin", _("PIN (Kenya)"), strength=Strength.FORMAT, persons="A"),
    _national("us.ein", _("EIN (United States)"), strength=Strength.FORMAT),
    Scheme("national", _("Other national company number"), strength=Strength.NONE, registration=True),
    Scheme(UNSPECIFIED, _("Number of an unnamed scheme"), strength=Strength.NONE),
)}

# Numbers of natural persons that can be told from company numbers by form and check digits; looked for where a scheme checks nothing.
PERSONAL = (("no.fodselsnummer", r"\d{11}"), ("fr.nir", r"\d{15}|\d{5}2[AB]\d{8}"), ("fi.hetu", r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Z]"),
            ("it.codicefiscale", r"[A-Z0-9]{16}"), ("es.dni", r"\d{8}[A-Z]"), ("es.nie", r"[XYZ]\d{7}[A-Z]"), ("pl.pesel", r"\d{11}"),
            ("br.cpf", r"\d{3}\.\d{3}\.\d{3}-\d{2}|\d{11}"), ("us.ssn", r"\d{3}-\d{2}-\d{4}"), ("dk.cpr", r"\d{6}-\d{4}"),
            ("se.personnummer", r"(?:\d\d)?\d{6}[-+]\d{4}"))


def scheme_choices() -> list[tuple[str, Any]]:
    """Every scheme's code and label, for a model's or form's choices."""
    return [(scheme.code, scheme.label) for scheme in SCHEMES.values()]


def schemes_of(country: str) -> list[Scheme]:
    """The schemes a company of a country (ISO 3166-1 alpha-2) may be known by, its own first, then international ones."""
    own = [scheme for scheme in SCHEMES.values() if scheme.country == country]
    return own + [scheme for scheme in SCHEMES.values() if not scheme.country]


def normalise(scheme: str, value: str) -> Checked:
    """The number as it is stored. Source of the checks: python-stdnum 2.2.

    Raises Invalid: `identifier_scheme`, unknown scheme; `identifier_empty`; `identifier_checksum`, a scheme with check digits and they (or
    the length) are wrong; `identifier_format`; `identifier_of_person`, the number of a natural person.
    """
    known = SCHEMES.get(scheme)
    if known is None:
        raise Invalid("identifier_scheme", _("Unknown kind of identifier."), scheme=_("Choose a kind of identifier from the list."))
    typed = unicodedata.normalize("NFKC", value or "").strip().upper()
    if not typed.isalnum() and not any(sign.isalnum() for sign in typed):
        raise _refused("identifier_empty", _("The number is empty."))
    if known.strength is Strength.NONE:
        return Checked(scheme, _unchecked(typed), UNVERIFIED)
    try:
        compact = _module(known.module).validate(typed)
    except (ValidationError, ValueError):  # some modules let int() fail on letters among the digits
        if known.strength is Strength.FORMAT:
            raise _refused("identifier_format", _("This is not written as a %(scheme)s is.") % {"scheme": known.label}) from None
        raise _refused("identifier_checksum", _("This is not a correct %(scheme)s: check the digits.") % {"scheme": known.label}) from None
    if known.persons and re.match(known.persons, compact):
        raise _of_person()
    return Checked(scheme, compact, VALID if known.strength is Strength.CHECK_DIGITS else UNVERIFIED)


@cache
def _module(name: str) -> Any:
    return import_module(f"stdnum.{name}")


def normalise_unnamed(likely: str, value: str) -> Checked:
    """A number from a file that does not name its scheme: under `likely` where its check digits agree, else kept as `unspecified`.

    Raises Invalid as `normalise` for an empty number or one of a natural person.
    """
    try:
        return normalise(likely, value)
    except Invalid as refusal:
        if refusal.code not in ("identifier_checksum", "identifier_format"):
            raise
        return normalise(UNSPECIFIED, value)


def siren_of(siret: str) -> str:
    """The SIREN of the company an establishment's SIRET belongs to: its first nine digits."""
    return siret[:9]


def check_same_company(siret: str, siren: str) -> None:
    """Raises Invalid `identifier_siret_other_company` unless the SIRET names an establishment of the SIREN's company (both compact)."""
    if siren_of(siret) != siren:
        raise _refused("identifier_siret_other_company", _("This SIRET belongs to the company with SIREN %(siren)s, not to this one.")
                       % {"siren": siren_of(siret)})


def nace_code(value: str) -> str:
    """A NACE Rev. 2 activity in its dotted form, `06.10`. Raises Invalid `nace_unknown`, also for a section letter before it (`B0610`)."""
    typed = (value or "").strip()
    try:
        import_module("stdnum.eu.nace").validate(typed, revision="2.0")
    except ValidationError:
        raise Invalid("nace_unknown", _("Unknown NACE activity."), nace=_("Give a NACE Rev. 2 code with its dot, as 06.10.")) from None
    digits = typed.replace(".", "")
    return f"{digits[:2]}.{digits[2:]}" if len(digits) > 2 else digits


def _unchecked(typed: str) -> str:
    """A number no module knows, less blanks, dots and hyphens (a slash may be part of it)."""
    compact = re.sub(r"[\s.\-‐‑‒–—]", "", typed)
    for module, form in PERSONAL:
        written = [one for one in (typed, compact) if re.fullmatch(form, one, re.ASCII)]
        if any(map(import_module(f"stdnum.{module}").is_valid, written)):
            raise _of_person()
    if len(compact) > LONGEST_VALUE:
        raise _refused("identifier_format", _("The number is longer than %(count)d characters.") % {"count": LONGEST_VALUE})
    return compact


def _of_person() -> Invalid:
    return _refused("identifier_of_person", _("This is the national number of a natural person: such numbers are not stored."))


def _refused(code: str, message: Any) -> Invalid:
    return Invalid(code, message, value=message)
