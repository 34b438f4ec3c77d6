"""Cover of a matrix in row blocks: a block's bits leave it, an eighth of a byte a pair."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.kernels import _tiles
from sitewright.kernels.cover import Cover, cpu, pack

dominated = cpu.dominated


def run(distance: Any, edge: Any, threads: int | None) -> NDArray[np.uint64]:
    """Return the bits. Shape (sites, words)."""
    spans = _tiles.spans(distance)
    parts = _tiles.each(distance, cpu.run, threads=threads, extra=(edge,))
    none = np.zeros((distance.shape[1], 0), np.uint64)
    if all(a % 64 == 0 for a, _ in spans):
        return np.concatenate([none, *parts], axis=1)
    # Blocks that end inside a word: to bytes and back.
    masks = [Cover(part, b - a).mask() for part, (a, b) in zip(parts, spans, strict=True)]
    return pack(np.concatenate(masks, axis=1))
