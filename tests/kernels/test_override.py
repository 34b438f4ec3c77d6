"""Measured round trips over modelled ones."""

import numpy as np
import pytest

from sitewright.kernels import override
from sitewright.optimizer.errors import InvalidProblem


def test_what_is_measured_wins_and_is_marked() -> None:
    """Fails if a measured value is lost, or NaN replaces the model, or the model is changed in place."""
    model = np.array([[10.0, 20.0], [30.0, 40.0]])
    both, known = override(model, [[np.nan, 5.0], [np.nan, np.nan]])
    assert both.tolist() == [[10.0, 5.0], [30.0, 40.0]]
    assert known.tolist() == [[False, True], [False, False]]
    assert model[0, 1] == 20.0


@pytest.mark.parametrize(
    ("measured", "names"),
    [
        ([[1.0, -1.0]], r"pair \(0, 1\)"),
        ([[0.0, 1.0]], r"pair \(0, 0\)"),
        ([[1.0, np.inf]], r"pair \(0, 1\)"),
        ([[1.0], [2.0]], "transpose it"),
        ([[1.0]], "'measured'"),
        ([["fast", "slow"]], "'measured'"),
    ],
)
def test_a_wrong_measurement_is_named(measured: list[list[float]], names: str) -> None:
    """Fails if a time that cannot be, or a transposed matrix, is taken."""
    with pytest.raises(InvalidProblem, match=names):
        override([[1.0, 2.0]], measured)
