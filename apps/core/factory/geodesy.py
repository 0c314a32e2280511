"""Positions of sites: degrees, minutes and seconds as read, and the one datum shift the register of installations needs.

Angles are decimal degrees, north and east positive; lengths are metres. The shift is EPSG operation 1133, "ED50 to WGS 84 (1)".
"""
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from math import asin, atan2, cos, degrees, hypot, radians, sin, sqrt

from django.utils.translation import gettext_lazy as _

from apps.core.factory.choices import Datum
from apps.kernel.errors import Invalid

ACCURACY_M = 10  # EPSG 1133, stated accuracy
SHIFT_M = (-87.0, -98.0, -121.0)  # EPSG 1133: dX, dY, dZ
AREA_OF_USE = (Decimal("34.88"), Decimal("71.24"), Decimal("-9.56"), Decimal("31.59"))  # EPSG 1133: south, north, west, east

OUTSIDE_AREA = "outside_area"
UNKNOWN_DATUM = "unknown_datum"

SOURCE_PLACES = Decimal("0.0000001")
WGS84_PLACES = Decimal("0.000001")
EARTH_RADIUS_M = 6_371_008.8  # mean radius R1 of WGS 84 (IUGG)


@dataclass(frozen=True)
class Ellipsoid:
    """A reference ellipsoid: semi-major axis in metres and inverse flattening."""
    axis: float
    inverse_flattening: float

    @property
    def flattening(self) -> float:
        return 1 / self.inverse_flattening

    @property
    def eccentricity2(self) -> float:
        return self.flattening * (2 - self.flattening)


INTERNATIONAL_1924 = Ellipsoid(6_378_388.0, 297.0)
WGS_84 = Ellipsoid(6_378_137.0, 298.257223563)

ED50_NAMES = frozenset(("ED50", "EPSG4230"))
WGS84_NAMES = frozenset(("WGS84", "EPSG4326"))


@dataclass(frozen=True)
class Position:
    """A site's position: the source as it stood (datum, degrees, text) and, where the datum is known, WGS 84 with its accuracy in metres
    where that is known. The text begins with the datum's name where it is not one of ours."""
    datum: Datum
    source_lat: Decimal
    source_lon: Decimal
    source_text: str
    lat: Decimal | None
    lon: Decimal | None
    accuracy_m: int | None = None
    flags: tuple[str, ...] = ()


def position(datum: str | None, lat: Decimal | None, lon: Decimal | None, text: str = "") -> Position | None:
    """The position of a site from what a source gives, None where it gives none (never 0, 0).

    An unknown datum is kept and not converted. Outside the area the operation was made for, converted and flagged.
    Raises Invalid `position_incomplete` where only one of latitude and longitude is given, `position_out_of_range`.
    """
    if lat is None and lon is None:
        return None
    if lat is None or lon is None:
        raise Invalid("position_incomplete", _("A position needs both latitude and longitude."))
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise Invalid("position_out_of_range", _("Latitude lies between -90 and 90 degrees, longitude between -180 and 180."))
    source = lat.quantize(SOURCE_PLACES), lon.quantize(SOURCE_PLACES)
    name = re.sub(r"[\s:_-]", "", datum or "").upper()
    if name in ED50_NAMES:
        north, east = ed50_to_wgs84(float(lat), float(lon))
        flags = () if in_area_of_use(lat, lon) else (OUTSIDE_AREA,)
        return Position(Datum.ED50, *source, text, _stored(north), _stored(east), ACCURACY_M, flags)
    if name in WGS84_NAMES:
        return Position(Datum.WGS84, *source, text, lat.quantize(WGS84_PLACES), lon.quantize(WGS84_PLACES))
    return Position(Datum.UNKNOWN, *source, f"{(datum or '').strip()} {text}".strip(), None, None, flags=(UNKNOWN_DATUM,))


def ed50_to_wgs84(lat: float, lon: float) -> tuple[float, float]:
    """ED50 to WGS 84 by geocentric translation (EPSG 1133), ellipsoidal height 0: (56.5472111, 3.2131333) gives (56.5465483, 3.2116219)."""
    return _translate(lat, lon, INTERNATIONAL_1924, WGS_84, 1)


def wgs84_to_ed50(lat: float, lon: float) -> tuple[float, float]:
    """The reverse of EPSG 1133. As heights are dropped both ways, a round trip returns within 1e-5 degrees (1 m), not exactly."""
    return _translate(lat, lon, WGS_84, INTERNATIONAL_1924, -1)


def in_area_of_use(lat: Decimal | float, lon: Decimal | float) -> bool:
    """Whether EPSG 1133 was made for this place (ED50 or WGS 84 degrees: the area's bounds are coarser than the shift)."""
    south, north, west, east = AREA_OF_USE
    return south <= lat <= north and west <= lon <= east


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance in metres between two (latitude, longitude) on a sphere of the mean radius: within 0.6 % of the ellipsoid's."""
    (lat_a, lon_a), (lat_b, lon_b) = [tuple(map(radians, point)) for point in (a, b)]
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


def from_dms(deg: str | None, minutes: str | None, seconds: str | None, hemisphere: str | None) -> Decimal | None:
    """Decimal degrees of an angle given in parts. Missing degrees mean no position, even where the hemisphere's letter is present.

    Raises Invalid `angle_invalid`: missing or malformed parts, 60 or more minutes or seconds, over 90° (N, S) or 180° (E, W).
    """
    if deg is None or not deg.strip():
        return None
    letter = (hemisphere or "").strip().upper()
    limit = {"N": 90, "S": 90, "E": 180, "W": 180}.get(letter)
    parts = [(part or "").strip() for part in (deg, minutes, seconds)]
    if limit is None or not all(re.fullmatch(r"\d{1,3}(\.\d{1,12})?", part, re.ASCII) for part in parts):
        raise _bad_angle(deg, minutes, seconds, hemisphere)
    whole, minute, second = map(Decimal, parts)
    angle = whole + minute / 60 + second / 3600
    if minute >= 60 or second >= 60 or angle > limit:
        raise _bad_angle(deg, minutes, seconds, hemisphere)
    return -angle if letter in "SW" else angle


def dms_text(deg: str | None, minutes: str | None, seconds: str | None, hemisphere: str | None) -> str:
    """The parts as read, in one text: `56°32′49.96″N`; empty without degrees."""
    return f"{deg}°{minutes}′{seconds}″{hemisphere}" if deg else ""


def _bad_angle(*parts: str | None) -> Invalid:
    text = " ".join(part if part is not None else "–" for part in parts)
    return Invalid("angle_invalid", _("“%(text)s” is not an angle in degrees, minutes, seconds and N, S, E or W.") % {"text": text})


def _stored(angle: float) -> Decimal:
    return Decimal(repr(angle)).quantize(WGS84_PLACES, ROUND_HALF_EVEN)


def _translate(lat: float, lon: float, source: Ellipsoid, target: Ellipsoid, sign: int) -> tuple[float, float]:
    x, y, z = _geocentric(radians(lat), radians(lon), source)
    dx, dy, dz = SHIFT_M
    north, east = _geodetic(x + sign * dx, y + sign * dy, z + sign * dz, target)
    return degrees(north), degrees(east)


def _geocentric(lat: float, lon: float, body: Ellipsoid) -> tuple[float, float, float]:
    """Geocentric X, Y, Z of a point on the ellipsoid (EPSG method 9602, height 0)."""
    normal = body.axis / sqrt(1 - body.eccentricity2 * sin(lat) ** 2)
    return normal * cos(lat) * cos(lon), normal * cos(lat) * sin(lon), normal * (1 - body.eccentricity2) * sin(lat)


def _geodetic(x: float, y: float, z: float, body: Ellipsoid) -> tuple[float, float]:
    """Latitude and longitude of a geocentric point near the surface, by Bowring's closed formula (EPSG method 9602 reversed).

    Its error within a kilometre of the ellipsoid is below 1e-11 degrees: no iteration is needed.
    """
    across = hypot(x, y)
    minor = body.axis * (1 - body.flattening)
    second = body.eccentricity2 / (1 - body.eccentricity2)
    theta = atan2(z * body.axis, across * minor)
    return atan2(z + second * minor * sin(theta) ** 3, across - body.eccentricity2 * body.axis * cos(theta) ** 3), atan2(y, x)
