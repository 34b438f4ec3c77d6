"""Make the pictures of the README: ``python docs/gallery.py`` writes them to docs/pictures.

Needs ``pip install -e '.[plot]'``, and Chromium for the picture of the report.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib

import sitewright as sw

PICTURES = Path(__file__).parent / "pictures"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def figure(file: Path, draw: Any, *args: Any, size: tuple[float, float]) -> Path:
    """Write what `draw` draws of its arguments as a picture of that size (inches)."""
    from matplotlib import pyplot

    made, ax = pyplot.subplots(figsize=size, layout="constrained")
    draw(*args, ax=ax)
    # Without the version of matplotlib in it, the same picture is the same file.
    made.savefig(file, dpi=110, metadata={"Software": None})
    pyplot.close(made)
    return file


def screenshot(file: Path, html: str) -> Path | None:
    """Write the first screen of a report as a picture; None where there is no Chromium."""
    binary = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if binary is None:
        return None
    with tempfile.TemporaryDirectory() as room:
        page = Path(room) / "report.html"
        page.write_text(html, encoding="utf-8")
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1200,1130"]
        command = [binary, *flags, f"--user-data-dir={room}/profile", f"--screenshot={file}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    return file


def make(problem: sw.Problem, plan: sw.Plan, events: Sequence[sw.Progress], folder: Path) -> list[Path]:
    """Write the pictures of a solved problem into a folder and return them."""
    matplotlib.use("agg")
    name = problem.name
    pictures = [
        figure(folder / f"{name}-map.png", sw.plot.map, plan, problem, size=(6.4, 5.4)),
        figure(folder / f"{name}-convergence.png", sw.plot.convergence, events, size=(6.4, 3.4)),
        screenshot(folder / f"{name}-report.png", sw.report_html(plan, problem)),
    ]
    return [picture for picture in pictures if picture is not None]


def main() -> None:
    events: list[sw.Progress] = []
    problem = sw.load("europe-2015")
    plan = sw.solve(problem, on_progress=events.append)
    PICTURES.mkdir(exist_ok=True)
    for picture in make(problem, plan, events, PICTURES):
        sys.stdout.write(f"{picture.name}: {picture.stat().st_size / 1000:.0f} kB\n")


if __name__ == "__main__":
    main()
