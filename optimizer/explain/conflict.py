"""The smallest set of rules that cannot be kept together: deletion by cheap proofs, QuickXplain where they fail.

QuickXplain halves the rules instead of dropping them one by one (Junker, AAAI 2004). That no smaller set is in conflict
is shown by hitting sets: a conflict has a rule in common with what any plan breaks (Reiter, Artificial Intelligence 32,
1987; smallest first as in Ignatiev and others, CP 2015).
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

from sitewright.optimizer.explain.oracle import Oracle

Infeasible = Callable[[frozenset[int]], bool]

CHEAP = ("counting", "sites")


@dataclass(frozen=True)
class Found:
    """A conflict by the positions of its rules; no subset is one if `minimal`, no smaller set if `smallest`."""

    rules: frozenset[int]
    minimal: bool
    smallest: bool


def find_conflict(oracle: Oracle) -> frozenset[int]:
    """Return rules in conflict, of a problem that is known to have no plan; `settle` tells if all are needed."""
    everything = oracle.everything
    # What a solve proved, the cheap proofs alone will not.
    if oracle.quickly(everything) and oracle.refused.get(everything) in CHEAP:
        return _delete(everything, oracle.quickly)
    return _explain(frozenset(), frozenset(), tuple(everything), lambda keep: oracle.infeasible(keep) is True)


def settle(oracle: Oracle, found: frozenset[int]) -> Found:
    """Take away each rule that a solve can do without: the cheap proofs may have needed more rules than it does."""
    minimal, settled = True, frozenset[int]()
    while unsettled := sorted(found - settled):
        settled |= {unsettled[0]}
        smaller = found - {unsettled[0]}
        answer = oracle.infeasible(smaller)
        if answer:
            found = smaller
        minimal &= answer is not None
    return Found(found, minimal, smallest=False)


def smallest_conflict(oracle: Oracle, found: Found) -> Found:
    """Return a conflict of fewest rules: the one given, unless a smaller one is found; it says what is proved."""
    n = len(oracle.rules)
    for size in range(len(found.rules)):
        for some in map(frozenset, combinations(range(n), size)):
            # Whatever rules a plan breaks, a conflict must hold one of them.
            if any(some <= kept for kept in oracle.kept):
                continue
            answer = None if oracle.means.spent else oracle.infeasible(some)
            if answer is None:
                return found
            if answer:
                return Found(some, minimal=True, smallest=True)
    return Found(found.rules, found.minimal, smallest=True)


def _delete(rules: frozenset[int], infeasible: Infeasible) -> frozenset[int]:
    for k in sorted(rules):
        if infeasible(rules - {k}):
            rules = rules - {k}
    return rules


def _explain(
    base: frozenset[int], new: frozenset[int], rules: tuple[int, ...], infeasible: Infeasible
) -> frozenset[int]:
    """Return a smallest-by-inclusion part of `rules` in conflict with `base`; `new` is what base gained last."""
    if new and infeasible(base):
        return frozenset()
    if len(rules) == 1:
        return frozenset(rules)
    half = len(rules) // 2
    first, second = rules[:half], rules[half:]
    of_second = _explain(base | frozenset(first), frozenset(first), second, infeasible)
    of_first = _explain(base | of_second, of_second, first, infeasible)
    return of_first | of_second
