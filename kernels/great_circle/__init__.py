"""Great-circle distance between every customer and every site."""

from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sitewright.kernels._backends import Backend
from sitewright.kernels._check import vector
from sitewright.kernels._make import Target, make

EARTH_RADIUS_KM = 6371.0088

__all__ = ["EARTH_RADIUS_KM", "great_circle"]


def great_circle(
    customer_lat: ArrayLike,
    customer_lon: ArrayLike,
    site_lat: ArrayLike,
    site_lon: ArrayLike,
    *,
    backend: Backend = "cpu",
    dtype: Any = np.float64,
    threads: int | None = None,
    keep: bool = False,
    tile_store: str | PathLike[str] | None = None,
    max_memory: int | None = None,
) -> Any:
    """Return the great-circle distance between every customer and every site, in km.

    On a sphere of the Earth's mean radius: twice the radius times the arcsine of half the chord between unit vectors.
    Beyond a quarter of a turn the chord to the antipode is used, so antipodes lose no digits.

    Parameters
    ----------
    customer_lat, customer_lon
        Degrees. Shape (customers,).
    site_lat, site_lon
        Degrees. Shape (sites,).
    backend
        "cpu", "cuda" (a file of this folder each), or "dask": the CPU's code in row blocks, made where they are needed.
    dtype
        float32 or float64, of the arithmetic and of the result. Against exact arithmetic on the sphere, float64 is
        within 1e-9 km and float32 within 0.005 km, at every distance.
    threads
        Of the CPU; all processors if not given. The result does not depend on it.
    keep
        With "cuda": leave the matrix on the card and return it as it lies there.
    tile_store
        A folder that does not exist yet: the matrix is written there in row tiles, and only a tile is in memory.
    max_memory
        Bytes that the matrix, or a tile, may take; what is free on this machine if not given.

    Returns
    -------
    ndarray, or an array on a card, a dask array, or a Zarr array of tiles
        km. Shape (customers, sites), C-contiguous.

    Raises
    ------
    InvalidProblem
        If a shape or a coordinate is wrong, or the backend cannot run here.
    TooLarge
        If the matrix, or a tile of it, would not fit.

    Notes
    -----
    The mean radius (2a + b) / 3 of the GRS 80 ellipsoid is 6371.0088 km (Moritz, Geodetic Reference System 1980,
    Journal of Geodesy 74, 2000). The flattening that a sphere leaves out is up to 0.56 % of the distance.
    """
    lat_i = vector("customer_lat", customer_lat, low=-90, high=90)
    lon_i = vector("customer_lon", customer_lon, size=len(lat_i), low=-180, high=180)
    lat_j = vector("site_lat", site_lat, low=-90, high=90)
    lon_j = vector("site_lon", site_lon, size=len(lat_j), low=-180, high=180)
    a, b = unit_vectors(lat_i, lon_i), unit_vectors(lat_j, lon_j)
    target = Target(dtype, backend, threads, keep, tile_store, max_memory)
    return make("great_circle", lambda rows: (a[:, rows], b, EARTH_RADIUS_KM), (len(lat_i), len(lat_j)), target)


def unit_vectors(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points on the unit sphere. Degrees in; shape (3, points), a contiguous row for each axis."""
    phi, lam = np.radians(lat), np.radians(lon)
    return np.ascontiguousarray([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
