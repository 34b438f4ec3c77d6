"""The bar of `explain`: ten variants of the bundled cases without a plan, each with its conflict in 10 s at most.

    python asv_bench/explain_bars.py [NAME ...] [--markdown]

For each: the rules named, the seconds, and whether the problem without any one of them has a plan (solved, not asked).
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

import sitewright as sw
from sitewright.optimizer.engine.warmup import warmup
from sitewright.optimizer.explain.without import without
from sitewright.optimizer.rules import SiteScope

R = sw.rules


def instead(case: str, rule: sw.rules.Rule) -> sw.Problem:
    """Return a bundled case with a rule in the place of those of its kind."""
    problem = sw.load(case)
    return replace(problem, rules=(*(r for r in problem.rules if not isinstance(r, type(rule))), rule))


EUROPE, ASIA, BOTH = "europe-2015", "southeast-asia-2015", "expansion-2015"
VARIANTS: dict[str, Callable[[], sw.Problem]] = {
    "budget": lambda: instead(ASIA, R.Budget(18e6)),
    "site-count": lambda: instead(EUROPE, R.SiteCount(at_most=1)),
    "partner-count": lambda: instead(BOTH, R.PartnerCount(0)),
    "latency-limit": lambda: instead(EUROPE, R.LatencyLimit(20.0)),
    "mean-latency": lambda: instead(EUROPE, R.MeanLatency(2.0)),
    "latency-share": lambda: instead(EUROPE, R.LatencyShare(within_ms=12.0, at_least=0.9)),
    "quota": lambda: sw.load(EUROPE).with_rules(R.SiteCount(at_least=2, within=SiteScope(jurisdictions=("DNK",)))),
    "exclusion": lambda: sw.load(ASIA).with_rules(R.LegalExclusion(sites=SiteScope(jurisdictions=("IDN",)))),
    "backup": lambda: sw.load(EUROPE).with_rules(R.Backup(another="grid", at_most_ms=25.0)),
    "loss": lambda: sw.load(ASIA).with_rules(R.SurviveLoss(at_most_ms=150.0)),
}


def feasible(problem: sw.Problem, seconds: float = 60.0) -> bool | None:
    """Return whether there is a plan; None where that was not settled in time."""
    try:
        sw.solve(problem, gap=0.999, time_limit=seconds, ties=False)
    except sw.Infeasible:
        return False
    except sw.LimitReached:
        return None
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--markdown", action="store_true", help="a table for docs/performance.md")
    args = parser.parse_args()
    warmup()
    say = "| {} | {} | {} | {} | {} |" if args.markdown else "{:<14}{:<46}{:>7}  {:<9}{}"
    print(say.format("variant", "conflict", "s", "minimal", "without any one of them"))
    if args.markdown:
        print("|---|---|---|---|---|")
    for name in args.names or VARIANTS:
        problem = VARIANTS[name]()
        started = time.perf_counter()
        conflict = sw.explain(problem).conflict
        spent = time.perf_counter() - started
        assert conflict is not None
        left = [feasible(without(problem, [rule])) for rule in conflict.rules]
        word = "a plan" if all(left) else "not settled" if None in left else "NO PLAN"
        rules = ", ".join(rule.name for rule in conflict.rules)
        print(say.format(name, rules, f"{spent:.1f}", "yes" if conflict.minimal else "open", word), flush=True)


if __name__ == "__main__":
    main()
