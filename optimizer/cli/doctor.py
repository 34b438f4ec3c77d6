"""`sitewright doctor`: say what this machine and installation can do."""

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version


def doctor() -> int:
    """Check the installation: versions, a tiny solve and its check, CUDA."""
    import sitewright

    print(f"python {platform.python_version()} on {platform.machine()}, {os.cpu_count()} processors")
    for name in ("sitewright", "numpy", "numba", "xarray", "ortools", "numba-cuda", "dask"):
        try:
            print(f"{name:<12} {version(name)}")
        except PackageNotFoundError:
            print(f"{name:<12} not installed")
    problem = sitewright.Problem.from_arrays(
        service_cost=[[1, 9], [9, 1]], fixed_cost=[2, 2], demand=[1, 1], capacity=[1, 1]
    )
    plan = sitewright.solve(problem)
    # One site cannot hold both: two sites at 2 each, and each customer at 1.
    healthy = plan.objective == 6.0 and plan.verify(problem).accepted
    print(f"a tiny solve and its check: {'ok' if healthy else 'WRONG'}")
    try:
        from numba import cuda

        print(f"cuda: {'available' if cuda.is_available() else 'no card, or no driver'}")
    except ImportError:
        print("cuda: not installed")
    sys.stdout.flush()
    return 0 if healthy else 1
