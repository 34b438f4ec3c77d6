"""What a user gets from `pip install`: a real wheel, built from a copy of the tree and opened."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import sitewright

ROOT = Path(__file__).parents[1]
ROOMS = ("kernels", "optimizer", "instances")
# In a copy, so that a stale build/ of the tree cannot slip files in, and nothing is left behind.
NEEDED = ("pyproject.toml", "README.md", "LICENSE", "sitewright", *ROOMS)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel that setuptools builds, without pip and so without any network."""
    room = tmp_path_factory.mktemp("wheel")
    (room / "tree").mkdir()
    for name in NEEDED:
        source, target = ROOT / name, room / "tree" / name
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    code = f"from setuptools import build_meta; build_meta.build_wheel({str(room)!r})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=room / "tree", capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (file,) = room.glob("*.whl")
    return zipfile.ZipFile(file)


def test_the_wheel_takes_one_name(wheel: zipfile.ZipFile) -> None:
    """`kernels` at the top level would silently overwrite another distribution's files."""
    top = {name.split("/")[0] for name in wheel.namelist()}
    assert top == {"sitewright", f"sitewright-{sitewright.__version__}.dist-info"}


@pytest.mark.parametrize("room", ROOMS)
def test_the_wheel_holds_each_room_whole(wheel: zipfile.ZipFile, room: str) -> None:
    """A data file with a new ending, or a folder without `__init__.py`, would be missing only for users."""
    here = {
        f"sitewright/{f.relative_to(ROOT).as_posix()}"
        for f in (ROOT / room).rglob("*")
        if f.is_file() and "__pycache__" not in f.parts and not f.name.startswith(".") and not f.name.endswith("~")
    }
    packed = {name for name in wheel.namelist() if name.startswith(f"sitewright/{room}/")}
    assert here
    assert packed == here


def test_the_wheel_is_typed_licensed_and_has_its_command(wheel: zipfile.ZipFile) -> None:
    """Type checkers, lawyers and shells each look for one file."""
    info = f"sitewright-{sitewright.__version__}.dist-info"
    names = set(wheel.namelist())
    assert "sitewright/py.typed" in names
    assert {f"{info}/licenses/LICENSE", f"{info}/licenses/instances/ATTRIBUTION.md"} <= names
    assert "sitewright = sitewright.optimizer.cli:main" in wheel.read(f"{info}/entry_points.txt").decode()
