"""Places of transport: UN/LOCODE, airfields, helipads. Positions are degrees WGS 84."""
from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.reference.choices import AirfieldKind, Approval, Function
from apps.core.reference.models.codes import ALPHA_3, SUBDIVISION, Country, OfCountry, of_its_country, once, patterned, written
from apps.kernel.access import Access
from apps.kernel.bases import Tracked
from apps.kernel.search import Fold, FoldedField
from apps.kernel.zones import known_time_zone

LOCODE, ICAO, IDENT = "^[A-Z]{2}[A-Z0-9]{3}$", "^[A-Z]{4}$", "^[A-Z0-9_-]{2,10}$"
_FIVE = _("The country's code and three letters or digits, for example FRLEH.")
_IDENT = _("Two to ten capital letters, digits, hyphens or underscores.")
_THREE = _("Three capital letters, for example BGO.")
_FOUR = _("Four capital letters, for example ENBR.")


def _searched(columns: str) -> pgtrigger.Trigger:
    """What a place is found by, folded once."""
    return pgtrigger.Trigger(name="keep_search", when=pgtrigger.Before, operation=pgtrigger.Insert | pgtrigger.Update,
                             level=pgtrigger.Row, func=f"NEW.search = opsflux_fold(concat_ws(' ', {columns})); RETURN NEW;")


class Positioned(Tracked):
    """A place on the earth, where its source gives one."""
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True,
                                   help_text=_("Degrees north, WGS 84."))
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True,
                                    help_text=_("Degrees east, WGS 84."))
    search = FoldedField()

    unrecorded: ClassVar[tuple[str, ...]] = ("search", "sort_name")
    reference: ClassVar[bool] = True

    class Meta(Tracked.Meta):
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(latitude__isnull=True) | Q(latitude__gte=-90, latitude__lte=90),
                                   name="%(app_label)s_%(class)s_latitude",
                                   violation_error_message=_("A latitude lies between −90 and 90 degrees.")),
            models.CheckConstraint(condition=Q(longitude__isnull=True) | Q(longitude__gte=-180, longitude__lte=180),
                                   name="%(app_label)s_%(class)s_longitude",
                                   violation_error_message=_("A longitude lies between −180 and 180 degrees.")),
            models.CheckConstraint(condition=Q(latitude__isnull=True, longitude__isnull=True)
                                   | Q(latitude__isnull=False, longitude__isnull=False), name="%(app_label)s_%(class)s_position",
                                   violation_error_message=_("Give both latitude and longitude, or neither.")),
        ]


def _sorted() -> models.GeneratedField:
    """The folded name, by which lists are ordered."""
    return models.GeneratedField(expression=Fold("name"), output_field=models.CharField(max_length=160), db_persist=True)


class Locode(OfCountry, Positioned):
    """UN/LOCODE (UN/ECE Recommendation 16): a place of trade and transport. Its position is a whole minute: within about 1 km."""
    code = models.CharField(_("code"), max_length=5, unique=True, help_text=_("UN/LOCODE, for example FRLEH."),
                            validators=[written(LOCODE, _FIVE)])
    country = models.ForeignKey(Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="locodes", db_index=False)
    name = models.CharField(_("name"), max_length=120)
    sort_name = _sorted()
    plain_name = models.CharField(_("name without accents"), max_length=120, blank=True)
    other_names = ArrayField(models.CharField(max_length=120), verbose_name=_("other names"), default=list, blank=True)
    subdivision = models.CharField(_("subdivision"), max_length=6, blank=True, help_text=_("ISO 3166-2, for example NO-11."),
                                   validators=[written(SUBDIVISION, _("The country's code, a hyphen, one to three letters or "
                                                                      "digits: NO-11."))])
    functions = ArrayField(models.CharField(max_length=16, choices=Function.choices), verbose_name=_("functions"), default=list, blank=True)
    approval = models.CharField(_("approval"), max_length=2, choices=Approval.choices, blank=True)
    dated = models.DateField(_("last changed in the list"), null=True, blank=True, help_text=_("The first day of the month it states."))
    iata = models.CharField(_("IATA code"), max_length=3, blank=True, help_text=_("Where it differs from the last three letters."),
                            validators=[written(ALPHA_3, _THREE)])
    source_position = models.CharField(_("position as written in the source"), max_length=24, blank=True,
                                       help_text=_("Degrees and minutes: 4930N 00006E. Without latitude and longitude: it cannot be read."))
    remarks = models.CharField(_("remarks"), max_length=120, blank=True)

    access: ClassVar[Access] = Access(columns=frozenset({"country", "code", "approval"}))

    class Meta(Positioned.Meta):
        verbose_name = _("UN/LOCODE")
        verbose_name_plural = _("UN/LOCODE places")
        ordering = ("sort_name", "pk")
        indexes = [
            models.Index(fields=["sort_name", "id"], name="reference_locode_sort"),
            models.Index(fields=["country", "sort_name", "id"], name="reference_locode_country"),
            models.Index(fields=["approval", "sort_name", "id"], name="reference_locode_approval"),
            GinIndex(fields=["functions"], name="reference_locode_functions"),
            GinIndex(OpClass("search", "gin_trgm_ops"), name="reference_locode_search"),
        ]
        constraints = [*Positioned.Meta.constraints,
                       patterned("code", LOCODE, "reference_locode_code", _FIVE),
                       patterned("subdivision", SUBDIVISION, "reference_locode_subdivision",
                                 _("The country's code, a hyphen, one to three letters or digits: NO-11."), blank=True),
                       patterned("iata", ALPHA_3, "reference_locode_iata", _THREE, blank=True),
                       models.CheckConstraint(condition=Q(functions__contained_by=Function.values), name="reference_locode_known")]
        triggers = [*of_its_country("reference_locode_country_code"),
                    _searched("NEW.code, NEW.name, NEW.plain_name, array_to_string(NEW.other_names, ' '), NEW.iata")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Airfield(Positioned):
    """An airport, heliport or seaplane base."""
    ident = models.CharField(_("identifier"), max_length=10, unique=True, validators=[written(IDENT, _IDENT)],
                             help_text=_("The key of the lists: its ICAO code or, where it has none, a national one."))
    icao = models.CharField(_("ICAO code"), max_length=4, blank=True, validators=[written(ICAO, _FOUR)])
    iata = models.CharField(_("IATA code"), max_length=3, blank=True, validators=[written(ALPHA_3, _THREE)])
    local_code = models.CharField(_("national code"), max_length=10, blank=True)
    name = models.CharField(_("name"), max_length=120)
    sort_name = _sorted()
    kind = models.CharField(_("kind"), max_length=16, choices=AirfieldKind.choices, default=AirfieldKind.AIRPORT)
    country = models.ForeignKey(Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="airfields", db_index=False)
    region = models.CharField(_("region"), max_length=80, blank=True)
    municipality = models.CharField(_("municipality"), max_length=80, blank=True)
    elevation = models.DecimalField(_("elevation (ft)"), max_digits=7, decimal_places=1, null=True, blank=True,
                                    help_text=_("Feet above mean sea level."))
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[known_time_zone])
    source = models.CharField(_("source"), max_length=40, blank=True)

    access: ClassVar[Access] = Access(columns=frozenset({"country", "kind"}))

    class Meta(Positioned.Meta):
        verbose_name = _("airfield")
        verbose_name_plural = _("airfields")
        ordering = ("sort_name", "pk")
        indexes = [
            models.Index(fields=["sort_name", "id"], name="reference_airfield_sort"),
            models.Index(fields=["country", "sort_name", "id"], name="reference_airfield_country"),
            models.Index(fields=["kind", "sort_name", "id"], name="reference_airfield_kind"),
            GinIndex(OpClass("search", "gin_trgm_ops"), name="reference_airfield_search"),
        ]
        constraints = [*Positioned.Meta.constraints,
                       patterned("ident", IDENT, "reference_airfield_ident", _IDENT),
                       patterned("icao", ICAO, "reference_airfield_icao", _FOUR, blank=True),
                       patterned("iata", ALPHA_3, "reference_airfield_iata", _THREE, blank=True),
                       once("icao", "reference_airfield_icao_once", _("Another airfield has this ICAO code.")),
                       once("iata", "reference_airfield_iata_once", _("Another airfield has this IATA code."))]
        triggers = [_searched("NEW.ident, NEW.icao, NEW.iata, NEW.local_code, NEW.name, NEW.municipality")]

    def __str__(self) -> str:
        return f"{self.name} ({self.iata or self.icao or self.ident})"


class Helipad(Positioned):
    """A place where helicopters land: of an airfield or heliport, named by the airfield's identifier, which this product may not know."""
    airfield = models.CharField(_("airfield"), max_length=10, validators=[written(IDENT, _IDENT)],
                                help_text=_("Identifier of the airfield or heliport it belongs to."))
    designation = models.CharField(_("designation"), max_length=10, help_text=_("As painted or published: H1."))
    length = models.PositiveIntegerField(_("length (ft)"), null=True, blank=True)
    width = models.PositiveIntegerField(_("width (ft)"), null=True, blank=True)
    surface = models.CharField(_("surface"), max_length=80, blank=True, help_text=_("As the source writes it: CONC, ASPH, TURF …"))
    elevation = models.DecimalField(_("elevation (ft)"), max_digits=7, decimal_places=1, null=True, blank=True,
                                    help_text=_("Feet above mean sea level."))
    lighted = models.BooleanField(_("lighted"), default=False)
    closed = models.BooleanField(_("closed"), default=False)
    source_key = models.CharField(_("key in the source"), max_length=40, unique=True, null=True, blank=True,
                                  help_text=_("For example ourairports:269408."))

    access: ClassVar[Access] = Access(columns=frozenset({"airfield", "closed"}))

    class Meta(Positioned.Meta):
        verbose_name = _("helipad")
        verbose_name_plural = _("helipads")
        ordering = ("airfield", "designation", "pk")
        indexes = [models.Index(fields=["airfield", "designation", "id"], name="reference_helipad_airfield"),
                   GinIndex(OpClass("search", "gin_trgm_ops"), name="reference_helipad_search")]
        constraints = [*Positioned.Meta.constraints, patterned("airfield", IDENT, "reference_helipad_airfield_ident", _IDENT)]
        triggers = [_searched("NEW.airfield, NEW.designation, NEW.surface")]

    def __str__(self) -> str:
        return f"{self.airfield} {self.designation}"
