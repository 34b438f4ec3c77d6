"""Copies of cases: whole or not at all, and never over something that is there."""

from pathlib import Path
from typing import Any

import pytest

from sitewright.optimizer.errors import InvalidProblem
from sitewright.optimizer.io import copy_case, load


def test_a_copy_is_the_same_problem_and_leaves_no_scratch(case: Any, tmp_path: Path) -> None:
    """A copy that lacks a file would load another problem, or none."""
    copy_case(case.folder, tmp_path / "mine")
    assert load(tmp_path / "mine").data.identical(load(case.folder).data)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine", "tiny"]


def test_a_bundled_case_is_copied_by_its_name(tmp_path: Path) -> None:
    """`sitewright new` gives names, not paths."""
    copy_case("southeast-asia-2015", tmp_path / "mine")
    assert {p.name for p in (tmp_path / "mine").iterdir()} >= {"case.toml", "customers.csv", "sites.csv"}


@pytest.mark.parametrize("there", ["folder", "file", "dangling link"])
def test_nothing_is_overwritten(case: Any, tmp_path: Path, there: str) -> None:
    """An edited case is work that a second `new` must not destroy."""
    target = tmp_path / "mine"
    if there == "folder":
        target.mkdir()
    elif there == "file":
        target.write_text("my work")
    else:
        target.symlink_to(tmp_path / "nowhere")
    with pytest.raises(InvalidProblem, match="choose another name"):
        copy_case(case.folder, target)
    assert there != "file" or target.read_text() == "my work"


def test_a_failed_copy_leaves_nothing(case: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a case would load with flaws that are not its author's."""

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sitewright.optimizer.io.case_copy.shutil.copyfile", full)
    with pytest.raises(InvalidProblem, match="No space left"):
        copy_case(case.folder, tmp_path / "mine")
    assert [p.name for p in tmp_path.iterdir()] == ["tiny"]


def test_the_parent_folder_and_the_name_must_exist(case: Any, tmp_path: Path) -> None:
    """Both are mistakes in what was typed."""
    with pytest.raises(InvalidProblem, match="make the folder"):
        copy_case(case.folder, tmp_path / "no" / "mine")
    with pytest.raises(InvalidProblem, match="europe-2015"):
        copy_case("europa", tmp_path / "mine")


def test_copy_case_stays_a_function_after_its_module_was_imported() -> None:
    """A module of the same name would take the function's place in the package."""
    import sitewright.optimizer.io
    import sitewright.optimizer.io.case_copy

    assert callable(sitewright.optimizer.io.copy_case)
