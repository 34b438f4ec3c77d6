"""The house rules of the room: one folder a kernel, one file a backend, light imports, names that mean functions."""

import subprocess
import sys
from pathlib import Path

import pytest

from sitewright import kernels

ROOM = Path(kernels.__file__).parent
FOLDERS = sorted(p.parent.name for p in ROOM.glob("*/__init__.py"))
# Kernels that make a matrix, by blocks that `_make.py` puts where they belong; the others read one.
MAKING = ["cost", "great_circle", "latency"]
READING = ["ascent", "cover", "gains", "knapsack", "near_ends", "nearest", "order", "reduced", "survey"]


def run(code: str) -> str:
    """Return what a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_kernels_are_these() -> None:
    """Fails if a folder is added or lost, or the tests below look at nothing."""
    assert sorted(MAKING + READING) == FOLDERS == sorted(kernels.KERNELS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_kernel_has_a_face_all_its_backends_an_oracle_and_a_test(folder: str) -> None:
    """Fails if a variant is missing: it must show as a missing file."""
    for name in ("__init__", "cpu", "cuda", "reference"):
        assert (ROOM / folder / f"{name}.py").is_file()
    assert (ROOM / folder / "tiles.py").is_file() == (folder in READING)
    assert (Path(__file__).parent / f"test_{folder}.py").is_file()


@pytest.mark.parametrize("folder", MAKING)
def test_a_kernel_that_makes_a_matrix_lets_make_decide_where(folder: str) -> None:
    """Fails if such a kernel allocates its matrix itself: without tiles, without Dask, without a limit of memory."""
    face = (ROOM / folder / "__init__.py").read_text(encoding="utf-8")
    assert f'return make("{folder}", ' in face


@pytest.mark.parametrize("folder", FOLDERS)
def test_an_oracle_shares_no_code_with_what_it_judges(folder: str) -> None:
    """Fails if a reference imports a fast kernel: then one mistake would be in both."""
    text = (ROOM / folder / "reference.py").read_text(encoding="utf-8")
    for word in ("numba", ".cpu", ".cuda", "unit_vectors", "_check", "ends"):
        assert f"import {word}" not in text and f"{word} import" not in text


def test_importing_the_kernels_loads_no_numba() -> None:
    """Fails if an import pays numba's 0.4 s; only a call may."""
    loaded = run("import sys, sitewright.kernels, sitewright.instances.network; print('numba' in sys.modules)")
    assert loaded == "False"


def test_the_names_are_functions_whatever_was_imported_before() -> None:
    """Fails if `latency` means the folder of that name once something in the folder was imported."""
    names = "from sitewright.kernels import cost, great_circle, latency"
    inner = "import sitewright.kernels.latency.network, sitewright.kernels.cost.cpu, sitewright.kernels.great_circle"
    check = "print(callable(cost), callable(great_circle), callable(latency))"
    for code in (f"{names}; {inner}; {names}; {check}", f"{inner}; {names}; {check}"):
        assert run(code) == "True True True"
