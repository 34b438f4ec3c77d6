"""Cut rings and lines at an edge. Points may have any number of dimensions; the edge is where `inside` is 0."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

Inside = Callable[[Array], Array]


def clip_ring(ring: Array, inside: Inside) -> Array:
    """Return the closed ring without what lies outside (Sutherland and Hodgman, Comm. ACM 17, 1974); empty if none is.

    `inside` gives, for each point, a number that is linear in the point and not negative inside.
    """
    side = inside(ring)
    if (side >= 0).all():
        return ring
    if (side < 0).all():
        return ring[:0]
    out = []
    for a, b, at_a, at_b in zip(ring[:-1], ring[1:], side[:-1], side[1:], strict=True):
        if at_a >= 0:
            out.append(a)
        if (at_a >= 0) != (at_b >= 0):
            out.append(a + (b - a) * (at_a / (at_a - at_b)))
    return np.array([*out, out[0]])


def clip_line(line: Array, inside: Inside) -> Iterator[Array]:
    """Yield the parts of an open line that lie inside."""
    side = inside(line)
    if (side >= 0).all():
        yield line
        return
    part: list[Array] = [line[0]] if side[0] >= 0 else []
    for a, b, at_a, at_b in zip(line[:-1], line[1:], side[:-1], side[1:], strict=True):
        if (at_a >= 0) != (at_b >= 0):
            part.append(a + (b - a) * (at_a / (at_a - at_b)))
            if at_b < 0:
                yield np.array(part)
                part = []
        if at_b >= 0:
            part.append(b)
    if len(part) > 1:
        yield np.array(part)


def box(left: float, top: float, right: float, bottom: float) -> tuple[Inside, ...]:
    """Return the four edges of a box of flat points."""
    return (
        lambda p: p[:, 0] - left,
        lambda p: right - p[:, 0],
        lambda p: p[:, 1] - top,
        lambda p: bottom - p[:, 1],
    )
