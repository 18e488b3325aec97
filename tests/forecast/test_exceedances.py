"""Exceedances: samples drawn from them have them again, between thresholds too, and tails fall as they should."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import ndtri, zeta

from tocsin.forecast.exceedance import (
    MOST_DEATHS,
    TAIL_SHAPE,
    THRESHOLDS,
    deaths_at,
    exceedances_of,
    in_strata,
    tidy,
    uniforms,
    with_pareto_tail,
)

Floats = NDArray[np.float64]
LAST = len(THRESHOLDS) - 1
N = 20_000
GRID = (np.arange(N) + 0.5) / N  # every chance once

# Chances that fall: the first one, and what is left of it at each further threshold.
falling = st.builds(
    lambda first, shares: np.cumprod([first, *shares]),
    st.floats(0.001, 0.999),
    st.lists(st.floats(0.2, 1.0), min_size=LAST, max_size=LAST),
)
any_chances = st.lists(st.floats(0, 1), min_size=LAST + 1, max_size=LAST + 1).map(np.array)


def above(deaths: NDArray[np.float32], x: float) -> float:
    return float((deaths > x).mean())


@settings(max_examples=40)
@given(falling)
def test_draws_pass_every_threshold_as_often_as_said(exceedance: Floats) -> None:
    deaths = deaths_at(exceedance, GRID)
    assert (deaths == np.rint(deaths)).all()
    np.testing.assert_allclose(exceedances_of(deaths), exceedance, atol=1 / N)


@settings(max_examples=40)
@given(falling, st.integers(0, LAST - 1), st.floats(0, 1))
def test_between_thresholds_the_logarithm_is_linear_in_log_deaths(exceedance: Floats, k: int, part: float) -> None:
    low, high = int(THRESHOLDS[k]), int(THRESHOLDS[k + 1])
    x = low + round(part * (high - low))
    share = np.log((x + 1) / (low + 1)) / np.log((high + 1) / (low + 1))
    expected = exceedance[k] ** (1 - share) * exceedance[k + 1] ** share
    assert above(deaths_at(exceedance, GRID), x) == pytest.approx(expected, abs=1.5 / N)


@settings(max_examples=40)
@given(any_chances, st.integers(0, 2**31))
def test_of_any_chances_made_tidy_random_draws_have_them(chances: Floats, seed: int) -> None:
    exceedance = tidy(chances)
    assert (np.diff(exceedance) <= 0).all()
    assert ((exceedance > 0) & (exceedance < 1)).all()
    deaths = deaths_at(exceedance, np.random.default_rng(seed).random(N))
    # Five standard errors of a share, and five draws.
    assert (np.abs(exceedances_of(deaths) - exceedance) <= 5 * np.sqrt(exceedance * (1 - exceedance) / N) + 5 / N).all()


def test_chances_that_fall_are_tidy_already() -> None:
    exceedance = np.linspace(0.9, 0.01, LAST + 1)
    np.testing.assert_array_equal(tidy(exceedance), exceedance)


def test_a_draw_by_hand() -> None:
    exceedance = np.full(LAST + 1, 1e-9)
    exceedance[:4] = [0.5, 0.4, 0.1, 0.1]  # more than 0, 1, 2, 4 deaths
    # Above 0.5 nothing; from 0.4 to 0.5 one death, from 0.1 to 0.4 two, below 0.1 at least five.
    assert deaths_at(exceedance, np.array([0.9, 0.51, 0.49, 0.41, 0.39, 0.11])).tolist() == [0, 0, 1, 1, 2, 2]
    assert deaths_at(exceedance, np.array([0.099]))[0] == 5


@pytest.mark.parametrize("x", [3500, 5000, 10_000, 40_000])
def test_beyond_the_last_threshold_the_tail_is_paretos(x: int) -> None:
    exceedance = np.full(LAST + 1, 0.8)
    deaths = deaths_at(exceedance, (np.arange(400_000) + 0.5) / 400_000)
    assert above(deaths, x) == pytest.approx(0.8 * (3501 / (x + 0.5)) ** (1 / TAIL_SHAPE), rel=2e-3)
    assert deaths.max() == MOST_DEATHS


def test_each_cell_has_its_own_chances() -> None:
    rng = np.random.default_rng(4)
    exceedance = np.cumprod(rng.uniform(0.4, 1.0, (3, 2, LAST + 1)), axis=-1)
    u = rng.random((3, 2, 50))
    deaths = deaths_at(exceedance, u)
    assert (deaths.shape, deaths.dtype) == ((3, 2, 50), np.float32)
    for unit in range(3):
        for step in range(2):
            np.testing.assert_array_equal(deaths[unit, step], deaths_at(exceedance[unit, step], u[unit, step]))


def test_shares_of_samples_by_hand() -> None:
    shares = exceedances_of(np.array([[0, 0, 1, 5], [20, 21, 300, 4000]], float))
    assert shares.shape == (2, LAST + 1)
    assert shares[0, :5].tolist() == [0.5, 0.25, 0.25, 0.25, 0]  # above 0, 1, 2, 4, 7
    by_threshold = dict(zip(THRESHOLDS.tolist(), shares[1], strict=True))
    assert [by_threshold[k] for k in (12, 20, 33, 250, 400, 3500)] == [1, 0.75, 0.5, 0.5, 0.25, 0.25]


@settings(max_examples=40)
@given(falling, st.floats(0, 2000))
def test_the_pooled_tail_only_ever_lowers_and_keeps_the_order(exceedance: Floats, pace: float) -> None:
    before = exceedance[None, None]
    after = with_pareto_tail(before, np.array([pace]))
    assert (after <= before).all()
    assert (np.diff(after) <= 0).all()
    assert (after > 0).all()
    begins = max(20, 5 * pace)
    np.testing.assert_array_equal(after[..., begins >= THRESHOLDS], before[..., begins >= THRESHOLDS])
    # Chances that fall fast enough are left as they are, so that doing it twice is doing it once.
    np.testing.assert_allclose(with_pareto_tail(after, np.array([pace])), after, rtol=1e-12)


def test_the_pooled_tail_by_hand() -> None:
    flat = np.full((2, 1, LAST + 1), 0.5)
    quiet, war = with_pareto_tail(flat, np.array([0.0, 30.0]))[:, 0]
    of = THRESHOLDS.tolist().index
    # A quiet group's begins at 20: at 33 the chance is (21 / 34) ** (1 / 0.7) of it, and at 55 (21 / 56) ** (1 / 0.7).
    assert quiet[of(20)] == 0.5
    assert quiet[of(33)] == pytest.approx(0.5 * (21 / 34) ** (1 / TAIL_SHAPE))
    assert quiet[of(55)] == pytest.approx(0.5 * (21 / 56) ** (1 / TAIL_SHAPE))
    # One of 30 deaths a month: from 150 on.
    assert war[of(150)] == 0.5
    assert war[of(250)] == pytest.approx(0.5 * (151 / 251) ** (1 / TAIL_SHAPE))


@pytest.mark.parametrize("correlation", [0.0, 0.4, 0.8])
def test_uniforms_are_uniform_and_their_steps_correlate_as_stated(correlation: float) -> None:
    u = uniforms((2, 4, 40_000), correlation, np.random.default_rng(8))
    assert (u.shape, u.dtype) == ((2, 4, 40_000), np.float64)
    assert ((u > 0) & (u < 1)).all()
    for cell in u.reshape(8, -1):
        shares = np.histogram(cell, bins=10, range=(0, 1))[0] / 40_000
        np.testing.assert_allclose(shares, 0.1, atol=0.008)  # five standard errors
    scores = ndtri(u)
    of_steps = [np.corrcoef(unit) for unit in scores]
    for matrix in of_steps:
        np.testing.assert_allclose(matrix[~np.eye(4, dtype=bool)], correlation, atol=0.025)
    # Units go their own ways.
    assert abs(np.corrcoef(scores[0].ravel(), scores[1].ravel())[0, 1]) < 0.025


@given(st.integers(1, 60), st.integers(0, 2**31))
def test_strata_hold_one_draw_each_in_the_same_order(draws: int, seed: int) -> None:
    u = np.random.default_rng(seed).random((3, 2, draws))
    got = in_strata(u)
    # Middles of strata, but for the first, which holds the tail: Pareto's mean beyond x is x / (1 - shape).
    places = np.concatenate([[(1 - TAIL_SHAPE) ** (1 / TAIL_SHAPE)], np.arange(1, draws) + 0.5]) / draws
    np.testing.assert_allclose(np.sort(got, axis=-1), np.broadcast_to(places, u.shape))
    np.testing.assert_array_equal(np.argsort(got, axis=-1), np.argsort(u, axis=-1))


def test_a_mean_of_strata_does_not_hang_on_one_draw_of_the_tail() -> None:
    # Pareto's tail at shape 0.7 has no variance: plain means of 1,000 draws scatter, those of strata do not.
    exceedance = (1.0 + THRESHOLDS) ** (-1 / TAIL_SHAPE) * 0.9
    means: dict[bool, list[float]] = {True: [], False: []}
    for seed in range(40):
        u = uniforms((1, 1, 1000), 0.0, np.random.default_rng(seed))
        for strata in means:
            means[strata].append(float(deaths_at(exceedance[None, None], in_strata(u) if strata else u).mean()))
    assert np.std(means[True]) == 0.0
    assert np.std(means[False]) > 0.1
    # The mean of a count is the sum of its exceedances: 0.9 times a zeta function.
    assert np.mean(means[True]) == pytest.approx(0.9 * zeta(1 / TAIL_SHAPE), rel=0.03)
