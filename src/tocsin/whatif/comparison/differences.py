"""Outcomes of each option, and paired differences to doing nothing, with intervals that know what is independent.

Runs of one parameter point share its parameters, so the interval of a mean is from the means of points.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from tocsin.whatif.catalogue import Variant
from tocsin.whatif.comparison.points import point_means, shares_of_points
from tocsin.whatif.comparison.reduce import Reduced, Row
from tocsin.whatif.comparison.result import Band, Difference, Outcome

Floats = NDArray[np.float64]
_TAILS = (0.05, 0.5, 0.95)


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


def borrowed_interval(values: Floats, main: Floats, replicates: int) -> tuple[Floats, Floats, Floats]:
    """The mean of `values` (..., draw) and its 90% interval, were they had at all points of `main` (..., more draws).

    Both are of the same points, in the same order, as far as `values` go. What the two have in common there is taken
    from the mean of all of `main` (double sampling with regression, Cochran 1977, Sampling Techniques, section 12.6):
    rare points that weigh much are then in both, or else a variant with fewer points would look surer than it is. Its
    variance is that of what the regression leaves over, at the mean it is taken to, and of the regressed part over all
    points of `main`. With fewer than four points, or no fewer than `main`, it is `mean_interval`.
    """
    x, y = point_means(main, replicates), point_means(values, replicates)
    n, points = y.shape[-1], x.shape[-1]
    if not is_borrowed(n, points):
        return mean_interval(values, replicates)
    same = x[..., :n]
    dx, dy = same - same.mean(axis=-1, keepdims=True), y - y.mean(axis=-1, keepdims=True)
    spread = (dx**2).sum(axis=-1)
    slope = np.divide((dx * dy).sum(axis=-1), spread, out=np.zeros_like(spread), where=spread > 0)
    rest = ((dy - slope[..., np.newaxis] * dx) ** 2).sum(axis=-1) / (n - 2)
    gap = x.mean(axis=-1) - same.mean(axis=-1)
    mean = y.mean(axis=-1) + slope * gap
    # The further the mean of all points is from that of the few, the less sure is a line through the few.
    away = np.divide(gap**2, spread, out=np.zeros_like(spread), where=spread > 0)
    variance = rest * (1 / n + away) + slope**2 * x.var(axis=-1, ddof=1) / points
    half = float(stdtrit(n - 2, 0.95)) * np.sqrt(variance)
    return mean, mean - half, mean + half


def is_borrowed(points: int, of_main: int) -> bool:
    """Whether `borrowed_interval` regresses the mean of so many points on so many more of the first variant."""
    return 4 <= points < of_main


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
    main: Floats | None = None,
) -> list[Difference]:
    """An option against doing nothing on the same chance and parameters, by row and horizon.

    `main` (row, horizon, draw) are the expected differences in the variant with the most runs, see `borrowed_interval`.
    """
    expected = runs.expected - nothing.expected
    if main is None:
        mean, mean_low, mean_high = mean_interval(expected, replicates)
    else:
        mean, mean_low, mean_high = borrowed_interval(expected, main, replicates)
    regressed = main is not None and is_borrowed(expected.shape[-1] // replicates, main.shape[-1] // replicates)
    points_less, points_more, told = shares_of_points(expected, replicates)
    if regressed and main is not None:
        # What the points that are not run here add to the shares in the first variant, they are taken to add here too.
        few_less, few_more, _ = shares_of_points(main[..., : expected.shape[-1]], replicates)
        main_less, main_more, told = shares_of_points(main, replicates)
        points_less = np.clip(points_less + main_less - few_less, 0.0, 1.0)
        points_more = np.clip(points_more + main_more - few_more, 0.0, 1.0)
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
            points_less=float(points_less[k, h]) if told[k, h] else None,
            points_more=float(points_more[k, h]) if told[k, h] else None,
            regressed=regressed,
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
