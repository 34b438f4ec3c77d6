"""`sitewright doctor`: say what this machine and installation can do."""

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version


def doctor() -> int:
    """Check the installation: versions, a tiny solve and its check, kernels and backends."""
    import sitewright
    from sitewright.kernels import KERNELS
    from sitewright.kernels._backends import BACKENDS, why_not

    print(f"python {platform.python_version()} on {platform.machine()}, {os.cpu_count()} processors")
    for name in ("sitewright", "numpy", "numba", "xarray", "ortools", "numba-cuda", "dask", "zarr"):
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
    print(f"kernels: {', '.join(KERNELS)}")
    for backend in BACKENDS:
        reason = why_not(backend)
        print(f"backend {backend}: {f'no: {reason[0]}; {reason[1]}' if reason else 'available'}")
    sys.stdout.flush()
    return 0 if healthy else 1
