"""From longitude and latitude to a flat map: of a region, or of the world. y grows downwards, as on a screen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.report.map.clip import clip_line, clip_ring

Array = NDArray[np.float64]

# A region reaches at most so far from its centre, degrees; what is wider is shown on a map of the world.
WIDEST_REGION = 38.0
# How far the outlines of a region are drawn from its centre: just short of the other side.
HORIZON = 100.0


class Projection(Protocol):
    """What every projection can do. Longitude and latitude are in degrees."""

    def points(self, lon: Array, lat: Array) -> Array:
        """Return x and y. Shape (points, 2)."""
        ...

    def rings(self, rings: Iterable[Array]) -> Iterator[Array]:
        """Yield closed rings, projected, without what lies behind the map."""
        ...

    def lines(self, lines: Iterable[Array]) -> Iterator[Array]:
        """Yield open lines, likewise."""
        ...


@dataclass(frozen=True)
class Region:
    """Lambert's azimuthal equal-area projection (Snyder, Map Projections, 1987, eq. 24-2 to 24-4)."""

    lon: float
    lat: float

    def points(self, lon: Array, lat: Array) -> Array:
        return self._flat(_sphere(lon, lat))

    def rings(self, rings: Iterable[Array]) -> Iterator[Array]:
        yield from (self._flat(part) for ring in rings if len(part := clip_ring(_sphere(*ring.T), self._near)))

    def lines(self, lines: Iterable[Array]) -> Iterator[Array]:
        for line in lines:
            yield from (self._flat(part) for part in clip_line(_sphere(*line.T), self._near))

    def _near(self, sphere: Array) -> Array:
        near: Array = sphere @ _sphere(np.array([self.lon]), np.array([self.lat]))[0] - np.cos(np.radians(HORIZON))
        return near

    def _flat(self, sphere: Array) -> Array:
        east, up = np.radians(self.lon), np.radians(self.lat)
        towards = np.array([np.cos(up) * np.cos(east), np.cos(up) * np.sin(east), np.sin(up)])
        right = np.array([-np.sin(east), np.cos(east), 0.0])
        north = np.cross(towards, right)
        size = np.linalg.norm(sphere, axis=1)  # points that a clip has put on a chord lie inside the sphere
        stretch = np.sqrt(2.0 / np.maximum(1.0 + sphere @ towards / size, 1e-6)) / size
        return np.column_stack([sphere @ right * stretch, -(sphere @ north) * stretch])


@dataclass(frozen=True)
class World:
    """The Equal Earth projection (Šavrič, Patterson, Jenny, Int. J. Geographical Information Science 33, 2019)."""

    lon: float

    A = (1.340264, -0.081106, 0.000893, 0.003796)

    def points(self, lon: Array, lat: Array) -> Array:
        return self._flat(np.column_stack([(lon - self.lon + 180.0) % 360.0 - 180.0, lat]))

    def rings(self, rings: Iterable[Array]) -> Iterator[Array]:
        for moved in self._copies(rings):
            west = clip_ring(moved, lambda p: p[:, 0] + 180.0)
            both = clip_ring(west, lambda p: 180.0 - p[:, 0]) if len(west) else west
            if len(both):
                yield self._flat(both)

    def lines(self, lines: Iterable[Array]) -> Iterator[Array]:
        for moved in self._copies(lines):
            for west in clip_line(moved, lambda p: p[:, 0] + 180.0):
                yield from (self._flat(both) for both in clip_line(west, lambda p: 180.0 - p[:, 0]))

    def _copies(self, lines: Iterable[Array]) -> Iterator[Array]:
        """Yield each line as often as a part of it shows: a line may run over the edge of the map."""
        for line in lines:
            for turn in (-360.0, 0.0, 360.0):
                moved = line - [self.lon + turn, 0.0]
                if moved[:, 0].max() > -180.0 and moved[:, 0].min() < 180.0:
                    yield moved

    def _flat(self, degrees: Array) -> Array:
        lon, lat = np.radians(degrees.T)
        a, b, c, d = self.A
        theta = np.arcsin(np.sqrt(3) / 2 * np.sin(lat))
        t2 = theta * theta
        t6 = t2**3
        x = 2 * np.sqrt(3) * lon * np.cos(theta) / (3 * (9 * d * t6 * t2 + 7 * c * t6 + 3 * b * t2 + a))
        return np.column_stack([x, -theta * (a + b * t2 + t6 * (c + d * t2))])


def projection_for(lon: Array, lat: Array) -> Projection:
    """Return the map of a region where the points lie close together, else one of the world."""
    west, east = _narrowest(lon)
    middle = Region((west + east) / 2, (float(lat.min()) + float(lat.max())) / 2)
    reach = _sphere(lon, lat) @ _sphere(np.array([middle.lon]), np.array([middle.lat]))[0]
    if reach.min() > np.cos(np.radians(WIDEST_REGION)):
        return middle
    # The map that people know, unless it would tear apart what lies close together over the Pacific.
    return World(10.0 if np.ptp(lon) < east - west + 60.0 else (west + east) / 2)


def _narrowest(lon: Array) -> tuple[float, float]:
    """Return the narrowest range of longitudes that holds all; the east end may lie beyond 180."""
    around = np.unique((lon + 360.0) % 360.0)
    gaps = np.diff(np.append(around, around[0] + 360.0))
    widest = int(gaps.argmax())
    west = float(around[(widest + 1) % len(around)])
    west -= 360.0 if west > 180.0 else 0.0
    return west, west + 360.0 - float(gaps[widest])


def _sphere(lon: Array, lat: Array) -> Array:
    lam, phi = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
