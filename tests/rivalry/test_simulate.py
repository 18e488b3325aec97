"""Simulated paths, against their numpy twin, against scipy's quantiles, and against expectations worked out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tocsin.errors import InputError
from tocsin.rivalry.path_kernel import STEP, mix
from tocsin.rivalry.simulate import simulate_paths, simulate_paths_numpy

MODEL: dict[str, Any] = {
    "background": np.array([[0.5] * 30, [2.0] * 30, [0.0] * 30]),
    "cross": np.array([[0.3, 0.2, 0.0], [0.1, 0.4, 0.0], [0.2, 0.3, 0.1]]),
    "weights": [0.7, 0.3],
    "keep": [0.0, 0.8],
    "size": [2.0, 0.7, np.inf],
}


def rng(seed: int = 5) -> np.random.Generator:
    return np.random.default_rng(seed)


def flat(mean: float, size: float, periods: int, seed: int = 5, draws: int = 1) -> np.ndarray:
    """Counts (draw, period) of one group that answers nobody."""
    background = np.full((1, periods), mean)
    return simulate_paths(background, [[0.0]], [1.0], [0.0], size, draws=draws, rng=rng(seed))[:, 0]


def test_the_stream_is_splitmix64() -> None:
    # The first numbers from the seed 1234567, as published with the generator.
    places = np.arange(1, 4, dtype=np.uint64) * STEP
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert mix(np.uint64(1234567) + places).tolist() == expected


@st.composite
def models(draw: st.DrawFn) -> dict[str, Any]:
    """Small models of all kinds: dead and negative backgrounds, large ones, Poisson, explosive, one per draw."""
    groups, periods, filters, draws = (draw(st.integers(*span)) for span in ((1, 4), (1, 8), (0, 2), (1, 3)))
    seed = rng(draw(st.integers(0, 2**32)))
    shape = (draws, groups, periods) if draw(st.booleans()) else (groups, periods)
    levels = np.array([-1.0, 0.0, 1e-9, 0.02, 0.5, 3.0, 40.0, 99.0, 101.0, 1e4, 1e12])
    return {
        "background": seed.choice(levels, shape),
        "cross": seed.normal(0.2, draw(st.sampled_from([0.0, 0.3, 3.0])), (groups, groups)),
        "weights": seed.random(filters),
        "keep": seed.choice([0.0, 0.5, 0.9], filters),
        "size": seed.choice([0.05, 0.9, 1.0, 7.0, 1e4, 1e12, np.inf], groups),
        "start": seed.exponential(3, (filters, groups)) if draw(st.booleans()) else None,
        "draws": draws,
    }


@given(models(), st.integers(0, 2**32))
@settings(max_examples=150)
def test_the_kernel_and_its_numpy_twin_draw_the_same_counts(model: dict[str, Any], seed: int) -> None:
    # Beyond 2^31 - 1 nothing can be told apart any more; the two round differently only far below that.
    a, b = (simulate(**model, rng=rng(seed)) for simulate in (simulate_paths, simulate_paths_numpy))
    np.testing.assert_allclose(a, b, rtol=1e-9)
    assert (a[a < 10**6] == b[a < 10**6]).all()


@pytest.mark.parametrize("threads", [1, 2, 5, 50])
def test_the_number_of_threads_changes_nothing(threads: int) -> None:
    alone = simulate_paths(**MODEL, draws=23, rng=rng(), threads=1)
    assert alone.shape == (23, 3, 30)
    assert alone.dtype == np.int32
    np.testing.assert_array_equal(alone, simulate_paths(**MODEL, draws=23, rng=rng(), threads=threads))


def test_a_background_for_each_draw_is_used_in_its_draw_whatever_the_threads() -> None:
    base = np.stack([np.full((3, 30), level) for level in (0.0, 60.0, 0.0, 80.0)])
    model = {**MODEL, "background": base, "cross": np.zeros((3, 3))}
    paths = simulate_paths(**model, draws=4, rng=rng(), threads=3)
    assert not paths[[0, 2]].any()
    assert paths[[1, 3], 2].mean(axis=1) == pytest.approx([60, 80], rel=0.1)
    with pytest.raises(InputError, match=r"background is \(group, time\) or \(5 draws"):
        simulate_paths(**model, draws=5, rng=rng())


def test_more_paths_groups_or_periods_leave_those_there_as_they_were() -> None:
    few = simulate_paths(**MODEL, draws=4, rng=rng())
    np.testing.assert_array_equal(few, simulate_paths(**MODEL, draws=9, rng=rng())[:4])
    shorter = {**MODEL, "background": MODEL["background"][:, :11]}
    np.testing.assert_array_equal(few[:, :, :11], simulate_paths(**shorter, draws=4, rng=rng()))
    # The third group answers the others but is answered by nobody.
    without = {**MODEL, "background": MODEL["background"][:2], "cross": MODEL["cross"][:2, :2], "size": [2.0, 0.7]}
    np.testing.assert_array_equal(few[:, :2], simulate_paths(**without, draws=4, rng=rng()))


def test_one_number_is_taken_from_the_generator() -> None:
    used, other = rng(), rng()
    simulate_paths(**MODEL, draws=7, rng=used)
    other.integers(0, 2**64, size=1, dtype=np.uint64)
    assert used.bit_generator.state == other.bit_generator.state
    assert (simulate_paths(**MODEL, draws=7, rng=used) != simulate_paths(**MODEL, draws=7, rng=rng())).any()


@pytest.mark.parametrize("mean", [0.004, 0.3, 4.0, 60.0, 99.0])
@pytest.mark.parametrize("size", [0.1, 1.0, 25.0, 1e6, np.inf])
def test_a_count_of_a_mean_up_to_100_is_scipys_quantile_at_one_uniform(mean: float, size: float) -> None:
    counts = flat(mean, size, 4000)[0]
    key = rng().integers(0, 2**64, size=1, dtype=np.uint64)
    seed = mix(mix(key + STEP) + STEP)
    uniforms = (mix(seed + np.arange(1, 4001, dtype=np.uint64) * STEP) >> np.uint64(11)) * 2.0**-53
    theirs = stats.poisson(mean) if np.isinf(size) else stats.nbinom(size, size / (size + mean))
    np.testing.assert_array_equal(counts, theirs.ppf(uniforms).clip(0))


@pytest.mark.parametrize("mean", [101.0, 2500.0, 1e6])
@pytest.mark.parametrize("size", [0.1, 1.0, 25.0, np.inf])
def test_counts_of_large_means_follow_the_distribution(mean: float, size: float) -> None:
    counts = flat(mean, size, 20_000)[0]
    theirs = stats.poisson(mean) if np.isinf(size) else stats.nbinom(size, size / (size + mean))
    edges = np.unique(theirs.ppf(np.linspace(0.02, 0.98, 25)))
    expected = np.diff(theirs.cdf([-1, *edges, np.inf])) * counts.size
    observed = np.bincount(np.searchsorted(edges, counts), minlength=edges.size + 1)
    keep = expected > 5
    assert stats.chisquare(observed[keep], expected[keep] * observed[keep].sum() / expected[keep].sum()).pvalue > 1e-3
    # No trace of one period in the next.
    assert abs(stats.spearmanr(counts[:-1], counts[1:]).statistic) < 0.03


def test_paths_and_groups_have_nothing_in_common_when_nobody_answers() -> None:
    paths = simulate_paths(np.full((40, 50), 3.0), np.zeros((40, 40)), [1.0], [0.0], 1.0, draws=20, rng=rng())
    correlation = np.corrcoef(paths.reshape(800, 50))[np.triu_indices(800, 1)]
    # 320,000 correlations of 50 pairs: of mean 0 and standard deviation 1/7.
    assert abs(correlation.mean()) < 0.003
    assert correlation.std() == pytest.approx(1 / 7, abs=0.005)


def test_the_mean_of_each_period_is_the_one_worked_out() -> None:
    # The model is linear in the counts, so that expectations follow it exactly.
    start = np.array([[5.0, 0.0, 1.0], [2.0, 4.0, 0.0]])
    weights, keep = np.array(MODEL["weights"]), np.array(MODEL["keep"])
    state, expected = start.copy(), []
    for t in range(8):
        expected.append(MODEL["background"][:, t] + MODEL["cross"] @ (weights @ state))
        state = keep[:, None] * state + (1 - keep[:, None]) * expected[-1]
    model = {**MODEL, "background": MODEL["background"][:, :8]}
    paths = simulate_paths(**model, draws=40_000, rng=rng(), start=start)
    error = paths.std(axis=0) / np.sqrt(len(paths))
    assert (np.abs(paths.mean(axis=0) - np.stack(expected, axis=1)) < 4.5 * error).all()


def test_a_filter_that_keeps_nothing_is_the_count_of_the_period_before() -> None:
    # A group answered in full by a silent one of tiny background: its mean is then the first one's last count.
    background = np.vstack([np.full(400, 20.0), np.zeros(400)])
    paths = simulate_paths(background, [[0, 0], [1, 0]], [1.0], [0.0], np.inf, draws=50, rng=rng())
    before, answer = paths[:, 0, :-1], paths[:, 1, 1:]
    assert not paths[:, 1, 0].any()
    residual = (answer - before) / np.sqrt(np.maximum(before, 1))
    assert residual.mean() == pytest.approx(0, abs=0.03)
    assert residual.std() == pytest.approx(1, abs=0.03)


@given(st.integers(0, 2**32))
@settings(max_examples=25)
def test_a_larger_background_never_makes_fewer_events_on_the_same_chance(seed: int) -> None:
    low = simulate_paths(**MODEL, draws=5, rng=rng(seed))
    high = simulate_paths(**{**MODEL, "background": MODEL["background"] + 0.3}, draws=5, rng=rng(seed))
    small = high.max(axis=(1, 2)) < 60  # the counts are inverses, and so comparable, up to a mean of 100
    assert small.any()
    assert (high[small] >= low[small]).all()


def test_paths_that_explode_end_at_the_largest_count() -> None:
    paths = simulate_paths(np.ones((2, 300)), np.full((2, 2), 3.0), [1.0], [0.0], 0.5, draws=30, rng=rng())
    assert paths.min() >= 0
    assert paths.max() > 10**8
    assert flat(1e9, 1e-3, 4000).max() == 2**31 - 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"draws": 0}, "at least one draw"),
        ({"threads": 0}, "at least one thread"),
        ({"background": [1.0, 2.0]}, "background is"),
        ({"background": np.full((3, 30), np.nan)}, "background has values that are not finite"),
        ({"cross": np.zeros((2, 3))}, r"cross of 3 groups and 2 filters has the shape \(3, 3\), got \(2, 3\)"),
        ({"cross": np.full((3, 3), np.inf)}, "cross has values"),
        ({"weights": [1.0]}, "weights of 3 groups"),
        ({"keep": [0.0, 1.0]}, "from 0 to below 1"),
        ({"keep": 0.5}, "one number per filter"),
        ({"size": 0.0}, "size is one number"),
        ({"size": [1.0, np.nan, 1.0]}, "size is one number"),
        ({"size": [1.0, 1.0]}, "size is one number"),
        ({"start": np.zeros(3)}, "start of 3 groups"),
    ],
)
def test_what_cannot_be_simulated_is_said(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        simulate_paths(**{**MODEL, "draws": 3, **changed}, rng=rng())
