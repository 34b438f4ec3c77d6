"""The child process of a solver: what it used is counted, and it leaves nothing behind when the host dies."""

import os
import signal
import subprocess
import sys
import time

from sitewright.instances import generate
from sitewright.optimizer.model.build import build
from sitewright.optimizer.solver import process
from sitewright.optimizer.solver.answer import Outcome

HOST = """
from sitewright.instances import generate
from sitewright.optimizer.model.build import build
from sitewright.optimizer.solver.process import solve_model
model = build(generate("cornuejols", seed=5, customers=150, sites=60, r=5.0))
solve_model(model, gap=1e-9, on_bounds=lambda *bounds: print("mip", flush=True))
"""


def test_the_cpu_time_of_a_solver_that_lives_on_is_counted():
    """A figure of CPU seconds without the MIP would flatter every solve that the MIP decides."""
    process.close_idle()
    model = build(generate("cornuejols", seed=4, customers=60, sites=25, r=5.0))
    before, _ = process.resources()
    own = time.process_time()
    assert process.solve_model(model, gap=1e-6).outcome is Outcome.OPTIMAL
    own = time.process_time() - own
    used = process.resources()[0] - before
    assert used > own + 0.05, (used, own)
    process.close_idle()
    # Once ended it is counted by the operating system instead, and not twice.
    assert 0 <= process.resources()[0] - before - used < 0.5


def test_a_killed_host_leaves_neither_process_nor_scratch_folder(tmp_path):
    """A service that is killed must not leave solvers that eat the machine, nor files that fill its disk."""
    env = os.environ | {"TMPDIR": str(tmp_path)}
    host = subprocess.Popen([sys.executable, "-c", HOST], stdout=subprocess.PIPE, text=True, env=env)
    assert host.stdout is not None
    for line in host.stdout:
        if line.strip() == "mip":
            break
    deadline = time.monotonic() + 10
    while not any(tmp_path.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    host.send_signal(signal.SIGKILL)
    host.wait()
    host.stdout.close()
    while any(tmp_path.iterdir()):
        assert time.monotonic() < deadline, "the solver did not notice that its host is gone"
        time.sleep(0.05)
