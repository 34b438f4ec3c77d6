"""What people see: progress lines and the verdict, on stderr."""

import shutil
import sys
import threading
import time

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sitewright.optimizer.objective import OF_RADIUS
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.progress import Progress
from sitewright.optimizer.report.numbers import figure, percent
from sitewright.optimizer.report.verdict import source_of_latency, verdict


class ProgressPrinter:
    """Shows events: one live line on a terminal; otherwise a plain line for each stage and every few seconds.

    Each line has the seconds, the stage, the best plan, the bound, the gap, and the seconds left of `time_limit`.
    """

    EVERY = 2.0
    TICK = 0.5

    def __init__(self, time_limit: float | None = None) -> None:
        self.live, self.time_limit = sys.stderr.isatty(), time_limit
        self._stage, self._at = "", 0.0
        self._last: tuple[Progress, float] | None = None
        self._ended = threading.Event()
        self._lock = threading.Lock()
        if self.live:
            # A long stage sends no events; the clock must run on, or the solve looks dead.
            threading.Thread(target=self._tick, daemon=True).start()

    def __call__(self, event: Progress) -> None:
        now = time.monotonic()
        self._last = (event, now)
        if self.live:
            self._draw()
        elif event.stage != self._stage or now - self._at > self.EVERY:
            print(self.line(event, event.elapsed), file=sys.stderr, flush=True)
            self._at = now
        self._stage = event.stage

    def close(self) -> None:
        self._ended.set()
        if self.live:
            with self._lock:
                sys.stderr.write("\r\x1b[K")
                sys.stderr.flush()

    def line(self, event: Progress, elapsed: float) -> str:
        """Return what is shown of an event, so many seconds after the start; at most 80 columns for usual sums."""
        best, bound = (figure(x) if abs(x) != float("inf") else "none" for x in (event.incumbent, event.bound))
        gap = f"{event.gap:.3%}" if event.gap < 10 else "none"
        said = f"{elapsed:6.1f} s  {event.stage:<8} best {best:>12}  bound {bound:>12}  gap {gap:>7}"
        return said if self.time_limit is None else f"{said}  {max(0.0, self.time_limit - elapsed):.0f} s left"

    def _tick(self) -> None:
        while not self._ended.wait(self.TICK):
            self._draw()

    def _draw(self) -> None:
        if self._last is None:
            return
        event, at = self._last
        with self._lock:
            if not self._ended.is_set():
                line = self.line(event, event.elapsed + time.monotonic() - at)
                # A line that wraps could not be drawn over.
                sys.stderr.write(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}")
                sys.stderr.flush()


def show_plan(plan: Plan, problem: Problem, console: Console) -> None:
    """Print what a person reads in ten seconds: sites, cost, latency, how sure, and last, in bold, the verdict."""
    console.print()
    if len(plan.open_sites) <= 40:
        console.print(_sites(plan, problem))
    if plan.objective_kind in OF_RADIUS:
        console.print(_of_radius(plan), highlight=False)
    split = "   ".join(f"{kind} {value:,.0f}" for kind, value in plan.cost_split.items())
    unit = problem.data.attrs.get("currency", "EUR")
    console.print(f"cost {sum(plan.cost_split.values()):,.0f} {unit}/yr = {split}", highlight=False)
    source = source_of_latency(problem)
    for segment, ms in plan.latency.items():
        line = f"mean {ms['mean']:.1f}, median {ms['p50']:.1f}, 95 % {ms['p95']:.1f}, worst {ms['worst']:.1f}"
        console.print(f"latency{source} {segment}: {line} ms", highlight=False)
    for line in [*capacity_lines(plan), *tie_lines(plan)]:
        console.print(line, highlight=False)
    bound, proved = figure(plan.bound), figure(plan.certificate.root_bound)
    console.print(
        f"bound {bound}: the checker can recompute {proved} of it from the raw data"
        + (f", the rest is the word of {plan.certificate.solver}" if plan.certificate.solver else ""),
        highlight=False,
    )
    console.print(f"\n{verdict(plan, problem)}", style="bold", highlight=False, markup=False)


def _of_radius(plan: Plan) -> str:
    """Return what a plan with an objective of a radius achieves."""
    if plan.objective_kind == "p-center":
        return f"worst {'latency' if plan.latency else 'distance'} {plan.objective:,.3f} {plan.unit}"
    unit = " ms" if plan.latency else ""
    if plan.objective_kind == "coverage":
        share = f" ({percent(plan.share_covered)})" if plan.share_covered is not None else ""
        return f"covers {plan.objective:,.3f} MW{share} within {plan.radius:g}{unit}"
    return f"{plan.objective:.0f} sites, everyone within {plan.radius:g}{unit}"


def capacity_lines(plan: Plan) -> list[str]:
    """Return what more capacity would be worth, in a sentence."""
    if not plan.capacity_prices:
        return []
    dearest = sorted(plan.capacity_prices.items(), key=lambda item: -item[1])[:3]
    worth = ", ".join(f"in {site} {price:,.0f} EUR/yr" for site, price in dearest)
    return [f"one more MW is worth at most: {worth} (with the same sites open)"]


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
        f"  {_change(t.closed, t.opened)}: {t.extra_cost:,.0f} more ({percent(t.extra_cost / plan.objective)}), "
        f"model error {t.model_error:,.0f}"
        for t in ties[:5]
    ]
    return [head, *lines]


def _change(closed: tuple[str, ...], opened: tuple[str, ...]) -> str:
    # Labels come from the user's files: brackets in them are no markup.
    return escape(f"{', '.join(opened) or 'nothing'} instead of {', '.join(closed) or 'nothing'}")


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
        words = [escape(str(plan.sites[j])), escape(str(partner[j])) or "own", escape(str(place[j]))]
        words += [str(status[j])] if some_status else []
        cost = f"{problem.numbers('fixed_cost')[j]:,.0f}"
        served = int((plan.decision.site == j).sum())
        table.add_row(*words, f"{load[j]:.2f}", room, cost, str(served))
    return table
