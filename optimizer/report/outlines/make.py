"""Make natural_earth.json from the TopoJSON of Natural Earth's countries (npm package world-atlas, countries-50m.json).

    python -m sitewright.optimizer.report.outlines.make countries-50m.json

Arcs are simplified once each, so that two countries keep one border. Antarctica and the smallest islands are left out.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.report.outlines import joined

HERE = Path(__file__).parent

# A point that is nearer than this to the simplified line goes, degrees of latitude; about 5 km.
TOLERANCE = 0.05
# Rings of less area go, square degrees; Singapore has 0.06.
SMALLEST = 0.012
SOUTHERNMOST = -60.0
# Coordinates are kept in hundredths of a degree.
SCALE = 0.01


def unwrapped(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the line without its jumps from 180 to -180 degrees: longitudes go on beyond."""
    return np.column_stack([np.unwrap(line[:, 0], period=360.0), line[:, 1]])


def simplified(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the line without the points that hardly bend it (Douglas and Peucker, Cartographica 10, 1973)."""
    keep = np.zeros(len(line), dtype=bool)
    keep[[0, -1]] = True
    flat = line * [np.cos(np.radians(line[:, 1].mean())), 1.0]
    parts = [(0, len(line) - 1)]
    while parts:
        a, b = parts.pop()
        if b - a < 2:
            continue
        chord, inner = flat[b] - flat[a], flat[a + 1 : b] - flat[a]
        length = np.hypot(*chord)
        # Of a ring, whose ends are one point, the farthest point counts.
        off = np.abs(inner[:, 0] * chord[1] - inner[:, 1] * chord[0]) / length if length else np.hypot(*inner.T)
        far = int(off.argmax())
        if off[far] > TOLERANCE:
            keep[a + 1 + far] = True
            parts += [(a, a + 1 + far), (a + 1 + far, b)]
    return line[keep]


def area(ring: NDArray[np.float64]) -> float:
    x, y = ring.T
    return abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))) / 2


def outlines(topology: dict[str, Any]) -> dict[str, Any]:
    """Return arcs in whole hundredths of a degree (first point, then steps), the rings of land, and the borders."""
    scale, origin = (np.array(topology["transform"][k]) for k in ("scale", "translate"))
    raw = [unwrapped(np.cumsum(arc, axis=0) * scale + origin) for arc in topology["arcs"]]
    arcs = [simplified(line) for line in raw]
    rings = []
    for ring in _rings(topology["objects"]["land"]):
        line = joined([_arc(raw, k) for k in ring])
        if area(line) >= SMALLEST and line[:, 1].max() > SOUTHERNMOST:
            rings.append(ring)
    uses = Counter(max(k, ~k) for ring in _rings(topology["objects"]["countries"]) for k in ring)
    inner = {k for k, count in uses.items() if count > 1}
    kept = sorted({max(k, ~k) for ring in rings for k in ring} | inner)
    number = {k: n for n, k in enumerate(kept)}
    return {
        "source": "Natural Earth 1:50m, version 4.1, simplified; public domain",
        "scale": SCALE,
        "arcs": [_steps(arcs[k]) for k in kept],
        "land": [[number[k] if k >= 0 else ~number[~k] for k in ring] for ring in rings],
        "borders": sorted(number[k] for k in inner),
    }


def _rings(geometry: dict[str, Any]) -> Iterator[list[int]]:
    if geometry["type"] == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from _rings(part)
    else:
        for polygon in [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry.get("arcs", []):
            yield from polygon


def _arc(arcs: list[NDArray[np.float64]], k: int) -> NDArray[np.float64]:
    return arcs[k] if k >= 0 else arcs[~k][::-1]


def _steps(line: NDArray[np.float64]) -> list[int]:
    whole = np.round(line / SCALE).astype(int)
    points = [whole[0], *(b - a for a, b in pairwise(whole) if (a != b).any())]
    return [int(n) for point in points for n in point]


def main(source: str) -> None:
    made = outlines(json.loads(Path(source).read_text(encoding="utf-8")))
    (HERE / "natural_earth.json").write_text(json.dumps(made, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
