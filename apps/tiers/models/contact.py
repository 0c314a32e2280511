"""Where companies and persons are reached, and the keys other systems know them by."""
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.access import Access
from apps.kernel.bases import Tracked
from apps.kernel.codes import countries
from apps.tiers.choices import AddressKind, ContactKind
from apps.tiers.contact_values import normal_value
from apps.tiers.models.company import Company
from apps.tiers.models.person import Person


def _exactly_one(*names: str) -> Q:
    """A condition under which exactly one of the columns is set."""
    found = Q()
    for chosen in names:
        found |= Q(**{f"{name}__isnull": name != chosen for name in names})
    return found


class PartyLine(Tracked):
    """A line of a company or of a person."""
    company = models.ForeignKey(Company, verbose_name=_("company"), null=True, blank=True,
                                on_delete=models.CASCADE, related_name="%(class)ss")
    person = models.ForeignKey(Person, verbose_name=_("person"), null=True, blank=True,
                                on_delete=models.CASCADE, related_name="%(class)ss")

    access: ClassVar[Access] = Access(parents=("company", "person"))

    class Meta(Tracked.Meta):
        abstract = True


class Address(PartyLine):
    """TIE-01: a postal address and what it is for."""
    kind = models.CharField(_("kind"), max_length=12, choices=AddressKind.choices, default=AddressKind.HEAD_OFFICE)
    lines = models.TextField(_("street"), blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    subdivision = models.CharField(_("subdivision"), max_length=6, blank=True, help_text=_("ISO 3166-2, for example NO-11."))
    country = models.CharField(_("country"), max_length=2, choices=countries, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    # TIE-19: country, postcode (else city) and the numbers in the street; the words of the street. See services/addresses.py.
    place_key = models.GeneratedField(expression=models.Func("country", "postcode", "city", "lines", function="tiers_place_key"),
                                      output_field=models.TextField(), db_persist=True)
    street_key = models.GeneratedField(expression=models.Func("lines", function="tiers_street_key"), output_field=models.TextField(),
                                       db_persist=True)

    unrecorded: ClassVar[tuple[str, ...]] = ("place_key", "street_key")

    class Meta(PartyLine.Meta):
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ("kind", "pk")
        indexes = [models.Index(fields=["place_key", "company"], condition=Q(company__isnull=False) & ~Q(place_key=""),
                                name="tiers_address_place")]
        constraints = [
            models.CheckConstraint(condition=_exactly_one("company", "person"), name="tiers_address_of",
                                   violation_error_message=_("An address belongs to one company or to one person.")),
            models.CheckConstraint(condition=Q(latitude__isnull=True) | Q(latitude__gte=-90, latitude__lte=90),
                                   name="tiers_address_latitude",
                                   violation_error_message=_("A latitude lies between −90 and 90 degrees.")),
            models.CheckConstraint(condition=Q(longitude__isnull=True) | Q(longitude__gte=-180, longitude__lte=180),
                                   name="tiers_address_longitude",
                                   violation_error_message=_("A longitude lies between −180 and 180 degrees.")),
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (*self.lines.splitlines(), f"{self.postcode} {self.city}".strip(), self.country) if part)


class ContactPoint(PartyLine):
    """TIE-01, TIE-07: an e-mail (lower case) or a phone (E.164)."""
    kind = models.CharField(_("kind"), max_length=8, choices=ContactKind.choices, default=ContactKind.EMAIL)
    value = models.CharField(_("address or number"), max_length=254)
    label = models.CharField(_("label"), max_length=40, blank=True)
    primary = models.BooleanField(_("first choice"), default=False)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True, editable=False)

    class Meta(PartyLine.Meta):
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        ordering = ("kind", "-primary", "pk")
        indexes = [models.Index(fields=["value"], name="tiers_contactpoint_value")]
        constraints = [
            models.CheckConstraint(condition=_exactly_one("company", "person"), name="tiers_contactpoint_of",
                                   violation_error_message=_("A contact point belongs to one company or to one person.")),
            models.UniqueConstraint(fields=["company", "kind"], condition=Q(primary=True, company__isnull=False),
                                    name="tiers_contactpoint_company_first",
                                    violation_error_message=_("There is already a first choice of this kind.")),
            models.UniqueConstraint(fields=["person", "kind"], condition=Q(primary=True, person__isnull=False),
                                    name="tiers_contactpoint_person_first",
                                    violation_error_message=_("There is already a first choice of this kind.")),
        ]

    def __str__(self) -> str:
        return self.value

    def clean(self) -> None:
        """Store one spelling of the address or number."""
        super().clean()
        country = self.company.country if self.company_id and self.company else None
        try:
            self.value = normal_value(self.kind, self.value, country)
            if self.kind == ContactKind.EMAIL:
                validate_email(self.value)
        except ValidationError as error:
            raise ValidationError({"value": error}) from error
        except ValueError as error:
            raise ValidationError({"value": str(error)}) from error


class ExternalId(Tracked):
    """A key another system knows a company, person or site by; imports find their records by it."""
    system = models.CharField(_("system"), max_length=40, help_text=_("For example npdid.company."))
    value = models.CharField(_("key"), max_length=100)
    company = models.ForeignKey(Company, verbose_name=_("company"), null=True, blank=True,
                                on_delete=models.CASCADE, related_name="external_ids")
    person = models.ForeignKey(Person, verbose_name=_("person"), null=True, blank=True,
                                on_delete=models.CASCADE, related_name="external_ids")
    site = models.ForeignKey("factory.Site", verbose_name=_("site"), null=True, blank=True,
                                on_delete=models.CASCADE, related_name="+")

    access: ClassVar[Access] = Access(parents=("company", "person", "site"))

    class Meta(Tracked.Meta):
        verbose_name = _("external key")
        verbose_name_plural = _("external keys")
        ordering = ("system", "value", "pk")
        constraints = [
            models.UniqueConstraint(fields=["system", "value"], name="tiers_externalid_once",
                                    violation_error_message=_("This key of that system already belongs to a record.")),
            models.CheckConstraint(condition=_exactly_one("company", "person", "site"), name="tiers_externalid_of",
                                   violation_error_message=_("An external key belongs to one company, person or site.")),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.value}"
