"""Positions: the ED50 to WGS 84 shift, angles in parts, unknown datums (FAC-01, rule 12 of the third parties)."""
from decimal import Decimal
from math import cos, degrees, radians, sin, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.factory.choices import Datum
from apps.core.factory.geodesy import (
    ACCURACY_M,
    Position,
    distance_m,
    dms_text,
    ed50_to_wgs84,
    from_dms,
    in_area_of_use,
    position,
    wgs84_to_ed50,
)
from apps.kernel.errors import Invalid

EKOFISK_H = (("56", "32", "49.96", "N"), ("3", "12", "47.28", "E"))
LATITUDES = st.floats(-85, 85)
LONGITUDES = st.floats(-179, 179)


def test_ekofisk_h():
    """The worked example: 56°32′49.96″N 3°12′47.28″E moves 118.4 m, with a stated accuracy of 10 m."""
    # given
    lat, lon = (from_dms(*parts) for parts in EKOFISK_H)
    # when
    found = position("ED50", lat, lon, " ".join(dms_text(*parts) for parts in EKOFISK_H))
    north, east = ed50_to_wgs84(float(lat), float(lon))
    # then
    assert abs(north - 56.5465483) < 1e-7 and abs(east - 3.2116219) < 1e-7
    assert found == Position(Datum.ED50, Decimal("56.5472111"), Decimal("3.2131333"), "56°32′49.96″N 3°12′47.28″E",
                             Decimal("56.546548"), Decimal("3.211622"), 10, ())
    assert distance_m((float(lat), float(lon)), (north, east)) == pytest.approx(118.4, abs=0.05)
    assert ACCURACY_M == 10


def test_outside_the_area_is_converted_and_flagged():
    # given GOLIAT lies north of the area the operation was made for
    found = position("ED50", Decimal("71.29"), Decimal("22.25"))
    # then
    assert found.flags == ("outside_area",)
    assert found.lat == Decimal("71.290152")
    assert found.accuracy_m == 10


@pytest.mark.parametrize(("lat", "lon", "inside"), [
    ("34.88", "-9.56", True), ("71.24", "31.59", True), ("34.87", "0", False), ("71.25", "0", False),
    ("50", "-9.57", False), ("50", "31.6", False),
])
def test_area_of_use(lat, lon, inside):
    assert in_area_of_use(Decimal(lat), Decimal(lon)) is inside


def test_unknown_datum_is_kept_and_not_converted():
    # when
    found = position("NAD27", Decimal("56.5"), Decimal("-3.25"), "56.5 -3.25")
    # then
    assert found == Position(Datum.UNKNOWN, Decimal("56.5000000"), Decimal("-3.2500000"), "NAD27 56.5 -3.25", None, None,
                             flags=("unknown_datum",))


def test_wgs84_stays():
    # when
    found = position("WGS 84", Decimal("56.5465483"), Decimal("3.2116219"))
    # then
    assert (found.datum, found.lat, found.lon, found.accuracy_m) == (Datum.WGS84, Decimal("56.546548"), Decimal("3.211622"), None)


def test_missing_degrees_are_no_position():
    """The letters N and E stand in rows without a position: never 0°, 0°."""
    # given
    north, east = from_dms(None, None, None, "N"), from_dms("", None, None, "E")
    # when / then
    assert (north, east) == (None, None)
    assert position("ED50", north, east) is None
    assert dms_text(None, None, None, "N") == ""


def test_zero_degrees_are_a_position():
    assert from_dms("0", "0", "0", "N") == 0


def test_west_and_south_are_negative():
    assert from_dms("1", "30", "36", "W") == Decimal("-1.51")
    assert from_dms("1", "30", "36", "s") == Decimal("-1.51")


@pytest.mark.parametrize("parts", [
    ("56", "60", "0", "N"), ("56", "0", "60", "N"), ("91", "0", "0", "N"), ("90", "0", "0.01", "S"), ("181", "0", "0", "E"),
    ("56", None, "0", "N"), ("56", "0", "0", None), ("56", "0", "0", "X"), ("-3", "0", "0", "E"), ("fifty", "0", "0", "N"),
    ("٥٦", "0", "0", "N"), ("1e1", "0", "0", "N"),
])
def test_wrong_angles_are_refused(parts):
    with pytest.raises(Invalid) as refused:
        from_dms(*parts)
    assert refused.value.code == "angle_invalid"


def test_half_a_position_is_refused():
    with pytest.raises(Invalid) as refused:
        position("ED50", Decimal(56), None)
    assert refused.value.code == "position_incomplete"


def test_out_of_range_is_refused():
    with pytest.raises(Invalid) as refused:
        position("ED50", Decimal(56), Decimal("180.1"))
    assert refused.value.code == "position_out_of_range"


@given(LATITUDES, LONGITUDES)
def test_there_and_back(lat, lon):
    """The heights dropped on the way cost less than a metre."""
    # when
    back = wgs84_to_ed50(*ed50_to_wgs84(lat, lon))
    # then
    assert distance_m((lat, lon), back) < 1


def molodensky(lat, lon):
    """The same shift by the abbreviated Molodensky formulas (EPSG method 9605), which never leave the ellipsoid: an independent way."""
    phi, lam = radians(lat), radians(lon)
    dx, dy, dz, axis, flattening = -87, -98, -121, 6378388, 1 / 297
    shape = axis * (1 / 298.257223563 - flattening) + flattening * (6378137 - axis)
    e2 = flattening * (2 - flattening)
    meridian = axis * (1 - e2) / (1 - e2 * sin(phi) ** 2) ** 1.5
    normal = axis / sqrt(1 - e2 * sin(phi) ** 2)
    north = (-dx * sin(phi) * cos(lam) - dy * sin(phi) * sin(lam) + dz * cos(phi) + shape * sin(2 * phi)) / meridian
    east = (-dx * sin(lam) + dy * cos(lam)) / (normal * cos(phi))
    return lat + degrees(north), lon + degrees(east)


@given(LATITUDES, LONGITUDES)
def test_the_shift_agrees_with_molodensky(lat, lon):
    """Two methods with the same parameters, everywhere on Earth: within two metres of each other."""
    assert distance_m(molodensky(lat, lon), ed50_to_wgs84(lat, lon)) < 2


@given(st.floats(35, 71), st.floats(-9, 31), st.floats(0.0001, 0.5))
def test_order_is_kept(lat, lon, step):
    """A place further north or east stays further north or east."""
    # given
    north, east = ed50_to_wgs84(lat, lon)
    # when / then
    assert ed50_to_wgs84(lat + step, lon)[0] > north
    assert ed50_to_wgs84(lat, lon + step)[1] > east


@given(st.integers(0, 89), st.integers(0, 59), st.integers(0, 5999), st.sampled_from("NS"))
def test_parts_and_degrees_are_one_angle(deg, minute, hundredths, letter):
    # given
    second = Decimal(hundredths) / 100
    # when
    angle = from_dms(str(deg), str(minute), str(second), letter)
    # then
    assert abs(angle) * 3600 == pytest.approx(deg * 3600 + minute * 60 + second, abs=Decimal("1e-15"))
    assert (angle < 0) == (letter == "S" and deg + minute + hundredths > 0)
