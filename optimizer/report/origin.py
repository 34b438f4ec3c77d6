"""How to do it again: the commands, and what they must find unchanged."""

import shlex
from dataclasses import dataclass

from sitewright.optimizer.fingerprint import input_hash
from sitewright.optimizer.objective import with_objective
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem


@dataclass(frozen=True)
class Origin:
    """Where a plan comes from.

    Attributes
    ----------
    commands
        Solve, verify and report, to paste.
    facts
        What the commands rest on, by name: hash of the input, seed, threads, solver, versions, time, memory.
    same_input
        Whether the problem at hand is the one that the plan was made from.
    """

    commands: tuple[str, ...]
    facts: dict[str, str]
    same_input: bool


def origin(plan: Plan, problem: Problem, case: str | None = None) -> Origin:
    """Return the origin; `case` is what a person would type for the problem, its name if not given."""
    where = shlex.quote(case or plan.problem_name)
    solve = ["sitewright solve", where]
    if plan.objective_kind != "cost":
        solve += ["--objective", plan.objective_kind]
    solve += [f"--p {plan.p}"] if plan.p is not None else []
    solve += [f"--radius {plan.radius:g}"] if plan.radius is not None else []
    solve += [f"--gap {plan.gap_asked:g}", f"--seed {plan.seed}", f"--threads {plan.threads}"]
    solve += [f"--solver {plan.solver}"] if plan.solver != "highs" else []
    timings = plan.timings
    facts = {
        "Input (SHA-256)": plan.input_hash,
        "Seed": str(plan.seed),
        "Threads": str(plan.threads),
        "MIP solver": plan.solver,
        "Kernels": plan.backend,
        "Gap asked for": f"{plan.gap_asked:g}",
        "Why it ended": plan.stop_reason,
    }
    if "wall" in timings:
        facts["Time"] = f"{timings['wall']:.2f} s of wall clock, {timings.get('cpu', 0.0):.2f} s of CPU"
    if plan.peak_mib:
        facts["Memory"] = f"{plan.peak_mib:,.0f} MiB at most"
    if plan.versions:
        facts["Versions"] = ", ".join(f"{name} {version}" for name, version in plan.versions.items())
    meant = with_objective(problem, plan.objective_kind, plan.p, plan.radius)
    commands = (
        " ".join([*solve, "-o plan.json"]),
        f"sitewright verify plan.json {where}",
        f"sitewright report plan.json {where} -o report.html",
    )
    return Origin(commands, facts, input_hash(meant) == plan.input_hash)
