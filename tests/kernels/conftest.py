"""The backends and places that the contract tests run on, and the bundled network."""

from collections.abc import Iterator

import dask
import pytest

from sitewright.instances.network import load_network
from sitewright.kernels import FibreNetwork
from sitewright.kernels._backends import BACKENDS, why_no_cuda
from tests.kernels.places import PLACES, Place


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    skip_without_cuda(request.param)
    return str(request.param)


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    skip_without_cuda(request.param)
    # In this thread: the tests ask what comes out, and tests/kernels/test_cluster.py asks the same of processes.
    with dask.config.set(scheduler="synchronous"):
        yield Place(request.param)


def skip_without_cuda(name: str) -> None:
    if name == "cuda" and why_no_cuda():
        pytest.skip(f"{why_no_cuda()}; NUMBA_ENABLE_CUDASIM=1 runs these tests on numba's simulator")


@pytest.fixture(scope="session")
def network() -> FibreNetwork:
    return load_network()
