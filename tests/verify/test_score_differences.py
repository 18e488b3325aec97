"""Standard errors over origins: by hand, by planted truth, and the bootstrap against the closed form."""

from __future__ import annotations

import numpy as np
import pytest

from tocsin.errors import InputError
from tocsin.verify import (
    average_precision,
    average_precision_by_origin,
    block_weights,
    bootstrap_difference,
    bootstrap_estimate,
    brier,
    mean_by_origin,
    origin_mean,
    paired_difference,
    precision_at,
    precision_by_origin,
    recall_at,
    recall_by_origin,
    score_by_origin,
)


def overlapping(rng: np.random.Generator, origins: int, horizon: int) -> np.ndarray:
    """A mean over `horizon` future months at each origin: independent months, overlapping windows; mean 0."""
    months = rng.normal(size=origins + horizon - 1)
    return np.convolve(months, np.ones(horizon) / horizon, mode="valid")


def test_independent_origins_by_hand() -> None:
    # Blocks of one month: the textbook error of a mean of four, sd / 2 with divisor 3.
    found = origin_mean([1, 2, 3, 6], [10, 11, 12, 13], block=1)
    assert found.value == 3
    assert found.standard_error == pytest.approx(np.std([1, 2, 3, 6], ddof=1) / 2)
    assert (found.n, found.n_origins, found.block) == (4, 4, 1)


def test_weights_of_lags_by_hand() -> None:
    # u = -1, 1, 1, -1 with blocks of two: 4 + 2 (1/2) (-1 + 1 - 1) = 3, over 4^2.
    # Expected share lost by the mean: (4 + 2 (1/2) 3) / 16 = 7/16.
    found = origin_mean([0, 2, 2, 0], [1, 2, 3, 4], block=2)
    assert found.standard_error == pytest.approx(np.sqrt(3 / 16 / (1 - 7 / 16)))


def test_cells_of_one_origin_count_as_one() -> None:
    few = origin_mean([1, 2, 3, 6, 2, 2], np.arange(6), block=2)
    many = origin_mean(np.repeat([1, 2, 3, 6, 2, 2], 50), np.repeat(np.arange(6), 50), block=2)
    assert many.value == pytest.approx(few.value)
    assert many.standard_error == pytest.approx(few.standard_error)
    assert (many.n, many.n_origins) == (300, 6)


def test_origins_a_year_apart_are_independent() -> None:
    scores, years = np.array([1.0, 4, 2, 2, 7]), np.arange(5)
    apart = origin_mean(scores, 12 * years, block=12)
    assert apart.standard_error == pytest.approx(origin_mean(scores, years, block=1).standard_error)


def test_gaps_keep_their_distance() -> None:
    # Months 1, 2 and 12, 13: only neighbours share a block of two.
    u = np.array([-1.0, 3, 1, -3])
    found = origin_mean(u, [1, 2, 12, 13], block=2)
    raw = (np.sum(u**2) + (u[0] * u[1] + u[2] * u[3])) / 16
    assert found.standard_error == pytest.approx(np.sqrt(raw / (1 - (4 + 2) / 16)))


def test_too_few_origins_have_no_error() -> None:
    assert np.isnan(origin_mean([1.0], [5]).standard_error)
    assert np.isnan(origin_mean(np.arange(18.0), np.arange(18), block=12).standard_error)
    assert np.isfinite(origin_mean(np.arange(19.0), np.arange(19), block=12).standard_error)


def test_the_difference_is_paired() -> None:
    rng = np.random.default_rng(0)
    origin = np.repeat(np.arange(400, 500), 20)
    hard = np.repeat(rng.lognormal(0, 2, 100), 20)  # months that are hard for both
    a, b = hard + rng.normal(0, 0.1, 2000), hard + 0.05 + rng.normal(0, 0.1, 2000)
    found = paired_difference(a, b, origin)
    assert found.value == pytest.approx(a.mean() - b.mean())
    assert found.standard_error < 0.1 * origin_mean(a, origin).standard_error
    low, high = found.interval(level=0.9)
    assert low < -0.05 < high
    assert high - low == pytest.approx(2 * 1.6448536 * found.standard_error)
    swapped = paired_difference(b, a, origin)
    assert (swapped.value, swapped.standard_error) == pytest.approx((-found.value, found.standard_error))


def test_order_of_cells_and_a_shift_of_months_do_not_matter() -> None:
    rng = np.random.default_rng(1)
    scores, origin = rng.normal(size=500), rng.integers(300, 360, 500)
    rows = rng.permutation(500)
    one, other = origin_mean(scores, origin), origin_mean(scores[rows], origin[rows] + 77)
    assert other.standard_error == pytest.approx(one.standard_error, rel=1e-12)
    assert origin_mean(3 * scores, origin).standard_error == pytest.approx(3 * one.standard_error)


@pytest.mark.parametrize("horizon", [1, 6])
def test_error_is_that_of_many_replays(horizon: int) -> None:
    # Planted truth: the standard deviation of the mean over 400 replays of 126 origins is what one replay must say.
    rng = np.random.default_rng(2)
    runs = [overlapping(rng, 126, horizon) for _ in range(400)]
    truth = np.std([run.mean() for run in runs])
    found = [origin_mean(run, np.arange(126), block=12) for run in runs]
    said = np.sqrt(np.mean([one.standard_error**2 for one in found]))
    assert said == pytest.approx(truth, rel=0.2)
    covered = np.mean([one.interval(level=0.9)[0] < 0 < one.interval(level=0.9)[1] for one in found])
    assert covered == pytest.approx(0.87, abs=0.06)
    if horizon > 1:
        naive = np.sqrt(np.mean([origin_mean(run, np.arange(126), block=1).standard_error ** 2 for run in runs]))
        assert naive < 0.6 * truth


def test_the_bootstrap_of_a_mean_is_the_closed_form() -> None:
    rng = np.random.default_rng(3)
    origin = np.repeat(np.arange(240, 366), rng.integers(5, 15, 126))
    scores = overlapping(rng, 126, 6)[origin - 240] + rng.normal(0, 0.2, origin.size)
    closed = origin_mean(scores, origin)
    drawn = bootstrap_estimate(mean_by_origin(scores, origin), rng=rng, replicates=4000)
    assert drawn.value == pytest.approx(closed.value)
    assert drawn.standard_error == pytest.approx(closed.standard_error, rel=0.12)
    assert (drawn.n, drawn.n_origins, drawn.block) == (closed.n, closed.n_origins, closed.block)


def test_both_make_up_for_few_origins() -> None:
    # 40 independent origins in blocks of 12: a quarter of the variance goes with the mean and is put back by both.
    rng = np.random.default_rng(12)
    origin, closed, drawn = np.arange(40), [], []
    for _ in range(150):
        scores = rng.normal(size=40)
        closed.append(origin_mean(scores, origin).standard_error ** 2)
        score = mean_by_origin(scores, origin)
        drawn.append(bootstrap_estimate(score, rng=rng, replicates=200).standard_error ** 2)
    assert np.mean(closed) == pytest.approx(1 / 40, rel=0.12)
    assert np.mean(drawn) == pytest.approx(1 / 40, rel=0.12)


def test_block_weights_are_whole_blocks() -> None:
    months = np.arange(100, 124)
    weights = block_weights(months, rng=np.random.default_rng(4), block=6, replicates=500)
    assert weights.shape == (500, 24)
    np.testing.assert_array_equal(weights.sum(axis=1), 24)
    # Every origin is as likely as any other, the first and last included.
    np.testing.assert_allclose(weights.mean(axis=0), 1, atol=0.15)
    # A month drawn less often than its left neighbour ends a block, of which there are at most 24 / 6.
    falls = (np.diff(weights, axis=1, append=weights[:, :1]) < 0).sum(axis=1)
    assert falls.max() <= 4
    gaps = block_weights(months[[0, 1, 23]], rng=np.random.default_rng(4), block=6, replicates=500)
    np.testing.assert_array_equal(gaps, weights[:, [0, 1, 23]])


def replay(seed: int, cells: int = 3000) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Outcomes with origins, a good score and a poor one, both with ties."""
    rng = np.random.default_rng(seed)
    origin = rng.integers(240, 300, cells)
    risk = rng.normal(size=cells)
    y = rng.random(cells) < 1 / (1 + np.exp(3 - 1.5 * risk))
    return np.round(risk, 1), np.round(risk + rng.normal(0, 2, cells), 0), y, origin


def test_scores_under_weights_are_the_scores_of_repeated_cells() -> None:
    good, _, y, origin = replay(5, cells=800)
    months = np.unique(origin)
    weights = block_weights(months, rng=np.random.default_rng(6), replicates=20)
    built = {
        "ap": (average_precision_by_origin(good, y, origin), lambda i: average_precision(good[i], y[i])),
        "mean": (mean_by_origin(good, origin), lambda i: good[i].mean()),
    }
    for name, (score, plain) in built.items():
        slow = score_by_origin(plain, origin)
        np.testing.assert_allclose(score.under(weights), slow.under(weights), rtol=1e-12, err_msg=name)
        assert score.value == pytest.approx(slow.value)
    # An origin drawn twice alerts twice k, so precision and recall are compared with origins told apart.
    for weighted, plain in ((precision_by_origin, precision_at), (recall_by_origin, recall_at)):
        score = weighted(good, y, origin, k=3)
        assert score.value == pytest.approx(plain(good, y, origin, k=3))
        for row in weights[:5]:
            copies = [np.tile(np.flatnonzero(origin == m), int(w)) for m, w in zip(months, row, strict=True)]
            apart = [
                np.repeat(1000 * m + np.arange(int(w)), (origin == m).sum()) for m, w in zip(months, row, strict=True)
            ]
            cells, label = np.concatenate(copies), np.concatenate(apart)
            assert score.under(row[None, :])[0] == pytest.approx(plain(good[cells], y[cells], label, k=3))


def test_average_precision_is_the_same_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    good, _, y, origin = replay(7)
    score = average_precision_by_origin(good, y, origin)
    weights = block_weights(score.months, rng=np.random.default_rng(8), replicates=50)
    whole = score.under(weights)
    monkeypatch.setattr("tocsin.verify.bootstrap._CHUNK_VALUES", 150)
    np.testing.assert_allclose(score.under(weights), whole, rtol=1e-12)


def test_difference_of_average_precision() -> None:
    good, poor, y, origin = replay(9)
    a, b = average_precision_by_origin(good, y, origin), average_precision_by_origin(poor, y, origin)
    found = bootstrap_difference(a, b, rng=np.random.default_rng(10), block=3)
    assert found.value == pytest.approx(average_precision(good, y) - average_precision(poor, y))
    assert found.value > 3 * found.standard_error > 0
    none = bootstrap_difference(a, a, rng=np.random.default_rng(10), block=3)
    assert (none.value, none.standard_error) == (0, 0)
    again = bootstrap_difference(a, b, rng=np.random.default_rng(10), block=3)
    assert again == found


def test_bootstrap_error_of_average_precision_is_that_of_many_replays() -> None:
    truth = np.std([average_precision(good, y) for good, _, y, _ in (replay(seed) for seed in range(100, 250))])
    said = []
    for seed in range(100, 115):
        good, _, y, origin = replay(seed)
        score = average_precision_by_origin(good, y, origin)
        said.append(bootstrap_estimate(score, rng=np.random.default_rng(seed), block=3, replicates=300).standard_error)
    assert np.mean(said) == pytest.approx(truth, rel=0.25)


def test_an_undefined_score_stays_undefined() -> None:
    score = average_precision_by_origin([1, 2, 3], [0, 0, 0], [1, 2, 3])
    found = bootstrap_estimate(score, rng=np.random.default_rng(0), block=1)
    assert np.isnan(found.value)
    assert np.isnan(found.standard_error)


def test_errors() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match=r"a \(2,\), b \(1,\)"):
        paired_difference([1, 2], [1], [1, 2])
    with pytest.raises(InputError, match="1 of 2 values are missing or infinite"):
        paired_difference([1, np.inf], [1, 2], [1, 2])
    with pytest.raises(InputError, match="at least one cell"):
        paired_difference([], [], [])
    with pytest.raises(InputError, match="at least one cell"):
        mean_by_origin([], [])
    with pytest.raises(InputError, match="block: expected a whole number of at least 1, got 0"):
        origin_mean([1, 2], [1, 2], block=0)
    with pytest.raises(InputError, match="replicates: expected a whole number of at least 2, got 1"):
        bootstrap_estimate(mean_by_origin([1, 2], [1, 2]), rng=rng, replicates=1)
    with pytest.raises(InputError, match="increasing order"):
        block_weights([3, 3], rng=rng)
    with pytest.raises(InputError, match="different origins or cells"):
        bootstrap_difference(mean_by_origin([1, 2], [1, 2]), mean_by_origin([1, 2], [1, 3]), rng=rng)


def test_brier_works_with_it() -> None:
    good, _, y, origin = replay(11)
    better = brier(1 / (1 + np.exp(3 - 1.5 * good)), y)
    worse = brier(np.full(len(y), y.mean()), y)
    found = paired_difference(better, worse, origin, block=3)
    assert found.value < -3 * found.standard_error < 0
