"""MathOpt's answer bytes into arrays."""

import numpy as np

from sitewright.optimizer.errors import SolverFailed
from sitewright.optimizer.model.build import Model
from sitewright.optimizer.solver.answer import Answer, Outcome


def parse(body: bytes, model: Model) -> Answer:
    """Return the answer in a serialised SolveResultProto."""
    from ortools.math_opt import result_pb2 as pb

    result = pb.SolveResultProto.FromString(body)
    reason = result.termination.reason
    name = pb.TerminationReasonProto.Name(reason).removeprefix("TERMINATION_REASON_").lower()
    values, duals = None, None
    for solution in result.solutions:
        if solution.HasField("primal_solution"):
            sparse = solution.primal_solution.variable_values
            values = np.zeros(model.columns.n_columns)
            values[np.asarray(sparse.ids, dtype=np.int64)] = sparse.values
            if solution.HasField("dual_solution"):
                sparse = solution.dual_solution.dual_values
                duals = np.zeros(len(model.rows))
                duals[np.asarray(sparse.ids, dtype=np.int64)] = sparse.values
            break
    bound = result.termination.objective_bounds.dual_bound
    if reason == pb.TERMINATION_REASON_OPTIMAL:
        outcome = Outcome.OPTIMAL
    elif reason in (pb.TERMINATION_REASON_INFEASIBLE, pb.TERMINATION_REASON_INFEASIBLE_OR_UNBOUNDED):
        # Every variable lies in [0, 1]: nothing here is unbounded.
        outcome = Outcome.INFEASIBLE
    elif reason in (pb.TERMINATION_REASON_FEASIBLE, pb.TERMINATION_REASON_NO_SOLUTION_FOUND):
        outcome = Outcome.STOPPED
    else:
        raise SolverFailed(f"the solver ended with {name}: {result.termination.detail}")
    return Answer(outcome, values, bound, f"{name} {result.termination.detail}".strip(), duals)
