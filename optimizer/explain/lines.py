"""An explanation as lines for people."""

from sitewright.optimizer.explain.conflict_answer import Conflict, Relaxation

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
