"""Deaths ahead, in keeping with the probability of 25: the count model's draws, reweighted so that the two agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.panel import CROSSING_DEATHS

Floats = NDArray[np.float64]
LEVEL = 0.8


@dataclass(frozen=True, eq=False)
class DeathsAhead:
    """Expected deaths within the horizon and an 80% interval, arrays of one entry per group."""

    expected: Floats
    low: Floats
    high: Floats


def weigh_draws(totals: Floats, p: Floats) -> Floats:
    """Weight of each draw, (group, draw), adding up to one: the share of those with 25 deaths is `p` (Jeffrey's rule).

    `totals` are deaths within the horizon, (group, draw). Where a group's draws are all of one sort, with 25 deaths or
    without, all count the same.
    """
    crossed = totals >= CROSSING_DEATHS
    number, draws = crossed.sum(axis=1, keepdims=True), totals.shape[1]
    both = (number > 0) & (number < draws)
    above = np.where(both, p[:, None] / np.maximum(number, 1), 1.0 / draws)
    below = np.where(both, (1.0 - p[:, None]) / np.maximum(draws - number, 1), 1.0 / draws)
    return np.asarray(np.where(crossed, above, below))


def weighted_quantiles(values: Floats, weight: Floats, at: Sequence[float]) -> Floats:
    """Quantiles of weighted draws, (quantile, row): the least value that so much of the weight does not exceed.

    `values` and `weight` are (row, draw), the weights of a row adding up to one.
    """
    draws = values.shape[1]
    order = np.argsort(values, axis=1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=1)
    reached = np.cumsum(np.take_along_axis(weight, order, axis=1), axis=1)
    rows = np.arange(len(values))
    return np.stack([ordered[rows, np.minimum((reached < q - 1e-12).sum(axis=1), draws - 1)] for q in at])


def deaths_ahead(totals: Floats, p: Floats) -> DeathsAhead:
    """Expected deaths and interval from draws of the deaths within the horizon, (group, draw), and P(25 or more).

    Draws are weighted by `weigh_draws`, so that interval and probability cannot contradict each other.
    """
    weight = weigh_draws(totals, p)
    tail = (1.0 - LEVEL) / 2.0
    low, high = weighted_quantiles(totals, weight, (tail, 1.0 - tail))
    return DeathsAhead(np.asarray((weight * totals).sum(axis=1)), low, high)
