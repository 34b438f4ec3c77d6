"""Readers of instance files: every trap of the formats, and bad files."""

import lzma
from pathlib import Path

import numpy as np
import pytest

import sitewright as sw
from sitewright.instances import formats, generate
from sitewright.instances.generators import FAMILIES
from sitewright.optimizer.rules import SingleSource, SiteCount


def write(folder, name, text):
    file = folder / name
    file.write_text(text)
    return file


ORLIB = " 2 3\n 10 7.5\n 20 8.\n 1\n 4 5\n 2\n 6 7\n 3\n 8 9\n"
HOLMBERG = "2 3\n10 7\n20 8\n1 2 3\n4 6 8\n5 7 9\n"
DIAZ = "3 2\n4 5 6 7 8 9\n1 2 3\n7 8\n10 20\n\x1a"
UFLLIB = "FILE: tiny\n2 3 0\n1 7 4 6 8\n2 8 5 7 9\n"
PLC = "3\t2\n\n1 2 3\n10 20\n7 8\n4 3 2\n5 4 3\n"
CFL = (
    "[CFLP-PROBLEMFILE]\n#x\n\n[DEPOTS]\ncapacity fixcost varcost xcoord ycoord name\n10 7 0 1 1 D0\n20 8 0 2 2 D1\n\n"
    "[CUSTOMERS]\ndemand xcoord ycoord name\n1 0 0 C0\n2 0 0 C1\n3 0 0 C2\n\n"
    "[COSTMATRIX]\nc= x\n[MATRIX]\nDim 2 3\n4 6 8\n5 7 9\n"
)
TSP = "NAME : t\nTYPE : TSP\nDIMENSION : 3\nNODE_COORD_SECTION\n1 0 0\n2 1 1\n3 2.0e0 0\nEOF\n"
CSV = "customer,demand,FRA,AMS\nfixed_cost,,7,8\ncapacity,,10,\nParis,1,4,5\nOslo,2,6,\n"
COST = [[4, 5], [6, 7], [8, 9]]
EXAMPLES = {
    "orlib-cap": ("cap.txt", ORLIB, COST),
    "orlib-pmed": ("pmed.txt", "3 3 1\n1 2 5\n2 3 4\n1 2 6\n", [[0, 6, 10], [6, 0, 4], [10, 4, 0]]),
    "ufllib": ("tiny", UFLLIB, COST),
    "plc": ("t.plc", PLC, [[4, 5], [6, 8], [6, 9]]),
    "holmberg": ("p1", HOLMBERG, COST),
    "diaz-fernandez": ("p1", DIAZ, COST),
    "cfl": ("t.cfl", CFL, COST),
    "tsplib": ("t.tsp", TSP, [[0, 1, 2], [1, 0, 1], [2, 1, 0]]),
    "csv": ("t.csv", CSV, [[4, 5], [6, np.inf]]),
    "netcdf": ("t.nc", None, None),
}


def test_every_format_is_registered_and_has_an_example():
    folder = Path(formats.__file__).parent
    assert len({f.stem for f in folder.glob("*.py")} - {"__init__", "base"}) == len(formats.FORMATS)
    assert {reader.NAME for reader in formats.FORMATS} == set(EXAMPLES)


@pytest.mark.parametrize("name", [n for n in EXAMPLES if n != "netcdf"])
def test_a_format_is_recognised_and_read(tmp_path, name):
    """Sensitivity: a transposed matrix, or unit costs taken for total ones, changes a cell."""
    file, text, cost = EXAMPLES[name]
    problem = sw.read(write(tmp_path, file, text), p=1 if name == "tsplib" else None)
    assert problem.data["service_cost"].values.tolist() == cost
    named = sw.read(tmp_path / file, format=name, p=1 if name == "tsplib" else None)
    assert named.data.identical(problem.data)


def test_a_compressed_file_is_read_as_it_is(tmp_path):
    (tmp_path / "p1.xz").write_bytes(lzma.compress(HOLMBERG.encode()))
    assert sw.read(tmp_path / "p1.xz").n_customers == 3


def test_the_last_of_repeated_edges_counts(tmp_path):
    """Trap 1: with the least edge pmed1 gives 5718 instead of 5819."""
    problem = sw.read(write(tmp_path, "pmed.txt", EXAMPLES["orlib-pmed"][1]))
    assert problem.data["service_cost"].values[0, 1] == 6
    assert problem.rules == (SiteCount(at_least=1, at_most=1),)


def test_tsplib_distances_are_floored_unless_told_otherwise(tmp_path):
    """Trap 2: published p-median tables floor (1.41 -> 1), p-center tables do not."""
    file = write(tmp_path, "t.tsp", TSP)
    assert sw.read(file, p=1).data["service_cost"].values[0, 1] == 1
    assert sw.read(file, p=1, rounding="none").data["service_cost"].values[0, 1] == pytest.approx(2**0.5)


def test_plc_costs_are_per_unit(tmp_path):
    """Trap 3: .plc costs times demand; all others are for the whole demand."""
    assert sw.read(write(tmp_path, "t.plc", PLC)).data["service_cost"].values[1].tolist() == [6, 8]


def test_the_word_capacity_needs_a_number(tmp_path):
    """Trap 4: capa holds the word; the four published values are in the message."""
    file = write(tmp_path, "capa.txt", ORLIB.replace(" 10 7.5", " capacity 7.5").replace(" 20 8.", " capacity 8."))
    with pytest.raises(sw.InvalidProblem, match="8000, 10000, 12000, 14000"):
        sw.read(file)
    assert sw.read(file, capacity=8000).data["capacity"].values.tolist() == [8000, 8000]


def test_capacities_can_be_ignored(tmp_path):
    """Trap 5: the uncapacitated set uses the capacitated files."""
    file = write(tmp_path, "cap.txt", ORLIB)
    assert sw.read(file).has("capacity")
    assert not sw.read(file, capacity="ignore").has("capacity")


def test_single_source_formats_come_with_their_rule(tmp_path):
    file = write(tmp_path, "p1", HOLMBERG)
    assert sw.read(file).rules == (SingleSource(),)
    assert sw.read(file, single_source=False).rules == ()
    assert sw.read(write(tmp_path, "cap.txt", ORLIB), single_source=True).rules == (SingleSource(),)


def test_netcdf_round_trip(tmp_path):
    problem = generate("cornuejols", seed=1, customers=3, sites=2)
    problem.data.to_netcdf(tmp_path / "t.nc", engine="h5netcdf")
    assert np.array_equal(sw.read(tmp_path / "t.nc").data["service_cost"], problem.data["service_cost"])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("cap.txt", ORLIB.replace("9\n", ""), "format"),
        ("cap.txt", ORLIB.replace("7.5", "abc"), "format|numbers"),
        ("p1", HOLMBERG.replace("1 2 3", "1 -2 3"), "at least 0"),
        ("p1", HOLMBERG.replace("1 2 3", "1 nan 3"), "at least 0"),
        ("tiny", UFLLIB + "7\n", "1 more numbers"),
        ("tiny", "FILE: x\n0 3 0\n", "whole number of sites|at least"),
        ("t.csv", CSV.replace("6,\n", "x,\n"), "row 5, column 'FRA'"),
        ("empty.txt", "  \n", "empty"),
        ("pmed.txt", "3 1 1\n1 9 5\n", "vertices from 1 to 3"),
        ("pmed.txt", "3 1 7\n1 2 5\n", "at most the 3 vertices"),
        ("t.tsp", TSP, "p"),
        ("t.tsp", TSP.replace("\n3 2.0", "\n2 2.0"), "row 7: must number each point once"),
        ("t.tsp", "EDGE_WEIGHT_TYPE : EUC_2D\n", "must have a NODE_COORD_SECTION"),
        ("t.csv", CSV.replace("customer,demand", "customer,need"), "must start with customer,demand"),
        ("t.csv", "site,fixed,Paris,Oslo\nFRA,7,4,6\n", "transpose"),
    ],
)
def test_a_bad_file_is_refused_with_what_was_found(tmp_path, name, text, message):
    with pytest.raises(sw.InvalidProblem, match=message):
        sw.read(write(tmp_path, name, text))


def test_all_flaws_of_a_table_are_named_at_once(tmp_path):
    """One flaw a run would send the user round and round."""
    text = (
        "customer,demand,FRA,AMS,FRA\nfixed_cost,,x,-8,1\ncapacity,,nan,,1\nParis,-1,4,1e300,1\nParis,,5,6\n,1,1,1,\n"
    )
    with pytest.raises(sw.InvalidProblem) as caught:
        sw.read(write(tmp_path, "t.csv", text))
    said = [(flaw.where.rpartition("t.csv, ")[2], flaw.found) for flaw in caught.value.flaws]
    assert said == [
        ("row 1, column 5", "'FRA' twice"),
        ("row 2, column 'FRA'", "'x'"),
        ("row 2, column 'AMS'", "'-8'"),
        ("row 3, column 'FRA'", "'nan'"),
        ("row 4, column 'demand'", "'-1'"),
        ("row 4, column 'AMS'", "'1e300'"),
        ("row 5", "4"),
        ("row 6, column 'customer'", "an empty cell"),
    ]


@pytest.mark.parametrize("p", [0, 4, -1])
def test_an_impossible_p_is_refused(tmp_path, p):
    with pytest.raises(sw.InvalidProblem, match="1 "):
        sw.read(write(tmp_path, "t.tsp", TSP), p=p)


def test_binary_rubbish_is_refused(tmp_path):
    (tmp_path / "x.bin").write_bytes(b"\xff\xfe\x00\x81" * 9)
    with pytest.raises(sw.InvalidProblem, match="row 1"):
        sw.read(tmp_path / "x.bin")
    with pytest.raises(sw.InvalidProblem, match="readable"):
        sw.read(tmp_path / "nowhere")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_generator_repeats_itself(family):
    a, b, c = (generate(family, seed=s) for s in (1, 1, 2))
    assert a.data.identical(b.data)
    assert not a.data.equals(c.data)
