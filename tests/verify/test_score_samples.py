"""Scores of samples: by hand, against scoringrules, by what must not matter, and by what they are for."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import scoringrules as sr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from tocsin.errors import InputError
from tocsin.verify import (
    VIEWS_BINS,
    coverage,
    crps,
    crps_log1p,
    ignorance_score,
    interval_score,
    interval_width,
    sample_log_score,
    sample_scores,
)

BY_CELL = [crps, crps_log1p, ignorance_score, sample_log_score, interval_score, coverage]
deaths = st.floats(0, 1e5, allow_subnormal=False)
draws_2d = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=deaths)


def counts(rng: np.random.Generator, cells: int = 300, draws: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Skewed counts with many zeros, as deaths are."""
    mean = rng.lognormal(0, 2, size=cells)
    return rng.poisson(mean[:, None] * rng.gamma(0.5, 2, size=(cells, draws))), rng.poisson(mean)


def test_crps_by_hand() -> None:
    # Draws 0, 0, 3, 5 and outcome 3: mean distance 8/4; the six pairs are 0, 3, 5, 3, 5, 2 apart, 18 in all.
    assert crps([0, 0, 3, 5], 3) == pytest.approx(2 - 18 / 16)
    assert crps([0, 0, 3, 5], 3, fair=True) == pytest.approx(2 - 18 / 12)
    assert crps([2, 4], 10) == pytest.approx(7 - 0.5)


def test_crps_log1p_by_hand() -> None:
    # log1p of 0, e-1 is 0, 1; outcome e^2 - 1 is 2: mean distance 1.5, one pair a distance of 1.
    assert crps_log1p([0, np.e - 1], np.e**2 - 1) == pytest.approx(1.5 - 0.25)


@pytest.mark.parametrize("fair", [False, True])
def test_crps_against_scoringrules(fair: bool) -> None:
    samples, outcomes = counts(np.random.default_rng(1), draws=60)
    theirs = sr.crps_ensemble(outcomes.astype(float), samples.astype(float), estimator="fair" if fair else "nrg")
    np.testing.assert_allclose(crps(samples, outcomes, fair=fair), theirs, rtol=1e-10, atol=1e-10)


def test_interval_score_against_scoringrules() -> None:
    samples, outcomes = counts(np.random.default_rng(2))
    low, high = np.quantile(samples, [0.05, 0.95], axis=-1)
    theirs = sr.interval_score(outcomes.astype(float), low, high, 0.1)
    np.testing.assert_allclose(interval_score(samples, outcomes), theirs, rtol=1e-10)
    np.testing.assert_array_equal(coverage(samples, outcomes), (low <= outcomes) & (outcomes <= high))
    np.testing.assert_allclose(interval_width(samples), high - low, rtol=1e-12)


@given(draws_2d, st.floats(0.01, 0.99))
def test_limits_are_those_of_numpy_quantile(samples: np.ndarray, level: float) -> None:
    tail = (1 - level) / 2
    low, high = np.quantile(samples, [tail, 1 - tail], axis=-1)
    # To the bit: an interval that ends on a count must hold that count.
    np.testing.assert_array_equal(interval_width(samples, level=level), high - low)


def test_interval_score_by_hand() -> None:
    # Draws 0..10: the 5% and 95% quantiles are 0.5 and 9.5, and each death outside costs 2 / 0.1 = 20.
    draws = np.arange(11)
    assert interval_score(draws, 5) == pytest.approx(9)
    assert interval_score(draws, 10) == pytest.approx(9 + 20 * 0.5)
    assert interval_score(draws, 0) == pytest.approx(9 + 20 * 0.5)
    assert not coverage(draws, 10)
    assert coverage(draws, 10, level=0.999) == False  # noqa: E712 - 9.995 is the limit
    assert interval_width(draws, level=0.5) == pytest.approx(5)


def test_ignorance_by_hand() -> None:
    # 11 classes; 1000 draws of 0 and outcome 0: probability 1001 / 1011; outcome 1: 1 / 1011.
    zeros = np.zeros((2, 1000), dtype=np.int32)
    np.testing.assert_allclose(ignorance_score(zeros, [0, 1]), [-np.log2(1001 / 1011), np.log2(1011)], rtol=1e-12)
    # 3 and 5 share a class with 4; 2 and 6 do not.
    assert ignorance_score([2, 3, 5, 6], 4) == pytest.approx(-np.log2(3 / 15))
    assert sample_log_score([2, 3, 5, 6], 4) == pytest.approx(-np.log(3 / 15))
    # With classes of one's own: [0, 1) and [1, inf).
    assert ignorance_score([0, 0, 7], 2, bins=[0, 1, np.inf]) == pytest.approx(-np.log2(2 / 5))


@pytest.mark.parametrize(("value", "place"), list(zip(VIEWS_BINS[:-1], range(11), strict=True)))
def test_classes_are_closed_on_the_left(value: float, place: int) -> None:
    inside = np.array([(low + min(high, 2000)) / 2 for low, high in pairwise(VIEWS_BINS)])
    alike = ignorance_score(np.tile(inside[place], (1, 4)), [value])
    assert alike == pytest.approx(-np.log2(5 / 15))
    if place:
        assert ignorance_score(np.tile(inside[place - 1], (1, 4)), [value]) == pytest.approx(-np.log2(1 / 15))


def test_ignorance_is_the_challenges_own_count() -> None:
    # The challenge's way, written out: classes of all draws, one more of each class, share of the outcome's class.
    samples, outcomes = counts(np.random.default_rng(3), cells=200, draws=50)
    edges = np.array(VIEWS_BINS[:-1])
    classes = np.digitize(samples, edges) - 1
    with_one = np.concatenate((classes, np.tile(np.arange(11), (200, 1))), axis=1)
    share = (with_one == (np.digitize(outcomes, edges) - 1)[:, None]).mean(axis=1)
    np.testing.assert_allclose(ignorance_score(samples, outcomes), -np.log2(share), rtol=1e-12)


@given(draws_2d, st.data())
def test_crps_is_not_negative_and_at_most_the_mean_error(samples: np.ndarray, data: st.DataObject) -> None:
    outcomes = data.draw(arrays(np.float64, samples.shape[0], elements=deaths))
    score = crps(samples, outcomes)
    assert np.all(score >= 0)
    assert np.all(score <= np.abs(samples - outcomes[:, None]).mean(axis=1) * (1 + 1e-9))
    # The sorted sum is the double sum.
    double = np.abs(samples[:, :, None] - samples[:, None, :]).mean(axis=(1, 2)) / 2
    plain = np.abs(samples - outcomes[:, None]).mean(axis=1) - double
    np.testing.assert_allclose(score, plain, rtol=1e-9, atol=1e-9 * (1 + samples.max() + outcomes.max()))


@given(deaths, deaths, st.integers(1, 50))
def test_crps_of_a_point_is_the_absolute_error(point: float, outcome: float, draws: int) -> None:
    assert crps(np.full(draws, point), outcome) == pytest.approx(abs(point - outcome), rel=1e-12)
    assert crps(np.full(draws, point), point) == 0


@pytest.mark.parametrize("score", BY_CELL)
def test_order_of_draws_and_shape_of_cells_do_not_matter(score) -> None:
    rng = np.random.default_rng(4)
    samples, outcomes = counts(rng, cells=24)
    expected = score(samples, outcomes)
    np.testing.assert_array_equal(score(rng.permuted(samples, axis=1), outcomes), expected)
    np.testing.assert_array_equal(score(samples.reshape(4, 6, -1), outcomes.reshape(4, 6)), expected.reshape(4, 6))
    rows = rng.permutation(24)
    np.testing.assert_array_equal(score(samples[rows], outcomes[rows]), expected[rows])


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.int64, np.float32, np.float64])
@pytest.mark.parametrize("score", BY_CELL)
def test_type_of_draws_does_not_matter(score, dtype: type) -> None:
    samples, outcomes = counts(np.random.default_rng(5))
    samples = np.minimum(samples, 60_000)
    np.testing.assert_array_equal(score(samples.astype(dtype), outcomes), score(samples, outcomes))


@pytest.mark.parametrize("score", [crps, interval_score])
def test_scores_scale_with_deaths_and_ignore_a_shift(score) -> None:
    samples, outcomes = counts(np.random.default_rng(6))
    np.testing.assert_allclose(score(8 * samples, 8 * outcomes), 8 * score(samples, outcomes), rtol=1e-12)
    shifted = score(samples + 1_000_000, outcomes + 1_000_000)
    np.testing.assert_allclose(shifted, score(samples, outcomes), rtol=1e-6, atol=1e-6)


def test_fair_crps_does_not_reward_more_draws() -> None:
    # Draws and outcomes of one distribution: the fair score's mean is the same for 3 and for 100 draws, the plain
    # one's is larger for 3. Exponential(1): true CRPS of the ideal forecast is 1/2.
    rng = np.random.default_rng(7)
    outcomes = rng.exponential(size=40_000)
    few, many = rng.exponential(size=(40_000, 3)), rng.exponential(size=(40_000, 100))
    assert crps(few, outcomes, fair=True).mean() == pytest.approx(0.5, abs=0.02)
    assert crps(many, outcomes, fair=True).mean() == pytest.approx(0.5, abs=0.02)
    assert crps(few, outcomes).mean() == pytest.approx(0.5 + 0.5 / 3, abs=0.02)


def test_the_true_distribution_scores_best() -> None:
    rng = np.random.default_rng(8)
    outcomes = rng.negative_binomial(0.5, 0.05, size=4000)
    honest = rng.negative_binomial(0.5, 0.05, size=(4000, 200))
    for score in (crps, crps_log1p, ignorance_score, interval_score):
        best = score(honest, outcomes).mean()
        assert best < score(honest // 2, outcomes).mean()
        assert best < score(honest * 2, outcomes).mean()
        assert best < score(np.sort(honest, axis=1)[:, 60:140], outcomes).mean()  # too narrow


def test_coverage_of_an_honest_forecast_is_its_level() -> None:
    rng = np.random.default_rng(18)
    outcomes, samples = rng.gamma(3, size=20_000), rng.gamma(3, size=(20_000, 300))
    assert coverage(samples, outcomes).mean() == pytest.approx(0.9, abs=0.01)
    assert coverage(samples, outcomes, level=0.5).mean() == pytest.approx(0.5, abs=0.015)


def test_all_at_once_is_each_alone_to_the_bit() -> None:
    samples, outcomes = counts(np.random.default_rng(9), cells=2000, draws=333)
    together = sample_scores(samples.reshape(100, 20, 333), outcomes.reshape(100, 20), level=0.8)
    assert (together.level, together.draws) == (0.8, 333)
    alone = {
        "crps": crps(samples, outcomes),
        "crps_log1p": crps_log1p(samples, outcomes),
        "ignorance": ignorance_score(samples, outcomes),
        "interval_score": interval_score(samples, outcomes, level=0.8),
        "coverage": coverage(samples, outcomes, level=0.8),
        "interval_width": interval_width(samples, level=0.8),
    }
    for name, expected in alone.items():
        found = getattr(together, name)
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected.reshape(100, 20), err_msg=name)


def test_expected_coverage_is_the_share_of_draws_inside_by_hand() -> None:
    # 20 draws 0 to 19: the 90% limits lie at the places 0.95 and 18.05, so that 0 and 19 are out.
    assert sample_scores(np.arange(20.0), 7.0).expected_coverage == 18 / 20
    # Mostly zeros: the limits are 0 and, at place 18.05 of the sorted draws, 0.05 towards 9; the 9 is out.
    rare = [0.0] * 19 + [9.0]
    assert sample_scores(rare, 0.0).expected_coverage == 19 / 20
    # All draws alike: all of them inside.
    assert sample_scores([3.0] * 5, 4.0).expected_coverage == 1.0


def test_what_an_honest_forecast_of_counts_expects_to_cover_is_what_it_covers() -> None:
    rng = np.random.default_rng(19)
    outcomes, samples = rng.poisson(0.8, size=20_000), rng.poisson(0.8, size=(20_000, 300))
    scores = sample_scores(samples, outcomes)
    assert scores.coverage.mean() == pytest.approx(scores.expected_coverage.mean(), abs=0.01)
    assert scores.expected_coverage.mean() > 0.93
    narrow = sample_scores(np.minimum(samples, 1), outcomes)
    assert narrow.coverage.mean() < narrow.expected_coverage.mean() - 0.1


def test_a_cell_scores_the_same_among_others_and_alone() -> None:
    samples, outcomes = counts(np.random.default_rng(10), cells=1500, draws=1000)
    for score in (crps, crps_log1p, interval_score):
        together = score(samples, outcomes)
        for cell in (0, 261, 262, 1499):
            assert score(samples[cell], outcomes[cell]) == together[cell]


def test_input_is_left_as_it_was() -> None:
    samples, outcomes = counts(np.random.default_rng(11), cells=5)
    before = samples.copy()
    sample_scores(samples, outcomes)
    np.testing.assert_array_equal(samples, before)


@pytest.mark.parametrize("score", [*BY_CELL, sample_scores])
@pytest.mark.parametrize(
    ("samples", "outcomes", "message"),
    [
        (np.zeros((3, 4)), np.zeros(4), r"samples \(3, 4\) and outcomes \(4,\) do not fit.*\(3,\)"),
        (np.zeros((3, 0)), np.zeros(3), "expected draws on the last axis"),
        (5.0, 3.0, "expected draws on the last axis"),
        ([[1, 2], [3, np.nan]], [1, 2], "missing or infinite, the first in cell 1"),
        ([[1, 2], [3, np.inf]], [1, 2], "missing or infinite, the first in cell 1"),
        ([[1, 2], [3, 4]], [1, np.nan], "1 of 2 values are missing"),
        ([["a"]], [1], "expected numbers"),
        ([[1, 2], [3]], [1, 2], "unequal lengths"),
    ],
)
def test_what_cannot_be_scored_is_said(score, samples, outcomes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        score(samples, outcomes)


def test_other_errors() -> None:
    with pytest.raises(InputError, match="at least two draws"):
        crps([[1.0]], [1.0], fair=True)
    with pytest.raises(InputError, match="not all within the bins"):
        ignorance_score([-1, 2], 1)
    with pytest.raises(InputError, match="not all within the bins"):
        ignorance_score([1, 2], 5, bins=[0, 1, 5])
    with pytest.raises(InputError, match="increasing edges"):
        ignorance_score([1, 2], 1, bins=[0, 2, 2])
    with pytest.raises(InputError, match="at least 0 for a score on log1p"):
        crps_log1p([1, 2], -1)
    for level in (0, 1, 90):
        with pytest.raises(InputError, match=r"level: expected a number between 0 and 1, such as 0\.9"):
            coverage([1, 2], 1, level=level)


def test_no_cells_give_no_scores() -> None:
    assert crps(np.zeros((0, 5)), np.zeros(0)).shape == (0,)
