"""The bundled cases: they load, hold what the story says, say where every number comes from, and have a plan."""

import json
from pathlib import Path

import numpy as np
import pytest

from sitewright.instances.cases import bundled, folder_of
from sitewright.optimizer.engine.presolve import impossible
from sitewright.optimizer.io import load
from sitewright.optimizer.io.case_numbers import EVIDENCE
from sitewright.optimizer.problem import Problem

NAMES = ("europe-2015", "southeast-asia-2015", "expansion-2015")
# Adequacy decisions of the EU in force at the end of 2015, and the EEA: written apart from the data on purpose.
EEA = {
    *("AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GBR", "GRC", "HRV", "HUN", "IRL"),
    *("ISL", "ITA", "LIE", "LTU", "LUX", "LVA", "MLT", "NLD", "NOR", "POL", "PRT", "ROU", "SVK", "SVN", "SWE"),
}
ADEQUATE = {"CHE", "AND", "ARG", "CAN", "FRO", "GGY", "IMN", "ISR", "JEY", "NZL", "URY"}


@pytest.fixture(scope="module")
def cases() -> dict[str, Problem]:
    return {name: load(name) for name in NAMES}


def test_the_three_cases_are_listed_with_titles() -> None:
    """`sitewright instances` and the error of an unknown name print this list."""
    assert set(bundled()) == set(NAMES)
    assert all(len(title) > 20 for title in bundled().values())


@pytest.mark.parametrize("name", NAMES)
def test_a_case_loads_and_counting_finds_nothing_against_a_plan(cases: dict[str, Problem], name: str) -> None:
    """A bundled case without any plan would teach nothing."""
    problem = cases[name]
    assert problem.name == name
    assert not list(impossible(problem))
    assert {"general", "china-linked"} == set(problem.text("segment").tolist())
    for rule in ("capacity", "one_option_per_metro", "partner_use", "residency", "latency_limit", "budget"):
        assert rule in {r.name for r in problem.all_rules}


def test_the_european_case_asks_for_every_rule_of_its_story(cases: dict[str, Problem]) -> None:
    """Each is a criterion of the decision: law, latency, spread, money, partners."""
    names = {r.name for r in cases["europe-2015"].rules}
    assert names >= {"residency", "latency_limit", "latency_share", "site_count", "budget", "jurisdiction_quota"}
    assert "partner_count" in names


def test_candidates_are_the_metros_of_the_region_and_each_can_be_built_on(cases: dict[str, Problem]) -> None:
    """A metro that is left out cannot win: 111 in the EU, EEA and Switzerland, 38 in South-East Asia."""
    for name, count in (("europe-2015", 111), ("southeast-asia-2015", 38)):
        data = cases[name].data
        own = data["metro"].values[data["site_partner"].values == ""]
        assert len(set(own.tolist())) == len(own) == count
    assert set(cases["europe-2015"].text("jurisdiction").tolist()) <= EEA | {"CHE"}


@pytest.mark.parametrize("name", NAMES)
def test_personal_data_of_europeans_stay_under_adequate_law(cases: dict[str, Problem], name: str) -> None:
    """Safe Harbour was annulled on 6 October 2015: no site in the United States may hold them."""
    problem = cases[name]
    country, jurisdiction = problem.text("country"), problem.text("jurisdiction")
    europeans = np.isin(country, list(EEA)) & (problem.text("segment") == "general")
    elsewhere = ~np.isin(jurisdiction, list(EEA | ADEQUATE))
    assert not problem.allowed[np.ix_(europeans, elsewhere)].any()
    if europeans.any():
        assert (problem.text("residency")[europeans] == "eu-personal").all()
        assert problem.allowed[europeans].any(axis=1).all()


def test_the_expansion_keeps_what_exists_and_chinese_data_in_china(cases: dict[str, Problem]) -> None:
    """China, Silicon Valley and Dubai were open in 2015; the law of mainland China keeps its residents' data."""
    problem = cases["expansion-2015"]
    existing = problem.text("status") == "existing"
    assert set(problem.text("jurisdiction")[existing].tolist()) == {"CHN", "USA", "ARE"}
    at_home = (problem.text("country") == "CHN") & (problem.text("segment") == "general")
    abroad = problem.text("jurisdiction") != "CHN"
    assert at_home.any()
    assert not problem.allowed[np.ix_(at_home, abroad)].any()
    assert {"europe", "seasia", "existing"} == set(problem.text("region").tolist())


@pytest.mark.parametrize("name", NAMES)
def test_every_number_has_a_source_or_is_marked_assumed(cases: dict[str, Problem], name: str) -> None:
    """A number of unknown origin could have been tuned."""
    problem = cases[name]
    numbers = json.loads(problem.data.attrs["numbers"])
    assert len(numbers) > 30
    for number in numbers:
        assert number["evidence"] in set(EVIDENCE) - {"unknown"}, number
        assert number["source"], number
        assert number["unit"], number
    limits = {n["name"].split("]] ")[-1] for n in numbers if "[[rules]]" in n["name"]}
    assert len(limits) >= 5
    for variable in ("demand", "residency", "regime", "capacity", "fixed_cost", "pue", "energy_price", "network_price"):
        attrs = problem.data[variable].attrs
        assert attrs.get("source"), variable
        assert attrs.get("evidence"), variable
    assert all(word in problem.data.attrs["attribution"] for word in ("UN WUP", "GeoNames", "Eurostat", "World Bank"))


@pytest.mark.parametrize("name", NAMES)
def test_partners_operate_by_a_rule_and_bear_no_real_name(cases: dict[str, Problem], name: str) -> None:
    """Terms are assumed, so no real company may stand beside them; metros follow from fibre, not from taste."""
    data = cases[name].data
    assert set(data["partner"].values.tolist()) <= {"carrier", "colo", "jv", "dubai-partner"}
    for partner, least in (("carrier", 2), ("colo", 4)):
        offered = set(data["metro"].values[data["site_partner"].values == partner].tolist())
        candidate = data["status"].values == "candidate"
        by_rule = set(data["metro"].values[candidate & (data["hub_degree"].values >= least)].tolist())
        assert offered == by_rule


@pytest.mark.parametrize("name", NAMES)
def test_pue_follows_from_climate_by_the_stated_line(cases: dict[str, Problem], name: str) -> None:
    """A PUE set by hand would be a way to make a city win."""
    data = cases[name].data
    numbers = {n["name"]: n["value"] for n in json.loads(data.attrs["numbers"])}
    floor, slope, shared = (numbers[f"[assumptions] {k}"] for k in ("pue_floor", "pue_mechanical", "colo_pue"))
    expected = floor + slope * (1 - data["free_cooling_share"].values)
    expected += shared * (data["site_partner"].values == "colo")
    np.testing.assert_allclose(data["pue"].values, expected, atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_carbon_says_of_which_year_it_is(cases: dict[str, Problem], name: str) -> None:
    """The cases are of 2015 and the carbon is not: unsaid, a reader would take it for that of 2015."""
    data = cases[name].data
    assert set(data["year_of_carbon"].values.tolist()) == {2022, 2023}
    carbon = data["carbon"].values
    assert (carbon > 10).all() and (carbon < 1000).all()
    for jurisdiction in set(data["jurisdiction"].values.tolist()):
        assert len(set(carbon[data["jurisdiction"].values == jurisdiction].tolist())) == 1
    assert "not 2015" in data["carbon"].attrs["source"] and "codecarbon" in data.attrs["attribution"]


@pytest.mark.parametrize("name", NAMES)
def test_capacity_bites_but_suffices(cases: dict[str, Problem], name: str) -> None:
    """With capacity for all in one site, the capacity rule would never be seen at work."""
    problem = cases[name]
    new = problem.text("status") == "candidate"
    total = problem.numbers("demand").sum()
    assert problem.numbers("capacity")[new].max() < total


def test_the_cases_are_small_and_text() -> None:
    """They travel with every installation."""
    files = [f for name in NAMES for f in folder_of(name).iterdir()]
    assert sum(f.stat().st_size for f in files) < 400_000
    assert {f.suffix for f in files} == {".toml", ".csv"}


def test_every_number_of_the_cases_stands_in_the_docs() -> None:
    """docs/cases.md is the table that a reader checks; a number that is not there is hidden."""
    docs = Path(__file__).parents[2] / "docs" / "cases.md"
    from sitewright.instances.cases.make.assumptions import NUMBERS

    rows = {line.split("|")[1].strip(): line for line in docs.read_text(encoding="utf-8").splitlines() if "|" in line}
    for name, number in NUMBERS.items():
        line = rows[f"`{name}`"]
        assert f"{number.value:g}" in line, name
        assert number.unit in line, name
        assert number.evidence in line, name
