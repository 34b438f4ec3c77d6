"""Runs every benchmark once, at its smallest size, so that they cannot rot unseen."""

import importlib
import inspect
import itertools
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "asv_bench"
KINDS = ("time_", "timeraw_", "peakmem_", "mem_", "track_")


def areas() -> list[str]:
    return sorted(f.stem for f in (FOLDER / "benchmarks").glob("*.py") if f.stem != "__init__")


def load(area: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import a benchmark file as asv does: from its folder, by the name `benchmarks`."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module(f"benchmarks.{area}")


def arguments(owner: Any) -> tuple[Any, ...]:
    """Return the first value of each parameter; asv takes a plain list of values, or a list of such lists."""
    params = list(getattr(owner, "params", []))
    if params and not isinstance(params[0], list | tuple):
        params = [params]
    return next(itertools.product(*params)) if params else ()


def run(name: str, bench: Any, given: tuple[Any, ...]) -> None:
    value = bench(*given)
    if name.startswith("timeraw_"):
        # What is timed is the code that it returns, in a new process.
        setup, code = (value[1], value[0]) if isinstance(value, tuple) else ("", value)
        done = subprocess.run([sys.executable, "-c", f"{setup}\n{code}"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    elif name.startswith("track_"):
        assert isinstance(float(value), float)


def test_there_are_benchmarks() -> None:
    """With none found, the next test would pass on nothing."""
    assert {"imports", "model"} <= set(areas())


@pytest.mark.parametrize("area", areas())
def test_each_benchmark_runs_once(area: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A benchmark that no longer runs shows in asv as a gap in a curve, months later."""
    module, ran, missing = load(area, monkeypatch), 0, []
    for name, member in inspect.getmembers(module):
        if inspect.isfunction(member) and name.startswith(KINDS) and member.__module__ == module.__name__:
            run(name, member, ())
            ran += 1
        if not inspect.isclass(member) or member.__module__ != module.__name__ or name.startswith("_"):
            continue  # asv passes over names with an underscore too: they are bases
        for method in [m for m in dir(member) if m.startswith(KINDS)]:
            subject, given = member(), arguments(member)
            try:
                getattr(subject, "setup", lambda *_: None)(*given)
            except NotImplementedError as why:
                # asv's own way of saying that something optional is missing here.
                missing.append(f"{name}: {why}")
                continue
            run(method, getattr(subject, method), given)
            getattr(subject, "teardown", lambda *_: None)(*given)
            ran += 1
    if missing and not ran:
        pytest.skip("; ".join(missing))
    assert ran, f"{area} holds no benchmark"
