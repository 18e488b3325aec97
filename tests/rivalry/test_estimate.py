"""The joint estimate of groups and driver: against dense linear algebra, differences, simulated truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import linalg, optimize

from tocsin.rivalry.estimate import (
    LEAST_SIZE,
    MOST_SIZE,
    Point,
    fit_driver,
    fit_sizes,
    free_step,
    joint,
    log_posterior,
    maximise,
    most_likely_size,
    start_point,
)
from tocsin.rivalry.likelihood import Target, means
from tocsin.rivalry.planted import Situation, log_driver, plant
from tocsin.rivalry.terms import filtered, make_terms
from tocsin.rivalry.walk import Walk

Floats = NDArray[np.float64]
BLOCKS = 26


def groups(seed: int, n: int = 3, n_logs: int = 2) -> tuple[list[Target], Point]:
    """Some groups over half a year, whose spans differ, and a point away from every bound."""
    rng = np.random.default_rng(seed)
    targets, linear, logs = [], [], []
    for g in range(n):
        blocks = np.arange(20 * g, 7 * BLOCKS - 5 * g) // 7
        rows = np.hstack([np.ones((len(blocks), 1)), rng.exponential(1.0, (len(blocks), 2 + g))])
        counts = rng.poisson(0.8, len(blocks)).astype(float)
        targets.append(Target(counts, rows, rng.normal(size=(len(blocks), n_logs)), blocks))
        linear.append(rng.uniform(0.1, 0.4, rows.shape[1]))
        logs.append(rng.normal(0.0, 0.2, n_logs))
    driver = rng.normal(0.0, 0.3, BLOCKS)
    loadings = rng.normal(0.0, 0.1, n)
    point = Point(
        tuple(linear),
        tuple(logs),
        1.0 + loadings - loadings.mean(),
        driver - driver.mean(),
        np.array([0.8, 3.0, 50.0])[:n],
    )
    return targets, point


def moved(point: Point, targets: Sequence[Target], terms: Floats, driver: Floats) -> Point:
    """The point, all of its terms and its driver moved."""
    linear, logs, loadings, at = [], [], [], 0
    for g, target in enumerate(targets):
        own = terms[at : at + target.n_terms]
        at += target.n_terms
        linear.append(point.linear[g] + own[: target.n_linear])
        logs.append(point.logs[g] + own[target.n_linear : -1])
        loadings.append(own[-1])
    return replace(
        point,
        linear=tuple(linear),
        logs=tuple(logs),
        loadings=point.loadings + np.array(loadings),
        driver=point.driver + driver,
    )


def test_slopes_are_those_of_the_posterior() -> None:
    targets, point = groups(1)
    walk = Walk.of(BLOCKS, 0.2)
    at = joint(targets, point, walk)
    n, step = len(at.by_term), 1e-5
    for i in range(n + BLOCKS):
        unit = step * (np.arange(n + BLOCKS) == i)
        up, down = (log_posterior(targets, moved(point, targets, side[:n], side[n:]), walk) for side in (unit, -unit))
        expected = at.by_term[i] if i < n else at.by_driver[i - n]
        assert (up - down) / (2 * step) == pytest.approx(expected, rel=1e-4, abs=1e-3), i


@pytest.mark.parametrize("step_sd", [0.02, 0.3])
def test_eliminating_the_driver_is_the_dense_system_solved(step_sd: float) -> None:
    targets, point = groups(2)
    walk = Walk.of(BLOCKS, step_sd)
    at = joint(targets, point, walk)
    n = len(at.by_term)
    # The driver in coordinates of the walks that sum to zero, everything in one matrix.
    basis = linalg.null_space(np.ones((1, BLOCKS)))
    of_driver = np.diag(
        sum(
            np.bincount(
                target.blocks,
                point.loadings[g] ** 2 * mean / (1 + mean / point.sizes[g]),
                minlength=BLOCKS,
            )
            for g, target in enumerate(targets)
            for mean in [means(target, point.linear[g], point.logs[g], point.loadings[g], point.driver)]
        )
    )
    precision = np.column_stack([walk.times(unit) for unit in np.eye(BLOCKS)]) + of_driver
    through = at.with_driver.T @ basis
    own = at.reduced + at.with_driver.T @ at.solver.solve(at.with_driver)
    whole = np.block([[own, through], [through.T, basis.T @ precision @ basis]])
    slope = np.concatenate([at.by_term, basis.T @ at.by_driver])
    expected = np.linalg.solve(whole, slope)
    terms, driver = at.step(np.ones(n, bool))
    np.testing.assert_allclose(terms, expected[:n], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(driver, basis @ expected[n:], rtol=1e-5, atol=1e-7)
    assert driver.sum() == pytest.approx(0.0, abs=1e-8)
    # What is left of the information is the inverse of the terms' part of the inverse.
    np.testing.assert_allclose(np.linalg.inv(at.reduced), np.linalg.inv(whole)[:n, :n], rtol=1e-4, atol=1e-7)


def test_terms_that_are_held_do_not_move() -> None:
    targets, point = groups(3)
    at = joint(targets, point, Walk.of(BLOCKS, 0.2))
    free = np.ones(len(at.by_term), bool)
    free[[1, 4]] = False
    terms, _ = at.step(free)
    assert terms[[1, 4]].tolist() == [0.0, 0.0]
    assert (terms[free] != 0.0).all()


@given(st.integers(0, 2**32), st.sampled_from([0.001, 0.1, 0.6]), st.booleans())
@settings(max_examples=40)
def test_the_mode_is_never_below_where_the_search_began(seed: int, step_sd: float, with_loadings: bool) -> None:
    targets, point = groups(seed)
    walk = Walk.of(BLOCKS, step_sd)
    before = log_posterior(targets, point, walk)
    found, reached = maximise(targets, point, walk, with_loadings=with_loadings)
    assert reached >= before
    assert reached == pytest.approx(log_posterior(targets, found, walk), rel=1e-12)
    assert min(rates.min() for rates in found.linear) >= 0.0
    assert found.driver.sum() == pytest.approx(0.0, abs=1e-6)
    if with_loadings:
        assert found.loadings.mean() == pytest.approx(1.0, abs=1e-4)
    else:
        np.testing.assert_array_equal(found.loadings, point.loadings)
    _, twice = maximise(targets, found, walk, with_loadings=with_loadings)
    assert twice - reached < 0.01  # there is nothing more to gain
    assert twice >= reached


@pytest.mark.parametrize("factor", [0.01, 30.0])
def test_the_same_mode_is_found_from_far_away(factor: float) -> None:
    # A whole scoring step from there overshoots, and is cut.
    targets, point = groups(12)
    walk = Walk.of(BLOCKS, 0.1)
    far = replace(
        point, linear=tuple(factor * rates for rates in point.linear), driver=4.0 * point.driver, loadings=np.ones(3)
    )
    near = replace(point, loadings=np.ones(3))
    _, expected = maximise(targets, near, walk, with_loadings=False)
    _, reached = maximise(targets, far, walk, with_loadings=False)
    assert reached == pytest.approx(expected, abs=0.05)


def test_the_mode_is_that_of_a_search_that_knows_nothing_of_slopes() -> None:
    # One group without a driver to speak of, against scipy's bounded search.
    targets, _ = groups(4, n=1, n_logs=1)
    walk = Walk.of(BLOCKS, 1e-3)
    found, reached = maximise(targets, start_point(targets, BLOCKS), walk, with_loadings=False)
    start = start_point(targets, BLOCKS)

    def loss(x: Floats) -> float:
        tried = replace(start, linear=(x[:-1],), logs=(x[-1:],), driver=found.driver)
        return -log_posterior(targets, tried, walk)

    p = targets[0].n_linear
    theirs = optimize.minimize(
        loss, np.concatenate([start.linear[0], [0.0]]), method="L-BFGS-B", bounds=[(1e-7, None)] * p + [(None, None)],
        options={"ftol": 1e-14, "gtol": 1e-8, "maxiter": 10_000, "maxfun": 100_000},
    )  # fmt: skip
    assert reached == pytest.approx(-theirs.fun, abs=1e-3)
    np.testing.assert_allclose(np.concatenate([found.linear[0], found.logs[0]]), theirs.x, atol=5e-3)


def test_a_term_that_nothing_tells_of_has_no_error_that_is_finite() -> None:
    targets, point = groups(5)
    silent = targets[1].linear.copy()
    silent[:, 2] = 0.0
    targets[1] = replace(targets[1], linear=silent)
    _, errors = free_step(targets, point, Walk.of(BLOCKS, 0.2))
    assert np.isinf(errors[1]).tolist() == [False, False, True, False]
    assert np.isfinite(errors[0]).all()
    assert np.isfinite(errors[2]).all()


@pytest.mark.parametrize("size", [0.3, 2.0, 12.0])
def test_sizes_are_recovered(size: float) -> None:
    rng = np.random.default_rng(6)
    mean = rng.uniform(1.0, 6.0, 20_000)
    counts = rng.poisson(mean * rng.gamma(size, 1 / size, len(mean))).astype(float)
    assert most_likely_size(counts, mean) == pytest.approx(size, rel=0.1)


def test_sizes_at_their_bounds() -> None:
    rng = np.random.default_rng(7)
    mean = np.full(5000, 3.0)
    # Counts less spread than Poisson ones, and such as are nearly all in one period.
    assert most_likely_size(np.full(5000, 3.0), mean) == pytest.approx(MOST_SIZE, rel=0.1)
    rare = np.where(rng.random(5000) < 0.002, 1500.0, 0.0)
    assert most_likely_size(rare, mean) == pytest.approx(LEAST_SIZE, rel=0.1)


def test_each_group_has_its_own_size() -> None:
    rng = np.random.default_rng(8)
    targets, point = groups(8)
    made = []
    for g, target in enumerate(targets):
        parts = (target.counts, target.linear, target.logs, target.blocks)
        long = Target(*(np.concatenate([part] * 60) for part in parts))
        mean = means(long, point.linear[g], point.logs[g], point.loadings[g], point.driver)
        size = (0.5, 2.0, 6.0)[g]
        made.append(replace(long, counts=rng.poisson(mean * rng.gamma(size, 1 / size, len(mean))).astype(float)))
    np.testing.assert_allclose(fit_sizes(made, point).sizes, [0.5, 2.0, 6.0], rtol=0.25)


def test_free_steps_are_unbiased_where_the_mode_is_not_and_their_errors_are_right() -> None:
    # No link and no driver: the mode, at zero or above, is too high on average.
    free, bounded, z = [], [], []
    situation = Situation(n_groups=2, days=1400, background=0.25)
    for seed in range(80):
        series = plant(situation, np.random.default_rng([9, seed]))
        terms = make_terms(series, shock=0.0)
        answered = filtered(terms.counts, situation.half_life_days)
        targets = [terms.target(g, answered[[g, 1 - g]]) for g in range(2)]
        walk = Walk.of(terms.n_blocks, 1e-3)
        point, _ = maximise(targets, start_point(targets, terms.n_blocks), walk, with_loadings=False)
        estimates, errors = free_step(targets, point, walk)
        for g in range(2):
            free.append(estimates[g])
            bounded.append(point.linear[g][2])
            z.append(estimates[g][2] / errors[g][2])
    constant, own, link = np.array(free).T
    slack = 3.5 * np.array(free).std(axis=0) / np.sqrt(len(free))
    assert abs(link.mean()) < slack[2]
    assert abs(own.mean() - 0.30) < slack[1] + 0.02  # of order 1 / periods: a group's own past is not given
    assert abs(constant.mean() - 0.25) < slack[0] + 0.01
    assert np.mean(bounded) > link.mean() + 0.01
    assert np.std(z) == pytest.approx(1.0, abs=0.2)


@pytest.mark.parametrize(("driver_sd", "least", "most"), [(0.0, 0.0, 0.03), (1.0, 0.1, 0.6)])
def test_the_drivers_step_is_chosen_by_what_there_is(driver_sd: float, least: float, most: float) -> None:
    # Over 60 days and with log-sd 1 a week's change has the standard deviation sqrt(2 (1 - exp(-7 / 60))) = 0.47.
    series = plant(Situation(days=1400, driver_sd=driver_sd), np.random.default_rng(10))
    terms = make_terms(series, shock=0.0)
    targets = [terms.target(g, terms.own[:, g]) for g in range(6)]
    step_sd, point = fit_driver(targets, terms.n_blocks)
    assert least <= step_sd <= most
    np.testing.assert_array_equal(point.loadings, 1.0)


def test_the_drivers_path_is_recovered() -> None:
    # The planted path: the same stream that the theatre took it from.
    situation = Situation(days=1400, background=0.5, driver_sd=1.0)
    stream = np.random.default_rng(11).spawn(4)[0]
    path = log_driver(situation, stream).reshape(200, 7).mean(axis=1)
    terms = make_terms(plant(situation, np.random.default_rng(11)), shock=0.0)
    targets = [terms.target(g, terms.own[:, g]) for g in range(6)]
    _, point = fit_driver(targets, terms.n_blocks)
    assert np.corrcoef(point.driver, path)[0, 1] > 0.75
