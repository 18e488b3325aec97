"""Deaths ahead, given the probability of 25: what came of past cases that looked alike when they were predicted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from tocsin.forecast.risk import Cases
from tocsin.panel import CROSSING_DEATHS

Floats = NDArray[np.float64]
NEIGHBOURS = 400
_CLIP = 1e-5


@dataclass(frozen=True, eq=False)
class DeathsAhead:
    """Expected deaths within the horizon and an 80% interval, arrays of one entry per group."""

    expected: Floats
    low: Floats
    high: Floats


def deaths_ahead(cases: Cases, raw: Floats, p: Floats, ongoing: NDArray[np.bool_], pace: Floats) -> DeathsAhead:
    """Deaths within the horizon from the `NEIGHBOURS` past cases of the same list with the nearest uncalibrated score.

    `raw` is the model's probability before calibration, to match `cases.raw`; `p` the calibrated one; `pace` the
    group's deaths a month of late. An ongoing group's cases count in proportion to their pace, so that a war is
    compared with wars of other sizes. Where the cases are of both sorts, with 25 deaths ahead and without, they are
    weighted so that their share is exactly `p` (Jeffrey's rule), and interval and probability cannot contradict each
    other.
    """
    expected, low, high = (np.zeros(len(p)) for _ in range(3))
    for listed in (False, True):
        held = np.flatnonzero(cases.ongoing == listed)
        held = held[np.argsort(cases.raw[held], kind="stable")]
        scores = _score(cases.raw[held])
        for g in np.flatnonzero(ongoing == listed):
            near = held[_nearest(scores, float(_score(raw[g : g + 1])[0]))]
            if not len(near):
                continue
            deaths = cases.deaths_ahead[near]
            if listed:
                deaths = np.rint(deaths * (pace[g] + 0.1) / (cases.pace[near] + 0.1))
            weight = _weights(deaths >= CROSSING_DEATHS, p[g])
            expected[g] = weight @ deaths
            low[g], high[g] = _quantiles(deaths, weight, (0.1, 0.9))
    return DeathsAhead(expected, low, high)


def _score(p: Floats) -> Floats:
    return np.asarray(logit(np.clip(p, _CLIP, 1 - _CLIP)))


def _nearest(scores: Floats, at: float) -> slice:
    """The run of `NEIGHBOURS` sorted scores around `at`."""
    middle = int(np.searchsorted(scores, at))
    start = int(np.clip(middle - NEIGHBOURS // 2, 0, max(len(scores) - NEIGHBOURS, 0)))
    return slice(start, start + NEIGHBOURS)


def _weights(crossed: NDArray[np.bool_], p: float) -> Floats:
    share = crossed.mean()
    if share in (0.0, 1.0):  # no case of one sort to give weight to
        return np.full(len(crossed), 1.0 / len(crossed))
    return np.asarray(np.where(crossed, p / crossed.sum(), (1.0 - p) / (~crossed).sum()))


def _quantiles(values: Floats, weight: Floats, levels: tuple[float, ...]) -> list[float]:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    return [float(values[order][min(int(np.searchsorted(reached, q - 1e-12)), len(values) - 1)]) for q in levels]
