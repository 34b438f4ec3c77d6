"""Sites that one event takes away together: those of one partner, jurisdiction, grid or hazard zone; or each alone."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.problem import Problem

Cause = Literal["site", "partner", "jurisdiction", "grid", "hazard_zone"]

_VARIABLES = {"partner": "site_partner", "jurisdiction": "jurisdiction", "grid": "grid", "hazard_zone": "hazard_zone"}


def cause_flaws(rule: str, problem: Problem, cause: str) -> Iterator[Flaw]:
    """Yield what keeps a rule on a common cause from being checked."""
    variable = _VARIABLES.get(cause)
    if cause != "site" and variable is None:
        known = ", ".join(("site", *_VARIABLES))
        yield Flaw(f"rule {rule!r}", f"name one of {known}", repr(cause), "choose one of them")
    elif variable is not None and not problem.has(variable):
        yield Flaw(f"rule {rule!r}", f"have the variable {variable!r}", "none", f"add {variable!r} to the data")


def lost_together(problem: Problem, cause: Cause) -> NDArray[np.int64]:
    """Return the number of the group that each site belongs to. Shape (sites,).

    A site without a label stands alone: an own build depends on no partner, and shares none with another.
    """
    alone = np.arange(problem.n_sites)
    if cause == "site":
        return alone
    names, member = np.unique(problem.text(_VARIABLES[cause]), return_inverse=True)
    return np.where(names[member] == "", len(names) + alone, member)


def losses(problem: Problem, cause: Cause) -> list[NDArray[np.int64]]:
    """Return the sites of each loss that a plan may have to survive, first that of none.

    No partner takes away an own build.
    """
    group = lost_together(problem, cause)
    if cause == "partner":
        group = np.where(problem.partner_of >= 0, group, -1)
    return [np.empty(0, np.int64), *(np.flatnonzero(group == g) for g in np.unique(group) if g >= 0)]


def loss_name(problem: Problem, cause: Cause, lost: NDArray[np.int64]) -> str:
    """Say what is lost: a site, or the partner, jurisdiction, … of the sites."""
    if not len(lost):
        return "nothing at all"
    label = str(problem.text(_VARIABLES[cause])[lost[0]]) if cause != "site" else ""
    return f"{cause.replace('_', ' ')} {label}" if label else f"site {problem.sites[lost[0]]}"
