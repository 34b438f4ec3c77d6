"""Matrices on which the kernels that read one are held to their oracles."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray


def _drawn(n: int, m: int, seed: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).uniform(0, 1000, (n, m))


def _forbidden(n: int, m: int, seed: int, share: float) -> NDArray[np.float64]:
    """A share of the pairs +inf, but never the first site."""
    matrix = _drawn(n, m, seed).round()
    matrix[:, 1:][np.random.default_rng(seed).random((n, m - 1)) < share] = np.inf
    return matrix


# Crossing what the kernels count in: pairs and fours of rows, words of 64 customers, tiles of 7, lanes of 32.
MATRICES: dict[str, NDArray[np.float64]] = {
    "no customers": np.zeros((0, 3)),
    "one pair": np.array([[5.0]]),
    "some": _drawn(9, 5, 1),
    "tall": _drawn(131, 3, 2),
    "wide": _drawn(5, 70, 3),
    "ties": (_drawn(17, 6, 4) // 400),
    "forbidden": _forbidden(14, 8, 5, 0.5),
    "below zero": _drawn(10, 6, 6) - 700,
}


@st.composite
def matrices(draw: st.DrawFn, sites: int = 8, customers: int = 10, forbid: bool = True) -> NDArray[Any]:
    """A matrix of either type: few values, so that many are equal; or many; +inf among them."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.integers(0, customers)), draw(st.integers(1, sites))
    matrix = rng.uniform(draw(st.sampled_from([-50, 0])), draw(st.sampled_from([3, 1000])), shape)
    if draw(st.booleans()):
        matrix = matrix.round()
    if forbid:
        matrix[rng.random(shape) < draw(st.sampled_from([0.0, 0.3, 0.9]))] = np.inf
    return matrix.astype(draw(st.sampled_from([np.float32, np.float64])))
