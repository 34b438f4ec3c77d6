"""Outlines of land and borders of countries, simplified from Natural Earth (public domain) by `make`."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CREDIT = "Natural Earth"

FILE = Path(__file__).parent / "natural_earth.json"


@dataclass(frozen=True, eq=False)
class Outlines:
    """Lines of longitude and latitude, in degrees. Each of shape (points, 2).

    Longitudes do not jump: a line over the 180th meridian goes on beyond 180, or below -180.

    Attributes
    ----------
    land
        Closed rings: the first point is the last one, too.
    borders
        Open lines between two countries.
    """

    land: tuple[NDArray[np.float64], ...]
    borders: tuple[NDArray[np.float64], ...]


def joined(arcs: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return one line of arcs, each of which begins where the one before it ends, perhaps once around the Earth."""
    parts = [arcs[0]]
    for arc in arcs[1:]:
        turns = np.round((parts[-1][-1, 0] - arc[0, 0]) / 360.0)
        parts.append(arc[1:] + np.array([360.0 * turns, 0.0]))
    return np.concatenate(parts)


@cache
def outlines() -> Outlines:
    """Read the bundled outlines."""
    document = json.loads(FILE.read_text(encoding="utf-8"))
    arcs = [np.cumsum(np.reshape(arc, (-1, 2)), axis=0) * document["scale"] for arc in document["arcs"]]
    land = []
    for ring in document["land"]:
        land.append(joined([arcs[k] if k >= 0 else arcs[~k][::-1] for k in ring]))
    return Outlines(tuple(land), tuple(arcs[k] for k in document["borders"]))
