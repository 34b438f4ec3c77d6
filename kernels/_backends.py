"""The backends, and why one cannot run here. Chosen at the call; nothing falls back to another."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

from sitewright.optimizer.errors import Flaw, InvalidProblem

Backend = Literal["cpu", "cuda", "dask"]
BACKENDS: tuple[Backend, ...] = ("cpu", "cuda", "dask")


def load(kernel: str, backend: str) -> Any:
    """Return the module of a kernel's backend, which `must_run` here."""
    must_run(backend)
    return import_module(f"sitewright.kernels.{kernel}.{'tiles' if backend == 'dask' else backend}")


def must_run(backend: str) -> None:
    """Refuse a backend that does not exist or cannot run on this machine.

    Raises
    ------
    InvalidProblem
        With the backends there are, or with what is missing here.
    """
    if backend not in BACKENDS:
        must = f"be one of {', '.join(BACKENDS)}"
        raise InvalidProblem([Flaw("argument 'backend'", must, repr(backend), f"use one of {', '.join(BACKENDS)}")])
    reason = why_not(backend)
    if reason:
        raise InvalidProblem(
            [Flaw("argument 'backend'", "be able to run here", f"{backend!r}, but {reason[0]}", reason[1])]
        )


def load_for(kernel: str, backend: str, matrix: Any) -> Any:
    """Return the module for a kernel that reads `matrix`; where the matrix lies must suit the backend.

    Tiles in a store are read by the "cpu" backend one after another.
    """
    module = load(kernel, backend)
    must_suit(matrix, backend)
    return import_module(f"sitewright.kernels.{kernel}.tiles") if lies(matrix) == "tiles" else module


def must_suit(matrix: Any, backend: str, takes_numpy: tuple[str, ...] = ("cpu", "cuda")) -> None:
    """Refuse a matrix that does not lie where the backend reads; a NumPy one is read by those of `takes_numpy`."""
    where = lies(matrix)
    suits = {"numpy": takes_numpy, "card": ("cuda",), "dask": ("dask",), "tiles": ("cpu",)}[where]
    if backend not in suits:
        must = f"suit backend {backend!r}"
        found = {"numpy": "a NumPy array", "card": "an array on a card", "dask": "a dask array", "tiles": "tiles"}
        fix = f"use backend={suits[0]!r}" + (", or dask.array.from_array" if where == "numpy" else "")
        raise InvalidProblem([Flaw("the matrix", must, found[where], fix)])


def lies(matrix: Any) -> Literal["numpy", "card", "dask", "tiles"]:
    """Return where a matrix lies; told by its face, so that nothing is imported to find out."""
    if hasattr(matrix, "__cuda_array_interface__") or type(matrix).__name__ == "FakeCUDAArray":
        return "card"
    if hasattr(matrix, "__dask_graph__"):
        return "dask"
    return "tiles" if getattr(matrix, "chunks", None) is not None else "numpy"


def backend_for(matrix: Any) -> Backend:
    """Return the backend that reads a matrix where it lies."""
    where = lies(matrix)
    return "cuda" if where == "card" else "dask" if where == "dask" else "cpu"


def why_not(backend: str) -> tuple[str, str] | None:
    """Return why a backend cannot run here and what to do, or None."""
    if backend == "cuda" and why_no_cuda():
        fix = "install sitewright[cuda] on a machine with an NVIDIA card and its driver, or use backend='cpu'"
        return why_no_cuda(), fix
    if backend == "dask" and find_spec("dask") is None:
        return "dask is not installed", "install sitewright[dask], or use backend='cpu'"
    return None


def why_no_cuda() -> str:
    """Return why CUDA cannot run here, or an empty string if it can (on a card, or on numba's simulator)."""
    try:
        from numba import cuda
    except ImportError:
        return "numba has no CUDA target"
    return "" if cuda.is_available() else "there is no CUDA card, or no driver or toolkit for it"
