"""The command line: exit codes, clean stdout, whole files, Ctrl-C."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from sitewright.instances import generate
from sitewright.kernels import KERNELS
from sitewright.optimizer.cli import run
from sitewright.optimizer.io import plan_json
from sitewright.optimizer.io.plan_json import read_plan_json


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


def test_warmup_names_every_kernel_and_the_engine_in_both_types(capsys):
    """A container image would otherwise compile the forgotten one at its first request, and each time anew."""
    assert run(["warmup"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split()[0] for line in lines) == sorted((*KERNELS, "exact") * 2)


def test_ctrl_c_writes_the_best_plan(tmp_path):
    """Nothing of the user's is lost: an interrupted solve ends with 130 and a plan on disk."""
    hard = generate("cornuejols", seed=5, customers=300, sites=300, r=10.0)
    hard.data.to_netcdf(tmp_path / "hard.nc", engine="h5netcdf")
    code = "from sitewright.optimizer.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "solve", "hard.nc", "--gap", "1e-9"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if " tree " in line:
            break
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    asked = time.monotonic()
    rest = process.communicate(timeout=30)[1]
    assert process.returncode == 130, rest
    assert time.monotonic() - asked < 5
    assert json.loads((tmp_path / "hard-interrupted.json").read_text())["status"] == "feasible"


def test_an_output_that_cannot_be_written_is_found_before_the_solve(small, tmp_path, capsys):
    """An hour of solving must not end in an error about a file name."""
    folder = tmp_path / "taken.json"
    folder.mkdir()
    outputs = [folder, tmp_path / "nowhere" / "plan.nc", tmp_path / "plan.xlsx"]
    assert run(["solve", str(small), *(token for o in outputs for token in ("-o", str(o)))]) == 2
    said = capsys.readouterr().err
    assert all(str(output) in said for output in outputs) and "presolve" not in said
    assert run(["solve", str(small), "-o", str(tmp_path / "p.geojson"), "-o", str(tmp_path / "p.json")]) == 2
    assert "presolve" not in capsys.readouterr().err


def test_a_plan_is_shown_and_written_elsewhere_when_one_output_fails(small, tmp_path, capsys, monkeypatch):
    """A disk that fills up during the solve must not take the plan with it."""

    def full(plan, problem, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sitewright.optimizer.io.write.write_plan_netcdf", full)
    good = tmp_path / "plan.json"
    assert run(["solve", str(small), "--json", "-o", str(tmp_path / "plan.nc"), "-o", str(good)]) == 2
    said = capsys.readouterr()
    assert json.loads(good.read_text()) == json.loads(said.out)
    assert "No space left" in said.err and "Traceback" not in said.err


def test_options_of_instance_files_are_refused_for_a_case(capsys):
    """An option that is silently ignored is believed to have worked."""
    assert run(["check", "europe-2015", "--format", "plc", "--rounding", "floor"]) == 2
    said = capsys.readouterr().err
    assert "--format" in said and "--rounding" in said


def test_options_are_not_taken_from_stray_words(small):
    """`solve a.csv b.csv` must not read the second name as a format."""
    assert run(["solve", str(small), "csv"]) == 2


def test_bench_of_a_folder_without_instances_is_an_error(tmp_path):
    assert run(["bench", str(tmp_path)]) == 2


def test_bench_has_each_plan_checked(small, capsys, monkeypatch):
    """Without the check an instance would count as proved on the word of the solve alone."""
    assert run(["bench", str(small)]) == 0
    assert "1 accepted" in capsys.readouterr().err
    monkeypatch.setattr(plan_json, "read_plan_json", lambda *args: replace(read_plan_json(*args), objective=5.0))
    assert run(["bench", str(small)]) == 1
    assert "REFUSED: " in capsys.readouterr().out


def test_bench_does_not_compare_with_a_value_of_another_set(small, tmp_path, capsys):
    """`capa` of two sets has two optima: the wrong one would brand a right answer as WRONG."""
    optima = tmp_path / "optima.csv.md"
    optima.write_text("set,instance,best_known\none,small,7.0\nother,small,6.0\nthird,small,6.0\n")
    assert run(["bench", str(small), "--optima", str(optima), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["instances"][0]["published"] is None


def test_report_finds_its_case_and_writes_beside_the_plan(tmp_path, capsys, monkeypatch):
    """Who was sent a plan and its folder should not have to type more than the plan's name."""
    monkeypatch.chdir(tmp_path)
    assert run(["new", "southeast-asia-2015", "southeast-asia-2015"]) == 0
    assert run(["solve", "southeast-asia-2015", "-q", "-o", "plan.json", "-o", "first.html"]) == 0
    assert run(["report", "plan.json"]) == 0
    assert (
        "Open Jakarta" in (tmp_path / "plan.html").read_text()
        and "Open Jakarta" in (tmp_path / "first.html").read_text()
    )
    assert run(["report", "plan.json", "-o", "plan.pdf"]) == 2
    sites = tmp_path / "southeast-asia-2015" / "sites.csv"
    sites.write_text(sites.read_text().replace("12741268", "12741269"))
    assert run(["report", "plan.json", "-o", "changed.html"]) == 1
    assert "REFUSED" in (tmp_path / "changed.html").read_text() and "REFUSED" in capsys.readouterr().err


def test_report_says_when_it_cannot_find_the_case(small, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["solve", str(small), "-q", "-o", "plan.json"]) == 0
    assert run(["report", "plan.json"]) == 2
    assert "sitewright report plan.json CASE" in capsys.readouterr().err
    assert run(["report", "plan.json", str(small)]) == 0
    (tmp_path / "bad.json").write_text("[]")
    assert run(["report", "bad.json"]) == 2
