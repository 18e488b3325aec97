"""Outcomes of each option, and paired differences to doing nothing, with intervals that know what is independent.

Runs of one parameter point share its parameters, so the interval of a mean is from the means of points.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from tocsin.whatif.catalogue import Variant
from tocsin.whatif.comparison import Band, Difference, Outcome
from tocsin.whatif.reduce import Reduced, Row

Floats = NDArray[np.float64]
_TAILS = (0.05, 0.5, 0.95)


def point_means(values: Floats, replicates: int) -> Floats:
    """Means (..., point) over the `replicates` runs of each parameter point, which follow each other in (..., draw)."""
    means: Floats = values.reshape(*values.shape[:-1], -1, replicates).mean(axis=-1)
    return means


def mean_interval(values: Floats, replicates: int) -> tuple[Floats, Floats, Floats]:
    """The mean over draws (the last axis), and the 90% interval of it, by Student's t over parameter points.

    Where there is one point only, its runs are taken, which are independent given the parameters; one run alone has an
    interval without bounds.
    """
    means = point_means(values, replicates)
    if means.shape[-1] == 1:
        means = values
    n = means.shape[-1]
    mean = means.mean(axis=-1)
    if n == 1:
        return mean, np.full_like(mean, -np.inf), np.full_like(mean, np.inf)
    half = float(stdtrit(n - 1, 0.95)) * means.std(axis=-1, ddof=1) / np.sqrt(n)
    return mean, mean - half, mean + half


def variance_ratio(option: Floats, nothing: Floats) -> Floats:
    """Var(option - nothing) / (var(option) + var(nothing)) over the last axis: pairing against independent runs.

    nan where nothing varies.
    """
    unpaired = option.var(axis=-1) + nothing.var(axis=-1)
    paired = (option - nothing).var(axis=-1)
    ratio: Floats = np.divide(paired, unpaired, out=np.full_like(paired, np.nan), where=unpaired > 0)
    return ratio


def outcomes_of(
    variant: Variant, option: str, rows: Sequence[Row], horizons: Sequence[int], runs: Reduced
) -> list[Outcome]:
    """The outcomes of one option, by row and horizon."""
    mean = runs.expected.mean(axis=-1)
    low, median, high = np.quantile(runs.at, _TAILS, axis=-1)
    return [
        Outcome(
            variant=variant,
            option=option,
            outcome=row.outcome,
            group=row.group,
            horizon=horizon,
            mean=float(mean[k, h]),
            median=float(median[k, h]),
            low=float(low[k, h]),
            high=float(high[k, h]),
        )
        for k, row in enumerate(rows)
        for h, horizon in enumerate(horizons)
    ]


def differences_of(
    variant: Variant,
    option: str,
    rows: Sequence[Row],
    horizons: Sequence[int],
    runs: Reduced,
    nothing: Reduced,
    replicates: int,
) -> list[Difference]:
    """An option against doing nothing on the same chance and parameters, by row and horizon."""
    mean, mean_low, mean_high = mean_interval(runs.expected - nothing.expected, replicates)
    paired = runs.at - nothing.at
    low, _, high = np.quantile(paired, _TAILS, axis=-1)
    less, more = (paired < 0).mean(axis=-1), (paired > 0).mean(axis=-1)
    ratio = variance_ratio(runs.at, nothing.at)
    return [
        Difference(
            variant=variant,
            option=option,
            outcome=row.outcome,
            group=row.group,
            horizon=horizon,
            mean=float(mean[k, h]),
            mean_low=float(mean_low[k, h]),
            mean_high=float(mean_high[k, h]),
            low=float(low[k, h]),
            high=float(high[k, h]),
            p_less=float(less[k, h]),
            p_more=float(more[k, h]),
            variance_ratio=None if np.isnan(ratio[k, h]) else float(ratio[k, h]),
        )
        for k, row in enumerate(rows)
        for h, horizon in enumerate(horizons)
    ]


def bands_of(variant: Variant, option: str, rows: Sequence[Row], runs: Reduced) -> list[Band]:
    """Each row by month: its mean and the middle 90% of runs."""
    found = []
    for k, row in enumerate(rows):
        low, median, high = np.quantile(runs.monthly[k], _TAILS, axis=-1).astype(np.float64)
        mean = runs.monthly[k].mean(axis=-1, dtype=np.float64)
        found.append(Band(variant, option, row.outcome, row.group, mean, low, median, high))
    return found
