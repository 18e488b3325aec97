"""Recalibration and its test: planted distortions are found, and what cannot be known is left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from tocsin.errors import InputError
from tocsin.verify import LogitCalibration, calibration_test, log_score

cells = st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.integers(0, 4)), min_size=1, max_size=40)


def distorted(n: int, *, intercept: float, slope: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Forecasts p whose events happen with the chance `expit(intercept + slope logit p)`."""
    rng = np.random.default_rng(seed)
    x = rng.normal(-2, 1.5, size=n)
    return expit(x), rng.random(n) < expit(intercept + slope * x)


def test_planted_distortion_is_found() -> None:
    p, y = distorted(100_000, intercept=-0.7, slope=0.6)
    found = LogitCalibration.fit(p, y)
    assert found.intercept == pytest.approx(-0.7, abs=0.06)
    assert found.slope == pytest.approx(0.6, abs=0.03)
    assert (found.cells, found.positives) == (100_000, y.sum())
    np.testing.assert_allclose(found.apply(p), expit(-0.7 + 0.6 * logit(p)), atol=0.015)
    assert log_score(found.apply(p), y).mean() < log_score(p, y).mean()


def test_without_a_ridge_it_is_logistic_regression() -> None:
    p, y = distorted(3000, intercept=0.3, slope=1.4)
    weight = np.random.default_rng(1).integers(0, 4, 3000)
    found = LogitCalibration.fit(p, y, weight, ridge=0)
    theirs = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(logit(p)[:, None], y, sample_weight=weight)
    assert found.intercept == pytest.approx(theirs.intercept_[0], abs=1e-5)
    assert found.slope == pytest.approx(theirs.coef_[0, 0], abs=1e-5)


def test_ridge_is_the_penalty_it_says() -> None:
    p, y = distorted(60, intercept=1, slope=2)

    def cost(at: np.ndarray) -> float:
        q = expit(at[0] + at[1] * logit(p))
        return log_score(q, y).sum() + 2.5 / 2 * (at[0] ** 2 + (at[1] - 1) ** 2)

    best = minimize(cost, [0, 1], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}).x
    found = LogitCalibration.fit(p, y, ridge=2.5)
    assert (found.intercept, found.slope) == pytest.approx(tuple(best), abs=1e-6)


@given(cells)
def test_it_always_settles_keeps_the_order_and_stays_in_range(data) -> None:
    p, y, weight = map(np.array, zip(*data, strict=True))
    found = LogitCalibration.fit(p, y, weight)
    q = found.apply(p)
    assert np.all((q >= 0) & (q <= 1))
    assert found.slope > 0
    order = np.argsort(p)
    assert np.all(np.diff(q[order]) >= -1e-15)


@given(cells)
def test_a_weight_is_a_repetition(data) -> None:
    p, y, weight = map(np.array, zip(*data, strict=True))
    weighted = LogitCalibration.fit(p, y, weight)
    repeated = LogitCalibration.fit(np.repeat(p, weight), np.repeat(y, weight))
    assert (weighted.intercept, weighted.slope) == pytest.approx((repeated.intercept, repeated.slope), abs=1e-6)


@pytest.mark.parametrize("outcome", [0, 1])
def test_outcomes_all_alike_change_nothing(outcome: int) -> None:
    p = np.array([0.01, 0.0, 1.0, 0.3])
    found = LogitCalibration.fit(p, np.full(4, outcome))
    assert (found.intercept, found.slope, found.cells, found.positives) == (0, 1, 4, 4 * outcome)
    np.testing.assert_array_equal(found.apply(p), p)  # to the bit: no detour over the logit
    # A positive of weight 0 was not seen.
    assert LogitCalibration.fit(p, [1, 0, 0, 0], [0, 1, 1, 1]) == LogitCalibration(cells=3)
    assert LogitCalibration.fit([], []) == LogitCalibration()


def test_separated_outcomes_stay_finite() -> None:
    p, y = np.array([0.1] * 50 + [0.9] * 50), np.array([0] * 50 + [1] * 50)
    found = LogitCalibration.fit(p, y)
    assert 1 < found.slope < 5
    with pytest.raises(InputError, match="did not settle"):
        LogitCalibration.fit(p, y, ridge=0)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.floats(0, 1e6)), min_size=1, max_size=30),
    st.floats(1e-3, 1e3),
)
def test_it_settles_at_any_weight_and_ridge(data, ridge: float) -> None:
    p, y, weight = map(np.array, zip(*data, strict=True))
    found = LogitCalibration.fit(p, y, weight, ridge=ridge)
    assert np.isfinite([found.intercept, found.slope]).all()


def test_it_settles_where_only_the_ridge_tells_slope_from_intercept() -> None:
    found = LogitCalibration.fit([0.0, 0.0], [0, 1], [0.725, 63063.0], ridge=0.015625)
    # One probability only: its calibrated value is about the weighted share of positives.
    assert found.apply([0.0])[0] == pytest.approx(63063 / 63063.725, abs=1e-5)


def test_forecasts_the_wrong_way_round_are_flattened_not_turned() -> None:
    p, y = distorted(5000, intercept=-2, slope=-1)
    found = LogitCalibration.fit(p, y)
    assert found.slope == 0.05
    assert found.apply(p).mean() == pytest.approx(y.mean(), rel=0.05)


def test_calibrated_forecasts_are_rarely_rejected() -> None:
    rng = np.random.default_rng(2)
    p_values = []
    for _ in range(300):
        p = expit(rng.normal(-2, 1, size=800))
        p_values.append(calibration_test(p, rng.random(800) < p).p_value)
    assert np.mean(np.array(p_values) < 0.1) == pytest.approx(0.1, abs=0.05)
    assert np.mean(np.array(p_values) < 0.5) == pytest.approx(0.5, abs=0.09)


def test_planted_errors_are_measured() -> None:
    p, y = distorted(20_000, intercept=0.5, slope=0.7)
    found = calibration_test(p, y)
    assert abs(found.intercept - 0.5) < 4 * found.intercept_error
    assert abs(found.slope - 0.7) < 4 * found.slope_error
    assert found.p_value < 1e-6
    assert found.observed == pytest.approx(y.mean())
    assert found.mean_p == pytest.approx(p.mean())
    # In the large: the shift of all logits that makes the expected number of events the observed one.
    assert expit(logit(p) + found.in_the_large).sum() == pytest.approx(y.sum(), rel=1e-8)
    assert found.in_the_large_error == pytest.approx(
        1 / np.sqrt(np.sum(expit(logit(p) + found.in_the_large) * (1 - expit(logit(p) + found.in_the_large))))
    )


def test_errors_over_origins_know_of_common_shocks() -> None:
    # All cells of a month share a shock to their log odds: independent-cell errors are far too small.
    rng = np.random.default_rng(3)
    off, said, naive = [], [], []
    origin = np.repeat(np.arange(60), 100)
    for _ in range(60):
        x = rng.normal(-1.5, 1, size=6000)
        y = rng.random(6000) < expit(x + np.repeat(rng.normal(0, 0.7, 60), 100))
        found = calibration_test(expit(x), y, origin, block=1)
        off.append(found.in_the_large)
        said.append(found.in_the_large_error)
        naive.append(calibration_test(expit(x), y).in_the_large_error)
    assert np.mean(said) == pytest.approx(np.std(off), rel=0.3)
    assert np.mean(naive) < 0.6 * np.std(off)


def test_too_few_origins_have_no_error() -> None:
    p, y = distorted(500, intercept=0, slope=1)
    found = calibration_test(p, y, np.repeat(np.arange(10), 50), block=12)
    assert np.isnan([found.p_value, found.slope_error, found.in_the_large_error]).all()
    assert found.slope == calibration_test(p, y).slope


@pytest.mark.parametrize(
    ("p", "y", "message"),
    [
        ([0.1, 0.2], [0, 0], "outcomes are all alike"),
        ([], [], "there are none"),
        ([0.2, 0.2], [0, 1], "all equal"),
        ([0.1, 0.2], [0, 1], "separate the outcomes perfectly"),
        ([0.1, 0.2], [1, 0], "the wrong way round"),
        ([[0.1, 0.2]], [[1, 0]], "expected one dimension"),
    ],
)
def test_no_answer_is_said(p, y, message: str) -> None:
    with pytest.raises(InputError, match=message):
        calibration_test(p, y)


def test_bad_values() -> None:
    with pytest.raises(InputError, match=r"probabilities in \[0, 1\]"):
        LogitCalibration().apply([1.1])
    with pytest.raises(InputError, match="weight: expected numbers of at least 0"):
        LogitCalibration.fit([0.1, 0.2], [0, 1], [1, -1])
    with pytest.raises(InputError, match=r"p \(2,\), weight \(1,\)"):
        LogitCalibration.fit([0.1, 0.2], [0, 1], [1])
    with pytest.raises(InputError, match="ridge"):
        LogitCalibration.fit([0.1, 0.2], [0, 1], ridge=-1)
