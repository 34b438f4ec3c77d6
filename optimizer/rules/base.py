"""What every rule is: parameters, rows for the solver, a check for people, a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.model.columns import Columns, Rows
from sitewright.optimizer.problem import Problem

Kind = Literal["pair", "site", "load"]


@dataclass(frozen=True)
class Rule:
    """A rule that a plan must keep. Subclasses are frozen dataclasses whose fields are the rule's parameters.

    A pair rule overrides `forbids`; a site rule and a load rule override `rows`; every rule overrides `broken` and
    `sentence`. `rows` and `broken` say the same thing twice, and the tests hold them to each other.
    """

    name: ClassVar[str]  # as in case.toml; the same as the file's name
    kind: ClassVar[Kind]

    def sentence(self) -> str:
        """Say in words what the rule asks for."""
        raise NotImplementedError

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        """Yield what is wrong with the parameters for this problem: unknown labels, missing data, bad numbers."""
        return iter(())

    def forbids(self, problem: Problem) -> NDArray[np.bool_] | None:
        """Return which pairs may not be used, or None. Shape (customers, sites)."""
        return None

    def single_source(self, problem: Problem) -> NDArray[np.bool_] | None:
        """Return which customers must be served from one site alone, or None. Shape (customers,)."""
        return None

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        """Yield the rows over the MIP's columns."""
        return iter(())

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        """Yield a sentence with numbers for each way in which the decision breaks the rule."""
        raise NotImplementedError


def latency_flaws(rule: str, problem: Problem, **limits_ms: float) -> Iterator[Flaw]:
    """Yield what keeps a latency rule from being checked: no latency in the data, or a limit that is no time."""
    if not problem.has("latency"):
        yield Flaw(f"rule {rule!r}", "have the variable 'latency'", "none", "add 'latency' to the data")
    for field, limit in limits_ms.items():
        if not 0 < limit < np.inf:
            yield Flaw(f"rule {rule!r}, {field}", "be a positive number of ms", str(limit), "give the limit in ms")
