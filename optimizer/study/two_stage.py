r"""Sites now, assignments once the scenario is known: least expected cost, conditional value at risk, or worst case.

.. math:: \min_y \; \text{sites}(y) + \max_{w \in W} \sum_s w_s \, Q_s(y)

where :math:`Q_s(y)` is the least cost of serving in scenario s from the sites y, and W holds the probabilities p alone
(expected), all weights that add up to 1 (worst case), or those of them with :math:`w_s \le p_s / (1 - \alpha)`
(Rockafellar, Uryasev, Journal of Risk 2, 2000). For fixed weights this is a problem of least cost with a row for each
scenario and customer, which the exact engine solves; its value bounds the whole from below. The weights that do so best
are looked for by a linear program over the plans found; what gap is left, a MIP closes.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.cost import cost_split
from sitewright.optimizer.engine import solve
from sitewright.optimizer.engine.assign import assign
from sitewright.optimizer.engine.cutting import Known
from sitewright.optimizer.engine.scenario_loads import ScenarioLoads
from sitewright.optimizer.errors import Flaw, InvalidProblem, LimitReached
from sitewright.optimizer.model.build import Model
from sitewright.optimizer.model.columns import Columns, Rows, row, stack
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.progress import relative_gap
from sitewright.optimizer.rerouting import Rerouting, count_rows, loss_rows
from sitewright.optimizer.rules import CustomerScope
from sitewright.optimizer.rules.base import Rule
from sitewright.optimizer.solver.process import solve_model
from sitewright.optimizer.study.outlook import MEASURES, Outlook, ScenarioOutcome
from sitewright.optimizer.study.risk_mip import close_by_mip
from sitewright.optimizer.study.scenario_set import Scenario, check_minimum_use, check_scenarios, stacked
from sitewright.optimizer.study.serving import serving_problem

Floats = NDArray[np.float64]

# Rounds of weights before the MIP takes over.
ROUNDS = 20


def two_stage(
    problem: Problem,
    scenarios: Sequence[Scenario],
    *,
    measure: str = "expected",
    alpha: float = 0.9,
    time_limit: float | None = None,
    gap: float = 1e-6,
    threads: int = 2,
    seed: int = 0,
    solver: str = "highs",
) -> Outlook:
    """Choose the sites that are best over all scenarios, and prove how good the choice is.

    All rules hold in every scenario; rules on loads within each.

    Parameters
    ----------
    measure
        "expected", "cvar" (the mean cost of the worst share 1 - alpha of the scenarios) or "worst".
    alpha
        Of "cvar", from 0 to below 1.
    time_limit, gap, threads, seed, solver
        As for `sitewright.solve`.

    Raises
    ------
    InvalidProblem
        If an argument is wrong.
    Infeasible
        If it is proved that no sites serve everyone in every scenario.
    LimitReached
        If the time limit came before any plan.
    """
    check_scenarios(scenarios)
    check_minimum_use(problem)
    if measure not in MEASURES:
        fix = f"use one of {', '.join(MEASURES)}"
        raise InvalidProblem([Flaw("argument 'measure'", fix.removeprefix("use "), repr(measure), fix)])
    if not 0 <= alpha < 1:
        raise InvalidProblem(
            [Flaw("argument 'alpha'", "lie between 0 and 1", repr(alpha), "give 0.9 for the worst tenth")]
        )
    run = _Run(problem, tuple(scenarios), measure, alpha, time_limit, gap, threads, seed, solver)
    run.run()
    return run.outlook()


@dataclass
class _Run:
    """One run: the problems of the scenarios, the plans found, and what is proved."""

    problem: Problem
    scenarios: tuple[Scenario, ...]
    measure: str
    alpha: float
    time_limit: float | None
    gap: float
    threads: int
    seed: int
    solver: str
    started: float = field(default_factory=time.monotonic)
    bound: float = -np.inf
    best: Outlook | None = None
    found: list[tuple[float, Floats]] = field(default_factory=list)  # of each plan: its sites' cost, its Q
    proof: str = ""

    def __post_init__(self) -> None:
        self.parts = [s.of(self.problem) for s in self.scenarios]
        self.labels = [s.name for s in self.scenarios]
        self.chance = np.array([s.probability for s in self.scenarios])
        self.serving = [serving_problem(part) for part in self.parts]
        self.rules = self._stacked_rules()

    @property
    def most(self) -> Floats:
        """The largest weight of each scenario. Shape (scenarios,)."""
        if self.measure == "expected":
            return self.chance
        return np.minimum(1.0, self.chance / (1 - self.alpha)) if self.measure == "cvar" else np.ones_like(self.chance)

    @property
    def left(self) -> float | None:
        return None if self.time_limit is None else max(0.0, self.time_limit - (time.monotonic() - self.started))

    @property
    def value(self) -> float:
        return np.inf if self.best is None else self.best.value

    @property
    def proved(self) -> bool:
        return relative_gap(self.value, self.bound) <= self.gap

    def run(self) -> None:
        weights = self.chance / self.chance.sum()
        for k in range(ROUNDS):
            if self.left == 0.0:
                return
            plan = self._weighted(weights)
            if plan is None or self.proved or self.measure == "expected":
                return
            weights, top = self._next_weights()
            if k and top - self.bound <= self.gap * abs(top):
                break  # no weights prove more
        if self.left != 0.0 and self.best is not None:
            is_open, bound = close_by_mip(self, weights, self.best)
            if is_open is not None:
                self.take(is_open)
            self.bound, self.proof = max(self.bound, min(bound, self.value)), self.solver

    def weighted(self, weights: Floats) -> Problem:
        """Return the problem of least cost at fixed weights, a row for each scenario and customer."""
        return Problem(stacked(self.parts, self.labels, weights.tolist()), self.rules, self.problem.name)

    def take(self, is_open: NDArray[np.bool_]) -> None:
        """Serve every scenario from the open sites at least cost, and keep the sites if they are the best so far."""
        outcomes = []
        for scenario, part in zip(self.scenarios, self.serving, strict=True):
            cost = np.where(part.allowed, part.data["service_cost"].values, np.inf)
            decision = assign(part, is_open, cost)
            if decision is None:
                return
            price = float(decision.share @ part.data["service_cost"].values[decision.customer, decision.site])
            outcomes.append(ScenarioOutcome(scenario.name, scenario.probability, price, decision))
        split = cost_split(self.problem, outcomes[0].decision)
        sites = split["fixed"] + split["partner"]
        self.found.append((sites, np.array([o.service_cost for o in outcomes])))
        made = Outlook.of(self.problem, self.measure, self.alpha, sites, tuple(outcomes), is_open)
        if made.value < self.value:
            self.best = made

    def outlook(self) -> Outlook:
        if self.best is None:
            raise LimitReached("time limit", bound=self.bound)
        bound = min(self.bound, self.value)
        wall = time.monotonic() - self.started
        share = relative_gap(self.value, bound)
        return replace(self.best, bound=bound, gap=share, optimal=share <= self.gap, proof=self.proof, wall_s=wall)

    def _weighted(self, weights: Floats) -> float | None:
        try:
            plan = solve(
                self.weighted(weights),
                time_limit=self.left,
                gap=self.gap / 2,
                threads=self.threads,
                seed=self.seed,
                solver=self.solver,
                ties=False,
            )
        except LimitReached as error:
            self.bound = max(self.bound, error.bound)
            return None
        if plan.bound > self.bound:
            self.bound, self.proof = plan.bound, plan.certificate.solver
        self.take(plan.decision.open)
        return plan.objective

    def _next_weights(self) -> tuple[Floats, float]:
        """Return the weights at which the plans found so far cost most at least, and that cost."""
        n, none = len(self.chance), np.empty(0, np.int64)
        unit = max(1.0, max(sites + float(q.max()) for sites, q in self.found))
        one = np.arange(n)
        rows = [row("weights", one, 1.0, lower=1.0, upper=1.0)]
        rows += [row("plan", [*one, n], [*(q / unit), -1.0], lower=-sites / unit) for sites, q in self.found]
        cost, upper = np.append(np.zeros(n), -1.0), np.append(self.most, 2.0)
        columns = Columns(0, 0, none, none, n_further=n + 1)
        model = Model(columns, cost, upper, np.zeros(n + 1, dtype=bool), stack("weights", rows))
        answer = solve_model(model, gap=1e-9)
        assert answer.values is not None
        weights = np.maximum(answer.values[:n], 0.0)
        return weights / weights.sum(), float(answer.values[n]) * unit

    def _stacked_rules(self) -> tuple[Rule, ...]:
        """Return the rules over stacked rows: those of customers once for each scenario."""
        made: list[Rule] = []
        for rule in self.problem.rules:
            scope = getattr(rule, "customers", None)
            if not isinstance(scope, CustomerScope):
                made.append(rule)
                continue
            names = self.problem.customers[scope.mask(self.problem)]
            for label in self.labels if len(names) else ():
                among = CustomerScope(customers=tuple(f"{label}/{name}" for name in names))
                made.append(replace(rule, customers=among))  # type: ignore[call-arg]
        scenario = np.repeat(np.arange(len(self.labels)), self.problem.n_customers)
        blocks = [block for part in self.parts for block in _cover(part)]
        held = Known("the open sites hold what each scenario asks for", stack("cover", blocks))
        return (*made, held, ScenarioLoads(len(self.labels), scenario))


def _cover(part: Problem) -> Iterator[Rows]:
    """Yield what the demand of one scenario, and of each residency class in it, says of the sites alone."""
    classes = part.text("residency")
    for name in ("", *(str(c) for c in np.unique(classes) if c)):
        demand = np.where((classes == name) | (name == ""), part.numbers("demand"), 0.0)
        if demand.sum() > 0:
            way = Rerouting(part.allowed, demand, part.numbers("capacity", np.inf), float(demand.sum()))
            yield from count_rows("cover", way, demand > 0, 0)
            yield from loss_rows("cover", way, demand > 0, [np.empty(0, np.int64)])
