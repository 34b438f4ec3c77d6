"""Colours that a person can read and tell apart, in light and in dark."""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from sitewright.optimizer.report import page
from sitewright.optimizer.report.plot.axes import SITES

CSS = (Path(page.__file__).parent / "templates" / "style" / "palette.css").read_text(encoding="utf-8")
LIGHT, *DARK = (
    dict(re.findall(r"--([\w-]+): (#\w+);", block)) for block in re.findall(r"\{([^{}]*color-scheme[^{}]*)\}", CSS)
)

# Matrices that show linear colours as people without red or green cones see them (Machado, Oliveira, Fernandes, IEEE
# Transactions on Visualization and Computer Graphics 15, 2009, severity 1).
PROTAN = np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]])
DEUTAN = np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]])


def linear(colour: str) -> np.ndarray:
    share = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.2."""
    light, dark = sorted((float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_two_ways_into_the_dark_are_one():
    """The system's wish and the button each have a copy of the colours."""
    assert len(DARK) == 2 and DARK[0] == DARK[1] and set(DARK[0]) == set(LIGHT)


@pytest.mark.parametrize("colours", [LIGHT, DARK[0]], ids=["light", "dark"])
def test_words_can_be_read(colours):
    """4.5 is what the accessibility guidelines ask of text."""
    for ink, paper in [
        *((ink, paper) for ink in ("ink", "quiet") for paper in ("paper", "raised", "soft")),
        *((mood, f"{mood}-soft") for mood in ("good", "warn", "bad")),
        *((mood, "paper") for mood in ("accent", "good", "warn", "bad")),
    ]:
        assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)


@pytest.mark.parametrize("colours", [LIGHT, DARK[0]], ids=["light", "dark"])
def test_sites_stand_out_from_land_and_sea(colours):
    """3 is what the guidelines ask of signs."""
    for k in range(8):
        for ground in ("land", "sea"):
            assert contrast(colours[f"c{k}"], colours[ground]) >= 3.0, (k, ground)


@pytest.mark.parametrize("colours", [LIGHT, DARK[0]], ids=["light", "dark"])
@pytest.mark.parametrize("seen", [np.eye(3), PROTAN, DEUTAN], ids=["all cones", "no red", "no green"])
def test_the_first_sites_can_be_told_apart(colours, seen):
    """Two sites of one colour to one man in twelve would make the map a riddle; names are beside the signs as well."""
    shown = [np.sqrt(np.clip(seen @ linear(colours[f"c{k}"]), 0, 1)) for k in range(4)]
    assert min(np.abs(a - b).max() for a, b in combinations(shown, 2)) > 0.12


def test_figures_have_the_colours_of_the_page():
    assert [LIGHT[f"c{k}"] for k in range(8)] == list(SITES)
