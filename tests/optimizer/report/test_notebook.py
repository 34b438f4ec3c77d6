"""What a notebook shows of a problem and a plan."""

import numpy as np

import sitewright as sw
from tests.optimizer.report.conftest import HOSTILE, plan_with, scattered
from tests.optimizer.report.html import read


def test_a_plan_shows_verdict_sites_cost_and_latency(europe):
    shown = read(europe.plan._repr_html_())
    assert "Open kbenhavn-dnk/own and oslo-nor/own. Proved optimal" in shown.one("p").text
    sites, costs, latency = shown.all("table")
    assert "kbenhavn-dnk/own 12.00 131" in sites.text and "41,231,480" in costs.text and "57.0" in latency.text


def test_a_problem_shows_sizes_and_rules(europe):
    shown = read(europe.problem._repr_html_())
    assert "customers 240" in shown.one("table").text and "site options 259" in shown.one("table").text
    assert "all customers served within 120 ms" in shown.one("ul").text


def test_long_tables_are_cut_and_names_are_text(hostile):
    """A notebook runs markup that a name brings, as a browser does."""
    shown = read(hostile.plan._repr_html_())
    assert not shown.all("script") and not shown.all("img") and HOSTILE in shown.text
    assert not read(hostile.problem._repr_html_()).all("script")
    problem, _ = scattered(30, 20, 1)
    many = plan_with(problem, np.ones(20, dtype=bool))._repr_html_()
    assert "… 8 more" in read(many).text


def test_bare_arrays_have_a_picture_too():
    problem = sw.Problem.from_arrays(service_cost=[[1.0]], fixed_cost=[1.0])
    assert "not limited everywhere" in problem._repr_html_()
    assert len(read(sw.solve(problem)._repr_html_()).all("table")) == 2
