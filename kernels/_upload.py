"""A matrix taken to a CUDA card once, for all the passes that follow."""

from typing import Any

from sitewright.kernels._backends import lies, must_run, must_suit
from sitewright.kernels._check import cost_matrix
from sitewright.kernels._memory import refuse_above


def upload(matrix: Any) -> Any:
    """Return the matrix on the card; every kernel with ``backend="cuda"`` takes it, and none brings it back.

    Raises
    ------
    InvalidProblem
        If CUDA cannot run here, or it is no matrix in memory.
    TooLarge
        If the card has not the memory.
    """
    must_run("cuda")
    from sitewright.kernels._card import on_card

    array = cost_matrix("matrix", matrix)
    must_suit(array, "cuda")
    if lies(array) == "numpy":
        must_fit(array.shape, array.dtype)
    return on_card(array)


def must_fit(shape: tuple[int, int], kind: Any) -> None:
    """Raise TooLarge if the card has not the memory for a matrix."""
    from sitewright.kernels._card import free

    refuse_above(shape, kind, None, free(), ["backend='cpu'", "backend='dask' (many machines)"])
