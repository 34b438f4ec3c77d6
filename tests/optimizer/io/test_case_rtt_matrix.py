"""rtt.csv as a matrix: the same latency as the list of pairs, and the same care with what is wrong."""

from typing import Any

import numpy as np
import pytest

from sitewright.optimizer.io import load

MATRIX = "rtt_ms,fra-own,fra-colo,sin-own\np,10,10,160\nw,170,170,220\n"


def test_a_matrix_and_a_list_of_pairs_are_the_same_case(case: Any) -> None:
    """Columns in another order than sites.csv must not shift the latencies."""
    pairs = load(case.folder).data["latency"].values
    case.write("rtt.csv", MATRIX)
    np.testing.assert_array_equal(load(case.folder).data["latency"].values, pairs)
    case.write("rtt.csv", "rtt_ms;sin-own;fra-own;fra-colo\nw;220;170;170\np;160;10;10\n")
    np.testing.assert_array_equal(load(case.folder).data["latency"].values, pairs)


def test_an_empty_cell_keeps_the_modelled_value(case: Any) -> None:
    """Read as 0 ms, it would make the pair the best of all."""
    case.replace("case.toml", '"given"', '"great-circle"').write("rtt.csv", "rtt_ms,sin-own,fra-own\np,,12\n")
    data = load(case.folder).data
    assert data["latency_source"].values.tolist() == [["measured", "modelled", "modelled"], ["modelled"] * 3]
    assert data["latency"].values[0, 0] == 12
    assert data["latency"].values[0, 2] > 50


@pytest.mark.parametrize(
    ("old", "new", "where", "found"),
    [
        ("rtt_ms", "rtt_s", "rtt.csv, row 1, column 1", "'rtt_s'"),
        ("p,10", "p,-1", "rtt.csv, row 2, column fra-own", "-1"),
        ("p,10", "p,nan", "rtt.csv, row 2, column fra-own", "'nan'"),
        ("160", "1e9", "rtt.csv, row 2, column sin-own", "1e9"),
        ("160", "fast", "rtt.csv, row 2, column sin-own", "'fast'"),
        ("w,", "q,", "rtt.csv, row 3, column rtt_ms", "'q'"),
        ("w,", "p,", "rtt.csv, row 3, column rtt_ms", "'p', already in row 2"),
        ("w,", ",", "rtt.csv, row 3, column rtt_ms", "an empty cell"),
        ("sin-own", "sin-one", "rtt.csv, row 1, column sin-one", "'sin-one'"),
        (",220", "", "rtt.csv, row 3", "3"),
    ],
)
def test_a_bad_cell_of_the_matrix_is_named(case: Any, old: str, new: str, where: str, found: str) -> None:
    """The matrix has no column names of its own, so the message must use the ids."""
    flaws = case.write("rtt.csv", MATRIX.replace(old, new, 1)).flaws()
    assert (where, found) in {(f.where, f.found) for f in flaws}


def test_a_transposed_matrix_is_recognised(case: Any) -> None:
    """Sites as rows: one cause, one flaw, not one for every id."""
    case.write("rtt.csv", "rtt_ms,p,w\nfra-own,10,170\nfra-colo,10,170\nsin-own,160,220\n")
    flaw = case.only_flaw()
    assert flaw.fix == "transpose it"


def test_all_flaws_of_the_matrix_come_at_once(case: Any) -> None:
    """Mending one a run is a day's work."""
    flaws = case.write("rtt.csv", MATRIX.replace("160", "x").replace("w,170", "w,-3").replace("fra-colo", "a")).flaws()
    assert {f.where.split(", ", 1)[1] for f in flaws} == {
        "row 1, column a",
        "row 2, column sin-own",
        "row 3, column fra-own",
    }
