"""What the checker found."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing wrong: which rule or part, and a sentence with numbers."""

    rule: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.sentence}"


@dataclass(frozen=True)
class Report:
    """The verdict. `proved_bound` is recomputed from the raw data; `claimed_bound` is the plan's."""

    accepted: bool
    findings: tuple[Finding, ...]
    objective: float
    cost_split: Mapping[str, float]
    proved_bound: float
    claimed_bound: float
    solver: str

    @property
    def what_is_proved(self) -> str:
        """Say which part of the bound is proved by recomputation and which is a solver's word."""
        if not self.proved_bound > float("-inf"):
            return "nothing could be recomputed of the bound"
        size = max(abs(self.objective), 1e-9)
        gap = max(0.0, self.objective - self.proved_bound) / size
        said = f"recomputed from the raw data: no plan costs less than {self.proved_bound:,.2f}"
        said += f" ({gap:.2%} below this plan)"
        if self.claimed_bound > self.proved_bound + 1e-9 * size:
            rest = max(0.0, self.objective - self.claimed_bound) / size
            said += f"; that the gap is {rest:.2e} is the word of {self.solver or 'no solver'}"
        return said

    def __str__(self) -> str:
        head = "accepted" if self.accepted else "REFUSED"
        lines = [
            f"{head}: cost {self.objective:,.2f}",
            *(f"  {finding}" for finding in self.findings),
            self.what_is_proved,
        ]
        return "\n".join(lines)
