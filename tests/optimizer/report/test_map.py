"""The map shows places where they are: projections, clipping, outlines."""

from itertools import pairwise

import numpy as np
import pytest

import sitewright as sw
from sitewright.optimizer.report.map.clip import clip_line, clip_ring
from sitewright.optimizer.report.map.paths import cut_rings
from sitewright.optimizer.report.map.projection import Region, World, projection_for
from sitewright.optimizer.report.map.scene import has_map, scene
from sitewright.optimizer.report.outlines import outlines


def on_land(lon, lat):
    """Whether a point lies within an odd number of rings (a ray to the east crosses them so often)."""
    crossings = 0
    for ring in outlines().land:
        for turn in (-360.0, 0.0, 360.0):
            x, y = ring[:, 0] + turn, ring[:, 1]
            spans = (y[:-1] > lat) != (y[1:] > lat)
            with np.errstate(divide="ignore", invalid="ignore"):
                at = x[:-1] + (lat - y[:-1]) / (y[1:] - y[:-1]) * (x[1:] - x[:-1])
            crossings += int((spans & (at > lon)).sum())
    return crossings % 2 == 1


@pytest.mark.parametrize(
    ("place", "lon", "lat", "land"),
    [
        ("Paris", 2.35, 48.85, True),
        ("Singapore", 103.8, 1.37, True),
        ("Chukotka, beyond the 180th meridian", -175.0, 66.5, True),
        ("the north of Canada", -100.0, 65.5, True),
        ("the middle of the Atlantic", -35.0, 30.0, False),
        ("the Black Sea", 34.0, 43.2, False),
        ("the Arctic Ocean", -150.0, 75.0, False),
    ],
)
def test_land_is_where_it_is(place, lon, lat, land):
    """A ring that jumps over the 180th meridian would flood a continent."""
    assert on_land(lon, lat) is land


@pytest.mark.parametrize("flat", [Region(10.0, 50.0), World(10.0), World(150.0)])
def test_areas_are_true(flat):
    """A projection that is not of equal area makes the north look important."""
    areas = []
    for lat in (-20.0, 30.0, 48.0, 62.0):
        step = 0.01
        corners = [(9.0, lat), (9.0 + step, lat), (9.0 + step, lat + step), (9.0, lat + step)]
        x, y = flat.points(np.array([c[0] for c in corners]), np.array([c[1] for c in corners])).T
        on_map = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
        on_earth = np.radians(step) * (np.sin(np.radians(lat + step)) - np.sin(np.radians(lat)))
        areas.append(on_map / on_earth)
    assert np.ptp(areas) < 1e-5 * np.mean(areas)


def test_north_is_up_and_the_centre_is_in_the_middle():
    for flat in (Region(10.0, 50.0), World(10.0)):
        (x, y), (east_x, _), (_, north_y) = flat.points(np.array([10.0, 11.0, 10.0]), np.array([50.0, 50.0, 51.0]))
        assert east_x > x and north_y < y and abs(x) < 1e-12


def test_a_region_is_chosen_for_what_lies_close_together():
    europe = projection_for(np.array([-20.0, 30.0]), np.array([38.0, 64.0]))
    assert isinstance(europe, Region) and (europe.lon, europe.lat) == (5.0, 51.0)
    pacific = projection_for(np.array([170.0, -160.0]), np.array([-20.0, 10.0]))
    assert isinstance(pacific, Region) and pacific.lon == 185.0
    assert projection_for(np.array([-122.0, 10.0, 121.0]), np.array([37.0, 50.0, 31.0])) == World(10.0)


def test_a_ring_is_cut_to_what_lies_inside():
    """Against counting: the share of random points in the ring and in the box is the area of what is left."""
    rng = np.random.default_rng(3)
    angle = np.linspace(0, 2 * np.pi, 40)
    radius = 1 + 0.6 * np.sin(5 * angle)
    ring = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    (cut,) = cut_rings([ring], (-0.5, -0.4, 1.2, 0.9))
    assert (cut[0] == cut[-1]).all()
    assert cut.min() >= -0.5 - 1e-12 and cut[:, 0].max() <= 1.2 + 1e-12 and cut[:, 1].max() <= 0.9 + 1e-12
    points = rng.uniform([-0.5, -0.4], [1.2, 0.9], (40_000, 2))
    inside = np.zeros(len(points), dtype=bool)
    for (ax, ay), (bx, by) in pairwise(ring):
        with np.errstate(divide="ignore", invalid="ignore"):
            at = ax + (points[:, 1] - ay) / (by - ay) * (bx - ax)
        inside ^= ((ay > points[:, 1]) != (by > points[:, 1])) & (at > points[:, 0])
    x, y = cut.T
    area = abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2
    assert area == pytest.approx(inside.mean() * 1.7 * 1.3, rel=0.02)
    assert len(clip_ring(ring, lambda p: p[:, 0] - 9.0)) == 0


def test_a_line_is_cut_into_the_parts_that_lie_inside():
    line = np.array([[-2.0, 0.0], [0.0, 0.0], [4.0, 0.0], [4.0, 1.0], [0.0, 1.0]])
    parts = [part.tolist() for part in clip_line(line, lambda p: 2.0 - p[:, 0])]
    assert parts == [[[-2.0, 0.0], [0.0, 0.0], [2.0, 0.0]], [[2.0, 1.0], [0.0, 1.0]]]


def test_every_customer_and_place_is_on_the_map(europe):
    """A customer that is left out is a customer that nobody asks about."""
    made = scene(europe.plan, europe.problem)
    shown = [i for dots in made.dots for i in dots.members]
    assert sorted(shown) == list(range(europe.problem.n_customers))
    options = [j for group in made.places for members in group.members for j in members]
    open_metros = set(europe.problem.text("metro")[europe.plan.decision.open])
    elsewhere = [j for j, metro in enumerate(europe.problem.text("metro")) if metro not in open_metros]
    assert sorted(options) == elsewhere
    left, top, width, height = made.view
    for points in (made.customers, made.sites):
        assert (points >= [left, top]).all() and (points <= [left + width, top + height]).all()


def test_a_dots_area_is_in_proportion_to_the_demand(europe):
    made = scene(europe.plan, europe.problem)
    demand = europe.plan.demand
    for dots in made.dots:
        if dots.size > 3.0:
            assert np.abs(dots.size - made.scale * np.sqrt(demand[list(dots.members)])).max() <= 0.25


def test_a_problem_without_places_has_no_map():
    assert not has_map(sw.Problem.from_arrays(service_cost=[[1.0]], fixed_cost=[1.0]))
