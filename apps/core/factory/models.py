"""The organisation: sites and their divisions. Rights are held at sites; hr and every other module attaches to these nodes."""
from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.factory.choices import Datum, DivisionKind, Phase, SiteKind
from apps.kernel.access import Access
from apps.kernel.bases import Tracked, Tree
from apps.kernel.search import folded_index
from apps.kernel.zones import known_time_zone


def _within(field: str, limit: int) -> Q:
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": -limit, f"{field}__lte": limit})


class Site(Tracked, Tree):
    """FAC-01: a place the operator answers for. A petroleum field is a site above its facilities."""
    code = models.CharField(_("code"), max_length=40, unique=True, null=True, blank=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=SiteKind.choices)
    phase = models.CharField(_("phase"), max_length=20, choices=Phase.choices, default=Phase.IN_SERVICE)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Paris", validators=[known_time_zone])
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True, help_text=_("Persons who may be on board at once."))
    commissioned_on = models.DateField(_("in service since"), null=True, blank=True)
    water_depth = models.PositiveIntegerField(_("water depth"), null=True, blank=True, help_text=_("Metres."))
    functions = models.CharField(_("functions"), max_length=300, blank=True)
    address = models.TextField(_("address"), blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True,
                                   help_text=_("Degrees north, WGS 84."))
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True,
                                    help_text=_("Degrees east, WGS 84."))
    source_datum = models.CharField(_("datum of the source"), max_length=10, choices=Datum.choices, blank=True)
    source_latitude = models.DecimalField(_("latitude in the source"), max_digits=10, decimal_places=7, null=True, blank=True)
    source_longitude = models.DecimalField(_("longitude in the source"), max_digits=10, decimal_places=7, null=True, blank=True)
    source_position = models.CharField(_("position as written in the source"), max_length=120, blank=True)
    position_accuracy = models.DecimalField(_("accuracy of the position"), max_digits=8, decimal_places=2, null=True, blank=True,
                                            help_text=_("Metres."))
    position_flags = ArrayField(models.CharField(max_length=40), verbose_name=_("remarks on the position"), default=list, blank=True)

    access: ClassVar[Access] = Access(site="id", columns=frozenset({"kind", "phase", "code"}))

    class Meta(Tracked.Meta):
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ("name", "pk")
        indexes = [
            GistIndex(fields=["path"], name="factory_site_path"),
            models.Index(fields=["name", "id"], name="factory_site_name"),
            models.Index(fields=["kind", "name", "id"], name="factory_site_kind"),
            folded_index("name", "factory_site_search"),
        ]
        constraints = [
            models.CheckConstraint(condition=_within("latitude", 90), name="factory_site_latitude",
                                   violation_error_message=_("A latitude lies between −90 and 90 degrees.")),
            models.CheckConstraint(condition=_within("longitude", 180), name="factory_site_longitude",
                                   violation_error_message=_("A longitude lies between −180 and 180 degrees.")),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True) | Q(latitude__isnull=False, longitude__isnull=False),
                name="factory_site_position", violation_error_message=_("Give both latitude and longitude, or neither.")),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="factory_site_parent",
                                   violation_error_message=_("A site cannot be part of itself.")),
        ]

    def __str__(self) -> str:
        return self.name


class Division(Tracked, Tree):
    """FAC-02: a department, service, workshop or production line of one site, in a tree of its own."""
    site = models.ForeignKey(Site, verbose_name=_("site"), on_delete=models.PROTECT, related_name="divisions", db_index=False)
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=DivisionKind.choices, default=DivisionKind.DEPARTMENT)
    active = models.BooleanField(_("active"), default=True)

    access: ClassVar[Access] = Access(site="site", columns=frozenset({"kind", "code", "active"}))

    class Meta(Tracked.Meta):
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        ordering = ("name", "pk")
        indexes = [
            GistIndex(fields=["path"], name="factory_division_path"),
            models.Index(fields=["name", "id"], name="factory_division_name"),
            folded_index("name", "factory_division_search"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="factory_division_code",
                                    violation_error_message=_("This site already has a division with this code.")),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="factory_division_parent",
                                   violation_error_message=_("A division cannot be part of itself.")),
        ]
        triggers = [pgtrigger.Trigger(
            name="same_site", when=pgtrigger.After, operation=pgtrigger.Insert | pgtrigger.Update, level=pgtrigger.Row,
            func="""IF EXISTS (SELECT FROM factory_division d WHERE (d.id = NEW.parent_id OR d.parent_id = NEW.id)
                               AND d.site_id <> NEW.site_id) THEN
                        RAISE EXCEPTION 'division % and its parent or parts lie on different sites', NEW.id
                        USING ERRCODE = '23514', CONSTRAINT = 'factory_division_same_site';
                    END IF; RETURN NULL;""")]

    def __str__(self) -> str:
        return self.name
