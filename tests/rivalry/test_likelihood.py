"""Likelihood of one group's counts: scipy's, its slopes by differences, its information by expectation, its twin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tocsin.rivalry.likelihood import MOST_LOG, Slopes, Target, means, slopes, slopes_numpy, value

Floats = NDArray[np.float64]
Problem = tuple[Target, dict[str, Any]]
# One and two log terms, no driver in some blocks; loading 0 and below are points like any other.
CASES = [(1, 0, 1.0), (3, 2, 0.7), (5, 1, 0.0), (2, 3, -1.2)]


def problem(
    seed: int, n_linear: int = 3, n_logs: int = 2, loading: float = 0.7, size: float = 1.5, periods: int = 90
) -> Problem:
    """A group with a past, log terms and a driver, and a point at which no rate is near zero."""
    rng = np.random.default_rng(seed)
    linear = np.hstack([np.ones((periods, 1)), rng.exponential(1.0, (periods, n_linear - 1))])
    logs = rng.normal(size=(periods, n_logs))
    blocks = np.arange(periods) // 7 + 2  # the span begins two weeks after the theatre's first
    counts = rng.poisson(1.5, periods).astype(float)
    point = {
        "linear": rng.uniform(0.1, 0.9, n_linear),
        "logs": rng.normal(0.0, 0.3, n_logs),
        "loading": loading,
        "driver": rng.normal(0.0, 0.5, int(blocks[-1]) + 3),
        "size": size,
    }
    return Target(counts, linear, logs, blocks), point


def put(target: Target, point: dict[str, Any], terms: Floats) -> dict[str, Any]:
    """The point with its terms as one vector: linear, log terms, loading."""
    p = target.n_linear
    return {**point, "linear": terms[:p], "logs": terms[p:-1], "loading": float(terms[-1])}


def vector(point: dict[str, Any]) -> Floats:
    return np.concatenate([point["linear"], point["logs"], [point["loading"]]])


def differences(function: Callable[[Floats], Any], at: Floats, step: float = 1e-5) -> Floats:
    """Central differences, one row for each element of `at`."""
    rows = []
    for i in range(len(at)):
        moved = np.zeros(len(at))
        moved[i] = step
        rows.append((function(at + moved) - function(at - moved)) / (2.0 * step))
    return np.array(rows)


@given(st.integers(0, 2**32), st.sampled_from(CASES), st.sampled_from([0.05, 0.8, 30.0, 1e4]))
def test_the_kernel_and_its_numpy_twin_agree(seed: int, case: tuple[int, int, float], size: float) -> None:
    target, point = problem(seed, *case, size=size)
    ours, twin = slopes(target, **point), slopes_numpy(target, **point)
    for field in fields(Slopes):
        np.testing.assert_allclose(
            getattr(ours, field.name), getattr(twin, field.name), rtol=1e-9, atol=1e-9, err_msg=field.name
        )
    assert value(target, **point) == pytest.approx(ours.value, rel=1e-12)


@given(st.integers(0, 2**32))
def test_they_also_agree_where_rate_or_log_term_leaves_its_bounds(seed: int) -> None:
    target, point = problem(seed)
    below = {**point, "linear": -point["linear"]}
    above = {**point, "logs": np.full(2, 40.0)}
    assert (target.linear @ below["linear"]).max() < 0
    assert (target.logs @ above["logs"]).max() > MOST_LOG
    for beyond in (below, above):
        ours, twin = slopes(target, **beyond), slopes_numpy(target, **beyond)
        assert np.isfinite(ours.value)
        assert ours.value == pytest.approx(twin.value, rel=1e-9)
        np.testing.assert_allclose(ours.by_term, twin.by_term, rtol=1e-9)
        assert value(target, **beyond) == pytest.approx(twin.value, rel=1e-9)


@pytest.mark.parametrize("size", [0.05, 0.8, 30.0])
def test_the_value_is_that_of_scipys_negative_binomial(size: float) -> None:
    target, point = problem(3, size=size)
    mean = means(target, *(point[name] for name in ("linear", "logs", "loading", "driver")))
    expected = stats.nbinom(size, size / (size + mean)).logpmf(target.counts).sum()
    assert value(target, **point) == pytest.approx(expected, rel=1e-10)


def test_a_large_size_is_poisson() -> None:
    target, point = problem(4, size=1e8)
    mean = means(target, *(point[name] for name in ("linear", "logs", "loading", "driver")))
    assert value(target, **point) == pytest.approx(stats.poisson(mean).logpmf(target.counts).sum(), rel=1e-6)


def test_a_mean_worked_by_hand() -> None:
    # (0.5 + 0.2 * 3) exp(0.1 * 2 + 2 * 0.25) in the second block, (0.5 + 0) exp(0 - 2) in the first.
    target = Target(
        np.zeros(2), np.array([[1.0, 0.0], [1.0, 3.0]]), np.array([[0.0], [2.0]]), np.array([0, 1], np.int64)
    )
    found = means(target, np.array([0.5, 0.2]), np.array([0.1]), 2.0, np.array([-1.0, 0.25]))
    np.testing.assert_allclose(found, [0.5 * np.exp(-2.0), 1.1 * np.exp(0.7)])
    assert (target.n_linear, target.n_terms) == (2, 4)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("size", [0.4, 50.0])
def test_slopes_are_those_of_the_value(case: tuple[int, int, float], size: float) -> None:
    target, point = problem(5, *case, size=size)
    found = slopes(target, **point)
    by_term = differences(lambda terms: value(target, **put(target, point, terms)), vector(point))
    np.testing.assert_allclose(found.by_term, by_term, rtol=1e-6, atol=1e-6)
    by_driver = differences(lambda driver: value(target, **{**point, "driver": driver}), point["driver"])
    np.testing.assert_allclose(found.by_driver, by_driver, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("size", [0.4, 50.0])
def test_the_information_is_the_curvature_that_is_expected(case: tuple[int, int, float], size: float) -> None:
    # The log-likelihood is linear in the counts, so that its expected curvature is that at counts equal to their mean.
    target, point = problem(6, *case, size=size)
    mean = means(target, *(point[name] for name in ("linear", "logs", "loading", "driver")))
    target = replace(target, counts=mean)
    found = slopes(target, **point)

    def by_term(terms: Floats) -> Floats:
        return slopes(target, **put(target, point, terms)).by_term

    def of_driver(name: str) -> Callable[[Floats], Floats]:
        return lambda driver: getattr(slopes(target, **{**point, "driver": driver}), name)

    np.testing.assert_allclose(found.information, -differences(by_term, vector(point)), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(
        found.with_driver, -differences(of_driver("by_term"), point["driver"]), rtol=1e-5, atol=1e-5
    )
    np.testing.assert_allclose(
        np.diag(found.driver_information), -differences(of_driver("by_driver"), point["driver"]), rtol=1e-5, atol=1e-5
    )


def test_slopes_of_simulated_counts_have_mean_zero_and_the_information_as_their_variance() -> None:
    target, point = problem(7, size=1.5)
    mean = means(target, *(point[name] for name in ("linear", "logs", "loading", "driver")))
    rng = np.random.default_rng(8)
    draws = 4000
    counts = rng.poisson(mean * rng.gamma(1.5, 1 / 1.5, (draws, len(mean)))).astype(float)
    found = [slopes(replace(target, counts=row), **point).by_term for row in counts]
    information = slopes(target, **point).information
    scale = np.sqrt(np.diag(information))
    # Standardised, so that one tolerance fits all: 5 standard errors of a mean, and of a covariance.
    assert np.abs(np.mean(found, axis=0) / scale).max() < 5 / np.sqrt(draws)
    np.testing.assert_allclose(
        np.cov(np.array(found).T) / np.outer(scale, scale),
        information / np.outer(scale, scale),
        atol=5 * np.sqrt(2 / draws),
    )
