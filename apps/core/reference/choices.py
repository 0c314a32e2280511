"""Words that places and airfields are described with; other modules use them through this file."""
from django.db import models
from django.utils.translation import gettext_lazy as _


class Function(models.TextChoices):
    """What a UN/LOCODE place is used for (UN/ECE Recommendation 16, column Function)."""
    UNKNOWN = "unknown", _("not known")
    PORT = "port", _("sea port")
    RAIL = "rail", _("rail terminal")
    ROAD = "road", _("road terminal")
    AIRPORT = "airport", _("airport")
    POSTAL = "postal", _("postal exchange office")
    MULTIMODAL = "multimodal", _("multimodal terminal")
    FIXED = "fixed", _("fixed transport installation")
    INLAND_PORT = "inland_port", _("inland port")
    ECONOMIC_ZONE = "economic_zone", _("special economic zone")
    BORDER = "border", _("border crossing")


class Approval(models.TextChoices):
    """How far a UN/LOCODE entry was approved (Recommendation 16, column Status)."""
    AA = "AA", _("approved by the competent national agency")
    AC = "AC", _("approved by the customs authority")
    AF = "AF", _("approved by the national facilitation body")
    AI = "AI", _("code adopted by an international organisation")
    AM = "AM", _("approved by the maintenance agency")
    AQ = "AQ", _("approved, functions not verified")
    AS = "AS", _("approved by the national standardisation body")
    QQ = "QQ", _("original entry, not verified")
    RL = "RL", _("recognised location, confirmed by reference documents")
    RN = "RN", _("request from credible national sources")
    RQ = "RQ", _("request under consideration")
    RR = "RR", _("request rejected")
    UR = "UR", _("entry included on the requester's risk")
    XX = "XX", _("entry to be removed from the next issue")


class AirfieldKind(models.TextChoices):
    """What an airfield is for."""
    AIRPORT = "airport", _("airport")
    HELIPORT = "heliport", _("heliport")
    SEAPLANE_BASE = "seaplane_base", _("seaplane base")
