"""What was asked beside a plan stands in its report, with the numbers of the answers, and survives the files."""

import json
from dataclasses import replace

import numpy as np
import pytest

import sitewright as sw
from sitewright.optimizer.io.explanation_json import explanation_document
from sitewright.optimizer.io.explanation_read import read_explanation_json
from sitewright.optimizer.io.frontier_json import frontier_document, read_frontier_json
from sitewright.optimizer.io.plan_json import read_plan_json, write_plan_json
from sitewright.optimizer.report import report_html
from tests.optimizer.report.answers import EVENTS, FRONTIER, answers_to
from tests.optimizer.report.conftest import HOSTILE, plan_with, scattered
from tests.optimizer.report.html import read


def bare() -> sw.Problem:
    """Customers x and y, sites a and b: each is cheap for one of them, and both together cost 6."""
    return sw.Problem.from_arrays(
        service_cost=[[1.0, 9.0], [9.0, 1.0]],
        fixed_cost=[2.0, 2.0],
        latency=[[5.0, 40.0], [40.0, 5.0]],
        customers=["x", "y"],
        sites=["a", "b"],
        name="bare",
    )


def section(html: str, name: str):
    return read(html).one("section", id=name)


def test_another_plan_stands_beside_this_one_with_the_change_of_each_number():
    problem, plan = scattered(30, 6, 2)
    other = plan_with(problem, np.arange(6) < 3)
    part = section(report_html(plan, problem, check=False, compare={"three sites": other}), "against")
    costs = part.one("table", data_part="cost").all("tr")[1:]
    totals = [sum(p.cost_split.values()) for p in (plan, other)]
    assert costs[-1].values == pytest.approx([*totals, totals[1] - totals[0]])
    assert "“three sites” has s2 as well and costs" in part.all("p")[0].text
    sites = part.one("table", data_part="load").all("tr")[1:]
    assert len(sites) == 3 and "only there" in sites[2].text
    assert [bar.attrs["aria-label"] for bar in part.all("div", role="img")] == [
        "This plan, cost by kind",
        "three sites, cost by kind",
    ]


def test_a_plan_of_other_rules_is_told_and_one_of_other_sites_is_refused():
    """A difference that comes from other rules must not be taken for one of plans."""
    problem, plan = scattered(30, 6, 2)
    changed = replace(plan, input_hash="other")
    html = report_html(plan, problem, check=False, compare={"a": changed, "b": plan})
    assert "“a” was made from other data" in section(html, "against").text
    assert [h.text for h in section(html, "against").all("h3")] == ["a", "b"]
    elsewhere, foreign = scattered(30, 5, 2)
    with pytest.raises(sw.InvalidProblem, match="same sites"):
        report_html(plan, problem, check=False, compare={"c": foreign})
    assert elsewhere.n_sites == 5


def test_a_frontier_has_a_row_for_each_limit_and_a_point_for_each_plan():
    """What is not known must be told from what is: no plan in time is no proof that there is none."""
    problem, plan = scattered(30, 6, 2)
    part = section(report_html(plan, problem, check=False, frontier=FRONTIER), "frontier")
    rows = [row for row in part.one("table", class_="frontier").all("tr")[1:]]
    assert [row.values for row in rows] == [[8.0], [9.0, 100.0], [10.0, 9.9, 400.0, 300.0], [20.0, 19.0, 200.0, 200.0]]
    known = [row.one("td", class_="known").text for row in rows]
    assert known == ["no plan (proved)", "no plan in time", "not proved", "proved"]
    assert len(part.all("span", class_="point")) == 2 and "this plan" in part.one("figure").text
    assert len(part.all("path", class_="unsure")) == 1 and part.one("svg").attrs["aria-label"].startswith(
        "10.0 ms: 400"
    )


def test_why_has_the_price_of_each_rule_and_the_regret_of_each_site(tmp_path):
    problem = bare().with_rules(sw.rules.LatencyLimit(30.0))
    plan, explanation = sw.solve(problem), sw.explain(problem, patience=60)
    part = section(report_html(plan, problem, explanation=explanation), "why")
    used = part.one("table", data_part="without what the plan uses").all("tr")[1:]
    assert len(used) == 2 and all("no plan has it out" in row.text for row in used)
    assert "rules cost nothing (proved)" in part.one("summary").text
    assert "the next section says" in section(report_html(plan, problem, explanation=explanation), "limits").text


def test_an_explanation_of_another_plan_is_refused():
    """Regrets of other sites would be read as those of this plan."""
    problem = bare()
    explanation = sw.explain(problem, patience=60)
    one = plan_with(problem, np.array([True, False]))
    with pytest.raises(sw.InvalidProblem, match="be of the plan of the report"):
        report_html(one, problem, explanation=explanation)


def test_answers_come_back_from_their_files_as_they_were(tmp_path):
    """Who has solved once must not have to solve again to report it."""
    problem = bare()
    plan, explanation, frontier = sw.solve(problem), sw.explain(problem, patience=60), sw.frontier(problem, points=3)
    kept = replace(plan, events=EVENTS)
    files = [tmp_path / name for name in ("plan.json", "why.json", "frontier.json")]
    write_plan_json(kept, files[0])
    files[1].write_text(json.dumps(explanation_document(explanation)))
    files[2].write_text(json.dumps(frontier_document(frontier)))
    back = read_plan_json(files[0], problem)
    assert back.events == EVENTS
    why, points = read_explanation_json(files[1], problem, back), read_frontier_json(files[2], problem)
    assert points.points == () or explanation_document(why) == explanation_document(explanation)
    assert frontier_document(points) == frontier_document(frontier)
    asked = {"check": False, "explanation": explanation, "frontier": frontier}
    assert report_html(back, problem, **asked) == report_html(back, problem, **asked | {"explanation": why})
    with pytest.raises(sw.InvalidProblem, match="sitewright-frontier/1"):
        read_frontier_json(files[1], problem)
    with pytest.raises(sw.InvalidProblem, match="be of 'scattered'"):
        read_frontier_json(files[2], scattered(5, 2, 1)[0])
    files[2].write_text('{"schema": "sitewright-frontier/1", "problem": "bare"}')
    with pytest.raises(sw.InvalidProblem, match="hold every part"):
        read_frontier_json(files[2], problem)


def test_the_way_to_the_proof_is_shown_if_it_was_kept():
    problem, plan = scattered(30, 6, 2)
    assert not read(report_html(plan, problem, check=False)).all("section", id="convergence")
    part = section(report_html(plan, problem, check=False, events=EVENTS), "convergence")
    rows = [row.values for row in part.one("table", class_="stages").all("tr")[1:]]
    assert rows == [[0.0], [0.1, 50.0], [0.4, 120.0, 90.0], [0.9, 100.0, 100.0]]
    assert (
        "A plan was there after 0.40 s" in part.text
        and "the gap at the end is 0 %" in part.one("svg").attrs["aria-label"]
    )
    kept = report_html(replace(plan, events=EVENTS), problem, check=False)
    assert section(kept, "convergence").one("table").values == part.one("table").values


def test_a_notebook_shows_answers_as_tables():
    """Otherwise an answer shows as the name of its class."""
    problem = bare()
    frontier, explanation = FRONTIER, sw.explain(problem, patience=60)
    shown = read(frontier._repr_html_())
    assert len(shown.all("tr")) == 5 and "no plan (proved)" in shown.text and "no plan in time" in shown.text
    assert "without costs, EUR/yr the best plan then has a 6 b b 6 a" in read(explanation._repr_html_()).text
    plans = [plan_with(problem, np.array(chosen)) for chosen in ([True, True], [True, False])]
    change = read(sw.compare(*plans)._repr_html_())
    assert "closes b" in change.text and "Together 6 12 +6" in change.text
    choices = read(sw.k_best(problem, 2)._repr_html_())
    assert "a and b" in choices.text and "proved" in choices.one("p").text


def test_a_conflict_shows_its_rules_and_what_would_be_enough():
    problem = bare().with_rules(sw.rules.LatencyLimit(30.0), sw.rules.SiteCount(at_most=1))
    shown = read(sw.explain(problem, patience=60)._repr_html_())
    assert "No plan:" in shown.one("p").text and len(shown.all("table")) == 2


def test_names_in_answers_are_text(hostile):
    """A name in a file of somebody else must not run here, either."""
    page = read(report_html(hostile.plan, hostile.problem, **answers_to(hostile.problem, hostile.plan, HOSTILE)))
    assert len(page.all("script")) == 2 and not page.all("img")
    for name in ("why", "against", "frontier"):
        assert HOSTILE in page.one("section", id=name).text
    for element in page.all("div") + page.all("span") + page.all("svg") + page.all("path"):
        assert not [name for name in element.attrs if name.startswith("on")]
