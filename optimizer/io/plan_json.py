"""A plan as a versioned JSON document, and back."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.io.atomic import write_whole
from sitewright.optimizer.io.document import read_document, whole
from sitewright.optimizer.io.events_json import events_document, read_events
from sitewright.optimizer.io.proof_json import proof_document, read_proof
from sitewright.optimizer.plan import Certificate, Plan, Status, Tie
from sitewright.optimizer.problem import Problem

SCHEMA = "sitewright-plan/1"
WRITER = "sitewright solve -o"


def plan_document(plan: Plan) -> dict[str, Any]:
    """Return the plan as plain JSON types. Money in EUR/yr, latency in ms, power in MW, time in seconds."""
    d, c = plan.decision, plan.certificate
    return {
        "schema": SCHEMA,
        "problem": plan.problem_name,
        "status": plan.status.value,
        "objective_kind": plan.objective_kind,
        "p": plan.p,
        "radius": plan.radius,
        "unit": plan.unit,
        "objective": plan.objective,
        "bound": plan.bound if np.isfinite(plan.bound) else None,
        "gap": plan.gap if np.isfinite(plan.gap) else None,
        "gap_asked": plan.gap_asked,
        "stop_reason": plan.stop_reason,
        "open_sites": list(plan.open_sites),
        "partners": list(plan.partners),
        "cost_split": dict(plan.cost_split),
        # JSON has no infinity: a way without a latency is told by null.
        "latency_ms": {k: {n: ms if np.isfinite(ms) else None for n, ms in v.items()} for k, v in plan.latency.items()},
        "load_mw": dict(zip(plan.open_sites, plan.load.values.tolist(), strict=True)),
        "capacity_prices": dict(plan.capacity_prices),
        "ties": [
            {
                "closed": list(t.closed),
                "opened": list(t.opened),
                "extra_cost": t.extra_cost,
                "model_error": t.model_error,
                "within_error": t.within_error,
            }
            for t in plan.ties
        ],
        "assignment": {
            "customer": plan.customers[d.customer].tolist(),
            "site": plan.sites[d.site].tolist(),
            "share": d.share.tolist(),
        },
        "certificate": {
            "multipliers": c.multipliers.tolist(),
            "root_bound": c.root_bound if np.isfinite(c.root_bound) else None,
            "solver_bound": c.solver_bound if np.isfinite(c.solver_bound) else None,
            "solver": c.solver,
            "proof": proof_document(c.proof, plan.sites),
        },
        "wall_s": plan.timings.get("wall"),
        "cpu_s": plan.timings.get("cpu"),
        "peak_mib": plan.peak_mib,
        "timings_s": dict(plan.timings),
        "versions": dict(plan.versions),
        "input_hash": plan.input_hash,
        "seed": plan.seed,
        "threads": plan.threads,
        "backend": plan.backend,
        "solver": plan.solver,
        "events": events_document(plan.events),
    }


def write_plan_json(plan: Plan, target: Path) -> None:
    text = json.dumps(plan_document(plan), indent=1, allow_nan=False)
    write_whole(target, lambda file: file.write_text(text + "\n", encoding="utf-8"))


def read_plan_json(file: Path, problem: Problem) -> Plan:
    """Read a plan that belongs to `problem`.

    Raises
    ------
    InvalidProblem
        If the file is no plan, or names customers or sites that the problem lacks.
    """
    where, document = str(file), read_document(file, SCHEMA, WRITER)
    with whole(where, SCHEMA):
        return _plan(document, problem, where)


def problem_name(file: Path) -> str:
    """Return the name of the problem that a plan was made for.

    Raises
    ------
    InvalidProblem
        If the file is no plan.
    """
    return str(read_document(file, SCHEMA, WRITER).get("problem", ""))


def _plan(document: dict[str, Any], problem: Problem, where: str) -> Plan:
    links, certificate = document["assignment"], document["certificate"]
    customer = _positions(links["customer"], problem.customers, "customer", where)
    site = _positions(links["site"], problem.sites, "site", where)
    is_open = np.zeros(problem.n_sites, dtype=bool)
    is_open[_positions(document["open_sites"], problem.sites, "site", where)] = True
    order = np.lexsort((site, customer))
    share = np.asarray(links["share"], dtype=np.float64)
    if share.shape != customer.shape or site.shape != customer.shape:
        found = f"{len(customer)} customers, {len(site)} sites and shares of shape {share.shape}"
        raise InvalidProblem([Flaw(where, "have one site and one share a link", found, "write the plan again")])
    decision = Decision(is_open, customer[order], site[order], share[order])
    # No bound, told by null: minus infinity, of coverage plus infinity.
    none_yet = np.inf if document["objective_kind"] == "coverage" else -np.inf
    root_bound, solver_bound, bound = (
        none_yet if value is None else float(value)
        for value in (certificate["root_bound"], certificate["solver_bound"], document["bound"])
    )
    radius = document.get("radius")
    return Plan(
        status=Status(document["status"]),
        problem_name=document["problem"],
        open_sites=tuple(document["open_sites"]),
        partners=tuple(document["partners"]),
        decision=decision,
        objective=float(document["objective"]),
        bound=bound,
        gap=np.inf if document["gap"] is None else float(document["gap"]),
        gap_asked=float(document["gap_asked"]),
        cost_split=document["cost_split"],
        latency={
            k: {n: np.inf if ms is None else ms for n, ms in v.items()} for k, v in document["latency_ms"].items()
        },
        certificate=Certificate(
            np.asarray(certificate["multipliers"], dtype=np.float64),
            root_bound,
            solver_bound,
            certificate["solver"],
            read_proof(certificate.get("proof"), problem.sites, where),
        ),
        stop_reason=document["stop_reason"],
        timings=document["timings_s"],
        versions=document["versions"],
        input_hash=document["input_hash"],
        seed=document["seed"],
        threads=document["threads"],
        backend=document["backend"],
        solver=document["solver"],
        customers=problem.customers,
        sites=problem.sites,
        demand=problem.numbers("demand"),
        ties=tuple(
            Tie(tuple(t["closed"]), tuple(t["opened"]), t["extra_cost"], t["model_error"]) for t in document["ties"]
        ),
        objective_kind=document["objective_kind"],
        p=document["p"],
        radius=None if radius is None else float(radius),
        peak_mib=document["peak_mib"],
        capacity_prices={str(k): float(v) for k, v in document.get("capacity_prices", {}).items()},
        events=read_events(document.get("events"), maximise=document["objective_kind"] == "coverage"),
        said_load={str(site): float(mw) for site, mw in document["load_mw"].items()},
    )


def _positions(labels: list[str], known: "np.ndarray[Any, np.dtype[np.str_]]", dim: str, where: str) -> Any:
    index = {str(label): k for k, label in enumerate(known)}
    unknown = [label for label in labels if label not in index]
    if unknown:
        must = f"name only {dim}s of the problem"
        raise InvalidProblem([Flaw(where, must, repr(unknown[0]), "give the case that the plan was made for")])
    return np.array([index[label] for label in labels], dtype=np.int64)
