"""Exceedances: a distribution of deaths in a month as the chances to pass each of a row of thresholds.

The common currency of the models of monthly deaths: it can be averaged over models, scored, sampled from, and has one
shape for zeros, a body and a tail. An array of exceedances is (..., threshold), P(deaths > threshold), falling.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]

THRESHOLDS: NDArray[np.int64] = np.array([0, 1, 2, 4, 7, 12, 20, 33, 55, 90, 150, 250, 400, 700, 1200, 2000, 3500])
LOG_THRESHOLDS: Floats = np.log1p(THRESHOLDS)
# Beyond the last threshold the tail is Pareto's, its shape that of deaths per event worldwide, 0.67-0.74 on all events
# of 1989-2020: the one setting that is not from before 2010.
TAIL_SHAPE = 0.7
TAIL_FROM, TAIL_PACE = 20.0, 5.0
# Nothing above any event on record goes into a mean.
MOST_DEATHS = 1e5
_LEAST = 1e-9


def tidy(exceedance: Floats) -> Floats:
    """The exceedances made to fall and to lie within (0, 1)."""
    return np.clip(np.minimum.accumulate(exceedance, axis=-1), _LEAST, 1.0 - _LEAST)


def with_pareto_tail(exceedance: Floats, pace: Floats) -> Floats:
    """Exceedances (unit, step, threshold) that fall at least as fast as the pooled tail where data are too thin to say.

    That is from five times the unit's `pace` (deaths a month of late, (unit,)) on, and not below 20 deaths: there a
    chance falls from one threshold to the next by at least the ratio of the deaths to the power 1 / `TAIL_SHAPE`.
    """
    out = exceedance.copy()
    begins = np.maximum(TAIL_FROM, TAIL_PACE * pace)[:, None]
    for k in range(1, len(THRESHOLDS)):
        ratio = ((THRESHOLDS[k - 1] + 1) / (THRESHOLDS[k] + 1)) ** (1.0 / TAIL_SHAPE)
        steep = np.minimum(out[..., k], out[..., k - 1] * ratio)
        out[..., k] = np.where(THRESHOLDS[k - 1] >= begins, steep, out[..., k])
    return out


def uniforms(shape: tuple[int, int, int], correlation: float, rng: np.random.Generator) -> Floats:
    """Uniform numbers (unit, step, draw) whose steps hang together: a Gaussian copula, every two steps alike.

    `correlation` is that of the normal scores of any two steps of a draw, in [0, 1).
    """
    units, _, draws = shape
    common = rng.standard_normal((units, 1, draws), dtype=np.float32)
    own = rng.standard_normal(shape, dtype=np.float32)
    return np.asarray(ndtr(np.sqrt(correlation) * common + np.sqrt(1.0 - correlation) * own), dtype=np.float64)


def in_strata(u: Floats) -> Floats:
    """Uniform numbers (..., draw) replaced by one of each of as many equal strata, in the same order within a cell.

    That is the middle of the stratum; of the one that holds the tail the place of its mean, by the pooled tail's shape:
    its middle would leave a good part of the expected deaths out.
    """
    draws = u.shape[-1]
    rank = np.argsort(np.argsort(u, axis=-1, kind="stable"), axis=-1, kind="stable")
    place = np.where(rank == 0, (1.0 - TAIL_SHAPE) ** (1.0 / TAIL_SHAPE), rank + 0.5)
    return np.asarray(place / draws)


def deaths_at(exceedance: Floats, u: Floats) -> NDArray[np.float32]:
    """Deaths whose exceedance is `u`: whole numbers of the shape of `u`, (..., draw), for (..., threshold).

    Between thresholds the log exceedance is linear in log1p(deaths).
    """
    above = np.zeros(u.shape, np.int8)
    for k in range(len(THRESHOLDS)):
        above += u <= exceedance[..., k, None]
    out = np.zeros(u.shape, np.float32)
    some = np.nonzero(above)
    passed = above[some].astype(np.intp) - 1  # the highest threshold passed
    cell = some[:-1]
    log_u = np.log(np.maximum(u[some], 1e-12))
    last = len(THRESHOLDS) - 1
    upper = np.minimum(passed + 1, last)
    log_from = np.log(exceedance[(*cell, passed)])
    log_to = np.log(exceedance[(*cell, upper)])
    part = (log_from - log_u) / np.maximum(log_from - log_to, 1e-12)
    width = LOG_THRESHOLDS[upper] - LOG_THRESHOLDS[passed]
    inside = np.ceil(np.expm1(LOG_THRESHOLDS[passed] + np.clip(part, 0.0, 1.0) * width) - 1e-9)
    inside = np.clip(inside, THRESHOLDS[passed] + 1, THRESHOLDS[upper])
    beyond = np.rint((THRESHOLDS[last] + 1) * np.exp(TAIL_SHAPE * (log_from - log_u)))
    out[some] = np.minimum(np.where(passed == last, beyond, inside), MOST_DEATHS)
    return out


def exceedances_of(samples: NDArray[np.floating]) -> Floats:
    """Shares of draws above each threshold: (..., threshold) of samples (..., draw)."""
    return np.stack([(samples > k).mean(axis=-1) for k in THRESHOLDS], axis=-1)
