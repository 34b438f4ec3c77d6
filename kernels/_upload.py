"""A matrix taken to a CUDA card once, for all the passes that follow."""

from typing import Any

from sitewright.kernels._backends import must_run
from sitewright.kernels._check import cost_matrix


def upload(matrix: Any) -> Any:
    """Return the matrix on the card; every kernel with ``backend="cuda"`` takes it, and none brings it back.

    Raises
    ------
    InvalidProblem
        If CUDA cannot run here, or it is no matrix.
    """
    must_run("cuda")
    from sitewright.kernels._card import on_card

    return on_card(cost_matrix("matrix", matrix))
