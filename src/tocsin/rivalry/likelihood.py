"""Likelihood of one group's counts, with its slope and its information, in one pass over the periods.

    mean[t] = (linear[t] . a) * exp(logs[t] . d + loading * driver[block[t]]),    counts[t] ~ NegBin(mean[t], size)

of variance mean + mean^2 / size. The information is the expected one (Fisher scoring). With the response's filters
fixed, `a` enters linearly, so that a group is a small problem of its own, tied to the others by the driver alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from tocsin.rivalry.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_RATE = 1e-9
MOST_LOG = 30.0


@dataclass(frozen=True, eq=False)
class Target:
    """What one group's counts are fitted to, over the periods of its span.

    `counts` (period), `linear` (period, term) with a first column of ones, `logs` (period, log term), `blocks` (period)
    the place of each period in the driver. Terms: linear, then log terms, then the loading.
    """

    counts: Floats
    linear: Floats
    logs: Floats
    blocks: Ints

    @property
    def n_linear(self) -> int:
        """The number of linear terms."""
        return int(self.linear.shape[1])

    @property
    def n_terms(self) -> int:
        """The number of all terms, the loading included."""
        return int(self.linear.shape[1] + self.logs.shape[1] + 1)


@dataclass(frozen=True, eq=False)
class Slopes:
    """Log-likelihood of one group, and its derivatives at a point.

    `by_term` (term), `information` (term, term), `with_driver` (block, term): the information between terms and driver,
    `by_driver` (block) and `driver_information` (block), the diagonal of the driver's own.
    """

    value: float
    by_term: Floats
    information: Floats
    with_driver: Floats
    by_driver: Floats
    driver_information: Floats


def slopes(target: Target, linear: Floats, logs: Floats, loading: float, driver: Floats, size: float) -> Slopes:
    """Value and derivatives for coefficients `linear` and `logs`, by compiled code; `driver` is (block)."""
    m, n_blocks = target.n_terms, len(driver)
    by_term, information = np.zeros(m), np.zeros((m, m))
    with_driver, by_driver, driver_information = np.zeros((n_blocks, m)), np.zeros(n_blocks), np.zeros(n_blocks)
    value = _slopes(
        target.counts, target.linear, target.logs, target.blocks, linear, logs, loading, driver, size,
        by_term, information, with_driver, by_driver, driver_information,
    )  # fmt: skip
    return Slopes(
        value + _constant(target.counts, size), by_term, information, with_driver, by_driver, driver_information
    )


def slopes_numpy(target: Target, linear: Floats, logs: Floats, loading: float, driver: Floats, size: float) -> Slopes:
    """The same as `slopes` in plain numpy, to check it by."""
    rate = np.maximum(target.linear @ linear, LEAST_RATE)
    common = driver[target.blocks]
    mean = rate * np.exp(np.minimum(target.logs @ logs + loading * common, MOST_LOG))
    terms = np.column_stack([target.linear / rate[:, None], target.logs, common])
    score = (target.counts - mean) / (1.0 + mean / size)
    weight = mean / (1.0 + mean / size)
    n = len(driver)
    with_driver = np.zeros((n, terms.shape[1]))
    np.add.at(with_driver, target.blocks, terms * (weight * loading)[:, None])
    value = float(np.sum(target.counts * np.log(mean) - (target.counts + size) * np.log1p(mean / size)))
    return Slopes(
        value + _constant(target.counts, size),
        terms.T @ score,
        (terms * weight[:, None]).T @ terms,
        with_driver,
        np.bincount(target.blocks, loading * score, minlength=n).astype(float),
        np.bincount(target.blocks, loading**2 * weight, minlength=n).astype(float),
    )


def value(target: Target, linear: Floats, logs: Floats, loading: float, driver: Floats, size: float) -> float:
    """The log-likelihood alone."""
    found: float = _value(target.counts, target.linear, target.logs, target.blocks, linear, logs, loading, driver, size)
    return found + _constant(target.counts, size)


def rates(target: Target, linear: Floats) -> Floats:
    """What the linear terms come to (period): the expected counts where driver and log terms are 0."""
    return np.asarray(np.maximum(target.linear @ linear, LEAST_RATE))


def factors(target: Target, logs: Floats, loading: float, driver: Floats) -> Floats:
    """What driver and log terms make of it (period)."""
    return np.asarray(np.exp(np.minimum(target.logs @ logs + loading * driver[target.blocks], MOST_LOG)))


def means(target: Target, linear: Floats, logs: Floats, loading: float, driver: Floats) -> Floats:
    """The expected counts (period)."""
    return rates(target, linear) * factors(target, logs, loading, driver)


def _constant(counts: Floats, size: float) -> float:
    """The part of the log-likelihood that the mean is not in."""
    return float(np.sum(gammaln(counts + size) - gammaln(size) - gammaln(counts + 1.0) - counts * math.log(size)))


@compiled
def _value(
    counts: Floats, linear: Floats, logs: Floats, blocks: Ints, a: Floats, d: Floats, loading: float, driver: Floats,
    size: float,
) -> float:  # fmt: skip
    total = 0.0
    for t in range(counts.shape[0]):
        rate = 0.0
        for i in range(a.shape[0]):
            rate += linear[t, i] * a[i]
        shift = loading * driver[blocks[t]]
        for i in range(d.shape[0]):
            shift += logs[t, i] * d[i]
        mean = max(rate, LEAST_RATE) * math.exp(min(shift, MOST_LOG))
        total += counts[t] * math.log(mean) - (counts[t] + size) * math.log1p(mean / size)
    return total


@compiled
def _slopes(
    counts: Floats, linear: Floats, logs: Floats, blocks: Ints, a: Floats, d: Floats, loading: float, driver: Floats,
    size: float, by_term: Floats, information: Floats, with_driver: Floats, by_driver: Floats, by_driver_twice: Floats,
) -> float:  # fmt: skip
    p, q = a.shape[0], d.shape[0]
    m = p + q + 1
    term = np.empty(m)
    total = 0.0
    for t in range(counts.shape[0]):
        rate = 0.0
        for i in range(p):
            rate += linear[t, i] * a[i]
        rate = max(rate, LEAST_RATE)
        block = blocks[t]
        shift = loading * driver[block]
        for i in range(q):
            shift += logs[t, i] * d[i]
        mean = rate * math.exp(min(shift, MOST_LOG))
        total += counts[t] * math.log(mean) - (counts[t] + size) * math.log1p(mean / size)
        weight = mean / (1.0 + mean / size)
        score = (counts[t] - mean) / (1.0 + mean / size)
        for i in range(p):
            term[i] = linear[t, i] / rate
        for i in range(q):
            term[p + i] = logs[t, i]
        term[m - 1] = driver[block]
        for i in range(m):
            x = term[i]
            if x == 0.0:
                continue
            by_term[i] += x * score
            with_driver[block, i] += x * weight * loading
            x *= weight
            for j in range(i + 1):
                information[i, j] += x * term[j]
        by_driver[block] += loading * score
        by_driver_twice[block] += loading * loading * weight
    for i in range(m):
        for j in range(i):
            information[j, i] = information[i, j]
    return total
