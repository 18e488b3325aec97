"""The random numbers of the compiled simulation, in numpy: slower, and written a second time on purpose.

Every number hangs on its own cell alone, that is run, stream, side and month, so that no other number moves when a run,
a side or a month is added. Counts are those of `tocsin.rivalry.negative_binomial`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtri

from tocsin.rivalry.path_kernel import STEP, mix

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
States = NDArray[np.uint64]
INVERTED_UP_TO = 30.0
_UNIT = 2.0**-53
_WORD = 2**64


@cache
def key(text: str) -> int:
    """The 64 bits that stand for a name."""
    return int.from_bytes(sha256(text.encode()).digest()[:8], "little")


def run_seeds(seed: int, runs: IntArray) -> States:
    """Seeds (draw) of runs, by their numbers."""
    root = mix(np.array([seed % _WORD], np.uint64))
    return np.asarray(mix(root + (runs + 1).astype(np.uint64) * STEP))


def cell_state(seeds: States, stream: str, side: str | None, month: int) -> States:
    """States (draw) of one random number: of a stream, a side (None: the theatre, key 0) and a simulated month."""
    state = mix(seeds ^ np.uint64(key(f"stream:{stream}")))
    state = mix(state + np.uint64(0 if side is None else key(f"side:{side}")))
    return np.asarray(mix(state + np.uint64((month + 1) * int(STEP) % _WORD)))


def uniform(state: States, place: int | IntArray) -> FloatArray:
    """Number `place` (from 1; one, or an array like the states) of the uniforms of each state, above 0 and below 1."""
    bits = mix(state + np.atleast_1d(np.asarray(place, np.uint64)) * STEP) >> np.uint64(11)
    return (bits.astype(np.float64) + 0.5) * _UNIT


def normal(state: States) -> FloatArray:
    """A standard normal number of each state."""
    return np.asarray(ndtri(uniform(state, 1)), np.float64)


def binomial(n: IntArray, p: FloatArray, state: States) -> IntArray:
    """How many of `n` it happens to, with probability `p` (clipped to 0..1): arrays of one shape."""
    p = np.clip(np.broadcast_to(p, n.shape), 0.0, 1.0)
    found = np.where(p == 1.0, np.maximum(n, 0), 0)
    rare = np.minimum(p, 1.0 - p)
    drawn = (n > 0) & (rare > 0.0)
    small = drawn & (n * rare <= INVERTED_UP_TO)
    large = drawn & ~small
    mirrored = p > 0.5
    if small.any():
        u = uniform(state[small], 1)
        k = _inverse(np.where(mirrored[small], 1.0 - u, u), n[small], rare[small])
        found[small] = np.where(mirrored[small], n[small] - k, k)
    if large.any():
        k = _rejected(n[large], rare[large], state[large])
        found[large] = np.where(mirrored[large], n[large] - k, k)
    return found


def multinomial(n: IntArray, weights: FloatArray, ways: Sequence[str], state: States) -> IntArray:
    """How many (place, draw) of `n` (draw) go where, by weights (place, draw): none without any weight.

    Each place draws from those whom the places before it left, with a state of its own name (`ways`); the last that has
    a weight takes all the rest.
    """
    found = np.zeros(weights.shape, np.int64)
    left = n.copy()
    for place in range(len(weights)):
        rest = weights[place:].sum(axis=0)
        share = np.divide(weights[place], rest, out=np.zeros(n.shape), where=rest > 0.0)
        found[place] = binomial(left, share, part(state, key(ways[place])))
        left = left - found[place]
    return found


def leavers(n: IntArray, hazards: FloatArray, ways: Sequence[str], state: States) -> IntArray:
    """How many (place, draw) of `n` (draw) leave in a month, and where to, by competing hazards (place, draw)."""
    total = hazards.sum(axis=0)
    return multinomial(binomial(n, -np.expm1(-total), part(state, 1)), hazards, ways, state)


def part(state: States, number: int) -> States:
    """The state of one part of a draw that has several."""
    return np.asarray(mix(state ^ np.uint64(number)))


def _inverse(u: FloatArray, n: IntArray, p: FloatArray) -> IntArray:
    """The least k for which the distribution function is above the uniform."""
    chance = np.exp(n * np.log1p(-p))
    below, odds = chance.copy(), p / (1.0 - p)
    k = np.zeros(n.shape, np.int64)
    open_ = np.flatnonzero((u >= below) & (n > 0))
    while open_.size:
        chance[open_] *= (n[open_] - k[open_]) / (k[open_] + 1.0) * odds[open_]
        k[open_] += 1
        more = below[open_] + chance[open_]
        goes_on = (u[open_] >= more) & (k[open_] < n[open_]) & (more != below[open_])
        below[open_] = more
        open_ = open_[goes_on]
    return k


def _rejected(n: IntArray, p: FloatArray, state: States) -> IntArray:
    """Hoermann's transformed rejection (BTRS, doi:10.1080/00949659308811496), for p up to 0.5."""
    spread = np.sqrt(n * p * (1.0 - p))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    centre = n * p + 0.5
    quick = 0.92 - 4.2 / b
    alpha = (2.83 + 5.1 / b) * spread
    log_odds = np.log(p / (1.0 - p))
    mode = np.floor((n + 1.0) * p)
    top = gammaln(mode + 1.0) + gammaln(n - mode + 1.0)
    found = np.full(n.shape, -1, np.int64)
    open_, place = np.arange(n.size), 1
    while open_.size:
        i = open_
        u, v = uniform(state[i], place) - 0.5, uniform(state[i], place + 1)
        place += 2
        us = 0.5 - np.abs(u)
        k = np.floor((2.0 * a[i] / us + b[i]) * u + centre[i])
        inside = (k >= 0) & (k <= n[i])
        at = np.clip(k, 0, n[i])
        bound = top[i] - gammaln(at + 1.0) - gammaln(n[i] - at + 1.0) + (at - mode[i]) * log_odds[i]
        slow = np.log(v * alpha[i] / (a[i] / us**2 + b[i])) <= bound
        taken = ((us >= 0.07) & (v <= quick[i])) | (inside & slow)
        found[i[taken]] = k[taken].astype(np.int64)
        open_ = i[~taken]
    return found
