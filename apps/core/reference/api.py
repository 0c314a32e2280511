"""Code lists by REST."""
from apps.core.reference.models import Airfield, Country, Currency, Helipad, Locode, Subdivision
from apps.kernel.api.registry import resource
from apps.kernel.api.viewsets import ResourceViewSet

_TEXT, _CODE, _NUMBER = ("exact", "holds"), ("exact", "in"), ("exact", "gte", "lte", "isnull")
_KEPT = ("version", "created_at", "updated_at", "created_by", "updated_by")
_TIMES = ("created_at", "updated_at")
_DATES = {"created_at": ("gte", "lt"), "updated_at": ("gte", "lt")}
_NAMES = ("name", "name_fr", "name_es")
_POSITION = ("latitude", "longitude")
_COUNTRY = {"country": ("alpha_2", *_NAMES)}


@resource
class CountryViewSet(ResourceViewSet):
    """Countries of ISO 3166-1, with XK (Kosovo) and XZ (international waters)."""
    model = Country
    writable = ("alpha_2", "alpha_3", "numeric", *_NAMES)
    fields = ("id", *writable, *_KEPT)
    filters = {"alpha_2": _CODE, "alpha_3": _CODE, "numeric": _CODE, "name": _TEXT, "name_fr": _TEXT, "name_es": _TEXT, **_DATES}
    search = (*_NAMES, "alpha_2", "alpha_3")
    ordering = ("alpha_2", *_NAMES, *_TIMES)
    order = "name"


@resource
class SubdivisionViewSet(ResourceViewSet):
    """States, counties, departments … of ISO 3166-2."""
    model = Subdivision
    writable = ("code", "country", "name", "category")
    fields = ("id", *writable, *_KEPT)
    filters = {"code": _CODE, "country": _CODE, "name": _TEXT, "category": ("exact",), **_DATES}
    search = ("name", "code")
    ordering = ("code", "name", *_TIMES)
    order = "code"
    expand = _COUNTRY


@resource
class CurrencyViewSet(ResourceViewSet):
    """Currencies of ISO 4217. `withdrawn` is null while a currency is in use."""
    model = Currency
    writable = ("code", "numeric", *_NAMES, "minor_units", "withdrawn")
    fields = ("id", *writable, *_KEPT)
    filters = {"code": _CODE, "numeric": _CODE, "name": _TEXT, "name_fr": _TEXT, "name_es": _TEXT, "minor_units": _NUMBER,
               "withdrawn": ("isnull",), **_DATES}
    search = (*_NAMES, "code")
    ordering = ("code", *_NAMES, *_TIMES)
    order = "code"


@resource
class LocodeViewSet(ResourceViewSet):
    """Places of UN/LOCODE. A position is a whole minute of arc: within about 1 km."""
    model = Locode
    writable = ("code", "country", "name", "plain_name", "other_names", "subdivision", "functions", "approval", "dated", "iata", *_POSITION,
                "source_position", "remarks")
    fields = ("id", *writable, *_KEPT)
    filters = {"code": ("exact", "in", "startswith"), "country": _CODE, "name": _TEXT, "subdivision": _CODE,
               "functions": ("contains", "overlap"), "approval": _CODE, "dated": ("gte", "lt", "isnull"), "iata": _CODE,
               "latitude": _NUMBER, "longitude": _NUMBER, **_DATES}
    search = ("search",)
    ordering = ("sort_name", "name", "code", "dated", *_TIMES)
    order = "sort_name"
    expand = _COUNTRY


@resource
class AirfieldViewSet(ResourceViewSet):
    """Airports, heliports and seaplane bases. `elevation` is in feet above mean sea level."""
    model = Airfield
    writable = ("ident", "icao", "iata", "local_code", "name", "kind", "country", "region", "municipality", "elevation", *_POSITION,
                "time_zone", "source")
    fields = ("id", *writable, *_KEPT)
    filters = {"ident": _CODE, "icao": _CODE, "iata": _CODE, "name": _TEXT, "kind": _CODE, "country": _CODE, "municipality": _TEXT,
               "elevation": _NUMBER, "latitude": _NUMBER, "longitude": _NUMBER, "time_zone": ("exact",), **_DATES}
    search = ("search",)
    ordering = ("sort_name", "name", "ident", "elevation", *_TIMES)
    order = "sort_name"
    expand = _COUNTRY


@resource
class HelipadViewSet(ResourceViewSet):
    """Helipads of airfields and heliports. `length`, `width` and `elevation` are in feet."""
    model = Helipad
    writable = ("airfield", "designation", "length", "width", "surface", "elevation", *_POSITION, "lighted", "closed", "source_key")
    fields = ("id", *writable, *_KEPT)
    filters = {"airfield": _CODE, "designation": _CODE, "length": _NUMBER, "width": _NUMBER, "surface": _TEXT, "lighted": ("exact",),
               "closed": ("exact",), "elevation": _NUMBER, "latitude": _NUMBER, "longitude": _NUMBER, "source_key": _CODE, **_DATES}
    search = ("search",)
    ordering = ("airfield", "designation", "length", "width", *_TIMES)
    order = "airfield"
