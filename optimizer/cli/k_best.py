"""`sitewright k-best`: the next best choices of sites, and what all good ones share."""

from typing import TYPE_CHECKING

from sitewright.optimizer.cli.effort import Effort
from sitewright.optimizer.cli.source import Source, open_problem

if TYPE_CHECKING:
    from sitewright.optimizer.study.k_best import KBest


def k_best(
    case: str,
    k: int = 10,
    /,
    source: Source = Source(),
    effort: Effort = Effort(),
    *,
    within: float | None = None,
) -> int:
    """List the k cheapest choices of sites, with proof that none is missing.

    Parameters
    ----------
    case
        A case folder, the name of a bundled case, or an instance file.
    k
        How many at most.
    within
        Only those that cost at most so much more than the best: 0.02 for 2 %. Also says which sites all of them open.
    """
    import sitewright
    from sitewright.optimizer.io.k_best_json import k_best_document

    problem = open_problem(case, source)
    with effort.spent() as means:
        answer = sitewright.k_best(problem, k, within=within, p=source.p, **means)
    effort.show(k_best_document(answer), _lines(answer))
    return 0 if answer.complete else effort.unsettled(means["cancel"])


def _lines(answer: "KBest") -> list[str]:
    lines = [f"{s.cost:15,.0f}  +{s.extra:7.3%}  {', '.join(s.open_sites)}" for s in answer.sets]
    proof = "proved" if answer.complete else "NOT complete: a limit came first"
    if answer.others_cost == float("-inf"):
        lines += ["", f"Nothing is known yet about other choices of sites ({proof})."]
    elif answer.others_cost == float("inf"):
        lines += ["", f"There is no other choice of sites ({proof})."]
    else:
        lines += ["", f"Every other choice of sites costs at least {answer.others_cost:,.0f} EUR/yr ({proof})."]
    for s in answer.survivors:
        if s.in_all is None:
            lines.append(f"{s.site}: not settled whether all plans within {answer.within:.3g} of the best open it")
        elif s.in_all:
            lines.append(f"{s.site}: open in every plan within {answer.within:.2%} of the best (proved)")
        else:
            extra = s.without_high / answer.sets[0].cost - 1
            lines.append(f"{s.site}: not needed; the best plan without it costs {extra:.2%} more")
    return lines
