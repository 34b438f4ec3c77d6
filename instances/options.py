"""What a caller may say about the reading of a file, checked before the file is opened."""

import math
from dataclasses import dataclass

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.rules import SiteCount

ROUNDINGS = ("floor", "nearest", "none")


@dataclass(frozen=True)
class Options:
    """Options of a reader; None where nothing was said.

    Attributes
    ----------
    p
        Number of open sites.
    rounding
        Of Euclidean distances: one of `ROUNDINGS`.
    capacity
        The number that stands for the word ``capacity`` in a file.
    ignore_capacity
        Whether the problem is to have no capacities.
    """

    p: int | None = None
    rounding: str | None = None
    capacity: float | None = None
    ignore_capacity: bool = False

    @classmethod
    def of(cls, *, p: int | None, rounding: str | None, capacity: str | float | None) -> "Options":
        """Return the options, or raise InvalidProblem with all that is wrong with them."""
        flaws = []
        if p is not None and (isinstance(p, bool) or not isinstance(p, int) or p < 1):
            flaws.append(
                Flaw("option 'p'", "be a whole number from 1 to the number of sites", repr(p), "choose another")
            )
        if rounding is not None and rounding not in ROUNDINGS:
            names = ", ".join(ROUNDINGS)
            flaws.append(Flaw("option 'rounding'", f"be one of {names}", repr(rounding), "choose one of them"))
        level = None
        if capacity is not None and capacity != "ignore":
            level = _positive(capacity)
            if level is None:
                fix = "give one number, or 'ignore' to drop capacities"
                flaws.append(Flaw("option 'capacity'", "be 'ignore' or a positive number", repr(capacity), fix))
        if flaws:
            raise InvalidProblem(flaws)
        return cls(p, rounding, level, capacity == "ignore")


def _positive(value: str | float) -> float | None:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None
    return number if 0 < number < math.inf else None


def exactly(p: int, n_sites: int) -> SiteCount:
    """Return the rule that exactly p sites open.

    Raises
    ------
    InvalidProblem
        If there are fewer sites.
    """
    if p > n_sites:
        fix = f"choose a whole number from 1 to {n_sites}"
        raise InvalidProblem([Flaw("option 'p'", f"be at most the {n_sites} sites there are", str(p), fix)])
    return SiteCount(at_least=p, at_most=p)
