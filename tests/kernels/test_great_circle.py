"""Great-circle distance against Vincenty's formula, which shares no code with the kernels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitewright.kernels import great_circle
from sitewright.kernels.great_circle.cpu import SERIES_F4, SERIES_F8
from sitewright.kernels.great_circle.reference import great_circle as oracle
from sitewright.optimizer.errors import InvalidProblem
from tests.kernels.places import whole

TOLERANCE_KM = {"float64": 1e-9, "float32": 0.005}

# Poles, antipodes, the date line from both sides, the equator, a point a metre from another, and some cities.
LAT = np.array([90.0, -90, 0, 0, 0, 0, 45, -45, 45.00001, 51.5, -33.9, 1.3, 39.9, 64.1])
LON = np.array([0.0, 0, 0, 180, -180, 90, 20, -160, 20, -0.1, 151.2, 103.8, 116.4, -21.9])

latitude = st.floats(-90, 90) | st.sampled_from([-90.0, 90.0, 0.0, 45.0, 1e-9])
longitude = st.floats(-180, 180) | st.sampled_from([-180.0, 180.0, 0.0, 90.0, 179.999999])
points = st.lists(st.tuples(latitude, longitude), max_size=6)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_it_agrees_with_another_formula_everywhere(backend: str, dtype: str) -> None:
    """Fails if a coordinate, the fold at a quarter turn, the series or the radius is wrong."""
    found = whole(great_circle(LAT, LON, LAT, LON, backend=backend, dtype=dtype))
    assert found.dtype == dtype
    assert np.abs(found - oracle(LAT, LON, LAT, LON)).max() < TOLERANCE_KM[dtype]


@settings(max_examples=100, deadline=None)
@given(points, points, st.sampled_from(["float64", "float32"]))
def test_any_points_keep_the_documented_tolerance(
    customers: list[tuple[float, float]], sites: list[tuple[float, float]], dtype: str
) -> None:
    """Fails if some pair of places (near-antipodes, near-coincident, no places at all) is off."""
    a, b = np.array(customers).reshape(-1, 2).T, np.array(sites).reshape(-1, 2).T
    found = great_circle(a[0], a[1], b[0], b[1], dtype=dtype)
    assert found.shape == (len(customers), len(sites))
    assert np.all(np.abs(found - oracle(a[0], a[1], b[0], b[1])) < TOLERANCE_KM[dtype])


@settings(max_examples=50, deadline=None)
@given(latitude, longitude, st.floats(1e-6, 1e-2))
def test_near_antipodes_lose_no_digits(lat: float, lon: float, off: float) -> None:
    """Fails if the far half of the sphere is measured by the long chord: that is 60 m off in float64."""
    other_lat, other_lon = -lat + (off if lat > 0 else -off), lon - 180 if lon > 0 else lon + 180
    found = great_circle([lat], [lon], [other_lat], [other_lon])[0, 0]
    # Along the meridian of the antipode, so the distance is known without any formula.
    assert found == pytest.approx(np.pi * 6371.0088 - np.radians(off) * 6371.0088, abs=1e-8)


def test_a_place_is_at_distance_zero_from_itself(backend: str) -> None:
    """Fails if rounding gives a tiny distance, or NaN from the root of a negative number."""
    for dtype in TOLERANCE_KM:
        assert not np.diag(whole(great_circle(LAT, LON, LAT, LON, backend=backend, dtype=dtype))).any()


@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 3), (3, 0), (1, 1), (40, 9), (2, 70)])
def test_any_shape_works(backend: str, n: int, m: int) -> None:
    """Fails if an empty side, or an edge that is no whole block, is mishandled."""
    lat_i, lat_j = np.linspace(-80, 80, n), np.linspace(-70, 90, m)
    found = whole(great_circle(lat_i, 2 * lat_i, lat_j, lat_j, backend=backend))
    assert found.shape == (n, m) and found.flags.c_contiguous
    assert np.all(np.abs(found - oracle(lat_i, 2 * lat_i, lat_j, lat_j)) < 1e-9)


def test_the_series_keeps_its_stated_error() -> None:
    """Fails if a digit of a coefficient changes."""
    q = np.linspace(1e-12, 0.5, 20001)
    truth = np.arcsin(np.sqrt(q)) / np.sqrt(q)
    for series, error in ((SERIES_F4, 1e-7), (SERIES_F8, 6e-15)):
        value = np.polynomial.polynomial.polyval(q, np.array(series, dtype=np.float64))
        assert np.abs(value / truth - 1).max() < error


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (([91.0], [0.0], [0.0], [0.0]), "'customer_lat', entry 0"),
        (([0.0], [0.0], [0.0, np.nan], [0.0, 0.0]), "'site_lat', entry 1"),
        (([0.0], [200.0], [0.0], [0.0]), "'customer_lon', entry 0"),
        (([0.0], [0.0], [0.0], [0.0, 1.0]), "'site_lon'"),
        (([[0.0]], [0.0], [0.0], [0.0]), "'customer_lat'"),
        ((["north"], [0.0], [0.0], [0.0]), "'customer_lat'"),
    ],
)
def test_a_wrong_coordinate_is_named(arguments: tuple[list[float], ...], names: str) -> None:
    """Fails if bad input yields an answer, or an error that does not say which argument."""
    with pytest.raises(InvalidProblem, match=names):
        great_circle(*arguments)


@pytest.mark.parametrize(
    ("option", "names"), [({"dtype": "int32"}, "'dtype'"), ({"dtype": "x"}, "'dtype'"), ({"threads": 0}, "'threads'")]
)
def test_a_wrong_option_is_named(option: dict[str, object], names: str) -> None:
    """Fails if an option that cannot be is let through to numba."""
    with pytest.raises(InvalidProblem, match=names):
        great_circle([0.0], [0.0], [0.0], [0.0], **option)  # type: ignore[arg-type]
