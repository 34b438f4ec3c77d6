"""Periods of an expansion: how demand grows, and what may be opened, extended and spent in each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.problem import Problem


@dataclass(frozen=True, eq=False)
class Period:
    """One year.

    Attributes
    ----------
    demand
        What each customer's demand is multiplied by: one number, or shape (customers,).
    opens, extensions
        Most sites opened, and most modules added, in this period; no limit if not given.
    budget
        Most that open sites, partners and modules cost in this period, EUR/yr; no limit if not given.
    """

    name: str
    demand: ArrayLike = 1.0
    opens: int | None = None
    extensions: int | None = None
    budget: float | None = None


@dataclass(frozen=True)
class Extension:
    """Modules that may be added to any open site: how large, at what yearly cost, how many at most a site."""

    mw: float
    cost: float
    at_most: int = 1


def growth_periods(
    problem: Problem,
    n: int,
    *,
    growth: float | Mapping[str, float] = 0.64,
    start: float = 1.0,
    first: Mapping[str, int] | None = None,
    opens: int | None = None,
    extensions: int | None = None,
    budget: float | None = None,
) -> tuple[Period, ...]:
    """Return `n` years of growing demand, with the same limits in each.

    Parameters
    ----------
    growth
        Rate a year, or one for each segment (0 for those not named).
    start
        What the problem's demand is multiplied by in the first year.
    first
        The year, from 0, in which a segment comes in; before, it asks for nothing. 0 for those not named.
    """
    segment = problem.text("segment")
    rate = growth if isinstance(growth, Mapping) else {str(s): growth for s in np.unique(segment)}
    rates = np.array([rate.get(str(s), 0.0) for s in segment])
    begins = np.array([(first or {}).get(str(s), 0) for s in segment])
    return tuple(
        Period(f"year {t}", start * (1 + rates) ** t * (begins <= t), opens, extensions, budget) for t in range(n)
    )


def check_periods(periods: Sequence[Period], extension: Extension | None, discount: float) -> None:
    """Raise InvalidProblem with all that is wrong."""
    flaws = []
    if not periods:
        flaws.append(Flaw("argument 'periods'", "hold at least one", "none", "see growth_periods"))
    if len({p.name for p in periods}) < len(periods):
        found = ", ".join(p.name for p in periods)
        flaws.append(Flaw("argument 'periods'", "have names of their own", found, "rename some"))
    for p in periods:
        values = np.asarray(p.demand, dtype=np.float64)
        if not np.all((values >= 0) & np.isfinite(values)):
            fix = "give factors: 1.64 for 64 % more"
            flaws.append(Flaw(f"period {p.name!r}, demand", "be factors of 0 or more", str(p.demand)[:60], fix))
        for field in ("opens", "extensions", "budget"):
            limit = getattr(p, field)
            if limit is not None and not 0 <= limit < np.inf:
                flaws.append(Flaw(f"period {p.name!r}, {field}", "be 0 or more", str(limit), "correct the limit"))
    if extension is not None and not (extension.mw > 0 and extension.cost >= 0 and extension.at_most >= 0):
        flaws.append(Flaw("argument 'extension'", "have a size, and no negative cost", repr(extension), "correct it"))
    if not 0 <= discount < np.inf:
        flaws.append(Flaw("argument 'discount'", "be a rate of 0 or more", str(discount), "give 0.08 for 8 % a year"))
    if flaws:
        raise InvalidProblem(flaws)
