"""Standard errors of scores that are not means of cells, such as average precision: a block bootstrap over origins.

A replicate of the bootstrap is a weight for each origin (how often it was drawn). An `OriginScore` is a score as a
function of such weights, so that thousands of replicates are a few matrix products, not thousands of sorts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tocsin.errors import InputError
from tocsin.verify import _checks
from tocsin.verify._checks import FloatArray, IntArray
from tocsin.verify.paired import Estimate, month_grid, small_sample_factor
from tocsin.verify.ranking import alert_shares

# Replicates by thresholds held at once: 2 x 16 megabytes.
_CHUNK_VALUES = 2**21


@dataclass(frozen=True)
class OriginScore:
    """A score as a function of the weights of the origins.

    `months` are the origins, increasing; `cells` how many cells each holds; `under` takes weights (replicate, origin)
    and gives scores (replicate,), NaN where a score is undefined.
    """

    months: IntArray
    cells: IntArray
    under: Callable[[FloatArray], FloatArray]

    @property
    def value(self) -> float:
        """The score itself, every origin counted once."""
        return float(self.under(np.ones((1, self.months.size)))[0])


def bootstrap_estimate(
    score: OriginScore, *, rng: np.random.Generator, block: int = 12, replicates: int = 1000
) -> Estimate:
    """A score with its standard error by a circular block bootstrap over origins.

    Blocks of `block` consecutive months are drawn until they cover the months of the replay, the last month followed by
    the first; the error is the standard deviation over replicates where the score is defined, with the small-sample
    factor of `paired_difference`, with which it agrees for a score that is a mean. Raises `InputError` for a block
    below 1 or fewer than 2 replicates.

    Künsch 1989, doi:10.1214/aos/1176347265; Politis & White 2004, doi:10.1081/ETC-120028836, on the circular one.
    """
    weights = block_weights(score.months, rng=rng, block=block, replicates=replicates)
    return _estimate(score, score.value, score.under(weights), block)


def bootstrap_difference(
    a: OriginScore, b: OriginScore, *, rng: np.random.Generator, block: int = 12, replicates: int = 1000
) -> Estimate:
    """The score of `a` minus that of `b` with its standard error, both scored on the same drawn origins.

    As `bootstrap_estimate`; also raises `InputError` where the two are not of the same cells at the same origins.
    """
    if not (np.array_equal(a.months, b.months) and np.array_equal(a.cells, b.cells)):
        raise InputError("a and b are of different origins or cells: a paired difference needs the same ones")
    weights = block_weights(a.months, rng=rng, block=block, replicates=replicates)
    return _estimate(a, a.value - b.value, a.under(weights) - b.under(weights), block)


def block_weights(
    months: ArrayLike, *, rng: np.random.Generator, block: int = 12, replicates: int = 1000
) -> FloatArray:
    """How often each origin is drawn in each replicate, (replicate, origin), by circular blocks of months.

    `months` are the distinct origins, increasing. Raises `InputError` if they are not.
    """
    months = _checks.origins(months, np.size(months))
    _checks.whole_number(block, "block", least=1)
    _checks.whole_number(replicates, "replicates", least=2)
    if not months.size or bool(np.any(np.diff(months) <= 0)):
        raise InputError("months: expected distinct origins in increasing order")
    span = int(months[-1] - months[0]) + 1
    starts = rng.integers(span, size=(replicates, -(-span // block)))
    drawn = ((starts[:, :, None] + np.arange(block)) % span).reshape(replicates, -1)[:, :span]
    cell = np.arange(replicates)[:, None] * span + drawn
    counts = np.bincount(cell.reshape(-1), minlength=replicates * span).reshape(replicates, span)
    return counts[:, months - months[0]].astype(np.float64)


def mean_by_origin(scores: ArrayLike, origin: ArrayLike) -> OriginScore:
    """The mean of a score over cells, one value a cell, as a function of the origins' weights."""
    values = _checks.finite(scores, "scores", ndim=1)
    months, cells, place = _by_origin(origin, values.size)
    sums = np.bincount(place, weights=values, minlength=months.size)
    return OriginScore(months, cells, lambda weights: _ratio(weights @ sums, weights @ cells))


def precision_by_origin(scores: ArrayLike, outcome: ArrayLike, origin: ArrayLike, *, k: int) -> OriginScore:
    """`precision_at` as a function of the origins' weights."""
    return _alerts_by_origin(scores, outcome, origin, k, of_positives=False)


def recall_by_origin(scores: ArrayLike, outcome: ArrayLike, origin: ArrayLike, *, k: int) -> OriginScore:
    """`recall_at` as a function of the origins' weights."""
    return _alerts_by_origin(scores, outcome, origin, k, of_positives=True)


def average_precision_by_origin(scores: ArrayLike, outcome: ArrayLike, origin: ArrayLike) -> OriginScore:
    """`average_precision` as a function of the origins' weights, exact, ties included.

    Recall moves only at thresholds that a positive cell has, so two tables suffice: alerts and hits of each origin at
    each of those thresholds. A replicate's curve is then its weights times the tables.
    """
    score, happened = _checks.ranked(scores, outcome)
    months, cells, place = _by_origin(origin, score.size)
    thresholds = np.unique(score[happened == 1])
    # From the highest threshold down: the first one that alerts the cell; cells below all never count.
    first = thresholds.size - np.searchsorted(thresholds, score, side="right")
    shape = (months.size, thresholds.size)
    alerts, hits = np.zeros(shape), np.zeros(shape)
    ever = first < thresholds.size
    np.add.at(alerts, (place[ever], first[ever]), 1.0)
    np.add.at(hits, (place[ever], first[ever]), happened[ever])
    np.cumsum(alerts, axis=1, out=alerts)

    def under(weights: FloatArray) -> FloatArray:
        total, area = np.zeros(weights.shape[0]), np.zeros(weights.shape[0])
        so_far = np.zeros((weights.shape[0], 1))
        step = max(1, _CHUNK_VALUES // weights.shape[0])
        for start in range(0, thresholds.size, step):
            part = slice(start, start + step)
            new_hits = weights @ hits[:, part]
            all_hits = so_far + np.cumsum(new_hits, axis=1)
            alerted = weights @ alerts[:, part]
            precision = np.divide(all_hits, alerted, out=np.zeros_like(alerted), where=alerted > 0)
            area += np.sum(new_hits * precision, axis=1)
            total += np.sum(new_hits, axis=1)
            so_far = all_hits[:, -1:]
        return _ratio(area, total)

    return OriginScore(months, cells, under)


def score_by_origin(score: Callable[[IntArray], float], origin: ArrayLike) -> OriginScore:
    """Any score of a choice of cells as a function of the origins' weights; slow, for what the others do not cover.

    `score` is given the numbers of the cells to score, those of an origin drawn twice listed twice, and returns a
    number; `origin` is the month of each cell.
    """
    months, held, place = _by_origin(origin, np.size(origin))
    order = np.argsort(place, kind="stable")
    rows = np.split(order, np.cumsum(held)[:-1])

    def one(weights: FloatArray) -> float:
        times = np.rint(weights).astype(np.int64)
        chosen = [np.tile(rows[o], int(times[o])) for o in np.flatnonzero(times)]
        return float(score(np.concatenate(chosen))) if chosen else float("nan")

    return OriginScore(months, held, lambda weights: np.array([one(row) for row in weights], dtype=np.float64))


def _alerts_by_origin(
    scores: ArrayLike, outcome: ArrayLike, origin: ArrayLike, k: int, *, of_positives: bool
) -> OriginScore:
    score, happened = _checks.ranked(scores, outcome)
    months, cells, place = _by_origin(origin, score.size)
    shares = alert_shares(score, origin, k=k)
    hits = np.bincount(place, weights=shares * happened, minlength=months.size)
    among = np.bincount(place, weights=happened if of_positives else shares, minlength=months.size)
    return OriginScore(months, cells, lambda weights: _ratio(weights @ hits, weights @ among))


def _by_origin(origin: ArrayLike, rows: int) -> tuple[IntArray, IntArray, IntArray]:
    """The distinct origins, how many cells each holds, and the place of each cell's origin among them."""
    if not rows:
        raise InputError("origin: expected at least one cell, got none")
    months, place, cells = np.unique(_checks.origins(origin, rows), return_inverse=True, return_counts=True)
    return months, cells.astype(np.int64), place.astype(np.int64)


def _estimate(score: OriginScore, value: float, replicated: FloatArray, block: int) -> Estimate:
    held, _ = month_grid(score.months)
    defined = replicated[np.isfinite(replicated)]
    spread = float(np.std(defined)) if defined.size > 1 else float("nan")
    error = spread * float(np.sqrt(small_sample_factor(held, block)))
    return Estimate(value, error, int(score.cells.sum()), score.months.size, block)


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    ratio: FloatArray = np.full(np.shape(whole), np.nan)
    return np.divide(part, whole, out=ratio, where=whole > 0)
