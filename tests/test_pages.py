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
    "docs/howto/loss.md",
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


def test_every_command_and_option_is_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """An option that the page does not know is found by nobody; its table is made when the pages are built."""
    monkeypatch.syspath_prepend(ROOT / "docs")
    from options import options

    common, *sections = re.split(r"^## ", page("docs/cli.md"), flags=re.MULTILINE)[1:]
    by_command = {section.split("\n", 1)[0]: section for section in sections}
    assert set(by_command) == {name_of(command) for command in COMMANDS} | {"Exit codes"}
    shared = {name for group in ("source", "effort") for one in options(group) for name in one.names}
    assert "{options} source" in common and "{options} effort" in common
    for command in COMMANDS:
        spelt, there = name_of(command), set()
        for argument in app[spelt].assemble_argument_collection():
            there |= {
                name for name in argument.names if re.match(r"--?[a-z]", name) and not name.startswith("--empty-")
            }
        shown = {name for one in options(spelt) for name in one.names}
        assert all(one.meaning for one in options(spelt)), spelt
        assert there <= shown | shared and shown <= there
        assert (f"{{options}} {spelt}\n" in by_command[spelt]) is bool(shown), spelt


def test_readme_names_every_command_and_exit_code() -> None:
    """The table of the README is what most people ever read."""
    readme = page("README.md")
    for command in COMMANDS:
        assert f"sitewright {name_of(command)}" in readme
    for code in ("0", "1", "2", "3", "4", "5", "130"):
        assert re.search(rf"^\| {code} \|", readme, flags=re.MULTILINE)


PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", *(f"docs/{f.relative_to(ROOT / 'docs')}" for f in DOCS)]


def anchors(file: Path) -> set[str]:
    """What a heading is called in an address, as code hosts and Sphinx make it, and targets such as ``(name)=``."""
    text = re.sub(r"^```.*?^```", "", file.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    heads = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    named = {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}
    return named | set(re.findall(r"^\(([\w-]+)\)=$", text, flags=re.MULTILINE))


@pytest.mark.parametrize("name", PAGES)
def test_links_of_a_page_lead_somewhere(name: str) -> None:
    """Sphinx checks its own pages; those that a code host shows are checked by nobody else. No network is asked."""
    text = page(name)
    linked = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"(?:src|href)=\"([^\"]+)\"", text)
    for target in linked:
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / name).parent / path if path else ROOT / name
        assert file.exists(), f"{name} leads to {target}"
        assert not anchor or anchor in anchors(file), f"{name} leads to {target}, and there is no such heading"
    for said in re.findall(r"\{doc\}`(?:[^`<]*<)?([^`>]+)>?`", text):
        base = ROOT / "docs" if said.startswith("/") else (ROOT / name).parent
        assert base.joinpath(f"{said.lstrip('/')}.md").is_file(), f"{name} leads to {said}"
