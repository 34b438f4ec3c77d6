r"""Rows on how many sites must be open for them to hold so many MW: of which a linear program knows little.

With a the MW that each site can hold and any size v > 0: open sites have :math:`\sum a_j \ge need`, and so
:math:`\sum \lceil a_j / v \rceil \ge \lceil need / v \rceil` (Chvatal, Discrete Mathematics 4, 1973).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import TOLERANCE
from sitewright.optimizer.model.columns import Rows, row

# Sizes of sites for which rows are written.
MOST_SIZES = 5


def rounded_rows(rule: str, held: NDArray[np.float64], needed: float, lost: int = 0) -> Iterator[Rows]:
    """Yield the rows, where the `lost` largest of the open sites do not count: each of them is worth 1 at least.

    `held` is what each site can hold, MW, shape (sites,); `needed` in MW too.
    """
    held = np.minimum(held, needed)
    sizes = np.unique(held[held > 0])
    if not len(sizes):
        yield impossible_row(rule)
    # Sizes that are spread evenly, the largest among them, where there are many.
    for size in sizes[np.unique(np.linspace(0, len(sizes) - 1, MOST_SIZES).round().astype(int))] if len(sizes) else ():
        # A size divides by itself but for rounding.
        least = lost + np.ceil(needed / size - TOLERANCE)
        value = np.ceil(held / size - TOLERANCE)
        sites = np.flatnonzero(held > 0)
        yield row(rule, sites, np.maximum(value[sites], 1.0), lower=float(least))


def impossible_row(rule: str) -> Rows:
    """Return a row that no open set keeps, where no site could serve those who must be served."""
    return row(rule, 0, 1.0, lower=2.0)
