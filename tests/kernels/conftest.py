"""The backends that the contract tests run on, and the bundled network."""

import pytest

from sitewright.instances.network import load_network
from sitewright.kernels import FibreNetwork
from sitewright.kernels._backends import BACKENDS, why_no_cuda


def pytest_configure(config: pytest.Config) -> None:
    # On a card, numba warns that the tiny matrices of the tests do not fill it.
    config.addinivalue_line("filterwarnings", "ignore:.*under-utilization")


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    if request.param == "cuda" and why_no_cuda():
        pytest.skip(f"{why_no_cuda()}; NUMBA_ENABLE_CUDASIM=1 runs these tests on numba's simulator")
    return str(request.param)


@pytest.fixture(scope="session")
def network() -> FibreNetwork:
    return load_network()
