"""What can go wrong, as a tree of exceptions.

SitewrightError
├── InvalidProblem   the data or the arguments are wrong; carries every flaw found
├── Infeasible       proved: no plan can keep all rules; carries the reasons
├── LimitReached     stopped before any plan was found; carries the bound
├── TooLarge         would need more memory than allowed
└── SolverFailed     the MIP solver died or refused the model
"""

from collections.abc import Iterable
from dataclasses import dataclass


class SitewrightError(Exception):
    """Every error that sitewright raises on purpose."""


@dataclass(frozen=True)
class Flaw:
    """One thing wrong with the input: where it is, what must hold, what was found, and how to mend it."""

    where: str
    must: str
    found: str
    fix: str

    def __str__(self) -> str:
        return f"{self.where}: must {self.must}, found {self.found}. Fix: {self.fix}"


class InvalidProblem(SitewrightError, ValueError):
    """The input is wrong. `flaws` holds all that were found, not only the first."""

    def __init__(self, flaws: Iterable[Flaw]) -> None:
        self.flaws = tuple(flaws)
        super().__init__("\n".join(map(str, self.flaws)))


class Infeasible(SitewrightError):
    """No plan exists. `reasons` are sentences with numbers; `proof` says who proved it."""

    def __init__(self, reasons: Iterable[str], *, proof: str) -> None:
        self.reasons = tuple(reasons)
        self.proof = proof
        super().__init__("no plan can keep all rules:\n" + "\n".join(self.reasons))


class LimitReached(SitewrightError):
    """A limit stopped the solve before any plan was found. `bound` is a true bound on the objective, or infinite."""

    def __init__(self, stop_reason: str, *, bound: float, no_plan: str = "costs less than") -> None:
        self.stop_reason = stop_reason
        self.bound = bound
        super().__init__(f"stopped ({stop_reason}) before any plan was found; no plan {no_plan} {bound:.10g}")


class TooLarge(SitewrightError, MemoryError):
    """The work would need more memory than `max_memory` allows."""


class SolverFailed(SitewrightError):
    """The MIP solver crashed, or would not take the model or a parameter."""
