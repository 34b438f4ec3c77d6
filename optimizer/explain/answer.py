"""What `explain` answers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sitewright.optimizer.explain.binding import Binding
from sitewright.optimizer.explain.conflict_answer import Conflict
from sitewright.optimizer.explain.regret import Regret
from sitewright.optimizer.explain.stable import Stable

if TYPE_CHECKING:
    from sitewright.optimizer.plan import Plan


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why there is no plan, or why the plan is what it is.

    Attributes
    ----------
    conflict
        The rules that cannot be kept together; None if there is a plan.
    plan
        The plan of least cost; None if there is none.
    bindings
        What each rule costs, dearest first.
    regrets
        What each site and each partner costs where the plan has it otherwise: first what the plan uses, then the rest,
        cheapest first.
    ranges
        How far the fixed cost of each site and the fee of each partner may change, in the order of `regrets`; then the
        energy prices, where the data have them.
    """

    problem_name: str
    conflict: Conflict | None
    plan: "Plan | None"
    bindings: tuple[Binding, ...] = ()
    regrets: tuple[Regret, ...] = ()
    ranges: tuple[Stable, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether every number is one, and none a range."""
        return all(r.low == r.high for r in self.regrets) and all(b.binds is not None for b in self.bindings)

    def _repr_html_(self) -> str:
        """What a notebook shows of an explanation."""
        from sitewright.optimizer.report.notebook_answers import explanation_html

        return explanation_html(self)
