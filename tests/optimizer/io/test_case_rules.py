"""Rules and numbers of case.toml: every rule can be written, and every mistake is named with its place."""

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest

from sitewright.optimizer.io import load
from sitewright.optimizer.io.case_rules import read_rules
from sitewright.optimizer.rules import (
    RULES,
    Budget,
    CustomerScope,
    LatencyShare,
    Residency,
    SiteCount,
    SiteScope,
)

if TYPE_CHECKING:
    from sitewright.optimizer.errors import Flaw

# The least that each rule asks for.
LEAST: dict[str, dict[str, Any]] = {
    "latency_limit": {"at_most_ms": 100},
    "budget": {"at_most": 1e6},
    "jurisdiction_quota": {"at_most": 1},
    "if_then": {"if_open": "fra-own", "then_open": ["sin-own"]},
    "mutual_exclusion": {"sites": ["fra-own", "sin-own"]},
    "partner_count": {"at_most": 1},
    "joint_exposure": {"cause": "site", "at_most": 0.5},
    "worst_attack": {"sites": 1, "at_least": 0.5},
    "mean_latency": {"at_most_ms": 100},
    "mean_of_sites": {"of": "hazard", "at_most": 3},
    "latency_share": {"within_ms": 100, "at_least": 0.5},
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_registered_rule_can_be_written_in_case_toml(rule: Any) -> None:
    """A rule that the format cannot say is a rule that no case can have."""
    flaws: list[Flaw] = []
    rules, _ = read_rules([{"type": rule.name} | LEAST.get(rule.name, {})], flaws)
    assert not flaws
    assert [type(r) for _, r in rules] == [rule]


def test_rules_reach_the_problem_with_their_scopes_and_sources(case: Any) -> None:
    """A scope that gets lost turns a rule on one country into a rule on the world."""
    case.add(
        """
[[rules]]
type = "site_count"
at_least = 1
at_most = { value = 2, unit = "sites", evidence = "assumed", source = "a small team" }
within = { jurisdictions = ["DEU"], partners = ["", "colo"] }
[[rules]]
type = "latency_share"
within_ms = { value = 50, unit = "ms", evidence = "assumed" }
at_least = 0.5
customers = { segments = ["general"] }
[[rules]]
type = "residency"
allowed = { eu = ["EU", "EEA"] }
[[rules]]
type = "budget"
at_most = 2e6
"""
    )
    problem = load(case.folder)
    assert problem.rules == (
        SiteCount(at_least=1, at_most=2, within=SiteScope(jurisdictions=("DEU",), partners=("", "colo"))),
        LatencyShare(within_ms=50.0, at_least=0.5, customers=CustomerScope(segments=("general",))),
        Residency(allowed={"eu": ("EU", "EEA")}),
        Budget(at_most=2e6),
    )
    assert problem.allowed.tolist() == [[True, True, False], [True, True, True]]
    assert '"source": "a small team"' in problem.data.attrs["numbers"]


@pytest.mark.parametrize(
    ("rule", "where", "found"),
    [
        ('type = "site_counts"', "type", "'site_counts'"),
        ("at_most = 3", "type", "no type"),
        ('type = "site_count"\nat_mots = 3', "(site_count), at_mots", "'at_mots'"),
        ('type = "site_count"\nat_most = "3"', "(site_count), at_most", "'3'"),
        ('type = "site_count"\nat_most = 3.5', "(site_count), at_most", "3.5"),
        ('type = "site_count"\nat_most = true', "(site_count), at_most", "True"),
        ('type = "site_count"\nat_most = 0', "(site_count), at_most", "0"),
        ('type = "site_count"\nat_least = 4', "(site_count): rule 'site_count', at_least", "4"),
        ('type = "site_count"\nat_least = -1', "(site_count): rule 'site_count', at_least", "-1"),
        ('type = "site_count"\nwithin = { country = ["DEU"] }', "(site_count), within, country", "'country'"),
        ('type = "site_count"\nwithin = "DEU"', "(site_count), within", "'DEU'"),
        ('type = "site_count"\nwithin = { jurisdictions = ["XXX"] }', "rule 'site_count', sites", "'XXX'"),
        ('type = "latency_limit"', "(latency_limit), at_most_ms", "nothing"),
        ('type = "latency_limit"\nat_most_ms = nan', "at_most_ms", "nan"),
        ('type = "latency_limit"\nat_most_ms = -5', "at_most_ms", "-5"),
        ('type = "latency_limit"\nat_most_ms = { value = 0.1, unit = "s" }', "at_most_ms, unit", "'s'"),
        ('type = "latency_limit"\nat_most_ms = { value = 9, evidence = "sure" }', "at_most_ms, evidence", "'sure'"),
        ('type = "budget"\nat_most = inf', "at_most", "inf"),
        ('type = "residency"\nallowed = {}', "rule 'residency', allowed", "'eu'"),
        ('type = "residency"\nallowed = { eu = "EU" }', "(residency), allowed", "'EU'"),
    ],
)
def test_a_bad_rule_is_named_by_number_and_field(case: Any, rule: str, where: str, found: str) -> None:
    """A misspelt limit that is ignored is no limit at all."""
    flaws = case.add(f'\n[[rules]]\ntype = "single_source"\n[[rules]]\n{rule}\n').flaws()
    assert all(f.where.startswith("case.toml, [[rules]] number 2") for f in flaws)
    assert any(where in f.where and found in f.found for f in flaws), "\n".join(map(str, flaws))


def test_the_flaws_of_all_rules_come_at_once(case: Any) -> None:
    """As for every file."""
    case.add('\n[[rules]]\ntype = "budget"\n[[rules]]\ntype = "x"\n[[rules]]\ntype = "site_count"\nat_most = 0\n')
    assert [f.where[:28] for f in case.flaws()] == [f"case.toml, [[rules]] number {k}"[:28] for k in (1, 2, 3)]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("schema = 1", "schema = 2", "[case] schema"),
        ('"EUR"', '"USD"', "[case] currency"),
        ("year = 2015", 'year = "2015"', "[case] year"),
        ("year = 2015", "years = 2015", "[case], years"),
        ("value = 100.0", "value = -1.0", "[model] haul_price"),
        ("value = 100.0", "value = nan", "[model] haul_price"),
        ("value = 100.0", 'value = "100"', "[model] haul_price"),
        ("value = 100.0", "values = 100.0", "[model] haul_price"),
        ("EUR/MW/ms/yr", "USD/MW/ms/yr", "[model] haul_price, unit"),
        ("haul_price", "haul", "[model] haul_price"),
        ("penalty_free", "penalty_fee", "[segments.general] penalty_free"),
        ("[segments.general]", "[segment.general]", "case.toml, segment"),
        ("[columns.customers]", "[columns.customer]", "[columns], customer"),
        ('evidence = "modelled"', 'evidence = "guessed"', "[columns.customers] demand_mw"),
    ],
)
def test_a_bad_number_of_case_toml_is_named(case: Any, old: str, new: str, where: str) -> None:
    """A misspelt table must not pass for an absent one."""
    assert any(where in f.where for f in case.replace("case.toml", old, new).flaws())


def test_broken_toml_is_a_flaw_with_its_line(case: Any) -> None:
    """A parser's traceback would not say which file it read."""
    flaw = case.add("\n[[rules]\n").only_flaw()
    assert flaw.where == "case.toml"
    assert "line" in flaw.found


def test_the_least_of_each_rule_is_kept_up_to_date() -> None:
    """A field that becomes required, or a rule that goes, must show here first."""
    named = {rule.name: {f.name for f in fields(rule)} for rule in RULES}
    assert all(set(given) <= named[name] for name, given in LEAST.items())


def test_a_rule_that_cannot_be_read_hides_no_flaw_of_another(case: Any) -> None:
    """Labels are checked against the data, types against the rule: both must come in one go."""
    unread, unknown = '[[rules]]\ntype = "site_cont"\n', '[[rules]]\ntype = "site_count"\nat_least = 9\n'
    case.add(f"\n{unread}{unknown}")
    where = [f.where for f in case.flaws()]
    assert len(where) == 2
    assert where[0] == "case.toml, [[rules]] number 1, type"
    assert where[1].startswith("case.toml, [[rules]] number 2")
    case.replace("customers.csv", "48.85", "999")
    assert [f.where for f in case.flaws()] == ["customers.csv, row 2, column lat", where[0]]
