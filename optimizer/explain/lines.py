"""An explanation as lines for people."""

from math import isinf

from sitewright.optimizer.explain.answer import Explanation
from sitewright.optimizer.explain.conflict_answer import Conflict, Relaxation
from sitewright.optimizer.explain.regret import Regret
from sitewright.optimizer.explain.stable import Stable

PROOFS = {"counting": "counting", "sites": "the sites alone (a MIP without customers)"}


def conflict_lines(conflict: Conflict) -> list[str]:
    n = len(conflict.rules)
    if not n:
        head = "There is no plan, whatever the rules: the data alone admit none"
    elif n == 1:
        head = "No plan keeps this rule"
    else:
        head = f"No plan keeps these {n} rules together"
    lines = [f"{head} (proved by {PROOFS.get(conflict.proof, conflict.proof)}):"]
    lines += [f"  {rule.name}: {rule.sentence()}" for rule in conflict.rules]
    lines += ["", *conflict.sentences, ""]
    if n:
        lines.append(_size(conflict))
    if conflict.relaxations:
        lines += ["", "What would be enough, one rule at a time, cheapest first:"]
        lines += [_relaxation(r) for r in conflict.relaxations]
    return lines


def _size(conflict: Conflict) -> str:
    if conflict.smallest:
        return "No smaller set of rules is in conflict (proved)."
    if conflict.minimal:
        return "Without any one of them the others can be kept (proved); another, smaller conflict may exist."
    return "Not proved that each of them is needed: a limit came first."


def _relaxation(relaxation: Relaxation) -> str:
    if relaxation.plan is None:
        return f"  {relaxation.change}"
    plan = relaxation.plan
    cost = f"{plan.objective:,.0f} EUR/yr"
    if plan.gap > plan.gap_asked:
        cost = f"between {plan.bound:,.0f} and {cost}"
    least = "; no smaller change will do" if relaxation.least else ""
    return f"  {relaxation.change}: the plan then costs {cost}{least}"


# Sites that the plan does without and that are shown; the JSON document has all.
SHOWN = 8


def plan_lines(explanation: Explanation) -> list[str]:
    """Return what each rule, site and partner does to the plan."""
    plan = explanation.plan
    assert plan is not None
    lines = [f"{', '.join(plan.open_sites)}: {plan.objective:,.0f} EUR/yr", "", "What each rule costs:"]
    for b in explanation.bindings:
        if b.binds is not False:
            lines.append(f"  {b.rule.sentence()}: {_between(b.low, b.high)} EUR/yr")
    idle = [b.rule.name for b in explanation.bindings if b.binds is False]
    lines += [f"  nothing (proved): {', '.join(idle)}"] if idle else []
    pairs = list(zip(explanation.regrets, explanation.ranges, strict=False))
    lines += ["", "Without what the plan uses:"]
    lines += [_regret(r, s) for r, s in pairs if r.used]
    used = {r.name for r in explanation.regrets if r.used}
    lines += [_energy(s) for s in explanation.ranges[len(pairs) :] if s.name in used and not isinf(s.low)]
    lines += ["", "With what it does without, cheapest first:"]
    lines += [_regret(r, s) for r, s in [p for p in pairs if not p[0].used][:SHOWN]]
    return lines


def _regret(regret: Regret, stable: Stable) -> str:
    what = f"  {regret.name}" if regret.kind == "site" else f"  partner {regret.name}"
    if isinf(regret.low):
        return f"{what}: no plan has it {'out' if regret.used else 'in'}"
    move = "rise" if stable.sign > 0 else "fall"
    name = stable.variable.replace("_", " ")
    if isinf(stable.low):
        far = f"no {move} of its {name} changes the plan"
    else:
        far = f"the plan stays optimal while its {name} {move}s by less than {stable.low:,.0f}"
        far += "" if stable.low == stable.high else " at least"
    return f"{what}: {_between(regret.low, regret.high)} more; {far}"


def _energy(stable: Stable) -> str:
    move = "rises" if stable.sign > 0 else "falls"
    text = (
        f"  {stable.name}: optimal while its energy price ({stable.value:,.0f} EUR/MW/yr) {move} by {stable.low:,.0f}"
    )
    return text + ("" if isinf(stable.high) else f", not any more by {stable.high:,.0f}")


def _between(low: float, high: float) -> str:
    if low == high or high - low <= 1e-5 * abs(high):
        return f"{high:,.0f}"
    return f"between {low:,.0f} and {high:,.0f}" if not isinf(high) else f"at least {low:,.0f}"
