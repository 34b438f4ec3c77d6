"""The commands that ask questions after the plan: exit codes, and one JSON document on stdout."""

import json

import pytest

from sitewright.optimizer.cli import run


@pytest.fixture
def small(tmp_path):
    """A file of two customers and two sites that a person can solve: open both for 6."""
    file = tmp_path / "small.csv"
    file.write_text("customer,demand,a,b\nfixed_cost,,2,2\ncapacity,,1,1\nx,1,1,9\ny,1,9,1\n")
    return file


def asked(capsys, *tokens, code=0):
    """Run a command, and return its document and what people see."""
    assert run([*map(str, tokens), "--json"]) == code
    said = capsys.readouterr()
    return json.loads(said.out), said.err


def test_explain_says_what_is_in_conflict(small, capsys):
    document, said = asked(capsys, "explain", small, "-p", 1, code=3)
    assert document["schema"] == "sitewright-explanation/1" and not document["feasible"]
    assert {rule["type"] for rule in document["conflict"]["rules"]} == {"capacity", "site_count"}
    assert "hold at most 1 MW" in said and "let 2 sites open instead of 1" in said


def test_k_best_lists_the_choices_and_what_they_share(small, capsys):
    document, said = asked(capsys, "k-best", small, 5, "--within", 1.5)
    assert document["schema"] == "sitewright-k-best/1" and document["complete"]
    assert [s["cost"] for s in document["sets"]] == [6.0]
    assert document["others_cost_at_least"] is None  # there is no other choice
    assert all(s["in_all"] for s in document["survivors"]) and "open in every plan" in said
