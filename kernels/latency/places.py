"""Places: points on the Earth with their countries."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sitewright.kernels._check import vector
from sitewright.optimizer.errors import Flaw, InvalidProblem


@dataclass(frozen=True, eq=False, init=False)
class Places:
    """Points on the Earth with their countries.

    Attributes
    ----------
    lat, lon
        Degrees. Shape (places,).
    country
        ISO 3166 alpha-3 codes. Shape (places,).

    Raises
    ------
    InvalidProblem
        If the shapes differ or a coordinate is out of range.
    """

    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    country: NDArray[np.str_]

    def __init__(self, lat: ArrayLike, lon: ArrayLike, country: Sequence[str] | NDArray[np.str_]) -> None:
        object.__setattr__(self, "lat", vector("lat", lat, low=-90, high=90))
        object.__setattr__(self, "lon", vector("lon", lon, size=len(self.lat), low=-180, high=180))
        object.__setattr__(self, "country", np.asarray(country, dtype=str))
        if self.country.shape != self.lat.shape:
            must, fix = f"have shape {self.lat.shape}", "give one country for each place"
            raise InvalidProblem([Flaw("argument 'country'", must, str(self.country.shape), fix)])

    def __len__(self) -> int:
        return len(self.lat)
