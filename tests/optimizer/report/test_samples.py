"""The first sample of the README is what the command prints."""

import io
import re
from pathlib import Path

from rich.console import Console

from sitewright.optimizer.cli.console import show_plan

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


def test_the_sample_of_the_readme_is_what_is_printed(europe):
    """A reader who gets another answer than the page shows trusts neither."""
    (sample,) = re.findall(r"^```text\n(site  .*?)^```", README, flags=re.DOTALL | re.MULTILINE)
    printed = io.StringIO()
    show_plan(europe.plan, europe.problem, Console(file=printed, width=80, soft_wrap=True))

    def words(text: str) -> str:
        # How much of a bound can be recomputed depends on the machine by a little.
        return " ".join(re.sub(r"^bound .*$", "", text, flags=re.MULTILINE).split())

    assert words(sample) == words(printed.getvalue())
