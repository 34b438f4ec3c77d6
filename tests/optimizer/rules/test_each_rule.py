"""Every rule: registered, checked twice, and its rows say what its sentences say."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer import rules as R
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.model.columns import Columns
from sitewright.optimizer.verify import CHECKS
from sitewright.optimizer.verify.facts import Facts


def test_every_rule_file_is_registered_and_checked():
    """A rule that is written but not registered would silently never hold."""
    folder = Path(R.__file__).parent
    files = {f.stem for f in folder.glob("*.py")} - {"__init__", "base", "scope"}
    assert files == {rule.name for rule in R.RULES} == set(CHECKS) == set(BROKEN)


def tiny():
    """Two customers, three sites: s0 and s1 in one metro in DEU with partners a and none, s2 in FRA with a."""
    return xr.Dataset(
        {
            "demand": ("customer", [2.0, 3.0]),
            "service_cost": (("customer", "site"), [[1.0, 2, 3], [4, 5, np.inf]]),
            "latency": (("customer", "site"), [[10.0, 20, 30], [40, 50, 60]]),
            "residency": ("customer", ["eu", ""]),
            "fixed_cost": ("site", [10.0, 20, 30]),
            "capacity": ("site", [4.0, 9, 9]),
            "status": ("site", ["candidate", "forbidden", "candidate"]),
            "metro": ("site", ["m", "m", "n"]),
            "size_of": ("site", ["", "x", "x"]),
            "hazard": ("site", [9.0, 1.0, np.nan]),
            "carbon": ("site", [300.0, 100.0, np.nan]),
            "pue": ("site", [1.5, 1.2, 1.0]),
            "scrubbing": ("site", [4.0, 9.0, np.inf]),
            "attack_traffic": ("customer", [4.0, 1.0]),
            "jurisdiction": ("site", ["DEU", "DEU", "FRA"]),
            "regime": ("site", ["OTHER", "EU", "EU"]),
            "site_partner": ("site", ["a", "", "a"]),
            "partner_fee": ("partner", [5.0]),
            "partner_site_fee": ("partner", [1.0]),
            "partner_max_sites": ("partner", [1.0]),
            "partner_commitment": ("partner", [5.0]),
            "partner_metros": ("partner", ["m"]),
            "partner_exclusive": ("partner", ["DEU"]),
        },
        coords={"customer": ["c0", "c1"], "site": ["s0", "s1", "s2"], "partner": ["a"]},
    )


def decide(open_sites, links):
    is_open = np.zeros(3, dtype=bool)
    is_open[list(open_sites)] = True
    i, j, share = zip(*links, strict=True)
    return Decision(is_open, np.array(i), np.array(j), np.array(share, dtype=float))


ALL_AT_0 = [(0, 0, 1), (1, 0, 1)]
# rule name -> (the rule, a decision that breaks it, a decision that keeps it)
BROKEN = {
    "residency": (R.Residency(allowed={"eu": ("EU",)}), decide([0], ALL_AT_0), decide([0, 2], [(0, 2, 1), (1, 0, 1)])),
    "legal_exclusion": (
        R.LegalExclusion(sites=R.SiteScope(sites=("s0",)), reason="law"),
        decide([0], ALL_AT_0),
        decide([1], [(0, 1, 1), (1, 1, 1)]),
    ),
    "latency_limit": (R.LatencyLimit(at_most_ms=40), decide([1], [(0, 1, 1), (1, 1, 1)]), decide([0], ALL_AT_0)),
    "site_status": (R.SiteStatus(), decide([1], [(0, 1, 1), (1, 1, 1)]), decide([0], ALL_AT_0)),
    "one_option_per_metro": (R.OneOptionPerMetro(), decide([0, 1], ALL_AT_0), decide([0, 2], ALL_AT_0)),
    "one_size_per_site": (R.OneSizePerSite(), decide([1, 2], ALL_AT_0), decide([0, 1], ALL_AT_0)),
    "site_count": (R.SiteCount(at_least=2, at_most=2), decide([0], ALL_AT_0), decide([0, 2], ALL_AT_0)),
    "budget": (R.Budget(at_most=16), decide([0, 2], ALL_AT_0), decide([0], ALL_AT_0)),
    "jurisdiction_quota": (R.JurisdictionQuota(at_most=1), decide([0, 1], ALL_AT_0), decide([0, 2], ALL_AT_0)),
    "if_then": (R.IfThen(if_open="s0", then_open=("s2",)), decide([0], ALL_AT_0), decide([0, 2], ALL_AT_0)),
    "mutual_exclusion": (R.MutualExclusion(sites=("s0", "s2")), decide([0, 2], ALL_AT_0), decide([0], ALL_AT_0)),
    "partner_use": (R.PartnerUse(), None, decide([0], ALL_AT_0)),
    "partner_metros": (R.PartnerMetros(), decide([2], [(0, 2, 1)]), decide([0], ALL_AT_0)),
    "partner_sites": (R.PartnerSites(), decide([0, 2], ALL_AT_0), decide([0], ALL_AT_0)),
    "partner_exclusive": (R.PartnerExclusive(), decide([0, 1], ALL_AT_0), decide([0, 2], ALL_AT_0)),
    "partner_commitment": (R.PartnerCommitment(), decide([0], ALL_AT_0), decide([2], [(0, 2, 1)])),
    "partner_count": (R.PartnerCount(at_most=0), decide([0], ALL_AT_0), decide([1], [(0, 1, 1), (1, 1, 1)])),
    "service": (R.Service(), decide([0], [(0, 0, 1), (1, 0, 0.5)]), decide([0], ALL_AT_0)),
    "capacity": (R.Capacity(), decide([0], ALL_AT_0), decide([1], [(0, 1, 1), (1, 1, 1)])),
    "single_source": (R.SingleSource(), decide([0, 1], [(0, 0, 0.5), (0, 1, 0.5), (1, 0, 1)]), decide([0], ALL_AT_0)),
    "minimum_use": (R.MinimumUse(share=0.5), decide([0, 1], ALL_AT_0), decide([1], [(0, 1, 1), (1, 1, 1)])),
    "mean_latency": (R.MeanLatency(at_most_ms=20), decide([0], ALL_AT_0), decide([0], [(0, 0, 1)])),
    "backup": (R.Backup(another="jurisdiction"), decide([0], ALL_AT_0), decide([0, 2], [(0, 0, 1)])),
    "survive_loss": (R.SurviveLoss(), decide([0, 1], ALL_AT_0), decide([0, 1, 2], ALL_AT_0)),
    "worst_attack": (R.WorstAttack(sites=1, at_least=0.6), decide([0], ALL_AT_0), decide([0, 1, 2], ALL_AT_0)),
    "risk_floor": (R.RiskFloor(hazard_at_most=5.0), decide([0], ALL_AT_0), decide([1], [(0, 1, 1), (1, 1, 1)])),
    "joint_exposure": (
        R.JointExposure(cause="site", at_most=0.6),
        decide([0, 2], [(0, 0, 0.5), (0, 2, 0.5), (1, 0, 1)]),
        decide([0, 2], [(0, 2, 1), (1, 0, 1)]),
    ),
    "scrubbing": (R.Scrubbing(), decide([0], ALL_AT_0), decide([0, 2], [(0, 2, 1), (1, 0, 1)])),
    "mean_of_sites": (
        R.MeanOfSites(of="carbon", at_most=400.0),
        decide([0], ALL_AT_0),
        decide([0, 1], [(0, 0, 1), (1, 1, 1)]),
    ),
    "latency_share": (R.LatencyShare(within_ms=15, at_least=0.5), decide([0], ALL_AT_0), decide([0], [(0, 0, 1)])),
}


class _Plan:
    def __init__(self, decision):
        self.decision = decision


@pytest.mark.parametrize("name", BROKEN)
def test_a_rule_says_what_is_broken_and_so_does_the_checker(name):
    """The rule's own sentence and the checker's are written apart; both must see the fault, and no other."""
    rule, bad, good = BROKEN[name]
    problem = sw.Problem(tiny(), (R.Residency(allowed={"eu": ("EU",)}),))
    assert rule.sentence()
    if bad is not None:
        assert list(rule.broken(problem, bad))
        assert list(CHECKS[name](Facts.of(problem, _Plan(bad)), rule))
    assert not list(rule.broken(problem, good))
    assert not list(CHECKS[name](Facts.of(problem, _Plan(good)), rule))


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10_000), draw=st.integers(0, 10_000))
def test_rows_hold_exactly_when_nothing_is_broken(seed, draw):
    """Over the whole rule set: the solver's rows, the rules' sentences and the checker agree on any decision."""
    problem = generate("ruled", seed=seed, customers=2, sites=3)
    rng = np.random.default_rng(draw)
    is_open = rng.random(3) < 0.7
    links = [(i, j, s) for i in range(2) for j, s in _shares(rng)]
    i, j, share = (np.array(x) for x in zip(*links, strict=True))
    decision = Decision(is_open, i, j, share.astype(float))
    by_rows = _rows_hold(problem, decision)
    by_sentence = not any(True for rule in problem.all_rules for _ in rule.broken(problem, decision))
    facts = Facts.of(problem, _Plan(decision))
    by_checker = not any(True for rule in problem.all_rules for _ in CHECKS[rule.name](facts, rule))
    assert by_rows == by_sentence == by_checker


def _shares(rng):
    a, b = rng.permutation(3)[:2]
    return [(a, 0.5), (b, 0.5)] if rng.random() < 0.3 else [(a, 1.0)]


def _rows_hold(problem, decision):
    customer, site = np.divmod(np.arange(6), 3)
    columns = Columns(3, problem.n_partners, customer, site)
    x = np.zeros(columns.n_columns)
    x[:3] = decision.open
    for p in problem.partner_of[decision.open]:
        if p >= 0:
            x[columns.use(p)] = 1.0
    np.add.at(x, columns.first_pair + decision.customer * 3 + decision.site, decision.share)
    if np.any(x[columns.first_pair :].reshape(2, 3)[~problem.allowed] > 0):
        return False
    for rule in problem.all_rules:
        single = rule.single_source(problem)
        if single is not None and np.any(decision.sources(2)[single] > 1):
            return False
        for block in rule.rows(problem, columns):
            row_of = np.repeat(np.arange(len(block)), np.diff(block.start))
            value = np.bincount(row_of, block.value * x[block.column], minlength=len(block))
            if np.any(value < block.lower - 1e-6) or np.any(value > block.upper + 1e-6):
                return False
    return True


def test_an_unknown_label_in_a_rule_is_a_flaw():
    """A misspelt site must not be silently no site."""
    with pytest.raises(sw.InvalidProblem, match="nowhere"):
        sw.Problem(tiny(), (R.MutualExclusion(sites=("nowhere",)), R.Residency(allowed={"eu": ("EU",)})))
