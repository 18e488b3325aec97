"""Deaths ahead, in keeping with the probability of 25: the count model's draws, reweighted so that the two agree."""

from __future__ import annotations

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


def deaths_ahead(totals: Floats, p: Floats) -> DeathsAhead:
    """Expected deaths and interval from draws of the deaths within the horizon, (group, draw), and P(25 or more).

    Where a group's draws are of both sorts, with 25 deaths and without, they are weighted so that the share with 25 is
    exactly `p` (Jeffrey's rule), and interval and probability cannot contradict each other; else all count the same.
    """
    crossed = totals >= CROSSING_DEATHS
    number, draws = crossed.sum(axis=1, keepdims=True), totals.shape[1]
    both = (number > 0) & (number < draws)
    above = np.where(both, p[:, None] / np.maximum(number, 1), 1.0 / draws)
    below = np.where(both, (1.0 - p[:, None]) / np.maximum(draws - number, 1), 1.0 / draws)
    weight = np.where(crossed, above, below)
    order = np.argsort(totals, axis=1, kind="stable")
    ordered = np.take_along_axis(totals, order, axis=1)
    reached = np.cumsum(np.take_along_axis(weight, order, axis=1), axis=1)

    def quantile(q: float) -> Floats:
        place = np.minimum((reached < q - 1e-12).sum(axis=1), draws - 1)
        return np.asarray(ordered[np.arange(len(ordered)), place])

    tail = (1.0 - LEVEL) / 2.0
    return DeathsAhead(np.asarray((weight * totals).sum(axis=1)), quantile(tail), quantile(1.0 - tail))
