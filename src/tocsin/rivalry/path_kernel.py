"""The compiled part of `simulate_paths`: negative binomial counts from random states, and paths of them.

A state is 64 bits of the SplitMix64 stream (Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195). Up to a mean of
`INVERTED_UP_TO`, a count is the inverse of the distribution function at one uniform, so that it grows with its mean
where the state is the same. Above, it is a Poisson count (Hoermann 1993, doi:10.1016/0167-6687(93)90997-4) of a gamma
rate (Marsaglia & Tsang 2000, doi:10.1145/358407.358414), so that its time does not grow with the mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

import numpy as np
from numpy.typing import NDArray

from tocsin.rivalry.compiled import compiled

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]
U64 = np.uint64
STEP = U64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = U64(0xBF58476D1CE4E5B9), U64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = U64(30), U64(27), U64(31), U64(11)
_UNIT = 2.0**-53
INVERTED_UP_TO = 100.0
# Beyond, paths have long since exploded; what matters is that they end, and fit into 32 bits.
LARGEST_MEAN, LARGEST_COUNT = 1e9, 2.0**31 - 1
LEAST_SIZE = 1e-6
_SIZE_OF_LOG = 1e4


def mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The 64 bits at each place of a SplitMix64 stream; `z` is its seed plus the place times `STEP`."""
    z = (z ^ (z >> _S30)) * _FIRST
    z = (z ^ (z >> _S27)) * _SECOND
    return z ^ (z >> _S31)


mix_one = cast(Callable[[np.uint64], np.uint64], compiled(mix))


@compiled
def _chance_of_none(mean: float, size: float) -> tuple[float, float, float]:
    """P(0), and c and s with which P(k + 1) = P(k) (c + s k) / (k + 1)."""
    if math.isinf(size):
        return math.exp(-mean), mean, 0.0
    odds = mean / size
    # log takes a third of the time of log1p, and loses no digit that counts unless it is multiplied by a large size.
    p = math.exp(-size * (math.log(1.0 + odds) if size <= _SIZE_OF_LOG else math.log1p(odds)))
    slope = mean / (size + mean)
    return p, slope * size, slope


@compiled
def _inverse(uniform: float, p: float, constant: float, slope: float) -> float:
    """The least k for which the distribution function is above the uniform."""
    k, below = 0.0, p
    while uniform >= below and k < LARGEST_COUNT:
        # Four at a time: where a search ends is the one thing the processor cannot guess, so it is asked less often.
        p1 = p * ((constant + slope * k) / (k + 1.0))
        p2 = p1 * ((constant + slope * (k + 1.0)) / (k + 2.0))
        p3 = p2 * ((constant + slope * (k + 2.0)) / (k + 3.0))
        p = p3 * ((constant + slope * (k + 3.0)) / (k + 4.0))
        below1 = below + p1
        below2 = below1 + p2
        below3 = below2 + p3
        below4 = below3 + p
        # Rounding leaves the sum short of 1: where nothing more is added, the tail is at its end.
        if uniform < below4 or below4 == below:
            return k + 1.0 + (uniform >= below1) + (uniform >= below2) + (uniform >= below3)
        k += 4.0
        below = below4
    return k


@compiled
def inverse_count(mean: float, size: float, state: np.uint64) -> float:
    """The count of a mean of at most `INVERTED_UP_TO`, by inversion."""
    p, constant, slope = _chance_of_none(mean, size)
    return _inverse(float(state >> _S11) * _UNIT, p, constant, slope)


@compiled
def uniform_of(state: np.uint64, place: int) -> float:
    """Number `place` of the uniforms of a state, above 0 and below 1."""
    return (float(mix_one(state + U64(place) * STEP) >> _S11) + 0.5) * _UNIT


@compiled
def count_in_tail(mean: float, size: float, state: np.uint64) -> float:
    """The count of a mean above `INVERTED_UP_TO`, by rejection."""
    place, rate = 0, mean
    if not math.isinf(size):
        shape = (size if size >= 1.0 else size + 1.0) - 1.0 / 3.0
        spread = 1.0 / math.sqrt(9.0 * shape)
        while True:
            place += 3
            length = math.sqrt(-2.0 * math.log(uniform_of(state, place - 2)))
            normal = length * math.cos(2.0 * math.pi * uniform_of(state, place - 1))
            v = 1.0 + spread * normal
            if v <= 0.0:
                continue
            v = v * v * v
            if math.log(uniform_of(state, place)) < 0.5 * normal * normal + shape * (1.0 - v + math.log(v)):
                break
        rate = shape * v * (mean / size)
        if size < 1.0:
            place += 1
            rate *= uniform_of(state, place) ** (1.0 / size)
    place += 1
    if rate <= INVERTED_UP_TO:
        return _inverse(uniform_of(state, place), math.exp(-rate), rate, 0.0)
    rate = min(rate, 2.0 * LARGEST_COUNT)
    root, log_rate = math.sqrt(rate), math.log(rate)
    b = 0.931 + 2.53 * root
    a = -0.059 + 0.02483 * b
    accept, inverse_alpha = 0.9277 - 3.6224 / (b - 2.0), 1.1239 + 1.1328 / (b - 3.4)
    while True:
        u, v = uniform_of(state, place) - 0.5, uniform_of(state, place + 1)
        place += 2
        us = 0.5 - abs(u)
        k = math.floor((2.0 * a / us + b) * u + rate + 0.43)
        if us >= 0.07 and v <= accept:
            break
        if k < 0.0 or (us < 0.013 and v > us):
            continue
        if math.log(v * inverse_alpha / (a / (us * us) + b)) <= k * log_rate - rate - math.lgamma(k + 1.0):
            break
    return min(float(k), LARGEST_COUNT)


@compiled
def fill_paths(
    background: FloatArray,
    cross: FloatArray,
    weights: FloatArray,
    keep: FloatArray,
    size: FloatArray,
    start: FloatArray,
    seeds: NDArray[np.uint64],
    paths: IntArray,
) -> None:
    """Fill paths (draw, group, time) of the model of `simulate_paths`, from seeds (draw, group)."""
    draws, groups, periods = paths.shape
    sources = np.ascontiguousarray(cross.T)
    answering, answers = np.empty((groups, groups), np.int64), np.zeros(groups, np.int64)
    for h in range(groups):
        for g in range(groups):
            if sources[h, g] != 0.0:
                answering[h, answers[h]] = g
                answers[h] += 1
    filters, mean, states = np.empty_like(start), np.empty(groups), np.empty(groups, np.uint64)
    none, constant, slope = np.empty(groups), np.empty(groups), np.empty(groups)
    uniforms, now, open_ = np.empty(groups), np.empty(groups), np.empty(groups, np.int64)
    for d in range(draws):
        base = background[d if background.shape[0] > 1 else 0]
        filters[:] = start
        for t in range(periods):
            for g in range(groups):
                mean[g] = base[g, t]
            for h in range(groups):
                push = 0.0
                for k in range(weights.size):
                    push += weights[k] * filters[k, h]
                if push == 0.0:
                    continue
                if 4 * answers[h] < groups:
                    for place in range(answers[h]):
                        g = answering[h, place]
                        mean[g] += sources[h, g] * push
                else:
                    # Of a full row, zeros and all: the processor takes several at a time.
                    for g in range(groups):
                        mean[g] += sources[h, g] * push
            # Where a search ends is what the processor cannot guess, so all else is done before, and only for those not
            # at once seen to have no event: the chance of none is at least exp(-mean), which is at least these terms.
            n_open = 0
            for g in range(groups):
                m, states[g] = mean[g], mix_one(seeds[d, g] + U64(t + 1) * STEP)
                uniforms[g] = float(states[g] >> _S11) * _UNIT
                none_at_least = 1.0 - m * (1.0 - m * (0.5 - m / 6.0)) if m < 1.0 else 0.0
                now[g], open_[n_open] = 0.0, g
                n_open += uniforms[g] >= none_at_least
            for place in range(n_open):
                g = open_[place]
                if mean[g] <= INVERTED_UP_TO:
                    none[g], constant[g], slope[g] = _chance_of_none(mean[g], size[g])
            for place in range(n_open):
                g = open_[place]
                if mean[g] <= INVERTED_UP_TO:
                    now[g] = _inverse(uniforms[g], none[g], constant[g], slope[g])
                else:
                    now[g] = count_in_tail(min(mean[g], LARGEST_MEAN), size[g], states[g])
            for g in range(groups):
                paths[d, g, t] = np.int32(now[g])
            for k in range(weights.size):
                for g in range(groups):
                    filters[k, g] = keep[k] * filters[k, g] + (1.0 - keep[k]) * now[g]
