"""The backend is what was asked for, or a clear refusal."""

import pytest

from sitewright.kernels import _backends, great_circle
from sitewright.optimizer.errors import InvalidProblem


def test_an_unknown_backend_is_refused_with_the_list() -> None:
    """Fails if a misspelt backend falls back to another."""
    with pytest.raises(InvalidProblem, match="must be one of cpu, cuda, dask, found 'gpu'"):
        great_circle([0.0], [0.0], [0.0], [0.0], backend="gpu")  # type: ignore[arg-type]


def test_cuda_without_a_card_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if the CPU silently does the work, or the user is left with numba's error. Also for empty matrices."""
    monkeypatch.setattr("numba.cuda.is_available", lambda: False)
    for places in ([], [0.0]):
        with pytest.raises(InvalidProblem, match=r"no CUDA card.*sitewright\[cuda\].*backend='cpu'"):
            great_circle(places, places, places, places, backend="cuda")


def test_a_backend_is_the_file_of_its_name(backend: str) -> None:
    """Fails if a backend's name loads another backend's file. On Dask it is the one that reads tiles."""
    module = _backends.load("reduced", backend)
    assert module.__name__ == f"sitewright.kernels.reduced.{'tiles' if backend == 'dask' else backend}"
    assert callable(module.run)


def test_dask_that_is_not_installed_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if the CPU silently does the work, or the user is left with an ImportError from inside."""
    monkeypatch.setattr(_backends, "find_spec", lambda name: None)
    for call in (lambda: great_circle([0.0], [0.0], [0.0], [0.0], backend="dask"), lambda: _backends.load("x", "dask")):
        with pytest.raises(InvalidProblem, match=r"dask is not installed.*sitewright\[dask\].*backend='cpu'"):
            call()
