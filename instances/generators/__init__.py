"""Seeded generators, one file a family. To add one: write its file, and add one line to `FAMILIES`."""

from typing import TYPE_CHECKING, Any

from sitewright.instances.generators.cornuejols import cornuejols
from sitewright.instances.generators.euclidean import euclidean_p_median, euclidean_ufl
from sitewright.instances.generators.koerkel_ghosh import koerkel_ghosh
from sitewright.instances.generators.ruled import ruled
from sitewright.optimizer.errors import Flaw, InvalidProblem

if TYPE_CHECKING:
    from sitewright.optimizer.problem import Problem

FAMILIES = {f.__name__: f for f in (euclidean_ufl, euclidean_p_median, cornuejols, koerkel_ghosh, ruled)}


def generate(family: str, *, seed: int, **size: Any) -> "Problem":
    """Return an instance of a family; the same seed and sizes give the same instance."""
    if family not in FAMILIES:
        known = ", ".join(FAMILIES)
        raise InvalidProblem([Flaw("argument 'family'", f"be one of {known}", repr(family), "choose one of them")])
    made: Problem = FAMILIES[family](seed=seed, **size)
    return made
