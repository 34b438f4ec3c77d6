"""The grid of threads for a matrix on a CUDA card."""

from numba.core import config


def lanes(wanted: int) -> int:
    """Return how many threads of a block stand side by side: as wanted on a card, fewer on numba's simulator.

    There each is a thread of Python, and those without work are most of what a test of a small matrix costs.
    """
    return min(wanted, 8) if config.ENABLE_CUDASIM else wanted


# 32 neighbours in a row write one line of memory together; 8 rows fill a block.
SITES, CUSTOMERS = lanes(32), lanes(8)
# A card takes no more blocks than this along the second axis.
MOST = 65535


def pair_grid(n_customers: int, n_sites: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return (blocks, threads) for a kernel with ``j, first = cuda.grid(2)``.

    All columns are covered, and of the rows as many as a card can take: a thread goes on to the row that is
    ``cuda.gridsize(2)[1]`` further down until there is none.
    """
    return (-(-n_sites // SITES), min(MOST, -(-n_customers // CUSTOMERS))), (SITES, CUSTOMERS)


def line_grid(n: int) -> tuple[int, int]:
    """Return (blocks, threads) that cover `n` entries, so that ``k = cuda.grid(1)``."""
    return -(-n // lanes(128)), lanes(128)


def row_grid(n: int, threads: int) -> tuple[int, int]:
    """Return (blocks, threads) for a kernel whose block takes a row, and then that ``cuda.gridDim.x`` further down."""
    return min(n, 3 if config.ENABLE_CUDASIM else MOST), threads
