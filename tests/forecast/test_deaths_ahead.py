"""Expected deaths and their interval, by hand: weights that agree with the probability, quantiles, empty cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.forecast.risk import Cases
from tocsin.forecast.severity import NEIGHBOURS, deaths_ahead


def cases(deaths: list[float], *, ongoing: bool = False, pace: float = 1.0, raw: float = 0.1) -> Cases:
    n = len(deaths)
    return Cases(
        raw=np.full(n, raw), ongoing=np.full(n, ongoing), pace=np.full(n, pace), deaths_ahead=np.array(deaths, float)
    )


def ahead(held: Cases, p: float, *, ongoing: bool = False, pace: float = 1.0, raw: float = 0.1) -> list[float]:
    """Expected, low and high of one group."""
    got = deaths_ahead(held, np.array([raw]), np.array([p]), np.array([ongoing]), np.array([pace]))
    return [float(part[0]) for part in (got.expected, got.low, got.high)]


def test_expected_deaths_by_hand() -> None:
    # Below 25: 0 and 10, mean 5. From 25: 25, 100, 175, mean 100. At p = 0.3: 0.7 x 5 + 0.3 x 100.
    assert ahead(cases([0, 25, 10, 175, 100]), 0.3)[0] == pytest.approx(33.5)


def test_interval_by_hand() -> None:
    # Weights at p = 0.5: 0.125 for each of 0, 1, 2, 3 and 0.25 for each of 30, 60.
    # Summed up: 0.125 (0), 0.25 (1), 0.375 (2), 0.5 (3), 0.75 (30), 1 (60): 10% is reached at 0, 90% at 60.
    assert ahead(cases([60, 3, 2, 30, 1, 0]), 0.5)[1:] == [0, 60]
    # At p = 0.08 only 8% lie at 25 or more, so that 90% is reached below.
    assert ahead(cases([60, 3, 2, 30, 1, 0]), 0.08)[1:] == [0, 3]
    # At p = 0.95 only 5% lie below, so that 10% is reached at 30.
    assert ahead(cases([60, 3, 2, 30, 1, 0]), 0.95)[1:] == [30, 60]


def test_25_deaths_are_on_the_side_of_the_crossing() -> None:
    assert ahead(cases([24, 25]), 0.9)[0] == pytest.approx(0.1 * 24 + 0.9 * 25)


@given(st.lists(st.integers(0, 200), min_size=2, max_size=60), st.floats(0.001, 0.999))
def test_the_share_of_cases_with_25_deaths_is_exactly_the_probability(deaths: list[int], p: float) -> None:
    # With every crossing replaced by one value and everything below by zero, the mean gives the weight away.
    sided = [100.0 if count >= 25 else 0.0 for count in deaths]
    expected, low, high = ahead(cases(sided), p)
    if 0 < sum(sided) < 100 * len(sided):
        assert expected == pytest.approx(100 * p)
        if abs(p - 0.9) > 1e-6:
            assert low == (0.0 if p < 0.9 else 100.0)
        if abs(p - 0.1) > 1e-6:
            assert high == (100.0 if p > 0.1 else 0.0)
    else:
        assert expected == pytest.approx(sided[0])


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=60), st.floats(0.001, 0.999), st.booleans())
def test_the_bounds_are_in_order_and_inside_what_was_seen(deaths: list[int], p: float, ongoing: bool) -> None:
    expected, low, high = ahead(cases(list(map(float, deaths)), ongoing=ongoing), p, ongoing=ongoing)
    assert min(deaths) <= low <= high <= max(deaths)
    assert min(deaths) - 1e-9 <= expected <= max(deaths) + 1e-9


@given(st.lists(st.integers(0, 500), min_size=2, max_size=40), st.floats(0.01, 0.98))
def test_a_higher_probability_never_lowers_the_figures(deaths: list[int], p: float) -> None:
    less, more = ahead(cases(list(map(float, deaths))), p), ahead(cases(list(map(float, deaths))), p + 0.01)
    assert all(b >= a - 1e-9 for a, b in zip(less, more, strict=True))


def test_where_all_cases_are_alike_they_count_alike() -> None:
    assert ahead(cases([0, 4, 8]), 0.6)[0] == pytest.approx(4)
    assert ahead(cases([30, 50]), 0.01)[0] == pytest.approx(40)


def test_without_a_case_of_the_list_nothing_is_made_up() -> None:
    assert ahead(cases([10, 90], ongoing=True), 0.5) == [0, 0, 0]
    assert ahead(cases([]), 0.5) == [0, 0, 0]


def test_no_group_gives_empty_arrays() -> None:
    none = np.zeros(0)
    got = deaths_ahead(cases([1, 2]), none, none, np.zeros(0, bool), none)
    assert (got.expected.shape, got.low.shape, got.high.shape) == ((0,), (0,), (0,))


def test_lists_are_not_mixed() -> None:
    new, old = cases([0, 40]), cases([0, 1000], ongoing=True)
    both = Cases(*(np.concatenate([a, b]) for a, b in zip(vars(new).values(), vars(old).values(), strict=True)))
    assert ahead(both, 0.5)[0] == pytest.approx(20)
    assert ahead(both, 0.5, ongoing=True)[0] == pytest.approx(500)


def test_an_ongoing_groups_cases_are_scaled_to_its_pace_and_a_new_risks_are_not() -> None:
    # Paces of 9.9 and 0.9 deaths a month, each with 0.1 added: a factor of 10.
    held = cases([2, 40], ongoing=True, pace=0.9)
    # 20 stays below 25 and 400 does not, so that each side has one case.
    assert ahead(held, 0.25, ongoing=True, pace=9.9)[0] == pytest.approx(0.75 * 20 + 0.25 * 400)
    assert ahead(cases([2, 40], pace=0.9), 0.25, pace=9.9)[0] == pytest.approx(0.75 * 2 + 0.25 * 40)


def test_the_crossing_is_judged_after_scaling() -> None:
    # 10 and 40 become 30 and 120: both cross, so that both count alike whatever the probability.
    assert ahead(cases([10, 40], ongoing=True, pace=0.9), 0.01, ongoing=True, pace=2.9)[0] == pytest.approx(75)


def test_only_the_nearest_cases_count() -> None:
    # A thousand cases with scores from low to high, the deaths being the case's number: those around the score count.
    n = 1000
    held = Cases(np.linspace(0.01, 0.5, n), np.zeros(n, bool), np.ones(n), np.arange(n, dtype=float) + 1000)
    for position in (0, 500, n - 1):
        start = min(max(position - NEIGHBOURS // 2, 0), n - NEIGHBOURS)
        expected = 1000 + start + (NEIGHBOURS - 1) / 2
        assert ahead(held, 0.5, raw=float(held.raw[position]))[0] == pytest.approx(expected)


def test_the_order_of_the_cases_does_not_matter() -> None:
    shuffled = np.random.default_rng(3).permutation(50)
    held = Cases(np.linspace(0.1, 0.2, 50), np.zeros(50, bool), np.ones(50), np.arange(50.0))
    mixed = Cases(*(array[shuffled] for array in vars(held).values()))
    assert ahead(held, 0.4) == pytest.approx(ahead(mixed, 0.4))
