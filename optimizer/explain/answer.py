"""What `explain` answers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sitewright.optimizer.explain.conflict_answer import Conflict

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
    """

    problem_name: str
    conflict: Conflict | None
    plan: "Plan | None"
