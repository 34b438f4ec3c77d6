"""sizes.csv: what it makes of a site, that rules on the site mean all its sizes, and what is wrong is named."""

from typing import Any

import pytest

import sitewright as sw
from sitewright.optimizer.io import load
from sitewright.optimizer.rules import IfThen, MutualExclusion, SiteCount

SIZES_CSV = "site,capacity_mw,fixed_cost_eur_yr\nfra-own,20,1700000\nfra-own,40,3000000\nsin-own,1.5,100000\n"


def test_a_site_becomes_an_option_for_each_size(case: Any) -> None:
    """A size without its latency, cost or name would be another site."""
    problem = load(case.write("sizes.csv", SIZES_CSV).folder)
    assert problem.sites.tolist() == [
        "fra-own/10 MW", "fra-own/20 MW", "fra-own/40 MW", "fra-colo", "sin-own/10 MW", "sin-own/1.5 MW",
    ]  # fmt: skip
    assert problem.text("size_of").tolist() == ["fra-own"] * 3 + [""] + ["sin-own"] * 2
    assert problem.numbers("capacity").tolist() == [10, 20, 40, 3, 10, 1.5]
    assert problem.numbers("fixed_cost").tolist() == [1e6, 1.7e6, 3e6, 5e5, 9e5, 1e5]
    assert problem.data["latency"].values[0].tolist() == [10, 10, 10, 10, 160, 160]
    assert problem.text("site_name")[:4].tolist() == [f"Frankfurt ({mw} MW)" for mw in (10, 20, 40)] + ["Frankfurt"]
    assert "one_size_per_site" in {rule.name for rule in problem.all_rules}


def test_a_plan_names_the_size_and_keeps_one_a_site(case: Any) -> None:
    """3.5 MW in Singapore do not fit in 1.5 MW, though that and 10 MW together would."""
    case.write("sizes.csv", SIZES_CSV).add(
        '\n[[rules]]\ntype = "site_count"\nat_most = 0\nwithin = { metros = ["fra"] }\n'
    )
    problem = load(case.folder)
    plan = sw.solve(problem)
    assert plan.open_sites == ("sin-own/10 MW",)
    assert plan.verify(problem).accepted


def test_a_rule_on_a_site_means_all_its_sizes(case: Any) -> None:
    """Else a limit on Frankfurt would be kept by building it a size larger."""
    rules = (
        '\n[[rules]]\ntype = "site_count"\nat_most = 0\nwithin = { sites = ["fra-own"] }\n'
        '\n[[rules]]\ntype = "mutual_exclusion"\nsites = ["sin-own", "fra-colo"]\nat_most = 1\n'
        '\n[[rules]]\ntype = "if_then"\nif_open = "sin-own"\nthen_open = ["fra-own", "fra-colo"]\n'
        '\n[[rules]]\ntype = "if_then"\nif_open = "fra-own/40 MW"\nthen_open = ["sin-own/10 MW"]\n'
    )
    fra, sin = [f"fra-own/{mw} MW" for mw in (10, 20, 40)], ["sin-own/10 MW", "sin-own/1.5 MW"]
    count, exclusion, *if_then = load(case.write("sizes.csv", SIZES_CSV).add(rules).folder).rules
    assert isinstance(count, SiteCount) and count.within.sites == tuple(fra)
    assert isinstance(exclusion, MutualExclusion) and exclusion.sites == (*sin, "fra-colo")
    assert if_then == [*(IfThen(s, (*fra, "fra-colo")) for s in sin), IfThen(fra[2], (sin[0],))]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("fra-own,20", "nowhere,20", "nowhere"),
        ("fra-own,20", "fra-own,40", "40 MW again"),
        ("fra-own,20", "fra-own,10", "10 MW again"),
        ("fra-own,20", "fra-own,-2", "-2"),
        ("capacity_mw", "capacity_kw", "capacity_kw"),
    ],
)
def test_what_is_wrong_with_a_size_is_named(case: Any, old: str, new: str, said: str) -> None:
    """A size that is silently dropped would be one that no plan may choose."""
    flaw = case.write("sizes.csv", SIZES_CSV).replace("sizes.csv", old, new).only_flaw()
    assert flaw.where.startswith("sizes.csv")
    assert said in flaw.found


def test_a_further_size_of_a_site_without_a_limit_is_a_flaw(case: Any) -> None:
    """What has no limit needs no extension: the capacity was forgotten."""
    case.write("sizes.csv", SIZES_CSV.replace("fra-own", "fra-colo")).replace("sites.csv", "colo,3,", "colo,inf,")
    assert {flaw.where for flaw in case.flaws()} == {f"sizes.csv, row {k}, column site" for k in (2, 3)}
