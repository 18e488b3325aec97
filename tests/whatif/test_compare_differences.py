"""Paired differences and their intervals, by hand and by planted chance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.whatif.comparison.differences import (
    bands_of,
    borrowed_interval,
    differences_of,
    mean_interval,
    outcomes_of,
    variance_ratio,
)
from tocsin.whatif.comparison.points import point_means
from tocsin.whatif.comparison.reduce import Reduced, Row

ROW = [Row("attacks", None)]


def _runs(values: list[float], expected: list[float] | None = None) -> Reduced:
    at = np.array(values, dtype=float)[np.newaxis, np.newaxis]
    other = at if expected is None else np.array(expected, dtype=float)[np.newaxis, np.newaxis]
    return Reduced(at.astype(np.float32), at, other)


def test_the_interval_of_a_mean_is_from_the_means_of_points() -> None:
    # Points 2 and 6: mean 4, standard error 2, and Student's t with 1 degree of freedom at 95% is tan(0.45 pi).
    mean, low, high = mean_interval(np.array([1.0, 3.0, 5.0, 7.0]), 2)
    half = 2 * math.tan(0.45 * math.pi)
    assert (mean, low, high) == pytest.approx((4.0, 4.0 - half, 4.0 + half))


def test_runs_of_one_point_are_independent_and_one_run_tells_nothing_of_chance() -> None:
    # Of 1 and 3: mean 2, standard error 1.
    mean, low, high = mean_interval(np.array([1.0, 3.0]), 2)
    half = math.tan(0.45 * math.pi)
    assert (mean, low, high) == pytest.approx((2.0, 2.0 - half, 2.0 + half))
    assert [float(x) for x in mean_interval(np.array([5.0]), 1)] == [5.0, -math.inf, math.inf]


def test_intervals_cover_the_mean_although_runs_of_a_point_go_together() -> None:
    rng = np.random.default_rng(5)
    points = rng.normal(size=(400, 50, 1))
    runs = (points + 0.5 * rng.normal(size=(400, 50, 10))).reshape(400, 500)
    _, low, high = mean_interval(runs, 10)
    covered = ((low < 0) & (high > 0)).mean()
    assert covered == pytest.approx(0.9, abs=4 * math.sqrt(0.09 / 400))
    _, low, high = mean_interval(runs, 1)
    assert ((low < 0) & (high > 0)).mean() < 0.6


def test_what_variants_have_in_common_is_taken_from_the_one_with_more_points() -> None:
    main = np.array([1.0, 2.0, 3.0, 4.0, 100.0])
    # One more than in the first at each point: so it would be at the rare one, which only the first has seen.
    mean, low, high = borrowed_interval(main[:4] + 1, main, 1)
    plain, below, above = mean_interval(main, 1)
    assert mean == pytest.approx(plain + 1)
    # Of 4 points 2 degrees of freedom are left, of the 5 there are 4: tabled values of Student's t.
    assert (high - low) / (above - below) == pytest.approx(2.919986 / 2.131847, rel=1e-5)


def test_the_interval_of_a_borrowed_mean_by_hand() -> None:
    # Few points: x = 0, 1, 2, 3, y = 1, 0, 3, 4; slope 6 / 5, residuals 0.8, -1.4, 0.4, 0.2: variance 2.8 / 2 = 1.4.
    # All points: x = 0, 1, 2, 3, 9, mean 3, variance 12.5. The few have a mean of 1.5 and a spread of 5.
    mean, low, high = borrowed_interval(np.array([1.0, 0.0, 3.0, 4.0]), np.array([0.0, 1.0, 2.0, 3.0, 9.0]), 1)
    assert mean == pytest.approx(2.0 + 1.2 * 1.5)
    variance = 1.4 * (1 / 4 + 1.5**2 / 5) + 1.2**2 * 12.5 / 5
    assert (high - low) / 2 == pytest.approx(2.919986 * math.sqrt(variance), rel=1e-5)


def test_the_mean_of_a_borrowed_difference_is_not_that_of_the_outcomes_and_says_so() -> None:
    rng = np.random.default_rng(3)
    main = rng.normal(size=(1, 1, 80))
    few, none = _runs(list(rng.normal(size=16))), _runs([0.0] * 16)
    (found,) = differences_of("match", "act", ROW, [6], few, none, 2, main)
    assert found.regressed
    assert found.mean != pytest.approx(few.expected.mean())
    for borrowed in (None, main[..., :16]):
        (whole,) = differences_of("match", "act", ROW, [6], few, none, 2, borrowed)
        assert not whole.regressed
        assert whole.mean == pytest.approx(few.expected.mean())


def test_shares_of_points_are_cleared_of_chance_and_do_not_hang_on_the_number_of_runs() -> None:
    """Planted: at points -1 is expected on average, with a standard deviation of 2, so less at 69%; chance adds 5."""
    for points in (400, 4000):
        rng = np.random.default_rng(21)
        runs = (rng.normal(-1.0, 2.0, size=(points, 1)) + rng.normal(0, 5.0, size=(points, 10))).ravel()
        (found,) = differences_of("fitted", "act", ROW, [6], _runs(list(runs)), _runs([0.0] * len(runs)), 10)
        assert found.points_less == pytest.approx(0.6915, abs=0.07)
        assert found.points_less + found.points_more == pytest.approx(1.0)
        assert found.mean_high < 0  # the mean is beyond chance all the same


def test_shares_of_points_that_chance_hides_are_not_told() -> None:
    """Planted: -1 is expected at every point, and chance adds 8: points drawn to their mean would all agree."""
    rng = np.random.default_rng(22)
    runs = rng.normal(-1.0, 8.0, size=20_000)
    (found,) = differences_of("fitted", "act", ROW, [6], _runs(list(runs)), _runs([0.0] * 20_000), 10)
    assert found.mean_high < 0
    assert (found.points_less, found.points_more) == (None, None)
    # Without chance, points that are all the same are known to be.
    (same,) = differences_of("fitted", "act", ROW, [6], _runs([-1.0] * 20), _runs([0.0] * 20), 10)
    assert (same.points_less, same.points_more) == (1.0, 0.0)


def test_shares_of_few_points_are_those_of_all_where_the_variants_do_not_differ() -> None:
    rng = np.random.default_rng(5)
    main = np.repeat(rng.normal(-1.0, 1.0, size=300), 2)[np.newaxis, np.newaxis]
    few, none = _runs(list(main[0, 0, :60])), _runs([0.0] * 60)
    (found,) = differences_of("match", "act", ROW, [6], few, none, 2, main)
    assert found.points_less == pytest.approx((main < 0).mean())
    assert found.points_less + found.points_more == pytest.approx(1.0)


@pytest.mark.parametrize("points", [3, 40])
def test_nothing_is_borrowed_from_as_many_points_or_by_too_few(points: int) -> None:
    rng = np.random.default_rng(2)
    main, values = rng.normal(size=80), rng.normal(size=2 * points)
    assert borrowed_interval(values, main, 2) == mean_interval(values, 2)


def test_nothing_is_borrowed_from_what_does_not_vary() -> None:
    values = np.array([1.0, 2.0, 3.0, 6.0])
    mean, low, high = borrowed_interval(values, np.zeros(50), 1)
    assert (mean, (low + high) / 2) == pytest.approx((3.0, 3.0))


def test_borrowed_intervals_cover_the_mean_where_few_points_weigh_much() -> None:
    rng = np.random.default_rng(9)
    covered = {"borrowed": 0, "plain": 0}
    for _ in range(400):
        # One point in a hundred is 50 times as large: the mean is 1.49, and a sample of 60 has often none.
        main = rng.exponential(size=600) * np.where(rng.random(600) < 0.01, 50.0, 1.0)
        values = main[:60] * 0.9 + 0.3 + 0.1 * rng.normal(size=60)
        truth = 0.9 * 1.49 + 0.3
        for name, (_, low, high) in (
            ("borrowed", borrowed_interval(values, main, 1)),
            ("plain", mean_interval(values, 1)),
        ):
            covered[name] += bool(low < truth < high)
    assert covered["plain"] < 0.75 * 400
    assert covered["borrowed"] > 0.80 * 400


def test_variance_ratio_by_hand() -> None:
    # var([1, 3]) = 1, var([2, 6]) = 4, var([1, 3]) of the difference = 1.
    assert variance_ratio(np.array([2.0, 6.0]), np.array([1.0, 3.0])) == pytest.approx(1 / 5)
    assert np.isnan(variance_ratio(np.array([2.0, 2.0]), np.array([1.0, 1.0])))


def test_a_difference_is_paired_run_by_run() -> None:
    option, nothing = _runs([4, 1, 3, 3], [3, 1, 2, 2]), _runs([2, 2, 3, 5], [3, 2, 4, 3])
    (found,) = differences_of("fitted", "act", ROW, [6], option, nothing, 2)
    assert found.mean == pytest.approx(np.mean([0, -1, -2, -1]))
    assert (found.p_less, found.p_more) == (0.5, 0.25)
    # Of 2, -1, 0, -2: the middle 90% between the nearest runs.
    assert found.low == pytest.approx(-2 + 0.15)
    assert found.high == pytest.approx(0 + 0.85 * 2)
    assert found.variance_ratio == pytest.approx(np.var([2, -1, 0, -2]) / (np.var([4, 1, 3, 3]) + np.var([2, 2, 3, 5])))


def test_an_option_that_does_nothing_differs_in_nothing() -> None:
    runs = _runs([4, 1, 3, 3])
    (found,) = differences_of("fitted", "act", ROW, [6], runs, runs, 2)
    assert (found.mean, found.mean_low, found.mean_high, found.p_less, found.p_more) == (0, 0, 0, 0, 0)
    assert found.variance_ratio == 0


@given(st.lists(st.integers(0, 50), min_size=4, max_size=20).filter(lambda x: len(x) % 2 == 0))
def test_the_means_of_two_options_differ_by_the_mean_difference(values: list[int]) -> None:
    option, nothing = _runs([float(v) for v in values]), _runs([float(v) for v in reversed(values)])
    (difference,) = differences_of("fitted", "act", ROW, [6], option, nothing, 2)
    (one,), (other,) = (outcomes_of("fitted", "x", ROW, [6], runs) for runs in (option, nothing))
    assert difference.mean == pytest.approx(one.mean - other.mean)
    assert difference.p_less + difference.p_more <= 1
    assert one.low <= one.median <= one.high


def test_a_band_is_of_each_month() -> None:
    monthly = np.array([[[0, 10, 20], [1, 1, 1]]], np.float32)
    (band,) = bands_of("fitted", "act", ROW, Reduced(monthly, np.zeros((1, 1, 3)), np.zeros((1, 1, 3))))
    assert band.mean.tolist() == [10, 1]
    assert band.median.tolist() == [10, 1]
    assert band.low == pytest.approx([1, 1])
    assert band.high == pytest.approx([19, 1])


def test_point_means_keep_the_order_of_points() -> None:
    assert point_means(np.arange(6.0), 3).tolist() == [1.0, 4.0]
