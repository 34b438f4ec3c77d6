"""Figures draw what the plan says, on the axes that they are given."""

import numpy as np
import pytest

import sitewright as sw
from sitewright.optimizer.progress import Progress
from tests.optimizer.report.answers import FRONTIER

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("agg")


@pytest.fixture
def ax():
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    yield axes
    pyplot.close(figure)


@pytest.mark.parametrize("name", ["map", "cost", "latency", "load"])
def test_a_figure_is_drawn_on_the_axes_given(europe, ax, name):
    """Without that, two figures could not stand side by side."""
    assert getattr(sw.plot, name)(europe.plan, europe.problem, ax=ax) is ax
    ax.figure.canvas.draw()
    assert ax.patches or ax.lines or ax.collections


def test_bars_of_cost_and_load_are_as_long_as_the_plan_says(europe, ax):
    sw.plot.cost(europe.plan, europe.problem, ax=ax)
    assert [bar.get_width() for bar in ax.patches[::-1]] == list(europe.plan.cost_split.values())
    ax.clear()
    sw.plot.load(europe.plan, europe.problem, ax=ax)
    frames, bars = ax.patches[:2], ax.patches[2:]
    assert [frame.get_width() for frame in frames] == [12.0, 12.0]
    assert [bar.get_width() for bar in bars[::-1]] == europe.plan.load.values.tolist()


def test_the_map_has_every_customer_and_names_the_open_sites(europe, ax):
    sw.plot.map(europe.plan, europe.problem, ax=ax)
    assert [text.get_text() for text in ax.texts] == ["København", "Oslo"]
    points = sum(len(c.get_offsets()) for c in ax.collections if type(c).__name__ == "PathCollection")
    closed, links = int((~europe.plan.decision.open).sum()), len(europe.plan.decision.customer)
    assert points == closed + links + 2


def test_the_curve_of_latency_reaches_all_at_the_worst(europe, ax):
    sw.plot.latency(europe.plan, europe.problem, ax=ax)
    for line in ax.lines[:1]:
        assert line.get_xdata()[-1] == europe.plan.latency["all"]["worst"]
        assert line.get_ydata()[-1] == pytest.approx(1.0)


def test_convergence_draws_what_was_known_when(ax):
    inf = float("inf")
    events = [Progress(0.0, "presolve", inf, -inf), Progress(1.0, "search", 9.0, 2.0), Progress(2.0, "mip", 8.0, 8.0)]
    sw.plot.convergence(events, ax=ax)
    best, bound = ax.lines[:2]
    assert (list(best.get_xdata()), list(best.get_ydata())) == ([1.0, 2.0], [9.0, 8.0])
    assert list(bound.get_ydata()) == [2.0, 8.0]
    with pytest.raises(sw.InvalidProblem):
        sw.plot.convergence([], ax=ax)


def test_what_is_not_in_the_data_is_said_not_drawn(ax):
    problem = sw.Problem.from_arrays(service_cost=[[1.0]], fixed_cost=[1.0])
    plan = sw.solve(problem)
    for figure in (sw.plot.map, sw.plot.latency):
        with pytest.raises(sw.InvalidProblem):
            figure(plan, problem, ax=ax)
    assert np.isfinite(sw.plot.cost(plan, problem, ax=ax).get_xlim()).all()


def test_a_frontier_has_a_point_for_each_plan_and_a_bar_where_it_is_not_proved(ax):
    """A point without its bound would claim that nothing cheaper keeps the limit."""
    assert FRONTIER.plot(ax=ax) is ax
    ax.figure.canvas.draw()
    line, points = ax.lines
    assert points.get_xdata().tolist() == [10.0, 20.0] and points.get_ydata().tolist() == [400.0, 200.0]
    (bar,) = [c for c in ax.collections if isinstance(c, matplotlib.collections.LineCollection)]
    assert [segment.tolist() for segment in bar.get_segments()] == [[[10.0, 300.0], [10.0, 400.0]]]
    assert ax.get_xlabel() == "mean round trip, ms" and ax.get_ylabel() == "EUR a year"
    assert line.get_ydata().tolist() == [400.0, 200.0]
