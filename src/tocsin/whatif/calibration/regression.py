"""Approximate Bayesian computation, the part without a simulator: learned statistics, nearest runs, and the adjustment.

Parameters stand on a scale on which their prior is standard normal, so that one without information stays that way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import InputError

Floats = NDArray[np.float64]

_RIDGE = 1e-3  # of a standardised statistic's variance: keeps twins among them from cancelling
_MOST_SPREAD = 3.0  # by which factor one run's residual may be stretched or shrunk


@dataclass(frozen=True, eq=False)
class Learned:
    """Linear predictions of parameters from statistics (Fearnhead & Prangle 2012,
    doi:10.1111/j.1467-9868.2011.01010.x), and how far off they are (`residual`, one per parameter)."""

    centre: Floats
    scale: Floats
    low: Floats
    high: Floats
    coefficients: Floats
    residual: Floats

    def predict(self, statistics: Floats) -> Floats:
        """Predicted parameters (draw, parameter) for statistics (draw, statistic), cut at what the runs showed."""
        x = (np.clip(statistics, self.low, self.high) - self.centre) / self.scale
        predicted: Floats = np.column_stack([np.ones(len(x)), x]) @ self.coefficients
        return predicted


def learn(parameters: Floats, statistics: Floats) -> Learned:
    """Learn one statistic per parameter from runs: `parameters` (run, parameter), `statistics` (run, statistic).

    Statistics are cut at their 0.1% and 99.9% points: an explosion in a few runs is not to be learned from. Raises
    `InputError` for fewer than twice as many runs as statistics.
    """
    runs, width = statistics.shape
    if runs < 2 * width + 2:
        raise InputError(f"{runs:,} runs are too few to learn from {width} statistics; give at least {2 * width + 2:,}")
    low, high = np.quantile(statistics, [0.001, 0.999], axis=0)
    kept = np.clip(statistics, low, high)
    centre, scale = kept.mean(axis=0), kept.std(axis=0)
    scale[scale < 1e-9] = 1.0  # a statistic that is always the same tells nothing
    x = np.column_stack([np.ones(runs), (kept - centre) / scale])
    coefficients = _solve(x, parameters, np.ones(runs))
    off = parameters - x @ coefficients
    residual = np.sqrt((off**2).sum(axis=0) / (runs - width - 1))
    return Learned(centre, scale, low, high, coefficients, residual)


def nearest(
    learned: Learned, statistics: Floats, observed: Floats, keep: int, *, of: Sequence[int] | None = None
) -> tuple[NDArray[np.int64], Floats]:
    """The `keep` runs whose learned statistics lie nearest to the observed ones, and their Epanechnikov weights.

    Distances are in units of each parameter's residual, so that what is well told counts most. `of`: by the statistics
    learned for these parameters alone.
    """
    unit = np.maximum(learned.residual, 1e-9)
    off = (learned.predict(statistics) - learned.predict(observed[None])) / unit
    if of is not None:
        off = off[:, list(of)]
    distance = np.sqrt((off**2).sum(axis=1))
    order = np.argsort(distance, kind="stable")
    found = order[: min(keep, len(order))].astype(np.int64)
    bandwidth = distance[order[min(keep, len(order) - 1)]]
    weights = 1.0 - (distance[found] / max(bandwidth, 1e-12)) ** 2
    # At the edge of the kernel a weight may be 0 by rounding; none is below.
    return found, np.maximum(weights, 1e-6)


def adjust(parameters: Floats, statistics: Floats, observed: Floats, weights: Floats) -> Floats:
    """Move runs to where they would be had they given the observed statistics: local-linear, heteroscedastic.

    `parameters` (run, parameter), `statistics` (run, statistic), `observed` (statistic), `weights` (run). Each
    parameter's mean is regressed on the statistics, then the log of its squared residual; residuals are carried over to
    the observed statistics and scaled by the ratio of spreads (Beaumont, Zhang & Balding 2002,
    doi:10.1093/genetics/162.4.2025; Blum & Francois 2010, doi:10.1007/s11222-009-9116-0). They are widened for the
    degrees of freedom the regression used and for what it leaves open at the observed point, as in any prediction.
    """
    low, high = statistics.min(axis=0), statistics.max(axis=0)
    at = np.clip(observed, low, high)  # beyond what was simulated a line is a guess
    centre = np.average(statistics, axis=0, weights=weights)
    scale = np.maximum(np.sqrt(np.average((statistics - centre) ** 2, axis=0, weights=weights)), 1e-9)
    x = np.column_stack([np.ones(len(statistics)), (statistics - centre) / scale])
    x_at = np.concatenate([[1.0], (at - centre) / scale])
    mean = _solve(x, parameters, weights)
    residual = parameters - x @ mean
    effective = weights.sum() ** 2 / (weights**2).sum()
    gram = _gram(x, weights)
    leverage = float(x_at @ np.linalg.solve(gram, x_at)) * float((weights**2).sum() / weights.sum())
    width = x.shape[1]
    widened = np.sqrt(effective / max(effective - width, 0.1 * effective) * (1.0 + min(leverage, 1.0)))
    log_spread = _solve(x, np.log(residual**2 + 1e-12), weights) / 2
    ratio = np.exp(np.clip(x_at @ log_spread - x @ log_spread, -np.log(_MOST_SPREAD), np.log(_MOST_SPREAD)))
    moved = residual * ratio
    return np.asarray(x_at @ mean + moved * widened, np.float64)


def weighted_quantiles(values: Floats, weights: Floats, at: Floats) -> Floats:
    """Quantiles `at` of weighted values (draw, parameter): (quantile, parameter)."""
    found = np.empty((len(at), values.shape[1]))
    for column in range(values.shape[1]):
        order = np.argsort(values[:, column], kind="stable")
        share = np.cumsum(weights[order]) - weights[order] / 2
        found[:, column] = np.interp(at, share / weights.sum(), values[order, column])
    return found


def _gram(x: Floats, weights: Floats) -> Floats:
    gram: Floats = np.asarray((x * weights[:, None]).T @ x, np.float64)
    gram[np.diag_indices(len(gram))] += np.concatenate([[0.0], np.full(len(gram) - 1, _RIDGE * weights.sum())])
    return gram


def _solve(x: Floats, y: Floats, weights: Floats) -> Floats:
    return np.asarray(np.linalg.solve(_gram(x, weights), (x * weights[:, None]).T @ y), np.float64)
