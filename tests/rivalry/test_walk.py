"""The driver's random walk, against dense linear algebra on the walks that sum to zero."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import linalg

from tocsin.rivalry.walk import Solver, Walk

Floats = NDArray[np.float64]
LEVEL = 1e-4  # the precision that is added to each block, so that the walk's level is bounded


def dense(n: int, step_sd: float) -> Floats:
    """The precision from the walk's definition: independent steps between neighbours."""
    steps = np.diff(np.eye(n), axis=0)
    return steps.T @ steps / step_sd**2 + LEVEL * np.eye(n)


def zero_sum(n: int) -> Floats:
    """Orthonormal columns that span the walks that sum to zero (block, n - 1)."""
    return linalg.null_space(np.ones((1, n)))


def constrained(precision: Floats) -> Floats:
    """The covariance of a walk with this precision, given that it sums to zero."""
    basis = zero_sum(len(precision))
    return basis @ linalg.inv(basis.T @ precision @ basis) @ basis.T


def told(n: int, seed: int) -> Floats:
    """What counts tell of each block; of some nothing."""
    rng = np.random.default_rng(seed)
    return rng.exponential(3.0, n) * (rng.random(n) < 0.7)


sizes = st.integers(2, 40)
steps = st.sampled_from([0.01, 0.06, 0.3, 1.5])
seeds = st.integers(0, 2**32)


@given(sizes, steps, seeds)
def test_the_precision_is_that_of_independent_steps(n: int, step_sd: float, seed: int) -> None:
    u = np.random.default_rng(seed).normal(size=n)
    walk = Walk.of(n, step_sd)
    np.testing.assert_allclose(walk.times(u), dense(n, step_sd) @ u, rtol=1e-9, atol=1e-9 / step_sd**2)
    # The steps' own sum of squares, as a walk has it.
    expected = np.sum(np.diff(u) ** 2) / step_sd**2 + LEVEL * np.sum(u**2)
    assert u @ walk.times(u) == pytest.approx(expected, rel=1e-9)


@given(sizes, steps, seeds)
def test_a_system_is_solved_under_the_constraint(n: int, step_sd: float, seed: int) -> None:
    information = told(n, seed)
    solver = Walk.of(n, step_sd).with_information(information)
    covariance = constrained(dense(n, step_sd) + np.diag(information))
    right = np.random.default_rng(seed).normal(size=(n, 3))
    np.testing.assert_allclose(solver.solve(right), covariance @ right, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(solver.solve(right[:, 0]), covariance @ right[:, 0], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(solver.solve(right).sum(axis=0), 0.0, atol=1e-7)


@given(sizes, steps, seeds)
def test_the_determinant_is_that_of_the_walks_that_sum_to_zero(n: int, step_sd: float, seed: int) -> None:
    information = told(n, seed)
    precision = dense(n, step_sd) + np.diag(information)
    basis = zero_sum(n)
    expected = np.linalg.slogdet(basis.T @ precision @ basis)[1]
    found = Walk.of(n, step_sd).with_information(information).log_determinant()
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_the_determinant_without_counts_falls_by_two_logs_of_the_step_for_each_step() -> None:
    # n blocks have n - 1 steps; the precision of each is 1 / step_sd^2.
    narrow, wide = (Solver.of(Walk.of(30, step_sd).bands).log_determinant() for step_sd in (0.01, 0.02))
    assert narrow - wide == pytest.approx(29 * 2 * np.log(2.0), rel=1e-4)


@given(sizes, steps, seeds)
def test_variances_are_the_diagonal_of_the_covariance(n: int, step_sd: float, seed: int) -> None:
    information = told(n, seed)
    covariance = constrained(dense(n, step_sd) + np.diag(information))
    found = Walk.of(n, step_sd).with_information(information).variances()
    np.testing.assert_allclose(found, np.diag(covariance), rtol=1e-5, atol=1e-7)


def test_variances_are_those_of_simulated_walks() -> None:
    # A walk less its mean, simulated: no linear algebra at all.
    n, step_sd = 12, 0.3
    walks = np.random.default_rng(2).normal(0.0, step_sd, (200_000, n - 1)).cumsum(axis=1)
    walks = np.hstack([np.zeros((len(walks), 1)), walks])
    walks -= walks.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(Solver.of(Walk.of(n, step_sd).bands).variances(), walks.var(axis=0), rtol=0.02)


def test_one_block_alone_is_zero() -> None:
    solver = Walk.of(1, 0.3).with_information(np.array([4.0]))
    np.testing.assert_allclose(solver.solve(np.array([2.0])), 0.0, atol=1e-12)
    np.testing.assert_allclose(solver.variances(), 0.0, atol=1e-12)
    assert solver.log_determinant() == pytest.approx(0.0, abs=1e-12)
