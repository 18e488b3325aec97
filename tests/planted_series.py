"""Made-up weekly counts as the series that rivalry is estimated from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from tocsin.rivalry.planted import Situation, plant
from tocsin.rivalry.series import Series

LINK = 0.8


def series_of(attacks: ArrayLike) -> Series:
    """Attacks (group, week) without deaths or clashes, from 1 January 2001 on, a Monday."""
    counts = np.asarray(attacks, np.int32)
    n, weeks = counts.shape
    empty = plant(Situation(n_groups=n, days=7 * weeks, background=0.0, step_days=7), np.random.default_rng(1))
    return replace(empty, attacks=counts)


def answering(seed: int, link: float = LINK, n: int = 3, weeks: int = 312) -> Series:
    """Group 1 attacks in bursts; group 2 answers it by `link`, with a half-life of a week; others do as they like."""
    rng = np.random.default_rng([11, seed])
    counts = np.zeros((n, weeks), np.int32)
    burst = rng.random(weeks) < 0.12
    past = 0.0
    for t in range(weeks):
        counts[0, t] = rng.poisson(5.0 if burst[t] else 0.4)
        counts[1, t] = rng.poisson(0.5 + link * past)
        past = 0.5 * past + 0.5 * counts[0, t]
        counts[2:, t] = rng.poisson(0.7, n - 2)
    return series_of(counts)


def independent(seed: int, n: int = 4, weeks: int = 312) -> Series:
    """Groups with nothing to do with each other: Poisson, 0.8 attacks a week."""
    return series_of(np.random.default_rng([12, seed]).poisson(0.8, (n, weeks)))
