"""The pictures of the README can be made again."""

import importlib.util
from pathlib import Path

import pytest

import sitewright as sw

ROOT = Path(__file__).parents[1]


def test_the_gallery_makes_the_pictures_that_the_readme_shows(tmp_path):
    """A picture that nobody can make again shows an older program than the one that is read about."""
    pytest.importorskip("matplotlib")
    spec = importlib.util.spec_from_file_location("gallery", ROOT / "docs" / "gallery.py")
    assert spec is not None and spec.loader is not None
    gallery = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(gallery)
    events: list[sw.Progress] = []
    problem = sw.load("southeast-asia-2015")
    plan = sw.solve(problem, on_progress=events.append)
    made = gallery.make(problem, plan, events, tmp_path)
    assert len(made) >= 2
    assert all(picture.read_bytes().startswith(b"\x89PNG") and picture.stat().st_size > 5_000 for picture in made)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = {picture.name for picture in (ROOT / "docs" / "pictures").iterdir()}
    assert shown == {name for name in shown if f"docs/pictures/{name}" in readme} and len(shown) == 3
    assert sum(picture.stat().st_size for picture in (ROOT / "docs" / "pictures").iterdir()) < 700_000
