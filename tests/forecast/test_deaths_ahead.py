"""Expected deaths and their interval, by hand: weights that agree with the probability, quantiles, one sort only."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.forecast.deaths_ahead import deaths_ahead


def ahead(totals: list[float], p: float) -> list[float]:
    """Expected, low and high of one group."""
    got = deaths_ahead(np.array([totals], float), np.array([p]))
    return [float(part[0]) for part in (got.expected, got.low, got.high)]


def test_expected_deaths_by_hand() -> None:
    # Below 25: 0 and 10, mean 5. From 25: 25, 100, 175, mean 100. At p = 0.3: 0.7 x 5 + 0.3 x 100.
    assert ahead([0, 25, 10, 175, 100], 0.3)[0] == pytest.approx(33.5)


def test_interval_by_hand() -> None:
    # Weights at p = 0.5: 0.125 for each of 0, 1, 2, 3 and 0.25 for each of 30, 60.
    # Summed up: 0.125 (0), 0.25 (1), 0.375 (2), 0.5 (3), 0.75 (30), 1 (60): 10% is reached at 0, 90% at 60.
    assert ahead([60, 3, 2, 30, 1, 0], 0.5)[1:] == [0, 60]
    # At p = 0.08 only 8% lie at 25 or more, so that 90% is reached below.
    assert ahead([60, 3, 2, 30, 1, 0], 0.08)[1:] == [0, 3]
    # At p = 0.95 only 5% lie below, so that 10% is reached at 30.
    assert ahead([60, 3, 2, 30, 1, 0], 0.95)[1:] == [30, 60]


def test_25_deaths_are_on_the_side_of_the_crossing() -> None:
    assert ahead([24, 25], 0.9)[0] == pytest.approx(0.1 * 24 + 0.9 * 25)


draws = st.lists(st.integers(0, 200), min_size=2, max_size=60)


@given(draws, st.floats(0.001, 0.999))
def test_the_share_of_draws_with_25_deaths_is_exactly_the_probability(deaths: list[int], p: float) -> None:
    # With every crossing replaced by one value and everything below by zero, the mean gives the weight away.
    sided = [100.0 if count >= 25 else 0.0 for count in deaths]
    expected, low, high = ahead(sided, p)
    if 0 < sum(sided) < 100 * len(sided):
        assert expected == pytest.approx(100 * p)
        if abs(p - 0.9) > 1e-6:
            assert low == (0.0 if p < 0.9 else 100.0)
        if abs(p - 0.1) > 1e-6:
            assert high == (100.0 if p > 0.1 else 0.0)
    else:
        assert expected == pytest.approx(sided[0])


@given(draws, st.floats(0.001, 0.999))
def test_the_bounds_are_in_order_and_inside_the_draws(deaths: list[int], p: float) -> None:
    expected, low, high = ahead(list(map(float, deaths)), p)
    assert min(deaths) <= low <= high <= max(deaths)
    assert min(deaths) - 1e-9 <= expected <= max(deaths) + 1e-9


@given(draws, st.floats(0.01, 0.98))
def test_a_higher_probability_never_lowers_the_figures(deaths: list[int], p: float) -> None:
    less, more = ahead(list(map(float, deaths)), p), ahead(list(map(float, deaths)), p + 0.01)
    assert all(b >= a - 1e-9 for a, b in zip(less, more, strict=True))


@given(draws, st.integers(1, 60))
def test_a_probability_that_is_the_draws_own_changes_nothing(deaths: list[int], seed: int) -> None:
    array = np.array(deaths, float)
    expected, low, high = ahead(list(array), float((array >= 25).mean()))
    assert expected == pytest.approx(array.mean())
    for got, share in ((low, 0.1), (high, 0.9)):
        # The least value that so many draws do not pass.
        assert (array <= got).mean() >= share - 1e-9
        assert (array < got).mean() < share
    shuffled = np.random.default_rng(seed).permutation(array)
    assert ahead(list(shuffled), float((array >= 25).mean())) == pytest.approx([expected, low, high])


def test_where_all_draws_are_of_one_sort_they_count_alike() -> None:
    assert ahead([0, 4, 8], 0.6)[0] == pytest.approx(4)
    assert ahead([30, 50], 0.01)[0] == pytest.approx(40)


def test_each_group_has_its_own_draws() -> None:
    totals = np.array([[0, 10, 30, 50], [0, 0, 0, 0], [25, 26, 27, 28]], float)
    p = np.array([0.5, 0.2, 0.9])
    got = deaths_ahead(totals, p)
    alone = np.array([ahead(list(row), chance) for row, chance in zip(totals, p, strict=True)])
    np.testing.assert_allclose(np.stack([got.expected, got.low, got.high], axis=1), alone)


def test_no_group_gives_empty_arrays() -> None:
    got = deaths_ahead(np.zeros((0, 5)), np.zeros(0))
    assert (got.expected.shape, got.low.shape, got.high.shape) == ((0,), (0,), (0,))
