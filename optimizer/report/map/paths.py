"""Lines and rings as SVG paths in whole units, cut to a box. Short, since a report must be small enough to mail."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.report.map.clip import box, clip_line, clip_ring

Array = NDArray[np.float64]


def ring_path(rings: Iterable[Array], corners: tuple[float, float, float, float]) -> str:
    """Return one path of all rings, cut to the box (left, top, right, bottom)."""
    return "".join(_steps(ring, closed=True) for ring in cut_rings(rings, corners))


def line_path(lines: Iterable[Array], corners: tuple[float, float, float, float]) -> str:
    """Return one path of all lines, likewise."""
    return "".join(_steps(line, closed=False) for line in cut_lines(lines, corners))


def cut_rings(rings: Iterable[Array], corners: tuple[float, float, float, float]) -> Iterator[Array]:
    for ring in rings:
        cut = ring
        for edge in box(*corners):
            cut = clip_ring(cut, edge) if len(cut) else cut
        if len(cut):
            yield cut


def cut_lines(lines: Iterable[Array], corners: tuple[float, float, float, float]) -> Iterator[Array]:
    for line in lines:
        parts = [line]
        for edge in box(*corners):
            parts = [piece for part in parts for piece in clip_line(part, edge)]
        yield from parts


def _steps(line: Array, *, closed: bool) -> str:
    whole = np.round(line).astype(int)
    steps = np.diff(whole, axis=0)
    steps = steps[(steps != 0).any(axis=1)]
    if len(steps) < (2 if closed else 1):
        return ""
    x, y = whole[0].tolist()
    words = " ".join(f"{dx} {dy}" for dx, dy in steps.tolist()).replace(" -", "-")
    return f"M{x} {y}l{words}{'z' if closed else ''}"
