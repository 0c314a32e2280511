"""FAC-01, FAC-02 by REST: the organisation."""
from apps.core.factory.models import Division, Site
from apps.kernel.api.registry import resource
from apps.kernel.api.viewsets import ResourceViewSet

_TEXT, _CHOICE, _NUMBER = ("exact", "holds"), ("exact", "in"), ("exact", "gte", "lte", "isnull")
_KEPT = ("version", "created_at", "updated_at", "created_by", "updated_by")
_DATES = {"created_at": ("gte", "lt"), "updated_at": ("gte", "lt")}


@resource
class SiteViewSet(ResourceViewSet):
    """Sites, in one tree."""
    model = Site
    writable = ("code", "name", "kind", "phase", "parent", "time_zone", "capacity", "commissioned_on", "water_depth", "functions",
                "address", "latitude", "longitude", "source_datum", "source_latitude", "source_longitude", "source_position",
                "position_accuracy", "position_flags")
    fields = ("id", *writable, *_KEPT)
    filters = {"code": _TEXT, "name": _TEXT, "kind": _CHOICE, "phase": _CHOICE, "parent": ("exact", "in", "isnull"), "path": ("within",),
               "capacity": _NUMBER, "water_depth": _NUMBER, "commissioned_on": _NUMBER, **_DATES}
    search = ("name",)
    ordering = ("name", "code", "kind", "capacity", "water_depth", "commissioned_on", "created_at", "updated_at")
    expand = {"parent": ("name", "kind"), "created_by": ("name",), "updated_by": ("name",)}


@resource
class DivisionViewSet(ResourceViewSet):
    """Departments, services, workshops and production lines of sites."""
    model = Division
    writable = ("site", "code", "name", "kind", "parent", "active")
    fields = ("id", *writable, *_KEPT)
    filters = {"site": _CHOICE, "code": _TEXT, "name": _TEXT, "kind": _CHOICE, "active": ("exact",), "parent": ("exact", "in", "isnull"),
               "path": ("within",), **_DATES}
    search = ("name",)
    ordering = ("name", "code", "kind", "created_at", "updated_at")
    order = "name"
    expand = {"site": ("name", "kind"), "parent": ("name",)}
