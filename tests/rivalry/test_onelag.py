"""The one-lag model, against R's surveillance (archived beside), scipy, finite differences and planted truths."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tocsin.errors import InputError
from tocsin.rivalry.onelag import (
    OneLagFit,
    _at,
    _fit,
    _lagged,
    fit_one_lag,
    one_lag_log_likelihood,
    simulate_one_lag,
)
from tocsin.rivalry.onelag_kernel import derivatives, derivatives_numpy

HHH4 = Path(__file__).parent / "hhh4"


@pytest.fixture(scope="module")
def counts() -> np.ndarray:
    """30 groups x 384 months."""
    return pl.read_csv(HHH4 / "counts.csv")[:, 1:].to_numpy().T


@pytest.fixture(scope="module")
def weights() -> np.ndarray:
    return pl.read_csv(HHH4 / "weights.csv").to_numpy()


@pytest.fixture(scope="module")
def in_r() -> dict[str, Any]:
    """What R's surveillance found on the same counts: see make_hhh4.R."""
    return json.loads((HHH4 / "hhh4.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def fit(counts: np.ndarray, weights: np.ndarray) -> OneLagFit:
    return fit_one_lag(counts, weights)


# --- beside R --------------------------------------------------------------------------------------------------------


def test_the_panel_is_the_one_described(counts: np.ndarray, weights: np.ndarray) -> None:
    assert counts.shape == (30, 384)
    assert weights.shape == (30, 30)
    assert not np.diag(weights).any()
    # Rows are shared out in full, or the group has no neighbour.
    np.testing.assert_allclose(weights.sum(axis=1), weights.any(axis=1))
    totals = counts.sum(axis=1)
    assert (np.diff(totals) <= 0).all()
    assert 0 < weights.any(axis=1).sum() < 30


def test_the_likelihood_at_rs_coefficients_is_rs(counts: np.ndarray, weights: np.ndarray, in_r: dict[str, Any]) -> None:
    ours = one_lag_log_likelihood(
        counts,
        weights,
        in_r["intercepts"],
        own=np.exp(in_r["log_own"]),
        neighbours=np.exp(in_r["log_neighbours"]),
        overdispersion=in_r["overdispersion"],
    )
    assert ours == pytest.approx(in_r["log_likelihood"], abs=1e-6)


def test_the_fit_is_as_good_as_rs_and_in_the_same_place(fit: OneLagFit, in_r: dict[str, Any]) -> None:
    assert in_r["converged"]
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(in_r["log_likelihood"], abs=0.01)
    assert fit.own == pytest.approx(np.exp(in_r["log_own"]), rel=1e-5)
    assert fit.neighbours == pytest.approx(np.exp(in_r["log_neighbours"]), rel=1e-4)
    assert fit.overdispersion == pytest.approx(in_r["overdispersion"], rel=1e-5)
    # Intercepts that want to be minus infinity stop where the likelihood no longer moves: compared as means.
    np.testing.assert_allclose(np.exp(fit.intercepts), np.exp(in_r["intercepts"]), rtol=1e-4, atol=1e-6)


def test_paths_of_the_fit_are_spread_like_rs(
    fit: OneLagFit, counts: np.ndarray, weights: np.ndarray, in_r: dict[str, Any]
) -> None:
    draws, rs = 4000, in_r["simulated_paths"]
    paths = simulate_one_lag(
        fit,
        weights,
        periods=in_r["simulated_months"],
        draws=draws,
        rng=np.random.default_rng(3),
        start=counts[:, in_r["simulated_after_month"] - 1],
    )
    ours = np.log1p(paths.sum(axis=2))
    theirs, spread = np.array(in_r["mean_log_total"]), np.array(in_r["sd_log_total"])
    error = np.sqrt(ours.var(axis=0) / draws + spread**2 / rs)
    z = np.divide(ours.mean(axis=0) - theirs, error, out=np.zeros(30), where=error > 0)
    assert np.abs(z).max() < 4
    assert stats.chi2.sf((z**2).sum(), 30) > 1e-3
    np.testing.assert_allclose(ours.std(axis=0), spread, rtol=0.12, atol=0.02)


# --- the likelihood --------------------------------------------------------------------------------------------------


def small_panel(seed: int, groups: int = 4, periods: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts, weights and a parameter vector."""
    rng = np.random.default_rng(seed)
    table = rng.negative_binomial(0.8, 0.2, (groups, periods))
    return table, rng.random((groups, groups)) * (1 - np.eye(groups)), rng.normal(-0.5, 1, groups + 3)


def test_the_likelihood_of_a_few_counts_is_the_one_worked_by_hand() -> None:
    table, shared = np.array([[2, 0, 3], [1, 4, 0]]), np.array([[0.0, 0.5], [0.25, 0.0]])
    # Row 1 gives half of its events to row 2, row 2 a quarter of its own to row 1; own 0.5, neighbours 2.
    means = np.array([[1 + 1.0 + 0.5, 1 + 0 + 2.0], [2 + 0.5 + 2.0, 2 + 2.0 + 0]])
    expected = stats.nbinom(4, 4 / (4 + means)).logpmf(table[:, 1:]).sum()
    found = one_lag_log_likelihood(table, shared, np.log([1, 2]), own=0.5, neighbours=2, overdispersion=0.25)
    assert found == pytest.approx(expected, abs=1e-12)


def test_without_overdispersion_it_is_poissons() -> None:
    table, shared, theta = small_panel(1)
    mean = np.exp(theta[:4, None]) + 0.3 * table[:, :-1] + 0.2 * (shared.T @ table[:, :-1])
    expected = stats.poisson(mean).logpmf(table[:, 1:]).sum()
    found = one_lag_log_likelihood(table, shared, theta[:4], own=0.3, neighbours=0.2, overdispersion=1e-13)
    assert found == pytest.approx(expected, abs=1e-8)


@given(st.integers(0, 2**32), st.integers(1, 5), st.integers(3, 30))
@settings(max_examples=60)
def test_the_kernel_and_its_numpy_twin_agree(seed: int, groups: int, periods: int) -> None:
    table, shared, theta = small_panel(seed, groups, periods)
    if not table[:, 1:].any():
        return
    lagged = _lagged(table, shared)
    ours, theirs = _at(derivatives, theta, lagged), _at(derivatives_numpy, theta, lagged)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("log_overdispersion", [-9.0, -4.0, 0.0, 1.5])
def test_the_derivatives_are_those_of_small_differences(log_overdispersion: float) -> None:
    table, shared, theta = small_panel(7)
    theta[-1] = log_overdispersion
    lagged = _lagged(table, shared)
    _, gradient, hessian = _at(derivatives, theta, lagged)
    for place in range(theta.size):
        step = np.zeros_like(theta)
        step[place] = 1e-4
        (up, more, _), (down, less, _) = (_at(derivatives, theta + way * step, lagged) for way in (1, -1))
        assert (up - down) / 2e-4 == pytest.approx(gradient[place], rel=1e-5, abs=1e-5)
        np.testing.assert_allclose((more - less) / 2e-4, hessian[place], rtol=1e-5, atol=1e-5)


# --- the fit ---------------------------------------------------------------------------------------------------------


def ring(groups: int) -> np.ndarray:
    """Each group shares its events between the two beside it."""
    return (np.roll(np.eye(groups), 1, axis=1) + np.roll(np.eye(groups), -1, axis=1)) / 2


def planted(intercepts: np.ndarray, own: float, neighbours: float, overdispersion: float) -> OneLagFit:
    return OneLagFit(intercepts, own, neighbours, overdispersion, np.nan, True, 0)


@pytest.mark.parametrize(("own", "neighbours"), [(0.5, 0.25), (0.2, 0.6), (0.7, 0.0)])
def test_planted_parameters_are_found_again(own: float, neighbours: float) -> None:
    groups = 12
    truth = planted(np.linspace(-1, 1, groups), own, neighbours, 0.4)
    path = simulate_one_lag(
        truth, ring(groups), periods=800, draws=1, rng=np.random.default_rng(11), start=np.ones(groups)
    )[0]
    found = fit_one_lag(path, ring(groups))
    assert found.converged
    # Several standard errors of 9,600 counts.
    assert found.own == pytest.approx(own, abs=0.05)
    assert found.neighbours == pytest.approx(neighbours, abs=0.05)
    assert found.overdispersion == pytest.approx(0.4, abs=0.05)
    # Intercepts are known as well as the curvature says; a coefficient of 0 has no standard error in its logarithm.
    theta = np.concatenate([found.intercepts, np.log([found.own, found.neighbours, found.overdispersion])])
    with_error = np.array([*range(groups + 1), *([groups + 1] if neighbours else []), groups + 2])
    hessian = _at(derivatives, theta, _lagged(path, ring(groups)))[2]
    errors = np.sqrt(np.diag(np.linalg.inv(-hessian[np.ix_(with_error, with_error)])))[:groups]
    z = (found.intercepts - truth.intercepts) / errors
    assert (z**2).sum() < stats.chi2(groups).ppf(0.999)
    # The truth is never more likely than the estimate, and not much less: half a chi-squared of 15 degrees.
    at_truth = one_lag_log_likelihood(
        path, ring(groups), truth.intercepts, own=own, neighbours=neighbours, overdispersion=0.4
    )
    assert 0 <= found.log_likelihood - at_truth < stats.chi2(15).ppf(0.9999) / 2


def test_the_fit_refitted_on_its_own_paths_comes_back(fit: OneLagFit, weights: np.ndarray) -> None:
    # The real panel's own coefficient lies above 1: its paths explode in the mean, so it is tamed before.
    tame = replace(fit, own=0.6, intercepts=np.maximum(fit.intercepts, -2.0), neighbours=0.15)
    paths = simulate_one_lag(
        tame, weights, periods=384, draws=6, rng=np.random.default_rng(2), start=np.exp(tame.intercepts)
    )
    again = [fit_one_lag(path, weights) for path in paths]
    assert all(each.converged for each in again)
    for name in ("own", "neighbours", "overdispersion"):
        values = np.array([getattr(each, name) for each in again])
        assert abs(values.mean() - getattr(tame, name)) < 5 * values.std(ddof=1) / np.sqrt(6)


def test_no_point_nearby_is_more_likely(fit: OneLagFit, counts: np.ndarray, weights: np.ndarray) -> None:
    lagged, rng = _lagged(counts, weights), np.random.default_rng(4)
    top = np.concatenate([fit.intercepts, np.log([fit.own, fit.neighbours, fit.overdispersion])])
    values = [_at(derivatives, top + rng.normal(0, 0.02, top.size), lagged)[0] for _ in range(40)]
    assert max(values) < fit.log_likelihood


def test_the_numpy_twin_finds_the_same_fit(counts: np.ndarray, weights: np.ndarray) -> None:
    few, shared = counts[:8], weights[:8, :8]
    lagged = _lagged(few, shared)
    twin = _fit(lagged, lambda theta: _at(derivatives_numpy, theta, lagged))
    ours = fit_one_lag(few, shared)
    assert twin.log_likelihood == pytest.approx(ours.log_likelihood, abs=1e-6)
    assert twin.own == pytest.approx(ours.own, rel=1e-6)


def test_the_order_of_groups_changes_nothing(counts: np.ndarray, weights: np.ndarray, fit: OneLagFit) -> None:
    order = np.random.default_rng(9).permutation(30)
    other = fit_one_lag(counts[order], weights[np.ix_(order, order)])
    assert other.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-5)
    np.testing.assert_allclose(np.exp(other.intercepts), np.exp(fit.intercepts)[order], rtol=1e-5, atol=1e-7)


def test_halved_weights_double_the_coefficient(counts: np.ndarray, weights: np.ndarray, fit: OneLagFit) -> None:
    other = fit_one_lag(counts, weights / 2)
    assert other.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-6)
    assert other.neighbours == pytest.approx(2 * fit.neighbours, rel=1e-4)


def test_a_group_alone_has_no_neighbours_coefficient() -> None:
    table = small_panel(3, groups=1, periods=200)[0]
    alone = fit_one_lag(table, [[0.0]])
    assert alone.converged
    assert alone.neighbours == 0.0
    assert alone.own < 0.2


def test_a_silent_group_leaves_the_others_as_they_were() -> None:
    table, shared, _ = small_panel(12, groups=3, periods=150)
    with_silent = np.vstack([table, np.zeros(150)])
    wider = np.zeros((4, 4))
    wider[:3, :3] = shared
    few, more = fit_one_lag(table, shared), fit_one_lag(with_silent, wider)
    assert more.converged
    assert more.log_likelihood == pytest.approx(few.log_likelihood, abs=1e-5)
    assert np.exp(more.intercepts[3]) < 1e-6
    np.testing.assert_allclose(more.intercepts[:3], few.intercepts, atol=1e-4)


def test_counts_less_spread_than_poissons_have_no_overdispersion() -> None:
    table = np.tile([3, 4, 3, 3, 4, 4], 20)[None]
    found = fit_one_lag(table, [[0.0]])
    assert found.converged
    assert found.overdispersion < 1e-6


@pytest.mark.parametrize(
    ("table", "shared", "message"),
    [
        (np.ones(5), [[0.0]], r"counts are \(group, time\) of three periods or more"),
        (np.ones((1, 2)), [[0.0]], "three periods or more"),
        (np.full((1, 5), 0.5), [[0.0]], "whole numbers from 0"),
        (np.full((1, 5), -1), [[0.0]], "whole numbers from 0"),
        (np.full((1, 5), np.nan), [[0.0]], "whole numbers from 0"),
        (np.ones((2, 5)), [[0.0]], r"weights of 2 groups have the shape \(2, 2\)"),
        (np.ones((1, 5)), [[-1.0]], "weights are finite numbers from 0"),
        ([[3, 0, 0, 0]], [[0.0]], "no event after the first period"),
    ],
)
def test_what_cannot_be_fitted_is_said(table: Any, shared: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        fit_one_lag(table, shared)


def test_impossible_parameters_and_paths_are_said() -> None:
    table, shared, theta = small_panel(2)
    with pytest.raises(InputError, match="one finite intercept"):
        one_lag_log_likelihood(table, shared, theta, own=0.1, neighbours=0.1, overdispersion=1)
    with pytest.raises(InputError, match="overdispersion is above 0"):
        one_lag_log_likelihood(table, shared, theta[:4], own=0.1, neighbours=0.1, overdispersion=0)
    model, rng = planted(np.zeros(2), 0.1, 0.1, 1.0), np.random.default_rng(0)
    with pytest.raises(InputError, match="at least one period"):
        simulate_one_lag(model, ring(2), periods=0, draws=1, rng=rng, start=[0, 0])
    with pytest.raises(InputError, match="weights of 2 groups"):
        simulate_one_lag(model, [[0.0]], periods=2, draws=1, rng=rng, start=[0, 0])
