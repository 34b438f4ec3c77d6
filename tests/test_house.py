"""The rules of the house that a reader relies on: small files, one thing each, no drawer for leftovers."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("sitewright", "kernels", "optimizer", "instances", "tests", "asv_bench", "docs")
MOST_LINES = 400
DRAWERS = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py"}


def python_files() -> list[Path]:
    """Every Python file once: the links in sitewright/ show the rooms a second time and are not followed."""
    files = []
    for room in ROOMS:
        pattern = "*.py" if room == "sitewright" else "**/*.py"
        files += [f for f in (ROOT / room).glob(pattern) if ".asv" not in f.parts and "_build" not in f.parts]
    return sorted(files)


def test_the_files_are_found_at_all() -> None:
    """If the search were wrong, the other tests of this file would pass on nothing."""
    found = {str(f.relative_to(ROOT)) for f in python_files()}
    assert {"sitewright/__init__.py", "kernels/cost/cpu.py", "optimizer/problem.py", "tests/test_house.py"} <= found
    assert not any(name.startswith("sitewright/optimizer/") for name in found)


@pytest.mark.parametrize("file", python_files(), ids=lambda f: str(f.relative_to(ROOT)))
def test_a_file_holds_one_thing(file: Path) -> None:
    """Past 400 lines a file holds two things, and a reader cannot find the second by its name."""
    assert len(file.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    assert file.name not in DRAWERS, "name the file for the thing in it"


@pytest.mark.parametrize("room", ["kernels", "optimizer", "instances"])
def test_the_rooms_are_links(room: str) -> None:
    """A copy in place of the link would be a second truth: edits to one would not reach the other."""
    link = ROOT / "sitewright" / room
    assert link.is_symlink()
    assert link.resolve() == ROOT / room


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_pages_name_only_files_that_exist(page: str) -> None:
    """A page that names a file which was moved sends its reader to nothing."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for word in text.split("`")[1::2]:
        name = word.split("{")[0].rstrip("/")
        if "/" in word and name.split("/")[0] in ROOMS and not set(name) & set("<>* "):
            assert (ROOT / name).exists(), f"{page} names {word}"
