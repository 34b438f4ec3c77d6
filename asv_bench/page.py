"""Write the table of docs/performance.md from what bars.py found: `python asv_bench/page.py RESULTS.json`."""

import json
import sys
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
FIRST, LAST = "<!-- made by asv_bench/page.py -->\n", "<!-- end -->\n"


def table(results: dict[str, object]) -> str:
    """Return the machine and the rows in Markdown."""
    heading, rows = results["heading"], results["rows"]
    assert isinstance(heading, list) and isinstance(rows, list)
    lines = [heading, ["---"] * len(heading), *rows]
    return f"\nMachine: {results['machine']}.\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n"


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(FIRST)
    _, after = rest.split(LAST)
    results = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    PAGE.write_text(before + FIRST + table(results) + LAST + after, encoding="utf-8")


if __name__ == "__main__":
    main()
