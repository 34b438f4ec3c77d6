"""The command line: exit codes, clean stdout, whole files, Ctrl-C."""

import json
import signal
import subprocess
import sys
import time

import pytest

from sitewright.instances import generate
from sitewright.kernels import KERNELS
from sitewright.optimizer.cli import run


@pytest.fixture
def small(tmp_path):
    """A file of two customers and two sites that a person can solve: open both for 6."""
    file = tmp_path / "small.csv"
    file.write_text("customer,demand,a,b\nfixed_cost,,2,2\ncapacity,,1,1\nx,1,1,9\ny,1,9,1\n")
    return file


def test_solve_prints_one_json_document_and_nothing_else(small, capsys):
    assert run(["solve", str(small), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "sitewright-plan/1" and document["objective"] == 6.0
    needed = "schema status objective bound gap open_sites wall_s cpu_s peak_mib stop_reason versions seed"
    assert set(needed.split()) <= set(document)


def test_a_written_plan_is_verified_and_a_changed_one_refused(small, tmp_path, capsys):
    plan = tmp_path / "plan.json"
    assert run(["solve", str(small), "-q", "-o", str(plan), "-o", str(tmp_path / "plan.nc")]) == 0
    assert (tmp_path / "plan.nc").stat().st_size > 0
    assert run(["verify", str(plan), str(small)]) == 0
    document = json.loads(plan.read_text())
    document["objective"] = 5.0
    plan.write_text(json.dumps(document))
    assert run(["verify", str(plan), str(small)]) == 1
    assert "objective" in capsys.readouterr().out


@pytest.mark.parametrize(
    "tokens",
    [
        ["solve", "nowhere"],
        ["solve"],
        ["no-such-command"],
        ["solve", "europe-2015", "--gap", "x"],
        ["solve", "europe-2015", "-o", "x.txt"],
    ],
)
def test_bad_usage_ends_with_2(tokens):
    assert run(tokens) == 2


def test_infeasible_ends_with_3(small):
    small.write_text(small.read_text().replace("x,1,", "x,7,"))
    assert run(["solve", str(small)]) == 3
    assert run(["check", str(small)]) == 3


def test_geojson_needs_coordinates(small, tmp_path):
    assert run(["solve", str(small), "-q", "-o", str(tmp_path / "p.geojson")]) == 2


def test_bench_compares_with_published_values(small, tmp_path, capsys):
    optima = tmp_path / "optima.csv.md"
    optima.write_text("instance,best_known\nsmall,6.0\n")
    assert run(["bench", str(small), "--optima", str(optima), "--json"]) == 0
    row = json.loads(capsys.readouterr().out)["instances"][0]
    assert row["verdict"] == "proved"


def test_new_copies_a_case_that_solves_alike(tmp_path):
    assert run(["new", "southeast-asia-2015", str(tmp_path / "mine")]) == 0
    assert run(["new", "southeast-asia-2015", str(tmp_path / "mine")]) == 2
    assert run(["check", str(tmp_path / "mine")]) == 0


def test_listings_and_doctor_run(capsys):
    assert run(["instances"]) == 0 and run(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "europe-2015" in out and "orlib-cap" in out and "ok" in out
    assert f"kernels: {', '.join(KERNELS)}" in out and "backend cpu: available" in out
    assert "backend cuda:" in out and "backend dask: available" in out


def test_warmup_names_every_kernel_in_both_types(capsys):
    """A container image would otherwise compile the forgotten one at its first request, and each time anew."""
    assert run(["warmup"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split()[0] for line in lines) == sorted(KERNELS * 2)


def test_ctrl_c_writes_the_best_plan(tmp_path):
    """Nothing of the user's is lost: an interrupted solve ends with 130 and a plan on disk."""
    generate("cornuejols", seed=5, customers=150, sites=60).data.to_netcdf(tmp_path / "hard.nc", engine="h5netcdf")
    code = "from sitewright.optimizer.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "solve", "hard.nc", "--gap", "1e-9"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if " mip " in line:
            break
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    asked = time.monotonic()
    rest = process.communicate(timeout=30)[1]
    assert process.returncode == 130, rest
    assert time.monotonic() - asked < 5
    assert json.loads((tmp_path / "hard-interrupted.json").read_text())["status"] == "feasible"
