"""What a MIP solver answered, in arrays."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray


class Outcome(Enum):
    """Why the solver came back."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    STOPPED = "stopped"


@dataclass(frozen=True, eq=False)
class Answer:
    """`values` is the best solution, shape (columns,), or None; `bound` is the solver's word, -inf without one.

    `duals` are the prices of the rows, shape (rows,), where the model is an LP that was solved to its end; else None.
    """

    outcome: Outcome
    values: NDArray[np.float64] | None
    bound: float
    detail: str
    duals: NDArray[np.float64] | None = None
