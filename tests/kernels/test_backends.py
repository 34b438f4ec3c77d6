"""The backend is what was asked for, or a clear refusal."""

import pytest

from sitewright.kernels import _backends, great_circle
from sitewright.optimizer.errors import InvalidProblem


def test_an_unknown_backend_is_refused_with_the_list() -> None:
    """Fails if a misspelt backend falls back to another."""
    with pytest.raises(InvalidProblem, match="must be one of cpu, cuda, found 'gpu'"):
        great_circle([0.0], [0.0], [0.0], [0.0], backend="gpu")  # type: ignore[arg-type]


def test_cuda_without_a_card_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if the CPU silently does the work, or the user is left with numba's error. Also for empty matrices."""
    monkeypatch.setattr("numba.cuda.is_available", lambda: False)
    for places in ([], [0.0]):
        with pytest.raises(InvalidProblem, match=r"no CUDA card.*sitewright\[cuda\].*backend='cpu'"):
            great_circle(places, places, places, places, backend="cuda")


@pytest.mark.parametrize("kernel", ["great_circle", "latency", "cost"])
def test_each_backend_is_the_file_of_its_name(kernel: str, backend: str) -> None:
    """Fails if a backend's name loads another backend's file."""
    module = _backends.load(kernel, backend)
    assert module.__name__ == f"sitewright.kernels.{kernel}.{backend}"
    assert callable(module.run)
