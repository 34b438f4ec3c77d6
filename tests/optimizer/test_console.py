"""What people see at the terminal: live lines that fit, and an end that says what to do."""

import io
import time
from dataclasses import replace

import numpy as np
from rich.console import Console

import sitewright as sw
from sitewright.optimizer.cli.console import ProgressPrinter, show_plan
from sitewright.optimizer.plan import Tie
from sitewright.optimizer.progress import Progress
from tests.optimizer.report.conftest import plan_with


def shown(plan: sw.Plan, problem: sw.Problem) -> list[str]:
    out = io.StringIO()
    show_plan(plan, problem, Console(file=out, width=200, soft_wrap=True))
    return out.getvalue().splitlines()


def test_the_last_line_is_the_verdict_and_the_table_stands_before_it():
    """What scrolls away is read by nobody: the end of the output is what stays in sight."""
    problem = sw.Problem.from_arrays(service_cost=[[1.0, 9.0], [9.0, 1.0]], fixed_cost=[2.0, 2.0], sites=["a", "b"])
    lines = shown(plan_with(problem, np.array([True, True])), problem)
    assert lines[-1].startswith("Open a and b: 6.00 EUR a year. Not proved optimal (time limit)")
    assert [line.split()[0] for line in lines[1:4]] == ["site", "a", "b"]


def test_brackets_in_names_are_not_markup():
    """A site called [/b] ended the output in a traceback instead of a plan."""
    problem = sw.Problem.from_arrays(
        service_cost=[[1.0, 9.0], [9.0, 1.0]], fixed_cost=[2.0, 2.0], sites=["[/b]", "[red]x"], jurisdiction=["[/]", ""]
    )
    tie = Tie(closed=("[/b]",), opened=("[red]x",), extra_cost=0.0, model_error=1.0)
    text = "\n".join(shown(replace(plan_with(problem, np.array([True, False])), ties=(tie,)), problem))
    assert "[red]x instead of [/b]" in text and "Open [/b]:" in text and "[/] " in text


def test_a_live_line_fits_a_terminal_and_says_how_long_it_may_take():
    event = Progress(4.04, "search", 41_231_479.6, 37_770_110.0)
    line = ProgressPrinter(60.0).line(event, 5.0)
    assert line == "   5.0 s  search   best   41,231,480  bound   37,770,110  gap  8.395%  55 s left"
    assert len(line) <= 80
    none_yet = ProgressPrinter().line(Progress(0.0, "presolve", float("inf"), float("-inf")), 0.0)
    assert none_yet.count("none") == 3 and "left" not in none_yet and "inf" not in none_yet
    assert ProgressPrinter(60.0).line(event, 61.0).endswith(" 0 s left")


def test_the_clock_of_a_live_line_runs_on_without_events(monkeypatch):
    """A MIP may be silent for a minute; a line that stands still looks dead."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setattr(ProgressPrinter, "TICK", 0.01)
    printer = ProgressPrinter(60.0)
    printer(Progress(1.0, "mip", 2.0, 1.0))
    for _ in range(500):
        if screen.getvalue().count("mip") > 3:
            break
        time.sleep(0.01)
    printer.close()
    drawn = screen.getvalue()
    assert drawn.count("mip") > 3 and drawn.endswith("\r\x1b[K")
    printer(Progress(1.0, "mip", 2.0, 1.0))
    assert screen.getvalue() == drawn
