"""The report is whole, loads nothing, says the plan's own numbers, and takes names as text."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

import sitewright as sw
from sitewright.optimizer.report import Section, report_html
from tests.optimizer.report.answers import answers_to
from tests.optimizer.report.conftest import HOSTILE, plan_with, scattered
from tests.optimizer.report.html import read


def test_the_page_is_well_formed_and_its_anchors_lead_somewhere(europe):
    """A browser guesses what a broken page means, and a screen reader guesses otherwise."""
    page = read(europe.html)
    ids = [e.attrs["id"] for tag in ("section", "h1", "h2", "div", "script") for e in page.all(tag) if "id" in e.attrs]
    assert len(ids) == len(set(ids)) > 10
    for link in page.all("a"):
        assert link.attrs["href"].removeprefix("#") in ids
    for section in page.all("section"):
        assert section.attrs["aria-labelledby"] in ids
    assert page.one("html").attrs["lang"] == "en" and len(page.all("h1")) == 1


def test_the_page_names_nothing_that_a_browser_would_load(europe):
    """A report that asks a network tells others who reads it, and is blank without one."""
    page = read(europe.html)
    for tag in ("link", "a", "img", "script", "iframe", "use", "image"):
        for element in page.all(tag):
            for name in ("src", "href", "xlink:href", "srcset"):
                assert element.attrs.get(name, "#").startswith(("#", "data:,")), element
    code = page.one("style").text + page.all("script")[-1].text
    loads = r"url\(|@import|fetch\(|XMLHttpRequest|WebSocket|sendBeacon|import\(|https?:(?!//www.w3.org/2000/svg)"
    assert not re.search(loads, code)
    policy = page.all("meta")[1].attrs["content"]
    assert "default-src 'none'" in policy and "unsafe-eval" not in policy and "script-src 'sha256-" in policy


def test_costs_are_the_plans_own(europe):
    """A figure that was rounded or added up anew would not be the one that was checked."""
    page, plan = read(europe.html), europe.plan
    rows = {row.attrs["data-kind"]: row.values[0] for row in page.one("table", class_="split").all("tr")[1:]}
    assert rows == dict(plan.cost_split)
    assert page.one("dl", class_="tiles").values[0] == pytest.approx(plan.objective, rel=1e-15)


def test_latencies_loads_and_bounds_are_the_plans_own(europe):
    page, plan = read(europe.html), europe.plan
    rows = {row.attrs["data-segment"]: row.values[2:] for row in page.one("table", class_="latency").all("tr")[1:]}
    assert rows == {s: [ms["mean"], ms["p50"], ms["p95"], ms["worst"]] for s, ms in plan.latency.items()}
    loads = [row.values[0] for row in page.one("table", class_="loads").all("tr")[1:]]
    assert loads == plan.load.values.tolist()
    bound = page.one("table", class_="bound").values
    assert bound == [plan.verify(europe.problem).proved_bound, plan.bound, plan.objective, plan.gap]
    ties = [row.values for row in page.one("table", class_="ties").all("tr")[1:]]
    assert ties == [[t.extra_cost, t.model_error] for t in plan.ties]


def test_every_open_site_customer_and_input_has_a_row(europe):
    """The tables are what a reader without eyes for the map has."""
    page, problem, plan = read(europe.html), europe.problem, europe.plan
    sites = page.one("table", class_="sites sortable").all("tr")[1:]
    assert [row.one("code").text for row in sites] == list(plan.open_sites)
    assert len(page.one("table", class_="customers sortable").all("tr")) == 1 + problem.n_customers
    sources = page.one("table", class_="inputs sortable").text
    assert "assumed total, split by internet users" in sources and "haul_price" in sources
    data = json.loads(page.one("script", id="data").words[0])
    served = {data["customers"]["name"][k]: v for k, v in enumerate(data["customers"]["links"])}
    assert len(data["customers"]["x"]) == problem.n_customers and len(served) > 100
    assert sum(len(links) for links in data["customers"]["links"]) == len(plan.decision.customer)


def test_the_first_words_are_the_verdict_and_the_checker_is_named(europe):
    page = read(europe.html)
    first = page.one("section", id="verdict")
    assert first.one("h1").text == "Open København and Oslo, as own builds"
    assert "Proved optimal" in first.text and "Accepted by the independent checker" in first.text


def test_names_are_text_wherever_they_stand(hostile):
    """A name in a CSV file of somebody else must not run in the browser of who opens the report."""
    page = read(hostile.html)
    assert len(page.all("script")) == 2 and not page.all("img")
    for element in page.all("div") + page.all("path") + page.all("g") + page.all("option") + page.all("button"):
        assert not [name for name in element.attrs if name.startswith("on")]
    assert HOSTILE in json.loads(page.one("script", id="data").words[0])["segments"]
    assert [option.text for option in page.all("option", value=HOSTILE)] == [HOSTILE]
    assert page.one("p", class_="over").text == HOSTILE


def test_a_refused_plan_is_shown_as_refused(europe):
    """Whoever decides must not take a plan for good that the checker does not accept."""
    html = report_html(replace(europe.plan, objective=europe.plan.objective / 2), europe.problem)
    first = read(html).one("section", id="verdict")
    assert "REFUSED by the independent checker" in first.text and first.one("ul", class_="findings").all("li")
    assert (
        not first.all("li", class_="good")
        and "refuses this plan. Of itself it says" in first.one("p", class_="lead").text
    )


def test_another_input_is_told(europe):
    other = europe.problem.with_rules(sw.rules.SiteCount(at_most=3))
    first = read(report_html(europe.plan, other, check=False)).one("section", id="verdict")
    assert "other data or rules" in first.text and "checker" not in first.text


def test_a_problem_of_bare_arrays_has_no_map_and_no_latency():
    """Instance files know neither places nor milliseconds; the rest must stand without them."""
    problem = sw.Problem.from_arrays(service_cost=[[1.0, 9.0], [9.0, 1.0]], fixed_cost=[2.0, 2.0])
    page = read(report_html(plan_with(problem, np.array([True, True])), problem))
    anchors = [section.attrs["id"] for section in page.all("section")]
    assert anchors == ["verdict", "sites", "costs", "load", "certainty", "assumptions", "customers", "again"]
    assert "no limit" in page.one("table", class_="loads").text and not page.all("svg")


def test_sections_of_others_stand_before_the_assumptions(europe):
    """The seam for comparisons: plain text in a body is escaped, `Markup` is not."""
    more = [Section("compare", "Against another plan", "Compare", body="<b>5 % dearer</b>")]
    page = read(report_html(europe.plan, europe.problem, check=False, more=more))
    anchors = [section.attrs["id"] for section in page.all("section")]
    assert anchors.index("compare") == anchors.index("assumptions") - 1
    assert "<b>5 % dearer</b>" in page.one("section", id="compare").text


def test_a_report_is_small_enough_to_mail(crowd):
    """2 MB is the promise for 255 customers; here are 5000."""
    problem = sw.load("expansion-2015")
    existing = problem.text("status") == "existing"
    html = report_html(plan_with(problem, existing), problem, check=False)
    assert len(html.encode()) < 500_000
    plan = plan_with(problem, existing)
    full = report_html(plan, problem, check=False, **answers_to(problem, plan, "another"))
    assert len(full.encode()) < 1_000_000
    assert len(crowd.html.encode()) < 2_000_000
    assert crowd.html.count("<path") < 3000  # what a browser draws anew at each step of a zoom


def test_all_objectives_have_a_report():
    problem, _ = scattered(30, 6, 2)
    for options in ({"objective": "p-median", "p": 2}, {"objective": "coverage", "p": 1, "radius": 12.0}):
        plan = sw.solve(problem, **options)
        page = read(report_html(plan, problem))
        assert "Accepted" in page.one("section", id="verdict").text
        assert page.one("dl", class_="tiles").values[0] > 1e5  # what it costs, though it was measured otherwise
