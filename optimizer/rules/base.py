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

    A site rule with more rows than can be written down overrides `cuts` too, and is `lazy`: a plan that keeps `rows`,
    and for which `cuts` finds nothing, keeps the rule (`sitewright.optimizer.engine.cutting`).
    """

    name: ClassVar[str]  # as in case.toml; the same as the file's name
    kind: ClassVar[Kind]
    lazy: ClassVar[bool] = False
    holds_in_emergency: ClassVar[bool] = True  # of a pair rule: also where customers are served after a loss

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

    def cuts(self, problem: Problem, is_open: NDArray[np.bool_], seen: NDArray[np.bool_]) -> Iterator[Rows]:
        """Yield rows over the sites that every plan under the rule keeps; some are broken here if the rule is.

        `seen` are the sites that were open in any plan so far: rows on them may come along. Shapes (sites,).
        """
        return iter(())

    def binds_loads(self, problem: Problem) -> bool:
        """Return whether the rule keeps open sites from deciding by themselves who is served from where."""
        return self.kind == "load"

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        """Yield a sentence with numbers for each way in which the decision breaks the rule."""
        raise NotImplementedError


def share_flaws(rule: str, **shares: float) -> Iterator[Flaw]:
    """Yield which parameters are no shares."""
    for field, share in shares.items():
        if not 0 <= share <= 1:
            fix = "give 0.95 for 95 %"
            yield Flaw(f"rule {rule!r}, {field}", "be a share from 0 to 1", str(share), fix)


def latency_flaws(rule: str, problem: Problem, **limits_ms: float) -> Iterator[Flaw]:
    """Yield what keeps a latency rule from being checked: no latency in the data, or a limit that is no time."""
    if not problem.has("latency"):
        yield Flaw(f"rule {rule!r}", "have the variable 'latency'", "none", "add 'latency' to the data")
    for field, limit in limits_ms.items():
        if not 0 < limit < np.inf:
            yield Flaw(f"rule {rule!r}, {field}", "be a positive number of ms", str(limit), "give the limit in ms")
