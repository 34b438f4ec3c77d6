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
    assert document["others_cost_at_least"] >= 15.0  # nothing dearer than 2.5 times 6 was looked for
    assert all(s["in_all"] for s in document["survivors"]) and "open in every plan" in said


def test_what_if_shows_the_change(small, capsys):
    document, said = asked(capsys, "what-if", small, "--set", "fixed_cost@a=x5")
    assert document["schema"] == "sitewright-what-if/1"
    assert document["comparison"]["cost_change"]["total"] == 8.0 and document["kept_cost"] == 14.0
    assert "choosing anew is worth 0" in said


def test_what_if_says_why_there_is_no_plan_any_more(small, capsys):
    document, said = asked(capsys, "what-if", small, "--close", "a", code=3)
    assert document["comparison"] is None and document["conflict"]["rules"]
    assert "No plan keeps" in said


@pytest.mark.parametrize("change", [[], ["--set", "fixed_cost=many"], ["--set", "price@a=1"], ["--open", "nowhere"]])
def test_a_change_that_cannot_be_read_ends_with_2(small, change):
    assert run(["what-if", str(small), *change]) == 2


def test_compare_reads_two_plans(small, tmp_path, capsys):
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    for file in (one, other):
        assert run(["solve", str(small), "-q", "-o", str(file)]) == 0
    document, _ = asked(capsys, "compare", one, other, small)
    assert document["schema"] == "sitewright-comparison/1" and document["moved_mw"] == 0
    assert run(["compare", str(one), str(other), str(small)]) == 0
    assert "0 customers (0.00 MW) are served from elsewhere" in capsys.readouterr().out


def test_frontier_is_a_table_of_points(small, capsys):
    document, said = asked(capsys, "frontier", small, "--against", "sites", "--points", 2)
    assert document["schema"] == "sitewright-frontier/1"
    assert [(p["limit"], p["cost"]) for p in document["points"]] == [(2.0, 6.0)]
    assert "a, b" in said


def test_explain_says_what_each_site_does(small, capsys):
    document, said = asked(capsys, "explain", small)
    assert document["feasible"] and {r["name"] for r in document["regrets"]} == {"a", "b"}
    assert "no plan has it out" in said


def test_a_report_takes_what_was_asked_before_and_asks_what_was_not(small, tmp_path, capsys):
    """An analyst who has solved for an hour must be able to put the answers into one page without solving again."""
    plan, page = tmp_path / "plan.json", tmp_path / "plan.html"
    files = {name: tmp_path / f"{name}.json" for name in ("explanation", "frontier")}
    assert run(["solve", str(small), "-q", "-o", str(plan)]) == 0
    files["explanation"].write_text(json.dumps(asked(capsys, "explain", small)[0]))
    files["frontier"].write_text(json.dumps(asked(capsys, "frontier", small, "--against", "sites", "--points", 2)[0]))
    given = [word for name, file in files.items() for word in (f"--{name}", str(file))]
    assert run(["report", str(plan), str(small), "--compare", str(plan), *given]) == 0
    first = page.read_text(encoding="utf-8")
    for anchor in ("why", "convergence", "against", "frontier"):
        assert f'<section id="{anchor}"' in first
    assert run(["report", str(plan), str(small), "--explain"]) == 0
    assert '<section id="why"' in page.read_text(encoding="utf-8")
    capsys.readouterr()
    assert run(["report", str(plan), str(small), "--explanation", str(files["frontier"])]) == 2
    assert "sitewright-explanation/1" in capsys.readouterr().err


def test_a_file_of_a_case_leads_to_its_folder(tmp_path, capsys):
    """Who has three files gives one of them first."""
    assert run(["new", "europe-2015", str(tmp_path / "mine")]) == 0
    assert run(["check", str(tmp_path / "mine" / "customers.csv")]) == 2
    assert f"give the folder: {tmp_path / 'mine'}" in capsys.readouterr().err
