"""Words that sites and divisions are described with; other modules use them through this file."""
from django.db import models
from django.utils.translation import gettext_lazy as _


class SiteKind(models.TextChoices):
    """What a site is."""
    REGION = "region", _("region")
    FIELD = "field", _("field")
    FIXED_FACILITY = "fixed_facility", _("fixed facility")
    MOVEABLE_FACILITY = "moveable_facility", _("moveable facility")
    TRANSPORT_SYSTEM = "transport_system", _("transport system")
    PLANT = "plant", _("plant")
    TERMINAL = "terminal", _("terminal")
    BASE = "base", _("logistics base")
    WAREHOUSE = "warehouse", _("warehouse")
    OFFICE = "office", _("office")


class Phase(models.TextChoices):
    """Where a site stands in its life."""
    PLANNED = "planned", _("planned")
    UNDER_CONSTRUCTION = "under_construction", _("under construction")
    IN_SERVICE = "in_service", _("in service")
    SHUT_DOWN = "shut_down", _("shut down")
    DECOMMISSIONING = "decommissioning", _("being decommissioned")
    REMOVED = "removed", _("removed")


class Datum(models.TextChoices):
    """The geodetic datum a position was given in."""
    WGS84 = "WGS84", "WGS 84"
    ED50 = "ED50", "ED50"
    UNKNOWN = "unknown", _("unknown")


class DivisionKind(models.TextChoices):
    """What a division of a site is."""
    DEPARTMENT = "department", _("department")
    SERVICE = "service", _("service")
    WORKSHOP = "workshop", _("workshop")
    LINE = "line", _("production line")
