"""Great circle in slow NumPy by another formula (Vincenty's on a sphere): the oracle."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def great_circle(
    customer_lat: ArrayLike, customer_lon: ArrayLike, site_lat: ArrayLike, site_lon: ArrayLike
) -> NDArray[np.float64]:
    p, q = np.radians(np.asarray(customer_lat, float))[:, None], np.radians(np.asarray(site_lat, float))[None, :]
    d = np.radians(np.asarray(site_lon, float))[None, :] - np.radians(np.asarray(customer_lon, float))[:, None]
    across = np.hypot(np.cos(q) * np.sin(d), np.cos(p) * np.sin(q) - np.sin(p) * np.cos(q) * np.cos(d))
    along = np.sin(p) * np.sin(q) + np.cos(p) * np.cos(q) * np.cos(d)
    return np.asarray(6371.0088 * np.arctan2(across, along), dtype=np.float64)
