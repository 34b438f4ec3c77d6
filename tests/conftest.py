"""Hypothesis draws the same examples everywhere (`HYPOTHESIS_PROFILE=search`: new ones); the simulator is tamed."""

import os

import pytest
from hypothesis import settings
from numba.core import config as numba_config

settings.register_profile("fixed", derandomize=True)
settings.register_profile("search", print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


def pytest_configure(config: pytest.Config) -> None:
    # On a card, numba warns that the tiny matrices of the tests do not fill it.
    config.addinivalue_line("filterwarnings", "ignore:.*under-utilization")
    if numba_config.ENABLE_CUDASIM:
        from tests.kernels.simulator import tame

        tame()
