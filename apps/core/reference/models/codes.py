"""ISO 3166 countries and subdivisions, ISO 4217 currencies."""
from typing import Any, ClassVar

import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.kernel.access import Access
from apps.kernel.bases import Tracked
from apps.kernel.search import folded_index

ALPHA_2, ALPHA_3, NUMERIC, SUBDIVISION = "^[A-Z]{2}$", "^[A-Z]{3}$", "^[0-9]{3}$", "^[A-Z]{2}-[A-Z0-9]{1,3}$"
TRANSLATED = ("fr", "es")       # the product's languages beside English

OF_ITS_COUNTRY = """
IF EXISTS (SELECT FROM new_values n WHERE NOT EXISTS (
        SELECT FROM reference_country c WHERE c.id = n.country_id AND c.alpha_2 = left(n.code, 2))) THEN
    RAISE EXCEPTION 'a code does not begin with the code of its country'
    USING ERRCODE = '23514', CONSTRAINT = '{constraint}';
END IF; RETURN NULL;"""


def written(pattern: str, message: Any) -> RegexValidator:
    """What is typed into a code's field; the database checks the same pattern."""
    return RegexValidator(pattern, message, "bad_code")


def patterned(field: str, pattern: str, name: str, message: Any, *, blank: bool = False) -> models.CheckConstraint:
    """The database's own check of a code."""
    condition = Q(**{f"{field}__regex": pattern}) | Q(**{field: ""}) if blank else Q(**{f"{field}__regex": pattern})
    return models.CheckConstraint(condition=condition, name=name, violation_error_message=message)


def once(field: str, name: str, message: Any) -> models.UniqueConstraint:
    """A code that two records may not share, where they have one."""
    return models.UniqueConstraint(fields=[field], condition=~Q(**{field: ""}), name=name, violation_error_message=message)


def of_its_country(constraint: str) -> list[pgtrigger.Trigger]:
    """The first two letters of a code are its country's: asked once a statement, as a list of 100,000 codes is one."""
    return [pgtrigger.Trigger(name=f"of_its_country_{name}", when=pgtrigger.After, operation=operation, level=pgtrigger.Statement,
                              referencing=pgtrigger.Referencing(new="new_values"), func=OF_ITS_COUNTRY.format(constraint=constraint))
            for name, operation in (("insert", pgtrigger.Insert), ("update", pgtrigger.Update))]


class OfCountry(Tracked):
    """A code that begins with the two letters of its country."""
    country: Any

    class Meta(Tracked.Meta):
        abstract = True

    def clean(self) -> None:
        super().clean()
        if self.country_id and not self.code.startswith(self.country.alpha_2):   # type: ignore[attr-defined]  # of the subclass
            raise ValidationError({"code": ValidationError(_("The code begins with the two letters of the country, %(code)s."),
                                                           "other_country", {"code": self.country.alpha_2})})


class Named(Tracked):
    """Something with a name in each of the product's languages; a missing one is the English one."""
    name = models.CharField(_("name"), max_length=120, help_text=_("In English."))
    name_fr = models.CharField(_("name in French"), max_length=120, blank=True)
    name_es = models.CharField(_("name in Spanish"), max_length=120, blank=True)

    class Meta(Tracked.Meta):
        abstract = True
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.called()

    def called(self) -> str:
        """The name in the reader's language."""
        language = (get_language() or "en").split("-")[0]
        return getattr(self, f"name_{language}", "") or self.name


class Country(Named):
    """ISO 3166-1, and the two codes of its users that transport files need: XK (Kosovo) and XZ (international waters)."""
    alpha_2 = models.CharField(_("code"), max_length=2, unique=True, help_text=_("ISO 3166-1 alpha-2."),
                               validators=[written(ALPHA_2, _("Two capital letters, for example NO."))])
    alpha_3 = models.CharField(_("three-letter code"), max_length=3, blank=True, help_text=_("ISO 3166-1 alpha-3."),
                               validators=[written(ALPHA_3, _("Three capital letters, for example NOR."))])
    numeric = models.CharField(_("numeric code"), max_length=3, blank=True, help_text=_("ISO 3166-1, three digits."),
                               validators=[written(NUMERIC, _("Three digits, for example 578."))])

    access: ClassVar[Access] = Access(columns=frozenset({"alpha_2"}))
    reference: ClassVar[bool] = True

    class Meta(Named.Meta):
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        constraints = [
            patterned("alpha_2", ALPHA_2, "reference_country_alpha_2", _("Two capital letters, for example NO.")),
            patterned("alpha_3", ALPHA_3, "reference_country_alpha_3", _("Three capital letters, for example NOR."), blank=True),
            patterned("numeric", NUMERIC, "reference_country_numeric", _("Three digits, for example 578."), blank=True),
            once("alpha_3", "reference_country_alpha_3_once", _("Another country has this three-letter code.")),
            once("numeric", "reference_country_numeric_once", _("Another country has this numeric code.")),
        ]


class Subdivision(OfCountry):
    """ISO 3166-2: a state, county, department … of a country."""
    code = models.CharField(_("code"), max_length=6, unique=True, help_text=_("ISO 3166-2, for example NO-11."),
                            validators=[written(SUBDIVISION, _("The country's code, a hyphen, one to three letters or digits: NO-11."))])
    country = models.ForeignKey(Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="subdivisions", db_index=False)
    name = models.CharField(_("name"), max_length=120)
    category = models.CharField(_("category"), max_length=60, blank=True, help_text=_("As ISO 3166-2 names it, for example County."))

    access: ClassVar[Access] = Access(columns=frozenset({"country", "code"}))
    reference: ClassVar[bool] = True

    class Meta(Tracked.Meta):
        verbose_name = _("subdivision")
        verbose_name_plural = _("subdivisions")
        ordering = ("code",)
        indexes = [models.Index(fields=["country", "code"], name="reference_subdivision_country"),
                   folded_index("name", "reference_subdivision_search")]
        constraints = [patterned("code", SUBDIVISION, "reference_subdivision_code",
                                 _("The country's code, a hyphen, one to three letters or digits: NO-11."))]
        triggers = of_its_country("reference_subdivision_country_code")

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Currency(Named):
    """ISO 4217, those in use and those withdrawn."""
    code = models.CharField(_("code"), max_length=3, unique=True, help_text=_("ISO 4217."),
                            validators=[written(ALPHA_3, _("Three capital letters, for example NOK."))])
    numeric = models.CharField(_("numeric code"), max_length=3, blank=True, help_text=_("ISO 4217, three digits."),
                               validators=[written(NUMERIC, _("Three digits, for example 578."))])
    minor_units = models.PositiveSmallIntegerField(_("decimals"), null=True, blank=True,
                                                   help_text=_("Decimals of an amount; empty for gold and other units that have none."))
    withdrawn = models.CharField(_("withdrawn"), max_length=24, null=True, blank=True,
                                 help_text=_("When it went out of use, as the standard writes it: 2002-03. Empty while it is in use."))

    access: ClassVar[Access] = Access(columns=frozenset({"code"}))
    reference: ClassVar[bool] = True

    class Meta(Named.Meta):
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")
        constraints = [
            patterned("code", ALPHA_3, "reference_currency_code", _("Three capital letters, for example NOK.")),
            patterned("numeric", NUMERIC, "reference_currency_numeric", _("Three digits, for example 578."), blank=True),
            models.CheckConstraint(condition=Q(minor_units__isnull=True) | Q(minor_units__lte=4), name="reference_currency_minor_units",
                                   violation_error_message=_("A currency has at most four decimals.")),
            models.CheckConstraint(condition=Q(withdrawn__isnull=True) | ~Q(withdrawn=""), name="reference_currency_withdrawn"),
        ]
