"""Chance, cell by cell: the state of a random number is made from the run, the mechanism, the group and the month.

So options share their chance, and adding an option, a mechanism, a group or a run changes no other number. A state is
64 bits of SplitMix64 (see `tocsin.rivalry.path_kernel`); each function here draws from one state, by inversion while
the mean is small, so that a draw grows with its mean where the state is the same.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np
from numpy.typing import NDArray

from tocsin.rivalry import path_kernel
from tocsin.rivalry.compiled import compiled, compiled_from
from tocsin.rivalry.path_kernel import (
    INVERTED_UP_TO,
    LARGEST_MEAN,
    STEP,
    U64,
    count_in_tail,
    inverse_count,
    mix,
    mix_one,
    uniform_of,
)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
States = NDArray[np.uint64]

BINOMIAL_INVERTED_UP_TO = 30.0
_HOW_MANY = U64(1)


def key(text: str) -> np.uint64:
    """The 64 bits that stand for a name, the same on every machine: the first of its SHA-256."""
    return np.uint64(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little"))


def run_seeds(seed: int, runs: Ints) -> States:
    """The seeds (draw) of the runs with these numbers, of a scenario's seed."""
    return mix(mix(np.array([seed], np.uint64)) + (runs.astype(np.uint64) + np.uint64(1)) * STEP)


@compiled_from(path_kernel)
def cell_state(run_seed: np.uint64, stream: np.uint64, side: np.uint64, t: int) -> np.uint64:
    """The state of one random number: of a run, a stream's and a side's `key`, and a month."""
    return mix_one(mix_one(mix_one(run_seed ^ stream) + side) + U64(t + 1) * STEP)


@compiled_from(path_kernel)
def at(cell: np.uint64, t: int) -> np.uint64:
    """The state of a cell's month, where `cell` is of a run, a stream and a side: the last step of `cell_state`."""
    return mix_one(cell + U64(t + 1) * STEP)


@compiled_from(path_kernel)
def branch(state: np.uint64, part: np.uint64) -> np.uint64:
    """The state of one part of a draw that has several, by the part's `key`."""
    return mix_one(state ^ part)


@compiled_from(path_kernel)
def binomial(n: int, p: float, state: np.uint64) -> int:
    """How many of `n` with probability `p` each: exact, by inversion or (Hoermann 1993,
    doi:10.1080/00949659308811496) by rejection where more than 30 are expected on the rarer side."""
    if n <= 0 or not p > 0.0:
        return 0
    if p >= 1.0:
        return n
    rare = min(p, 1.0 - p)
    if n * rare <= BINOMIAL_INVERTED_UP_TO:
        u = uniform_of(state, 1)
        none = math.exp(n * math.log1p(-rare))
        k = _inverse_binomial(n, rare / (1.0 - rare), none, u if p <= 0.5 else 1.0 - u)
    else:
        k = _large_binomial(n, rare, state)
    return k if p <= 0.5 else n - k


@compiled_from(path_kernel)
def by_hazard(n: int, hazard: float, state: np.uint64) -> int:
    """How many of `n` a hazard reaches within a month: `binomial` with the probability 1 - exp(-hazard)."""
    if n <= 0 or not hazard > 0.0:
        return 0
    odds = math.expm1(hazard)
    if odds < 1.0 and n * odds <= BINOMIAL_INVERTED_UP_TO:
        return int(_inverse_binomial(n, odds, math.exp(-n * hazard), uniform_of(state, 1)))
    return int(binomial(n, -math.expm1(-hazard), state))


@compiled
def _inverse_binomial(n: int, odds: float, chance: float, uniform: float) -> int:
    """The least k for which the distribution function is above the uniform; `chance` is that of none."""
    k, below = 0, chance
    while uniform >= below and k < n:
        chance *= odds * (n - k) / (k + 1.0)
        k += 1
        if below + chance == below:
            break
        below += chance
    return k


@compiled_from(path_kernel)
def _large_binomial(n: int, p: float, state: np.uint64) -> int:
    q = 1.0 - p
    spread = math.sqrt(n * p * q)
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    centre, accept, alpha = n * p + 0.5, 0.92 - 4.2 / b, (2.83 + 5.1 / b) * spread
    mode = math.floor((n + 1) * p)
    log_odds = math.log(p / q)
    at_mode = math.lgamma(mode + 1.0) + math.lgamma(n - mode + 1.0)
    place = 1
    while True:
        u, v = uniform_of(state, place) - 0.5, uniform_of(state, place + 1)
        place += 2
        us = 0.5 - abs(u)
        k = math.floor((2.0 * a / us + b) * u + centre)
        if k < 0 or k > n:
            continue
        if us >= 0.07 and v <= accept:
            return int(k)
        bound = at_mode - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0) + (k - mode) * log_odds
        if math.log(v * alpha / (a / (us * us) + b)) <= bound:
            return int(k)


@compiled_from(path_kernel)
def count(mean: float, size: float, state: np.uint64) -> int:
    """A negative binomial count of variance mean + mean^2 / size; Poisson where `size` is inf, 0 where `mean` is."""
    if not mean > 0.0:
        return 0
    if mean <= INVERTED_UP_TO:
        return int(inverse_count(mean, size, state))
    return int(count_in_tail(min(mean, LARGEST_MEAN), size, state))


@compiled_from(path_kernel)
def normal(state: np.uint64) -> float:
    """A standard normal number, by the inverse distribution function of Wichura 1988 (AS 241, doi:10.2307/2347330)."""
    p = uniform_of(state, 1)
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        above = (
            (
                (
                    (
                        ((r * 2509.0809287301226727 + 33430.575583588128105) * r + 67265.770927008700853) * r
                        + 45921.953931549871457
                    )
                    * r
                    + 13731.693765509461125
                )
                * r
                + 1971.5909503065514427
            )
            * r
            + 133.14166789178437745
        ) * r + 3.387132872796366608
        under = (
            (
                (
                    (
                        ((r * 5226.495278852854561 + 28729.085735721942674) * r + 39307.89580009271061) * r
                        + 21213.794301586595867
                    )
                    * r
                    + 5394.1960214247511077
                )
                * r
                + 687.1870074920579083
            )
            * r
            + 42.313330701600911252
        ) * r + 1.0
        return q * above / under
    r = math.sqrt(-math.log(p if q < 0.0 else 1.0 - p))
    if r <= 5.0:
        r -= 1.6
        above = (
            (
                (
                    (
                        ((r * 7.7454501427834140764e-4 + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
                        + 1.27045825245236838258
                    )
                    * r
                    + 3.64784832476320460504
                )
                * r
                + 5.7694972214606914055
            )
            * r
            + 4.6303378461565452959
        ) * r + 1.42343711074968357734
        under = (
            (
                (
                    (
                        ((r * 1.05075007164441684324e-9 + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
                        + 0.14810397642748007459
                    )
                    * r
                    + 0.68976733498510000455
                )
                * r
                + 1.6763848301838038494
            )
            * r
            + 2.05319162663775882187
        ) * r + 1.0
    else:
        r -= 5.0
        above = (
            (
                (
                    (
                        ((r * 2.01033439929228813265e-7 + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
                        + 0.026532189526576123093
                    )
                    * r
                    + 0.29656057182850489123
                )
                * r
                + 1.7848265399172913358
            )
            * r
            + 5.4637849111641143699
        ) * r + 6.6579046435011037772
        under = (
            (
                (
                    (
                        ((r * 2.04426310338993978564e-15 + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
                        + 7.868691311456132591e-4
                    )
                    * r
                    + 0.0148753612908506148525
                )
                * r
                + 0.13692988092273580531
            )
            * r
            + 0.59983220655588793769
        ) * r + 1.0
    return -above / under if q < 0.0 else above / under


@compiled_from(path_kernel, inline=True)
def split(n: int, weights: Floats, keys: States, state: np.uint64, parts: Ints) -> None:
    """Fill `parts` with a multinomial split of `n` by `weights`; nothing where they are all 0.

    Each part has its chance by its `key`, not its place, so that one without weight changes nothing wherever it stands.
    """
    rest, last = 0.0, -1
    for k in range(weights.size):
        rest += weights[k]
        parts[k] = 0
        if weights[k] > 0.0:
            last = k
    left = n
    for k in range(last + 1):
        if left == 0:
            return
        if weights[k] > 0.0:
            # Whatever rounding has left of the weights, nobody is lost.
            parts[k] = left if k == last else binomial(left, weights[k] / rest, branch(state, keys[k]))
            left -= parts[k]
            rest -= weights[k]


@compiled_from(path_kernel, inline=True)
def leave_by(n: int, hazards: Floats, keys: States, state: np.uint64, parts: Ints) -> int:
    """Fill `parts` with how many of `n` leave in a month by each of competing hazards; gives how many in all."""
    total = 0.0
    for k in range(hazards.size):
        total += hazards[k]
        parts[k] = 0
    gone = by_hazard(n, total, branch(state, _HOW_MANY))
    if gone > 0:
        split(gone, hazards, keys, state, parts)
    return gone
