"""What a notebook shows of an answer to a question: frontier, comparison, explanation, k best. Names are labels."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sitewright.optimizer.report.against import Line
from sitewright.optimizer.report.costs import WORDS
from sitewright.optimizer.report.frontier import limited
from sitewright.optimizer.report.names import listed
from sitewright.optimizer.report.notebook import ROWS
from sitewright.optimizer.report.numbers import count, percent, short
from sitewright.optimizer.report.page import environment

if TYPE_CHECKING:
    from sitewright.optimizer.explain.answer import Explanation
    from sitewright.optimizer.study.comparison import Comparison
    from sitewright.optimizer.study.frontier import Frontier
    from sitewright.optimizer.study.k_best import KBest


@dataclass(frozen=True)
class Table:
    """Headings, each with whether its column holds numbers, and rows of words."""

    head: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[str, ...], ...]


def _html(lead: str, *tables: Table) -> str:
    return environment().get_template("notebook_tables.html").render(lead=lead, tables=tables, most=ROWS)


def frontier_html(frontier: "Frontier") -> str:
    """Return one row a limit: what is reached, cost, bound, and the sites."""
    proved, digits = sum(point.settled for point in frontier.points), 0 if frontier.unit == "sites" else 2
    head = ((f"{limited(frontier.against)}, {frontier.unit}", True), ("reached", True), ("cost, EUR/yr", True))
    rows = tuple(
        (
            f"{p.limit:,.{digits}f}",
            "" if p.reached is None else f"{p.reached:,.{digits}f}",
            _money(p.cost),
            _money(p.bound),
            listed(list(p.open_sites)) or ("no plan (proved)" if p.settled else "no plan in time"),
        )
        for p in frontier.points
    )
    lead = f"{frontier.problem_name}: least cost under {count(len(rows), 'limit')}, {proved} of them settled."
    return _html(lead, Table((*head, ("none costs less than", True), ("open sites", False)), rows))


def comparison_html(c: "Comparison") -> str:
    """Return cost by kind, latency by segment and load by site, before and after."""
    opened, closed = listed(list(c.opened)) or "nothing", listed(list(c.closed)) or "nothing"
    moved = f"{count(c.moved_customers, 'customer')} ({c.moved_mw:.2f} MW) served from elsewhere"
    kinds = [kind for kind in c.cost if kind != "total"]
    splits = [c.before.cost_split, c.after.cost_split]
    costs = [(WORDS.get(k, (k.capitalize(),))[0], *(split.get(k, 0.0) for split in splits), 0) for k in kinds] + [
        ("Together", *(sum(split.values()) for split in splits), 0)
    ]
    latency = [
        (f"{segment}, {key}", c.before.latency[segment][key], c.after.latency[segment][key], 1)
        for segment in c.latency
        for key in ("mean", "p95")
    ]
    loads = [(site, *mw, 2) for site, mw in c.load.items()]
    parts = (("cost, EUR/yr", costs), ("latency, ms", latency), ("load, MW", loads))
    return _html(f"Opens {opened}, closes {closed}; {moved}.", *(_change(*part) for part in parts))


def _change(what: str, lines: Sequence[tuple[str, float, float, int]]) -> Table:
    rows = tuple((line.name, *line.texts) for line in (Line(*numbers) for numbers in lines))
    return Table(((what, False), ("before", True), ("after", True), ("change", True)), rows)


def explanation_html(explanation: "Explanation") -> str:
    """Return the conflict and what would be enough, or what each rule and each site costs."""
    conflict = explanation.conflict
    if conflict is not None:
        rules = Table((("rules that no plan keeps together", False),), tuple((r.sentence(),) for r in conflict.rules))
        enough = tuple((r.change, "" if r.plan is None else _money(r.plan.objective)) for r in conflict.relaxations)
        head = (("what would be enough, one rule at a time", False), ("the plan then costs, EUR/yr", True))
        return _html(f"No plan: {'; '.join(conflict.sentences)}.", rules, Table(head, enough))
    head = (("costs, EUR/yr", True), ("the best plan then has", False))
    binding = tuple(
        (b.rule.sentence(), _range(b.low, b.high), listed(list(b.open_sites)))
        for b in explanation.bindings
        if b.binds is not False
    )
    plan = explanation.plan
    assert plan is not None
    lead = f"{listed(list(plan.open_sites))}: {short(plan.objective)} EUR a year."
    return _html(
        lead,
        Table((("rule", False), *head), binding),
        Table((("without", False), *head), tuple(_regrets(explanation, used=True))),
        Table((("with", False), *head), tuple(_regrets(explanation, used=False))),
    )


def _regrets(explanation: "Explanation", *, used: bool) -> Iterator[tuple[str, str, str]]:
    for r in explanation.regrets:
        if r.used is used:
            name = r.name if r.kind == "site" else f"partner {r.name}"
            yield name, _range(r.low, r.high), listed(list(r.open_sites or ()))


def k_best_html(answer: "KBest") -> str:
    """Return the choices of sites with their cost, and what all others cost at least."""
    rows = tuple((listed(list(s.open_sites)), _money(s.cost), percent(s.extra)) for s in answer.sets)
    rest = f"every other choice costs at least {short(answer.others_cost)} EUR a year"
    if not math.isfinite(answer.others_cost):
        rest = "there is no other choice" if answer.others_cost > 0 else "nothing is known yet about the others"
    lead = f"{count(len(rows), 'choice')} of sites; {rest} ({'proved' if answer.complete else 'not complete'})."
    return _html(lead, Table((("open sites", False), ("cost, EUR/yr", True), ("above the best", True)), rows))


def _money(value: float) -> str:
    return f"{value:,.0f}" if math.isfinite(value) else ""


def _range(low: float, high: float) -> str:
    if math.isinf(low):
        return "no plan"
    if math.isinf(high):
        return f"at least {low:,.0f}"
    return f"{high:,.0f}" if high - low <= 1e-5 * abs(high) else f"{low:,.0f} to {high:,.0f}"
