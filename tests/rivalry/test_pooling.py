"""Partial pooling against the normal model worked by hand and by dense algebra."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.rivalry import pooling
from tocsin.rivalry.pooling import MEAN_SD, SPREAD_SD, SPREADS, pool

ONE = np.ones((1, 1))


def test_one_link_with_a_known_spread_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    # A priori N(0, 0.1^2 + 0.1^2); seen 0.3 with the error 0.1: drawn to 0.3 * 0.02 / (0.02 + 0.01) = 0.2.
    monkeypatch.setattr(pooling, "SPREADS", np.array([0.1]))
    found = pool(np.array([0.3]), np.array([0.1]), ONE)
    assert found.mean[0] == pytest.approx(0.2)
    assert found.sd[0] == pytest.approx(np.sqrt(0.02 * 0.01 / 0.03))
    # Of which half is the kind's: N(0, 0.1^2) seen with the variance 0.1^2 + 0.1^2.
    assert found.coefficients[0] == pytest.approx(0.1)
    assert found.coefficients_sd[0] == pytest.approx(np.sqrt(0.01 * 0.02 / 0.03))
    assert found.spread == pytest.approx(0.1)


@given(st.integers(0, 2**32), st.integers(1, 8), st.integers(0, 3), st.sampled_from([0.0, 0.05, 0.3]))
@settings(max_examples=60)
def test_a_known_spread_is_the_dense_normal_model(seed: int, n: int, n_terms: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    terms = np.column_stack([np.ones((n, min(n_terms, 1))), rng.random((n, max(n_terms - 1, 0)))])
    value, error = rng.normal(0.0, 0.3, n), rng.uniform(0.02, 0.5, n)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pooling, "SPREADS", np.array([spread]))
        found = pool(value, error, terms)
    prior = MEAN_SD**2 * terms @ terms.T + spread**2 * np.eye(n)
    seen = np.linalg.inv(prior + np.diag(error**2))
    np.testing.assert_allclose(found.mean, prior @ seen @ value, atol=1e-9)
    np.testing.assert_allclose(found.sd**2, np.diag(prior - prior @ seen @ prior), atol=1e-9)
    b = MEAN_SD**2 * terms.T @ seen
    np.testing.assert_allclose(found.coefficients, b @ value, atol=1e-9)
    np.testing.assert_allclose(found.coefficients_sd**2, MEAN_SD**2 - np.diag(b @ terms) * MEAN_SD**2, atol=1e-9)


def test_spreads_are_averaged_by_their_marginal_likelihood() -> None:
    rng = np.random.default_rng(1)
    value, error, terms = rng.normal(0.05, 0.15, 12), rng.uniform(0.05, 0.2, 12), np.ones((12, 1))
    found = pool(value, error, terms)
    log_weight, means, second = [], [], []
    for spread in SPREADS:
        prior = MEAN_SD**2 * terms @ terms.T + spread**2 * np.eye(12)
        total = prior + np.diag(error**2)
        log_weight.append(
            -0.5 * (np.linalg.slogdet(total)[1] + value @ np.linalg.solve(total, value) + (spread / SPREAD_SD) ** 2)
        )
        mean = prior @ np.linalg.solve(total, value)
        means.append(mean)
        second.append(np.diag(prior - prior @ np.linalg.solve(total, prior)) + mean**2)
    weight = np.exp(np.array(log_weight) - max(log_weight))
    weight /= weight.sum()
    np.testing.assert_allclose(found.mean, weight @ np.array(means), rtol=1e-9)
    variance = weight @ np.array(second) - (weight @ np.array(means)) ** 2
    np.testing.assert_allclose(found.sd, np.sqrt(variance), rtol=1e-9)
    assert found.spread == pytest.approx(weight @ SPREADS)


def test_links_of_which_nothing_is_told_are_what_was_known_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pooling, "SPREADS", np.array([0.2]))
    found = pool(np.array([7.0, np.nan]), np.array([np.inf, np.inf]), np.ones((2, 1)))
    np.testing.assert_allclose(found.mean, 0.0)
    np.testing.assert_allclose(found.sd, np.sqrt(0.1**2 + 0.2**2))
    assert found.coefficients_sd[0] == pytest.approx(0.1)


def test_a_link_of_which_nothing_is_told_is_like_those_of_its_kind() -> None:
    value = np.array([0.2, 0.21, 0.19, 0.2, 99.0])
    error = np.array([0.01, 0.01, 0.01, 0.01, np.inf])
    found = pool(value, error, np.ones((5, 1)))
    assert found.mean[4] == pytest.approx(found.coefficients[0])
    assert found.sd[4] > found.sd[:4].max()
    alone = pool(value[:4], error[:4], np.ones((4, 1)))
    np.testing.assert_allclose(found.mean[:4], alone.mean, rtol=1e-12)
    np.testing.assert_allclose(found.coefficients, alone.coefficients, rtol=1e-12)


def test_units_are_units() -> None:
    rng = np.random.default_rng(2)
    value, error, terms = rng.normal(0.0, 0.2, 6), rng.uniform(0.05, 0.2, 6), np.ones((6, 1))
    one, ten = pool(value, error, terms), pool(10 * value, 10 * error, terms, unit=10.0)
    for name in ("mean", "sd", "coefficients", "coefficients_sd", "spread"):
        np.testing.assert_allclose(10 * getattr(one, name), getattr(ten, name), rtol=1e-12, err_msg=name)


@given(st.integers(0, 2**32))
@settings(max_examples=30)
def test_pooled_links_lie_between_themselves_and_their_kind(seed: int) -> None:
    rng = np.random.default_rng(seed)
    value, error = rng.normal(0.0, 0.3, 5), rng.uniform(0.01, 0.5, 5)
    found = pool(value, error, np.zeros((5, 1)))  # drawn to zero
    assert (np.abs(found.mean) <= np.abs(value) + 1e-12).all()
    assert (found.mean * value >= -1e-12).all()
    np.testing.assert_allclose(found.coefficients, 0.0, atol=1e-12)
    order = rng.permutation(5)
    np.testing.assert_allclose(pool(value[order], error[order], np.zeros((5, 1))).mean, found.mean[order], rtol=1e-9)


def test_like_links_leave_little_spread_and_unlike_ones_much() -> None:
    error, terms = np.full(20, 0.02), np.ones((20, 1))
    like, unlike = pool(np.full(20, 0.1), error, terms), pool(np.tile([0.4, -0.2], 10), error, terms)
    assert like.spread < 0.03
    assert unlike.spread > 0.2
