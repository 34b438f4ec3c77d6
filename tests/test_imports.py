"""Who may import whom, and how cheap `import sitewright` is."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("kernels", "optimizer", "instances")

# What a part of the house must be able to stand without. Imports that only type checkers see are free.
STANDS_WITHOUT = {
    "kernels": ["instances", "optimizer.engine", "optimizer.model", "optimizer.problem", "optimizer.rules"],
    "instances": ["optimizer.engine", "optimizer.model", "optimizer.solver", "optimizer.verify", "optimizer.cli"],
    "optimizer.rules": ["optimizer.engine", "optimizer.solver", "optimizer.verify", "optimizer.io", "optimizer.cli"],
    "optimizer.model": ["optimizer.engine", "optimizer.solver", "optimizer.verify", "optimizer.io", "optimizer.cli"],
    "optimizer.plan": ["optimizer.engine", "optimizer.model", "optimizer.solver", "kernels"],
    "optimizer.solver": ["optimizer.engine", "optimizer.rules", "optimizer.problem", "optimizer.verify"],
    "optimizer.report": ["optimizer.engine", "optimizer.model", "optimizer.solver", "optimizer.cli", "kernels"],
    "optimizer.engine": ["optimizer.verify", "optimizer.io", "optimizer.cli", "instances"],
    "optimizer.verify": [
        "kernels",
        "instances",
        "optimizer.cost",
        "optimizer.engine",
        "optimizer.model",
        "optimizer.objective",
        "optimizer.rules",
        "optimizer.solver",
    ],
}


def modules() -> dict[str, Path]:
    """Every module of the three rooms, by its name below `sitewright`."""
    out = {}
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            parts = file.relative_to(ROOT).with_suffix("").parts
            out[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return out


def _nodes(tree: ast.AST, *, at_import: bool) -> Iterator[ast.AST]:
    """Walk a module, without what only type checkers see, and, if asked, without what waits for a call."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if at_import and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        yield node
        yield from _nodes(node, at_import=at_import)


def imports(file: Path, *, at_import: bool) -> set[str]:
    """Return the full names that a file imports; `from a import b` counts as a and as a.b."""
    names: set[str] = set()
    for node in _nodes(ast.parse(file.read_text(encoding="utf-8")), at_import=at_import):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def below(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT / "tests")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("folder", [*ROOMS, "sitewright", "tests", "asv_bench"])
def test_rooms_are_imported_by_their_full_name(folder: str) -> None:
    """`import kernels` works in a clone and takes another distribution's package, or none, once installed."""
    files = [f for f in (ROOT / folder).rglob("*.py") if ".asv" not in f.parts]
    assert files
    for file in files:
        bare = {n for n in imports(file, at_import=False) if n.split(".")[0] in ROOMS}
        assert not bare, f"{file} imports {sorted(bare)}: write sitewright.…"


@pytest.mark.parametrize(("part", "others"), STANDS_WITHOUT.items())
def test_a_part_stands_without_those_above_it(part: str, others: list[str]) -> None:
    """A checker that imports what it checks, or a kernel that knows the engine, proves nothing and cannot be reused."""
    inside = {name: file for name, file in modules().items() if below(name, part)}
    assert inside, f"{part} has gone: mend the table"
    for other in others:
        assert any(below(name, other) for name in modules()), f"{other} has gone: mend the table"
        for name, file in inside.items():
            taken = {n for n in imports(file, at_import=False) if below(n, f"sitewright.{other}")}
            assert not taken, f"{name} imports {sorted(taken)}"


def test_no_module_waits_for_itself() -> None:
    """A circle of imports works or fails by who is imported first, which a user cannot know."""
    known = modules()
    taken = {name: imports(file, at_import=True) for name, file in known.items()}
    # A package's face imports its modules, and these may import each other: faces are left out.
    plain = [name for name, file in known.items() if file.name != "__init__.py"]
    graph = {name: {other for other in plain if f"sitewright.{other}" in taken[name]} for name in plain}
    assert sum(map(len, graph.values())) > 50
    assert set(TopologicalSorter(graph).static_order()) == set(plain)


def test_the_checker_loads_nothing_that_it_checks() -> None:
    """The table above reads the source; this looks at what is in memory in the end."""
    loaded = run("import sys, sitewright.optimizer.verify; print('\\n'.join(sys.modules))").split()
    for other in ("numba", "ortools", *(f"sitewright.{o}" for o in STANDS_WITHOUT["optimizer.verify"])):
        assert not any(below(name, other) for name in loaded), f"{other} is loaded"
    assert "sitewright.optimizer.verify" in loaded


def test_import_sitewright_is_cheap() -> None:
    """A service pays for what it imports at every start: no numba, OR-Tools or xarray before they are used."""
    before = "import sys, time; started = time.process_time(); import sitewright; "
    seconds, *loaded = run(before + "print(time.process_time() - started); print('\\n'.join(sys.modules))").split()
    assert float(seconds) <= 0.5
    assert not {"numba", "ortools", "xarray", "numpy"} & set(loaded)


def test_every_public_name_can_be_had() -> None:
    """Names are loaded when first used, so a wrong home shows only then."""
    code = "import sitewright as s; print(*[n for n in s.__all__ if getattr(s, n) is not None])"
    assert {"Problem", "Plan", "solve", "load", "read", "rules", "InvalidProblem"} <= set(run(code).split())
