"""The backends, and why one cannot run here. Chosen at the call; nothing falls back to another."""

from importlib import import_module
from typing import Any, Literal

from sitewright.optimizer.errors import Flaw, InvalidProblem

Backend = Literal["cpu", "cuda"]
BACKENDS: tuple[Backend, ...] = ("cpu", "cuda")


def load(kernel: str, backend: str) -> Any:
    """Return the module of a kernel's backend.

    Raises
    ------
    InvalidProblem
        If there is no such backend, or it cannot run on this machine.
    """
    if backend not in BACKENDS:
        must = f"be one of {', '.join(BACKENDS)}"
        raise InvalidProblem([Flaw("argument 'backend'", must, repr(backend), f"use one of {', '.join(BACKENDS)}")])
    if backend == "cuda":
        reason = why_no_cuda()
        if reason:
            fix = "install sitewright[cuda] on a machine with an NVIDIA card and its driver, or use backend='cpu'"
            raise InvalidProblem([Flaw("argument 'backend'", "be able to run here", f"'cuda', but {reason}", fix)])
    return import_module(f"sitewright.kernels.{kernel}.{backend}")


def why_no_cuda() -> str:
    """Return why CUDA cannot run here, or an empty string if it can (on a card, or on numba's simulator)."""
    try:
        from numba import cuda
    except ImportError:
        return "numba has no CUDA target"
    return "" if cuda.is_available() else "there is no CUDA card, or no driver or toolkit for it"
