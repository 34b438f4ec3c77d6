"""What people see: progress lines and the verdict, on stderr."""

import sys
import time

from rich.console import Console
from rich.table import Table

from sitewright.optimizer.objective import OF_RADIUS
from sitewright.optimizer.plan import Plan, Status
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.progress import Progress


class ProgressPrinter:
    """Shows events: one live line on a terminal; otherwise a plain line for each stage and every few seconds."""

    EVERY = 2.0

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self._stage, self._at = "", 0.0

    def __call__(self, event: Progress) -> None:
        best, bound = _figure(event.incumbent), _figure(event.bound)
        line = f"{event.elapsed:7.1f} s  {event.stage:<8}  best {best:>15}  bound {bound:>15}"
        line += f"  gap {event.gap:.3%}" if event.gap < 10 else ""
        if self.live:
            sys.stderr.write(f"\r\x1b[K{line}")
            sys.stderr.flush()
        elif event.stage != self._stage or time.monotonic() - self._at > self.EVERY:
            print(line, file=sys.stderr, flush=True)
            self._at = time.monotonic()
        self._stage = event.stage

    def close(self) -> None:
        if self.live:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def show_plan(plan: Plan, problem: Problem, console: Console) -> None:
    """Print the verdict and the tables that a person reads in ten seconds."""
    console.print(f"\n[bold]{verdict(plan)}[/bold]\n", highlight=False)
    if len(plan.open_sites) <= 40:
        console.print(_sites(plan, problem))
    if plan.objective_kind in OF_RADIUS:
        console.print(_of_radius(plan), highlight=False)
    split = "   ".join(f"{kind} {value:,.0f}" for kind, value in plan.cost_split.items())
    unit = problem.data.attrs.get("currency", "EUR")
    console.print(f"cost {sum(plan.cost_split.values()):,.0f} {unit}/yr = {split}", highlight=False)
    source = _latency_source(problem)
    for segment, ms in plan.latency.items():
        line = f"mean {ms['mean']:.1f}, median {ms['p50']:.1f}, 95 % {ms['p95']:.1f}, worst {ms['worst']:.1f}"
        console.print(f"latency{source} {segment}: {line} ms", highlight=False)
    for line in tie_lines(plan):
        console.print(line, highlight=False)
    bound, proved = _figure(plan.bound), _figure(plan.certificate.root_bound)
    console.print(
        f"bound {bound}: the checker can recompute {proved} of it from the raw data"
        + (f", the rest is the word of {plan.certificate.solver}" if plan.certificate.solver else ""),
        highlight=False,
    )


def _latency_source(problem: Problem) -> str:
    """Say where the round trips come from, as far as the data know."""
    if "latency_source" not in problem.data:
        return ""
    measured = problem.data["latency_source"].values.astype(str) == "measured"
    return " (measured)" if measured.all() else " (partly measured)" if measured.any() else " (modelled)"


def verdict(plan: Plan) -> str:
    """Return the plan in one sentence with its certainty."""
    n = len(plan.open_sites)
    names = ", ".join(plan.open_sites[:6]) + (f" and {n - 6} more" if n > 6 else "")
    what = f"Open {n} site{'s' if n != 1 else ''}: {names}"
    if plan.partners:
        what += f", with partner{'s' if len(plan.partners) > 1 else ''} {', '.join(plan.partners)}"
    if plan.status is Status.OPTIMAL:
        return f"{what}. Proved optimal to {max(plan.gap, 0.0):.1e} (asked: {plan.gap_asked:.0e})."
    side = "below" if plan.objective_kind == "coverage" else "above"
    return f"{what}. Not proved optimal ({plan.stop_reason}): at most {plan.gap:.2%} {side} the best possible."


def _of_radius(plan: Plan) -> str:
    """Return what a plan with an objective of a radius achieves."""
    if plan.objective_kind == "p-center":
        return f"worst {'latency' if plan.latency else 'distance'} {plan.objective:,.3f} {plan.unit}"
    unit = " ms" if plan.latency else ""
    if plan.objective_kind == "coverage":
        share = f" ({plan.share_covered:.2%})" if plan.share_covered is not None else ""
        return f"covers {plan.objective:,.3f} MW{share} within {plan.radius:g}{unit}"
    return f"{plan.objective:.0f} sites, everyone within {plan.radius:g}{unit}"


def _figure(value: float) -> str:
    """Return money in whole EUR, and what is smaller (ms, MW, sites) with decimals."""
    return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:,.3f}"


def tie_lines(plan: Plan) -> list[str]:
    """Return what the model's error cannot tell apart, in sentences."""
    ties = [t for t in plan.ties if t.within_error]
    if not plan.ties:
        return []
    if not ties:
        nearest = plan.ties[0]
        change = _change(nearest.closed, nearest.opened)
        return [
            f"no tie found: the nearest plan ({change}) costs {nearest.extra_cost:,.0f} more, beyond the model's error"
        ]
    head = f"[bold]TIE[/bold] within the latency model's error ({len(ties)} found); other grounds may decide:"
    lines = [
        f"  {_change(t.closed, t.opened)}: {t.extra_cost:,.0f} more ({t.extra_cost / plan.objective:.2%}), "
        f"model error {t.model_error:,.0f}"
        for t in ties[:5]
    ]
    return [head, *lines]


def _change(closed: tuple[str, ...], opened: tuple[str, ...]) -> str:
    return f"{', '.join(opened) or 'nothing'} instead of {', '.join(closed) or 'nothing'}"


def _sites(plan: Plan, problem: Problem) -> Table:
    """Return the open sites as a table of 80 columns where labels are short; status is left out if it says nothing."""
    where = plan.decision.open.nonzero()[0]
    status, partner = problem.text("status", "candidate"), problem.text("site_partner")
    place, capacity = problem.text("jurisdiction"), problem.numbers("capacity", float("inf"))
    load, some_status = plan.decision.load(plan.demand), bool((status[where] != "candidate").any())
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0))
    for name in ("site", "partner", "country", *(("status",) if some_status else ())):
        table.add_column(name, overflow="fold")
    for name in ("load MW", "capacity MW", "fixed EUR/yr", "customers"):
        table.add_column(name, justify="right", no_wrap=True)  # a number that is cut is a wrong number
    for j in where:
        room = "no limit" if capacity[j] == float("inf") else f"{capacity[j]:.1f}"
        words = [str(plan.sites[j]), str(partner[j]) or "own", str(place[j])]
        words += [str(status[j])] if some_status else []
        cost = f"{problem.numbers('fixed_cost')[j]:,.0f}"
        served = int((plan.decision.site == j).sum())
        table.add_row(*words, f"{load[j]:.2f}", room, cost, str(served))
    return table
