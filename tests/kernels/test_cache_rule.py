"""The cache rule: numba stamps cached machine code with one file, so all that the code is made of must stand there."""

import importlib
import importlib.util
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import BuiltinFunctionType, CodeType, ModuleType
from typing import Any

import pytest
from numba.core.caching import NullCache
from numba.core.registry import CPUDispatcher

import sitewright.kernels
import sitewright.optimizer


def broken(module: ModuleType) -> Iterator[str]:
    """Yield a sentence for each name in cached code of `module` that another of our files decides."""
    for name, function in vars(module).items():
        if not isinstance(function, CPUDispatcher) or isinstance(function._cache, NullCache):  # noqa: SLF001
            continue
        plain = function.py_func
        if plain.__module__ != module.__name__:
            # Cached where it stands, and checked there; but a plain function that is compiled here is stamped there.
            if not isinstance(vars(importlib.import_module(plain.__module__)).get(name), CPUDispatcher):
                yield f"{module.__name__}: {name} is cached but written in {plain.__module__}"
            continue
        for used in sorted(names(plain.__code__)):
            value = plain.__globals__.get(used)
            home = value.py_func.__module__ if isinstance(value, CPUDispatcher) else imported_from(module, used)
            if home not in (None, module.__name__):
                yield f"{module.__name__}: {name} is cached but takes {used} from {home}"


def names(code: CodeType) -> set[str]:
    """Return the names that the code reads, inner functions too."""
    return set(code.co_names).union(*(names(c) for c in code.co_consts if isinstance(c, CodeType)))


def imported_from(module: ModuleType, name: str) -> str | None:
    """Return the module of ours that a global comes from by ``from … import``; libraries are not looked at."""
    value: Any = vars(module).get(name)
    if value is None or isinstance(value, ModuleType | BuiltinFunctionType):
        return None
    for line in inspect.getsource(module).replace("(\n", "(").splitlines():
        words = line.replace(",", " ").replace("(", " ").split()
        if words[:1] == ["from"] and name in words[3:] and words[1].startswith("sitewright"):
            return words[1]
    return None


def cached_modules() -> list[str]:
    """Return our modules with the word cache near numba, found without importing those that have none."""
    found = []
    for room in (sitewright.kernels, sitewright.optimizer):
        for info in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            spec = importlib.util.find_spec(info.name)
            text = Path(spec.origin).read_text(encoding="utf-8") if spec and spec.origin else ""
            if "njit" in text and "cache" in text:
                found.append(info.name)
    return found


CACHED = cached_modules()


def test_the_rule_has_something_to_judge() -> None:
    """Fails if the search for cached code finds nothing, so that the next test proves nothing."""
    files = [f"{kernel}.cpu" for kernel in sitewright.kernels.KERNELS] + ["knapsack.fill"]
    assert {f"sitewright.kernels.{file}" for file in files} <= set(CACHED)


@pytest.mark.parametrize("name", CACHED)
def test_cached_code_takes_nothing_from_another_file(name: str) -> None:
    """Fails if an edit of one file would leave stale machine code in the cache of another."""
    assert list(broken(importlib.import_module(name))) == []


def test_the_rule_catches_an_offender(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if the check above is blind to a borrowed function or a borrowed constant."""
    source = """
        from numba import njit
        from sitewright.kernels.latency.cpu import LEGS, _nearest_hubs, nearest_hubs

        @njit(cache=True)
        def legs():
            return LEGS

        @njit(cache=True)
        def hubs():
            return _nearest_hubs

        borrowed = njit(cache=True)(nearest_hubs)
        """
    (tmp_path / "offender.py").write_text(textwrap.dedent(source), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    found = "\n".join(broken(importlib.import_module("offender")))
    assert "takes LEGS from sitewright.kernels.latency.cpu" in found
    assert "takes _nearest_hubs from sitewright.kernels.latency.cpu" in found
    assert "borrowed is cached but written in sitewright.kernels.latency.cpu" in found
