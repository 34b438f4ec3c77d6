"""Ends: places as the backends want them, with countries and regions as numbers."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels.great_circle import unit_vectors
from sitewright.kernels.latency.network import FibreNetwork
from sitewright.kernels.latency.places import Places
from sitewright.optimizer.errors import Flaw, InvalidProblem

MAINLAND_CHINA = "CHN"


@dataclass(frozen=True, eq=False)
class Ends:
    """One side of the matrix: where its places are and what decides their penalties. Shape (places,), or as said.

    Attributes
    ----------
    xyz
        Unit vectors. Shape (3, places).
    country, region
        Numbers: equal if and only if the country, or the latency region, is the same.
    china
        1 in mainland China, else 0.
    ingress
        What a round trip between here and mainland China has added, ms; 0 in mainland China itself.
    """

    xyz: NDArray[np.float64]
    country: NDArray[np.int32]
    region: NDArray[np.int32]
    china: NDArray[np.float64]
    ingress: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FibreEnds:
    """Both sides of a matrix, the network between them, and ms of round trip for a km."""

    home: Ends
    place: Ends
    network: FibreNetwork
    ms_per_km: float

    @property
    def shape(self) -> tuple[int, int]:
        return self.home.xyz.shape[1], self.place.xyz.shape[1]

    def part(self, rows: slice) -> "FibreEnds":
        """Return the same for some of the customers."""
        sides = {f.name: getattr(self.home, f.name)[..., rows] for f in fields(Ends)}
        return replace(self, home=Ends(**sides))


def ends(argument: str, places: Places, network: FibreNetwork) -> Ends:
    """Return the ends; a country without a latency region raises InvalidProblem with every such country."""
    found, member = np.unique(places.country, return_inverse=True)
    countries = [str(c) for c in found]
    flaws = []
    for code, country in enumerate(countries):
        if country not in network.region_of:
            where = f"argument {argument!r}, place {np.flatnonzero(member == code)[0]}"
            fix = "write three capital letters, such as DEU"
            flaws.append(Flaw(where, "be in a country of the network (ISO 3166 alpha-3)", repr(country), fix))
    if flaws:
        raise InvalidProblem(flaws)
    # Numbered by the network, so that both sides of a matrix mean the same.
    country_number = {c: k for k, c in enumerate(network.region_of)}
    region_number = {r: k for k, r in enumerate(dict.fromkeys(network.region_of.values()))}
    regions = [network.region_of[c] for c in countries]
    away = [c != MAINLAND_CHINA for c in countries]
    return Ends(
        xyz=unit_vectors(places.lat, places.lon),
        country=np.array([country_number[c] for c in countries], dtype=np.int32)[member],
        region=np.array([region_number[r] for r in regions], dtype=np.int32)[member],
        china=np.array([0.0 if a else 1.0 for a in away])[member],
        ingress=np.array([network.ingress_ms.get(r, 0.0) * a for r, a in zip(regions, away, strict=True)])[member],
    )
