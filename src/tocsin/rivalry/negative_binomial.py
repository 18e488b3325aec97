"""The counts of the compiled kernel, in numpy and plain Python: slower, and written a second time on purpose."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tocsin.rivalry.path_kernel import INVERTED_UP_TO, LARGEST_COUNT, LARGEST_MEAN, STEP

_UNIT = 2.0**-53
_SIZE_OF_LOG = 1e4


def counts(mean: NDArray[np.float64], size: NDArray[np.float64], state: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Counts of means, sizes and states (arrays of one shape), as the kernel draws them: 0 where the mean is."""
    found = np.zeros(mean.shape)
    small = (mean > 0) & (mean <= INVERTED_UP_TO)
    found[small] = _inverse((state[small] >> np.uint64(11)).astype(np.float64) * _UNIT, mean[small], size[small])
    for at in zip(*np.nonzero(mean > INVERTED_UP_TO), strict=True):
        found[at] = _large(min(float(mean[at]), LARGEST_MEAN), float(size[at]), int(state[at]))
    return found


def _inverse(uniform: NDArray[np.float64], mean: NDArray[np.float64], size: NDArray[np.float64]) -> NDArray[np.float64]:
    poisson = np.isinf(size)
    finite = np.where(poisson, 1.0, size)
    slope = np.where(poisson, 0.0, mean / (finite + mean))
    constant = np.where(poisson, mean, slope * finite)
    odds = mean / finite
    log_odds = np.where(size <= _SIZE_OF_LOG, np.log(1.0 + odds), np.log1p(odds))
    p = np.where(poisson, np.exp(-mean), np.exp(-finite * log_odds))
    k, below = np.zeros(mean.shape), p.copy()
    open_ = np.flatnonzero(uniform >= below)
    while open_.size:
        p[open_] *= (constant[open_] + slope[open_] * k[open_]) / (k[open_] + 1.0)
        k[open_] += 1.0
        more = below[open_] + p[open_]
        goes_on = (more != below[open_]) & (uniform[open_] >= more) & (k[open_] < LARGEST_COUNT)
        below[open_] = more
        open_ = open_[goes_on]
    return k


class _Stream:
    """The uniforms of one state, one after the other, in whole numbers of Python."""

    def __init__(self, state: int) -> None:
        self._z = state

    def next(self) -> float:
        mask = 2**64 - 1
        self._z = z = (self._z + int(STEP)) & mask
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return (((z ^ (z >> 31)) >> 11) + 0.5) * _UNIT


def _large(mean: float, size: float, state: int) -> float:
    stream = _Stream(state)
    rate = mean if math.isinf(size) else mean / size * _gamma(size, stream)
    if rate <= INVERTED_UP_TO:
        return float(_inverse(np.array([stream.next()]), np.array([rate]), np.array([math.inf]))[0])
    return min(_poisson(min(rate, 2.0 * LARGEST_COUNT), stream), LARGEST_COUNT)


def _gamma(size: float, stream: _Stream) -> float:
    """A gamma variate of a shape, by Marsaglia & Tsang's method."""
    d = (size if size >= 1 else size + 1) - 1 / 3
    while True:
        normal = math.sqrt(-2 * math.log(stream.next())) * math.cos(2 * math.pi * stream.next())
        log_uniform = math.log(stream.next())
        v = (1 + normal / math.sqrt(9 * d)) ** 3
        if v > 0 and log_uniform < normal**2 / 2 + d * (1 - v + math.log(v)):
            break
    return float(d * v * (stream.next() ** (1 / size) if size < 1 else 1.0))


def _poisson(rate: float, stream: _Stream) -> float:
    """A Poisson variate of a large rate, by Hoermann's transformed rejection (PTRS)."""
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    while True:
        u, v = stream.next() - 0.5, stream.next()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + rate + 0.43)
        if us >= 0.07 and v <= 0.9277 - 3.6224 / (b - 2):
            return float(k)
        if k < 0 or (us < 0.013 and v > us):
            continue
        ratio = v * (1.1239 + 1.1328 / (b - 3.4)) / (a / us**2 + b)
        if math.log(ratio) <= k * math.log(rate) - rate - math.lgamma(k + 1):
            return float(k)
