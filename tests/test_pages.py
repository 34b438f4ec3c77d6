"""What the pages say is so: their Python runs, their commands and options exist, none is missing."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sitewright.optimizer.cli import COMMANDS, app

ROOT = Path(__file__).parents[1]
DOCS = sorted(f for f in (ROOT / "docs").rglob("*.md") if "_build" not in f.parts)


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    found: list[str] = re.findall(rf"^```{language}\n(.*?)^```", page(name), flags=re.DOTALL | re.MULTILINE)
    return found


RUN = (
    "README.md",
    "docs/python.md",
    "docs/backends.md",
    "docs/howto/frontier.md",
    "docs/howto/residency.md",
    "docs/howto/rtt.md",
    "docs/howto/service.md",
)


@pytest.mark.parametrize("name", RUN)
def test_python_of_a_page_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first thing that a reader tries is to paste an example."""
    monkeypatch.chdir(tmp_path)
    session: dict[str, object] = {}
    examples = blocks(name, "python")
    assert examples
    for example in examples:
        exec(compile(example, name, "exec"), session)


def name_of(command: Callable[..., object]) -> str:
    return command.__name__.replace("_", "-")


def test_readme_opens_with_two_commands() -> None:
    """A newcomer runs the first block as it stands, and .ci/run runs its second line."""
    first, *_ = re.findall(r"^```(\w+)\n(.*?)^```", page("README.md"), flags=re.DOTALL | re.MULTILINE)
    assert first[0] == "bash"
    solve, test = first[1].splitlines()
    assert solve.endswith("sitewright solve europe-2015")
    assert test.endswith("pytest -q")


def test_every_command_and_option_is_on_the_page() -> None:
    """An option that the page does not know is found by nobody; one that is gone misleads."""
    common, *sections = re.split(r"^## ", page("docs/cli.md"), flags=re.MULTILINE)[1:]
    by_command = {section.split("\n", 1)[0]: section for section in sections}
    for command in COMMANDS:
        spelt = name_of(command)
        text = common + by_command[spelt]
        written = set(re.findall(r"`(--?[a-z][a-z-]*)`", by_command[spelt]))
        there = set()
        for argument in app[spelt].assemble_argument_collection():
            names = [n for n in argument.names if re.match(r"--?[a-z]", n)]
            there.update(names)
            for name in names:
                if not name.startswith(("--no-", "--empty-")):
                    assert f"`{name}`" in text, f"{spelt} {name} is not on the page"
        assert written <= there, f"{spelt}: {sorted(written - there)} is on the page only"
    assert set(by_command) == {name_of(command) for command in COMMANDS} | {"Exit codes"}


def test_readme_names_every_command_and_exit_code() -> None:
    """The table of the README is what most people ever read."""
    readme = page("README.md")
    for command in COMMANDS:
        assert f"sitewright {name_of(command)}" in readme
    for code in ("0", "1", "2", "3", "4", "5", "130"):
        assert re.search(rf"^\| {code} \|", readme, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", *(f"docs/{f.relative_to(ROOT / 'docs')}" for f in DOCS)]
)
def test_links_of_a_page_lead_somewhere(name: str) -> None:
    """Sphinx checks its own pages; those that a code host shows are checked by nobody else."""
    for target in re.findall(r"\]\(([^)#\s]+)", page(name)):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (ROOT / name).parent.joinpath(target).exists(), f"{name} leads to {target}"
