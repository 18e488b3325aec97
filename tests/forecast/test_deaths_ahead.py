"""Expected deaths and their interval, by hand: draws weighted so that they agree with the probability."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.forecast.deaths_ahead import deaths_ahead


def ahead(draws: list[float], p: float) -> list[float]:
    """Expected, low and high of one group."""
    got = deaths_ahead(np.array([draws], float), np.array([p]))
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


def test_draws_all_of_one_sort_count_the_same() -> None:
    # No draw says what 25 deaths would look like: the probability cannot change the plain mean.
    assert ahead([0, 4, 8, 12], 0.9) == pytest.approx([6, 0, 12])
    assert ahead([25, 35], 0.01) == pytest.approx([30, 25, 35])


def test_each_group_goes_by_its_own_draws_and_probability() -> None:
    got = deaths_ahead(np.array([[0.0, 50.0], [0.0, 50.0], [2.0, 4.0]]), np.array([0.1, 0.8, 0.5]))
    np.testing.assert_allclose(got.expected, [5, 40, 3])


@given(
    st.lists(st.integers(0, 400), min_size=2, max_size=40),
    st.floats(0.01, 0.99),
    st.randoms(use_true_random=False),
)
def test_order_of_draws_does_not_matter_and_the_share_with_25_is_the_probability(draws, p, random) -> None:  # type: ignore[no-untyped-def]
    values = np.array(draws, float)
    mixed = draws[:]
    random.shuffle(mixed)
    one, other = ahead(draws, p), ahead(mixed, p)
    assert one == pytest.approx(other)
    assert min(draws) <= one[1] <= one[2] <= max(draws)
    above, below = values[values >= 25], values[values < 25]
    if len(above) and len(below):
        assert one[0] == pytest.approx(p * above.mean() + (1 - p) * below.mean())
        # An interval and a probability that contradict each other would be seen here.
        if p < 0.1:
            assert one[2] < 25
        if p > 0.9:
            assert one[1] >= 25
