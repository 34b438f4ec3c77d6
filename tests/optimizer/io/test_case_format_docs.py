"""docs/case-format.md is what a person writes a case from, so it is held to the code."""

from pathlib import Path
from typing import TYPE_CHECKING

from sitewright.optimizer.io.case_columns import CUSTOMERS, PARTNERS, RTT, SITES, SIZES
from sitewright.optimizer.io.case_toml import read_case_toml
from sitewright.optimizer.rules import RULES

if TYPE_CHECKING:
    from sitewright.optimizer.errors import Flaw

PAGE = (Path(__file__).parents[3] / "docs" / "case-format.md").read_text(encoding="utf-8")


def test_every_column_and_rule_is_on_the_page() -> None:
    """A column that nobody can read of might as well not exist."""
    for column in (*CUSTOMERS, *SITES, *SIZES, *PARTNERS, *RTT):
        assert f"`{column.name}`" in PAGE, column.name
    for rule in RULES:
        assert f"| `{rule.name}` |" in PAGE, rule.name


def test_the_example_of_the_page_is_read_without_a_flaw(tmp_path: Path) -> None:
    """People copy the example first."""
    example = PAGE.split("```toml\n")[1].split("```")[0]
    (tmp_path / "case.toml").write_text(example, encoding="utf-8")
    flaws: list[Flaw] = []
    case = read_case_toml(tmp_path / "case.toml", flaws)
    assert not flaws
    assert case is not None
    assert case.title == "Where to open in the north"
    assert [rule.name for _, rule in case.rules] == ["site_count"]
