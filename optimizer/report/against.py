"""This plan against another: what the other opens and closes, what it costs more or less, who moves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.report.costs import WORDS
from sitewright.optimizer.report.names import distinct_names
from sitewright.optimizer.report.numbers import count, percent, short
from sitewright.optimizer.report.section import Section
from sitewright.optimizer.report.verdict import change
from sitewright.optimizer.study.comparison import Comparison, compare


@dataclass(frozen=True)
class Line:
    """A number of both plans; `digits` after the point."""

    name: str
    one: float
    other: float
    digits: int = 0
    note: str = ""

    @property
    def texts(self) -> tuple[str, str, str]:
        """This plan's, the other's, and the change with its sign."""
        delta = self.other - self.one
        said = f"{delta:+,.{self.digits}f}".replace("-", "−")
        return (
            f"{self.one:,.{self.digits}f}",
            f"{self.other:,.{self.digits}f}",
            said if float(f"{delta:.{self.digits}f}") else "0",
        )


@dataclass(frozen=True)
class Bar:
    """What one plan costs: its part of the wider bar, and the kinds in it as `parts.stack` takes them."""

    name: str
    total: float
    width: float
    kinds: tuple[tuple[float, str, str], ...]


@dataclass(frozen=True)
class Against:
    """One comparison, in sentences, bars and rows."""

    name: str
    sentence: str
    notes: tuple[str, ...]
    bars: tuple[Bar, ...]
    costs: tuple[Line, ...]
    latency: tuple[Line, ...]
    sites: tuple[Line, ...]


def against_section(plan: Plan, problem: Problem, others: Mapping[str, Plan]) -> Section:
    """Return the section that holds a plan against others, by what they are called.

    Raises
    ------
    InvalidProblem
        If another plan is of other customers or sites.
    """
    found = [_against(name, compare(plan, other), problem) for name, other in others.items()]
    title = "Against another plan" if len(found) == 1 else "Against other plans"
    return Section("against", title, "Compare", template="sections/against.html", data=found)


def _against(name: str, c: Comparison, problem: Problem) -> Against:
    kinds = [kind for kind in c.cost if kind != "total"]
    totals = [sum(p.cost_split.values()) for p in (c.before, c.after)]
    most = max(*totals, 1e-9)
    words = distinct_names(problem)
    costs = [
        Line(WORDS.get(k, (k.capitalize(),))[0], c.before.cost_split.get(k, 0.0), c.after.cost_split.get(k, 0.0))
        for k in kinds
    ]
    return Against(
        name=name,
        sentence=_sentence(name, c, problem, totals),
        notes=tuple(_notes(name, c)),
        bars=tuple(
            Bar(said, total, total / most, tuple(_kinds(p, kinds, total)))
            for said, total, p in zip(("This plan", name), totals, (c.before, c.after), strict=True)
        ),
        costs=(*costs, Line("Together", totals[0], totals[1])),
        latency=tuple(
            Line(f"{'everyone' if segment == 'all' else segment}, {said}", was[key], c.after.latency[segment][key], 1)
            for segment, was in c.before.latency.items()
            if segment in c.latency
            for key, said in (("mean", "mean"), ("p95", "95 %"))
        ),
        sites=tuple(
            Line(
                words[site],
                *mw,
                2,
                "only there" if site in c.opened else "only here" if site in c.closed else "",
            )
            for site, mw in c.load.items()
        ),
    )


def _kinds(plan: Plan, kinds: list[str], total: float) -> Iterator[tuple[float, str, str]]:
    for k, kind in enumerate(kinds):
        value = plan.cost_split.get(kind, 0.0)
        name = WORDS.get(kind, (kind.capitalize(),))[0]
        yield max(0.0, value) / (total or 1.0), f"s{min(k, 4)}", f"{name}: {short(value)} EUR/yr"


def _sentence(name: str, c: Comparison, problem: Problem, totals: list[float]) -> str:
    moved = f"has {change(c.closed, c.opened, problem)}" if c.opened or c.closed else "has the same sites"
    delta = totals[1] - totals[0]
    share = f" ({percent(abs(delta) / totals[0])})" if totals[0] > 0 else ""
    cost = (
        f"costs {short(abs(delta))} EUR a year {'more' if delta > 0 else 'less'}{share}"
        if abs(delta) >= 0.5
        else "costs the same"
    )
    said = f"“{name}” {moved} and {cost}"
    if "all" in c.latency:
        ms = c.latency["all"]["mean"]
        far = f"{abs(ms):.1f} ms {'more' if ms > 0 else 'less'}" if abs(ms) >= 0.05 else "the same, to 0.1 ms"
        said += f"; its mean latency is {far}"
    return f"{said}. {count(c.moved_customers, 'customer')} ({c.moved_mw:.2f} MW) would be served from elsewhere."


def _notes(name: str, c: Comparison) -> Iterator[str]:
    if c.before.input_hash != c.after.input_hash:
        yield f"“{name}” was made from other data, rules or another objective: a difference may come from there."
    for said, plan in (("This plan", c.before), (f"“{name}”", c.after)):
        if plan.gap > plan.gap_asked:
            yield f"{said} is not proved optimal: a better one may exist, down to {short(plan.bound)} {plan.unit}."
