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


# How the objective is spoken of: what it is, that no plan does better, and its unit.
WORDS = {
    "p-center": ("worst distance", "no plan has everyone nearer than", ""),
    "coverage": ("covered", "no plan covers more than", " MW"),
    "set-cover": ("open sites", "no plan opens fewer sites than", ""),
}


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
    objective_kind: str = "cost"
    nodes: int = 0  # of the tree that was recomputed

    @property
    def what_is_proved(self) -> str:
        """Say which part of the bound is proved by recomputation and which is a solver's word."""
        _, no_plan, unit = WORDS.get(self.objective_kind, ("cost", "no plan costs less than", ""))
        sign = -1.0 if self.objective_kind == "coverage" else 1.0
        if not sign * self.proved_bound > float("-inf"):
            return "nothing could be recomputed of the bound"
        size = max(abs(self.objective), 1e-9)
        gap = max(0.0, sign * (self.objective - self.proved_bound)) / size
        side = "above" if sign < 0 else "below"
        share = f"{gap:.2%}" if gap >= 1e-3 else _percent(gap)
        tree = f", {self.nodes:,} nodes of a tree" if self.nodes else ""
        said = (
            f"recomputed from the raw data{tree}: {no_plan} {self.proved_bound:,.2f}{unit} ({share} {side} this plan)"
        )
        if sign * self.claimed_bound > sign * self.proved_bound + 1e-9 * size:
            rest = max(0.0, sign * (self.objective - self.claimed_bound)) / size
            said += f"; that the gap is {_percent(rest)} is the word of {self.solver or 'no solver'}"
        return said

    def __str__(self) -> str:
        head = "accepted" if self.accepted else "REFUSED"
        what, _, unit = WORDS.get(self.objective_kind, ("cost", "", ""))
        lines = [
            f"{head}: {what} {self.objective:,.2f}{unit}",
            *(f"  {finding}" for finding in self.findings),
            self.what_is_proved,
        ]
        return "\n".join(lines)


def _percent(share: float) -> str:
    """Return a gap in percent, down to a millionth of one: below lies the noise of floating point."""
    return f"{100 * share:.6f}".rstrip("0").rstrip(".") + " %"
