"""Scores of forecasts given as samples: one score a cell, to be averaged, compared or mapped by the caller.

`samples` has its draws on the last axis, `(..., draw)`; `outcomes` has the shape without it, `(...)`, and so has every
score. The unit is that of the forecast (deaths); on `log1p` it is log deaths. Smaller is better throughout, except for
`coverage`. Work goes block by block, so memory beyond the input stays at a few megabytes whatever the number of cells,
and a cell's score does not depend on which other cells are scored with it, to the last bit.

All raise `InputError` for shapes that do not fit, no draws, and values that are missing or infinite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tocsin.errors import InputError
from tocsin.verify import _checks
from tocsin.verify._checks import BoolArray, FloatArray

VIEWS_BINS = (0.0, 0.5, 2.5, 5.5, 10.5, 25.5, 50.5, 100.5, 250.5, 500.5, 1000.5, float("inf"))
"""Edges of the classes of deaths that the VIEWS prediction challenge 2023/24 scored, each closed on the left."""

# Two megabytes of float64: the block and its two working copies stay in a core's cache.
_BLOCK_VALUES = 2**18


@dataclass(frozen=True)
class SampleScores:
    """Every score of a sample forecast, cell by cell, from one sort of the draws; all arrays have the outcomes' shape.

    `crps`, `interval_score` and `interval_width` are in the forecast's unit, `crps_log1p` in log deaths, `ignorance` in
    bits; `coverage` says whether the central interval of level `level` holds the outcome, `expected_coverage` is the
    share of the draws that it holds: how often an honest forecast's interval does, which on counts is above `level`.
    `draws` goes with `ignorance`, which can only be compared between forecasts of the same number of draws.
    """

    crps: FloatArray
    crps_log1p: FloatArray
    ignorance: FloatArray
    interval_score: FloatArray
    coverage: BoolArray
    expected_coverage: FloatArray
    interval_width: FloatArray
    level: float
    draws: int


def crps(samples: ArrayLike, outcomes: ArrayLike, *, fair: bool = False) -> FloatArray:
    """Continuous ranked probability score: `mean |x_i - y| - (1 / 2 m^2) sum_ij |x_i - x_j|`.

    The draws are taken as the whole forecast, as in the VIEWS challenge. With `fair`, as a sample of it: `m (m - 1)` in
    place of `m^2` makes the expected score free of the number of draws (Ferro 2014), and single scores can then be
    below zero. Sorted draws give the double sum in one pass. Also raises `InputError` for `fair` with a single draw.

    Gneiting & Raftery 2007, doi:10.1198/016214506000001437; Ferro 2014, doi:10.1002/qj.2270.

    >>> crps([[0, 0, 3, 5]], [3]).tolist()
    [0.875]
    """
    return _each_block(samples, outcomes, lambda block, y: _crps(block, y, fair=fair))


def crps_log1p(samples: ArrayLike, outcomes: ArrayLike, *, fair: bool = False) -> FloatArray:
    """CRPS of `log(1 + deaths)`: the score of relative errors, which a few wars do not decide.

    Also raises `InputError` for negative values. Bosse et al. 2023, doi:10.1371/journal.pcbi.1011393.
    """

    def score(block: NDArray[Any], y: FloatArray) -> FloatArray:
        _not_negative(block, y)
        return _crps(np.log1p(block, dtype=np.float64), np.log1p(y), fair=fair)

    return _each_block(samples, outcomes, score)


def ignorance_score(samples: ArrayLike, outcomes: ArrayLike, *, bins: Sequence[float] = VIEWS_BINS) -> FloatArray:
    """Ignorance in bits: `-log2 ((c + 1) / (m + b))`, where `c` of `m` draws lie in the outcome's class, one of `b`.

    The 1 added to every class keeps the score finite and makes it depend on `m`: compare only forecasts with the same
    number of draws (the challenge's is 1,000, where the largest score is log2 1011, about 9.98). `bins` are increasing
    edges, each class closed on the left. Also raises `InputError` for values outside the bins.

    The VIEWS prediction challenge 2023/24: Hegre et al. 2025, doi:10.1177/00223433241300862.
    """
    edges = _edges(bins)
    return _each_block(samples, outcomes, lambda block, y: -np.log2(_class_probability(block, y, edges)))


def sample_log_score(samples: ArrayLike, outcomes: ArrayLike, *, bins: Sequence[float] = VIEWS_BINS) -> FloatArray:
    """Logarithmic score in nats of a sample forecast: minus the log of the outcome's class probability.

    The same estimate as `ignorance_score`, in the unit of `log_score`: finitely many draws give probabilities to
    classes of counts, not to each count in the tail. Raises as `ignorance_score` does.
    """
    edges = _edges(bins)
    return _each_block(samples, outcomes, lambda block, y: -np.log(_class_probability(block, y, edges)))


def interval_score(samples: ArrayLike, outcomes: ArrayLike, *, level: float = 0.9) -> FloatArray:
    """Interval score of the central interval `[l, u]`: `(u - l) + (2 / a) ((l - y)+ + (y - u)+)`, `a = 1 - level`.

    The limits are the draws' quantiles at `a / 2` and `1 - a / 2`, linearly interpolated, as in the VIEWS challenge,
    whose mean interval score is the mean of this at level 0.9. Also raises `InputError` for a level outside (0, 1).

    Gneiting & Raftery 2007, doi:10.1198/016214506000001437.
    """
    _checks.share(level, "level")
    return _each_block(samples, outcomes, lambda block, y: _interval_score(*_limits(block, level), y, level))


def coverage(samples: ArrayLike, outcomes: ArrayLike, *, level: float = 0.9) -> BoolArray:
    """Whether each outcome lies in the central interval, limits included; the mean of it is the coverage.

    The limits are those of `interval_score`. On counts an honest interval covers more than its level, since its limits
    hold many outcomes each: where the lower one is 0, nothing can fall below, and an honest 90% interval covers 95% or
    more. So take it over active units, and read it beside `interval_width`.
    """
    _checks.share(level, "level")

    def score(block: NDArray[Any], y: FloatArray) -> FloatArray:
        low, high = _limits(block, level)
        return ((low <= y) & (y <= high)).astype(np.float64)

    return _each_block(samples, outcomes, score).astype(np.bool_)


def interval_width(samples: ArrayLike, *, level: float = 0.9) -> FloatArray:
    """Width of the central interval that `coverage` and `interval_score` use; no outcomes are needed."""
    _checks.share(level, "level")
    draws = _checks.numbers(samples, "samples")

    def score(block: NDArray[Any], _: FloatArray) -> FloatArray:
        low, high = _limits(block, level)
        return high - low

    return _each_block(draws, np.zeros(draws.shape[:-1]), score)


def sample_scores(
    samples: ArrayLike, outcomes: ArrayLike, *, level: float = 0.9, bins: Sequence[float] = VIEWS_BINS
) -> SampleScores:
    """All scores of this module at once, each equal to the bit to what its own function gives, for one sort.

    Raises what the single scores raise; values must not be negative.
    """
    edges, _ = _edges(bins), _checks.share(level, "level")
    draws, y, shape = _fitting(samples, outcomes)
    table = np.empty((7, y.size))
    for rows, block in _sorted_blocks(draws):
        truth = y[rows]
        probability = _class_probability(block, truth, edges)
        low, high = _limits(block, level)
        table[0, rows] = _crps(block, truth, fair=False)
        table[1, rows] = _crps(np.log1p(block, dtype=np.float64), np.log1p(truth), fair=False)
        table[2, rows] = -np.log2(probability)
        table[3, rows] = _interval_score(low, high, truth, level)
        table[4, rows] = (low <= truth) & (truth <= high)
        table[5, rows] = high - low
        held = (block >= low[:, None]) & (block <= high[:, None])
        table[6, rows] = np.count_nonzero(held, axis=1) / block.shape[1]
    whole = table.reshape(7, *shape)
    covered = whole[4].astype(np.bool_)
    return SampleScores(whole[0], whole[1], whole[2], whole[3], covered, whole[6], whole[5], level, draws.shape[-1])


def _fitting(samples: ArrayLike, outcomes: ArrayLike) -> tuple[NDArray[Any], FloatArray, tuple[int, ...]]:
    """The draws as (cell, draw), the outcomes as (cell,), and the shape that scores go back to."""
    draws, truth = _checks.numbers(samples, "samples"), _checks.finite(outcomes, "outcomes")
    if draws.ndim == 0 or draws.shape[-1] == 0:
        raise InputError(f"samples: expected draws on the last axis, got shape {draws.shape}")
    if draws.shape[:-1] != truth.shape:
        raise InputError(
            f"samples {draws.shape} and outcomes {truth.shape} do not fit: expected outcomes of shape "
            f"{draws.shape[:-1]}, the samples' without the last axis (the draws)"
        )
    return draws.reshape(-1, draws.shape[-1]), truth.reshape(-1), truth.shape


def _sorted_blocks(draws: NDArray[Any]) -> Iterator[tuple[slice, NDArray[Any]]]:
    """Rows of draws in ascending order, a block at a time, in the type they came in: small types sort faster."""
    step = max(1, _BLOCK_VALUES // draws.shape[1])
    for start in range(0, draws.shape[0], step):
        rows = slice(start, min(start + step, draws.shape[0]))
        block = np.sort(draws[rows], axis=1)
        # Missing values and infinities sort to the ends, so that the ends tell.
        wrong = ~(np.isfinite(block[:, 0]) & np.isfinite(block[:, -1]))
        if wrong.any():
            cell = start + int(np.argmax(wrong))
            raise InputError(f"samples: draws are missing or infinite, the first in cell {cell} (counted from 0)")
        yield rows, block


def _each_block(
    samples: ArrayLike, outcomes: ArrayLike, score: Callable[[NDArray[Any], FloatArray], FloatArray]
) -> FloatArray:
    draws, y, shape = _fitting(samples, outcomes)
    scores = np.empty(y.size)
    for rows, block in _sorted_blocks(draws):
        scores[rows] = score(block, y[rows])
    return scores.reshape(shape)


def _crps(block: NDArray[Any], y: FloatArray, *, fair: bool) -> FloatArray:
    draws = block.shape[1]
    if fair and draws < 2:
        raise InputError("samples: the fair CRPS needs at least two draws, got one")
    # Deviations from the outcome, not the draws: both terms are blind to a shift, and rounding is then relative to
    # the forecast's errors. Sums run along each row alone (no matrix product), so that a cell's bits are its own.
    deviation = np.subtract(block, y[:, None], dtype=np.float64)
    place = 2.0 * np.arange(draws) - (draws - 1)
    spread = np.multiply(deviation, place).sum(axis=1) / (draws * (draws - 1) if fair else draws * draws)
    score = np.abs(deviation, out=deviation).sum(axis=1) / draws - spread
    # Exactly zero for a point forecast that is right; rounding must not take a score of squares below it.
    return np.asarray(score if fair else np.maximum(score, 0.0), dtype=np.float64)


def _class_probability(block: NDArray[Any], y: FloatArray, edges: FloatArray) -> FloatArray:
    low, high = min(block[:, 0].min(), y.min()), max(block[:, -1].max(), y.max())
    if low < edges[0] or high >= edges[-1]:
        raise InputError(f"values from {low:g} to {high:g} are not all within the bins [{edges[0]:g}, {edges[-1]:g})")
    place = np.searchsorted(edges, y, side="right")
    inside = (block >= edges[place - 1][:, None]) & (block < edges[place][:, None])
    counts: FloatArray = np.count_nonzero(inside, axis=1).astype(np.float64)
    return (counts + 1.0) / float(block.shape[1] + edges.size - 1)


def _limits(block: NDArray[Any], level: float) -> tuple[FloatArray, FloatArray]:
    alpha = 1 - level
    return _quantile(block, alpha / 2), _quantile(block, 1 - alpha / 2)


def _quantile(block: NDArray[Any], q: float) -> FloatArray:
    """`numpy.quantile` of rows already sorted, with its linear interpolation and its rounding."""
    place = (block.shape[1] - 1) * q
    below = int(np.floor(place))
    above, part = min(below + 1, block.shape[1] - 1), place - below
    low, high = block[:, below].astype(np.float64), block[:, above].astype(np.float64)
    value = high - (high - low) * (1 - part) if part >= 0.5 else low + (high - low) * part
    return np.asarray(value, dtype=np.float64)


def _interval_score(low: FloatArray, high: FloatArray, y: FloatArray, level: float) -> FloatArray:
    outside = np.maximum(low - y, 0.0) + np.maximum(y - high, 0.0)
    return np.asarray((high - low) + 2 / (1 - level) * outside, dtype=np.float64)


def _edges(bins: Sequence[float]) -> FloatArray:
    edges = np.asarray(bins, dtype=np.float64)
    if edges.ndim != 1 or edges.size < 2 or not bool(np.all(np.diff(edges) > 0)):
        raise InputError(f"bins: expected at least two increasing edges, got {list(bins)!r}")
    return edges


def _not_negative(block: NDArray[Any], y: FloatArray) -> None:
    least = min(block[:, 0].min(), y.min())
    if least < 0:
        raise InputError(f"expected counts of at least 0 for a score on log1p, got {least:g}")
