"""Numbers as people read them: three digits that count, and no rounding to a lie."""

import pytest

from sitewright.optimizer.report.numbers import count, percent, short, ticks, told


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (41231479.6, "41.2 M"),
        (999.6e6, "1 bn"),
        (170426782.4, "170 M"),
        (153780.0, "154 k"),
        (999.9, "1 k"),
        (28.3456, "28.3"),
        (0.5, "0.5"),
        (0, "0"),
        (float("inf"), "none"),
    ],
)
def test_a_number_is_short(value, said):
    assert short(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.947, "94.7 %"),
        (0.0125, "1.2 %"),
        (3.5e-7, "0.000035 %"),
        (1e-12, "0 %"),
        (float("inf"), "unknown"),
    ],
)
def test_a_share_keeps_two_digits_down_to_a_millionth(value, said):
    """A gap of 3.5e-7 that reads 0.00 % claims more than was proved."""
    assert percent(value) == said


def test_ticks_are_round_and_reach_from_zero_to_the_end():
    assert ticks(208.0) == [0, 50, 100, 150, 200]
    assert ticks(1.0) == [0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]
    assert ticks(0.0) == [0.0]
    assert ticks(30.2, 5, 17.0) == [20.0, 25.0, 30.0]


def test_ticks_have_the_digits_that_tell_them_apart():
    """Four ticks that all read 170 M say nothing."""
    assert told([170e6, 170.2e6, 170.4e6]) == ["170.0 M", "170.2 M", "170.4 M"]
    assert told([0.0, 5e6, 10e6]) == ["0", "5 M", "10 M"]
    assert told([25.0, 27.5, 30.0]) == ["25.0", "27.5", "30.0"]
    assert told([3.0]) == ["3.0"]


def test_one_is_one():
    assert (count(1, "site"), count(2, "site"), count(1, "city", "cities")) == ("1 site", "2 sites", "1 city")
