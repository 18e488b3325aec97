"""Brier and logarithmic scores, reliability and the decomposition."""

from __future__ import annotations

import numpy as np
import pytest
import scoringrules as sr
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss
from sklearn.metrics import log_loss as sklearn_log_loss

from tocsin.errors import InputError
from tocsin.verify import brier, brier_decomposition, log_score, reliability, wilson_interval

cells = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


def simulated(n: int = 5000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    p = rng.beta(0.3, 4, size=n)
    return p, rng.random(n) < p


def test_by_hand() -> None:
    np.testing.assert_allclose(brier([0.2, 0.2, 1], [0, 1, 1]), [0.04, 0.64, 0])
    np.testing.assert_allclose(log_score([0.2, 0.2, 1], [0, 1, 1]), [-np.log(0.8), -np.log(0.2), 0])
    assert log_score([0.0], [1])[0] == np.inf
    assert log_score([0.0], [1], floor=0.01)[0] == pytest.approx(-np.log(0.01))
    assert log_score([1.0], [0], floor=0.01)[0] == pytest.approx(-np.log(0.01))
    # A tiny probability of something that did not happen costs just that probability, not nothing.
    assert log_score([1e-20], [0])[0] == pytest.approx(1e-20, rel=1e-12, abs=0)


def test_against_others() -> None:
    p, y = simulated()
    assert brier(p, y).mean() == pytest.approx(brier_score_loss(y, p))
    np.testing.assert_allclose(brier(p, y), sr.brier_score(y.astype(float), p))
    held = np.clip(p, 1e-6, 1 - 1e-6)
    assert log_score(p, y, floor=1e-6).mean() == pytest.approx(sklearn_log_loss(y, held))


def test_scores_keep_the_shape() -> None:
    p = np.full((2, 3, 4), 0.5)
    assert brier(p, p > 1).shape == log_score(p, p > 1).shape == (2, 3, 4)


@pytest.mark.parametrize("score", [brier, log_score, reliability, brier_decomposition])
@pytest.mark.parametrize(
    ("p", "outcome", "message"),
    [
        ([0.1, 1.2], [0, 1], r"probabilities in \[0, 1\], got 0.1 to 1.2"),
        ([0.1, np.nan], [0, 1], "1 of 2 values are missing"),
        ([0.1, 0.2], [0, 2], "expected 0 or 1, got 2"),
        ([0.1, 0.2], [0], r"p \(2,\), outcome \(1,\)"),
    ],
)
def test_bad_values_are_named(score, p, outcome, message: str) -> None:
    with pytest.raises(InputError, match=message):
        score(p, outcome)


def test_floor_must_leave_room() -> None:
    with pytest.raises(InputError, match="floor"):
        log_score([0.5], [1], floor=0.5)


def test_decomposition_by_hand() -> None:
    # Classes below and above one half: (0.1, 0.3 | 0, 1) and (0.6, 0.8 | 1, 1); climate 3/4.
    parts = brier_decomposition([0.1, 0.3, 0.6, 0.8], [0, 1, 1, 1], bins=2)
    assert parts.brier == pytest.approx((0.01 + 0.49 + 0.16 + 0.04) / 4)
    assert parts.reliability == pytest.approx((0.3**2 + 0.3**2) / 2)
    assert parts.resolution == pytest.approx(0.25**2)
    assert parts.uncertainty == pytest.approx(0.75 * 0.25)
    assert parts.within_variance == pytest.approx(0.01)
    # Off the means: (-0.1, 0.1) with (-0.5, 0.5), and (-0.1, 0.1) with (0, 0): twice the mean product.
    assert parts.within_covariance == pytest.approx(2 * 0.1 / 4)


@given(cells, st.integers(1, 12), st.sampled_from(["width", "count"]))
def test_decomposition_is_exact(data: list[tuple[float, bool]], bins: int, by) -> None:
    p, y = map(np.array, zip(*data, strict=True))
    parts = brier_decomposition(p, y, bins=bins, by=by)
    total = parts.reliability - parts.resolution + parts.uncertainty + parts.within_variance - parts.within_covariance
    assert total == pytest.approx(parts.brier, abs=1e-12)
    assert parts.brier == pytest.approx(brier(p, y).mean(), abs=1e-12)
    assert parts.reliability - parts.generalised_resolution + parts.uncertainty == pytest.approx(parts.brier, abs=1e-12)
    assert min(parts.reliability, parts.resolution, parts.within_variance) >= 0


def test_generalised_resolution_depends_less_on_the_classes() -> None:
    p, y = simulated(20_000)
    few, many = brier_decomposition(p, y, bins=3), brier_decomposition(p, y, bins=50)
    assert abs(few.generalised_resolution - many.generalised_resolution) < abs(few.resolution - many.resolution) / 2


@pytest.mark.parametrize("by", ["width", "count"])
def test_reliability_against_scikit_learn(by) -> None:
    p, y = simulated()
    table = reliability(p, y, bins=8, by=by)
    strategy = {"width": "uniform", "count": "quantile"}[by]
    observed, mean_p = calibration_curve(y, p, n_bins=8, strategy=strategy)
    np.testing.assert_allclose(table.mean_p, mean_p, rtol=1e-12)
    np.testing.assert_allclose(table.observed, observed, rtol=1e-12)


def test_reliability_by_hand() -> None:
    table = reliability([0.0, 0.05, 0.1, 0.95, 1.0], [0, 0, 1, 1, 0], bins=10)
    assert table.low.tolist() == [0.0, 0.1, 0.9]
    assert table.high.tolist() == [0.1, 0.2, 1.0]
    assert table.count.tolist() == [2, 1, 2]
    assert table.positives.tolist() == [0, 1, 1]
    np.testing.assert_allclose(table.mean_p, [0.025, 0.1, 0.975])
    np.testing.assert_allclose(table.observed, [0, 1, 0.5])
    frame = table.to_polars()
    assert frame.columns == [
        "low", "high", "count", "mean_p", "positives", "observed", "observed_low", "observed_high",
    ]  # fmt: skip
    assert frame["count"].to_list() == [2, 1, 2]


@given(cells, st.integers(1, 12), st.sampled_from(["width", "count"]))
def test_every_forecast_is_in_its_class_and_ties_stay_together(data, bins: int, by) -> None:
    p, y = map(np.array, zip(*data, strict=True))
    table = reliability(p, y, bins=bins, by=by)
    assert table.count.sum() == len(p)
    assert table.positives.sum() == y.sum()
    assert np.all(table.count > 0)
    assert np.all((table.low <= table.mean_p + 1e-12) & (table.mean_p <= table.high + 1e-12))
    assert np.all((table.observed_low >= 0) & (table.observed_low <= table.observed))
    assert np.all((table.observed <= table.observed_high) & (table.observed_high <= 1))
    doubled = reliability(np.repeat(p, 2), np.repeat(y, 2), bins=table_edges(table), by=by)
    np.testing.assert_array_equal(doubled.count, 2 * table.count)


def table_edges(table) -> list[float]:
    return sorted({0.0, 1.0, *table.low.tolist(), *table.high.tolist()})


def test_classes_of_equal_count() -> None:
    p, y = simulated(10_000)
    table = reliability(p, y, bins=5, by="count")
    assert table.count.tolist() == pytest.approx([2000] * 5, abs=2)


def test_row_order_does_not_matter() -> None:
    p, y = simulated(1000)
    rows = np.random.default_rng(0).permutation(1000)
    one, other = brier_decomposition(p, y), brier_decomposition(p[rows], y[rows])
    for name, value in vars(one).items():
        assert getattr(other, name) == pytest.approx(value, rel=1e-9)


def test_bins_must_cover() -> None:
    for bins in ([0, 0.5], [0, 0.5, 0.5, 1], [0.1, 1]):
        with pytest.raises(InputError, match="increasing edges from 0 to 1"):
            reliability([0.5], [1], bins=bins)
    with pytest.raises(InputError, match="bins: expected a whole number"):
        reliability([0.5], [1], bins=0)
    with pytest.raises(InputError, match="'width' or 'count'"):
        reliability([0.5], [1], by="equal")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="at least one forecast"):
        reliability([], [])


def test_wilson_solves_its_equation() -> None:
    # The limits are where the normal test of the share, with the variance of the limit itself, just rejects.
    z = 1.6448536269514722
    low, high = wilson_interval([3, 50], [20, 60], level=0.9)
    for limit in (low, high):
        gap = np.abs(np.array([3 / 20, 50 / 60]) - limit)
        np.testing.assert_allclose(gap, z * np.sqrt(limit * (1 - limit) / np.array([20, 60])), rtol=1e-9)
    low, high = wilson_interval([0, 7], [7, 7], level=0.9)
    assert low[0] == 0
    assert high[1] == 1
    assert high[0] == pytest.approx(z**2 / (7 + z**2))
    with pytest.raises(InputError, match="positives between 0 and the count"):
        wilson_interval([8], [7])
