"""The scripts beside the benchmarks run, at tiny sizes, and say what they did not do."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run(script: Path, *options: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, str(script), *options],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_card_script_runs_on_the_simulator_and_says_so() -> None:
    """Fails if the one line that measures a card is broken, or passes the simulator's figures off as a card's."""
    said = run(ROOT / "asv_bench/card.py", NUMBA_ENABLE_CUDASIM="1")
    assert said.startswith("NOT RUN ON A CARD")
    assert "Lagrangian pass" in said and "of a copy" in said
    assert re.search(r"solve of 8 x 6 float32, 2 open\n  cpu .* gap 0\n  cuda .* gap 0\n", said)


def test_the_bars_become_the_table_of_the_page(tmp_path: Path) -> None:
    """Fails if the page can no longer be made from results, or the table has other columns than its rows."""
    for name in ("asv_bench", "docs"):
        (tmp_path / name).mkdir()
    shutil.copy(ROOT / "asv_bench/page.py", tmp_path / "asv_bench")
    shutil.copy(ROOT / "docs/performance.md", tmp_path / "docs")
    found = tmp_path / "results.json"
    run(ROOT / "asv_bench/bars.py", "--small", "--json", str(found))
    run(tmp_path / "asv_bench/page.py", str(found))
    lines = (tmp_path / "docs/performance.md").read_text(encoding="utf-8").splitlines()
    made = lines[lines.index("<!-- made by asv_bench/page.py -->") : lines.index("<!-- end -->")]
    rows = [line for line in made if line.startswith("| ")]
    assert rows[0].startswith("| kernel | size |")
    assert len(rows) > 10 and {row.count(" | ") for row in rows[2:]} == {5}


def test_the_bar_of_explain_solves_without_each_rule_of_a_conflict() -> None:
    """Fails if the script is broken, or the conflict of a variant is no longer one that any single rule resolves."""
    said = run(ROOT / "asv_bench/explain_bars.py", "exclusion").splitlines()[-1]
    assert said.startswith("exclusion") and "residency, legal_exclusion" in said
    assert "yes" in said and said.endswith("a plan")
