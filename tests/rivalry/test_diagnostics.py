"""Residuals and bands: right where the model is, and not where it is not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tocsin.rivalry.diagnostics import Diagnosis, diagnose, quantile_residuals

WEEKS = 500
MONTHS = 372 + np.arange(WEEKS) * 7 // 30


def counts_of(mean: np.ndarray, size: float, rng: np.random.Generator) -> np.ndarray:
    return rng.poisson(mean * rng.gamma(size, 1 / size, len(mean))).astype(float)


def case(seed: int, size: float = 1.5, weeks: int = WEEKS) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    rng = np.random.default_rng([1, seed])
    mean = np.exp(rng.normal(-0.5, 0.8, weeks))
    return counts_of(mean, size, rng), mean, rng


@pytest.mark.parametrize("size", [0.2, 1.5, 1e4])
def test_residuals_are_standard_normal_where_the_model_is_right(size: float) -> None:
    counts, mean, rng = case(1, size, 6000)
    residuals = quantile_residuals(counts, mean, size, rng)
    assert residuals.mean() == pytest.approx(0.0, abs=0.05)
    assert residuals.std() == pytest.approx(1.0, abs=0.03)
    assert stats.kstest(residuals, "norm").pvalue > 0.001
    # Nor do they depend on the mean.
    assert abs(stats.spearmanr(residuals, mean).statistic) < 0.05


def test_residuals_lie_within_the_step_of_their_count() -> None:
    # Poisson with mean 1, as good as: P(0) = 0.3679, P(0 or 1) = 0.7358.
    rng = np.random.default_rng(2)
    drawn = stats.norm.cdf(quantile_residuals(np.tile([0.0, 1.0], 500), np.ones(1000), 1e9, rng))
    assert drawn[::2].min() >= 0.0
    assert drawn[::2].max() == pytest.approx(0.3679, abs=0.01)
    assert drawn[1::2].min() == pytest.approx(0.3679, abs=0.01)
    assert drawn[1::2].max() == pytest.approx(0.7358, abs=0.01)


def test_counts_that_cannot_be_have_residuals_that_are_finite() -> None:
    rng = np.random.default_rng(3)
    far = quantile_residuals(np.array([1e6, 0.0]), np.array([1e-6, 1e6]), 1e4, rng)
    assert np.isfinite(far).all()
    assert far[0] > 6
    assert far[1] < -6


def found(counts: np.ndarray, mean: np.ndarray, size: float, seed: int = 5) -> Diagnosis:
    return diagnose(counts, mean, size, MONTHS[: len(counts)], np.random.default_rng(seed))


def test_a_wrong_size_and_a_wrong_mean_are_told() -> None:
    wide, mean, _ = case(4, size=0.3)
    assert found(wide, mean, 0.3).residual_p > 0.01
    assert found(wide, mean, 1e4).residual_p < 1e-6
    assert found(wide, mean, 1e4).residual_sd > 1.3
    assert found(wide, mean, 0.3).residual_sd == pytest.approx(1.0, abs=0.1)
    poisson, mean, _ = case(4, size=1e4)
    assert found(poisson, 2 * mean, 1e4).residual_mean < -0.2
    assert found(poisson, 2 * mean, 1e4).residual_p < 1e-6


def test_bands_cover_what_is_drawn_from_the_model() -> None:
    held = []
    for seed in range(80):
        counts, mean, _ = case(seed)
        told = found(counts, mean, 1.5, seed)
        assert told.zeros == (counts == 0).sum()
        assert told.zeros_low <= told.zeros_high
        held.append(
            (
                told.zeros_low <= told.zeros <= told.zeros_high,
                told.largest_month_low <= told.largest_month <= told.largest_month_high,
            )
        )
    zeros, largest = np.mean(held, axis=0)
    assert 0.82 <= zeros <= 1.0
    assert 0.82 <= largest <= 1.0


def test_too_many_zeros_and_too_large_a_month_are_outside() -> None:
    counts, mean, _ = case(6, size=0.2)
    told = found(counts, mean, 1e4)
    assert told.zeros > told.zeros_high
    bout, mean, _ = case(6, size=1e4)
    bout[100:104] = 12.0
    told = found(bout, mean, 1e4)
    assert told.largest_month > told.largest_month_high


def test_the_largest_month_by_hand() -> None:
    # Weeks of months 7, 7, 8, 10: 5, 3 and 6 attacks.
    told = diagnose(np.array([2.0, 3.0, 3.0, 6.0]), np.ones(4), 1e4, np.array([7, 7, 8, 10]), np.random.default_rng(1))
    assert (told.largest_month, told.zeros) == (6, 0)
    certain = diagnose(np.zeros(3), np.full(3, 1e-12), 1e4, np.array([1, 1, 2]), np.random.default_rng(1))
    assert (certain.zeros, certain.zeros_low, certain.zeros_high) == (3, 3, 3)
    assert (certain.largest_month, certain.largest_month_low, certain.largest_month_high) == (0, 0, 0)


def test_one_period_has_no_deviation() -> None:
    assert np.isnan(found(np.array([1.0]), np.array([1.0]), 1.0).residual_sd)


def test_the_same_stream_gives_the_same() -> None:
    counts, mean, _ = case(7)
    assert found(counts, mean, 1.5) == found(counts, mean, 1.5)
    assert found(counts, mean, 1.5) != found(counts, mean, 1.5, seed=6)
