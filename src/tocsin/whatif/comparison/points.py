"""What is known at each point of the numbers not known: means of its runs, and what of them is chance.

At a point an outcome is known up to what is left of chance in the mean of its replicates. Taken at face value that
chance would make points differ that do not. It is estimated from the spread of the replicates, and the differences
between options are drawn to their mean until their variance over points is what is left when that of chance is taken
away (Louis 1984, doi:10.1080/01621459.1984.10478062).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Below, most of the spread between points is chance: what is at which point cannot be told.
LEAST_RESOLVED = 0.5


@dataclass(frozen=True, eq=False)
class AtPoints:
    """Differences at parameter points: `means` (..., point) as simulated, `cleared` drawn to their mean by what is
    chance, `noise` (...) the standard deviation of that chance at one point, `resolved` (...) the share of the variance
    over points that is not chance; nan where it cannot be told, or nothing varies."""

    means: Floats
    cleared: Floats
    noise: Floats
    resolved: Floats


def point_means(values: Floats, replicates: int) -> Floats:
    """Means (..., point) over the `replicates` runs of each parameter point, which follow each other in (..., draw)."""
    means: Floats = values.reshape(*values.shape[:-1], -1, replicates).mean(axis=-1)
    return means


def cleared_of_chance(paired: Floats, replicates: int) -> AtPoints:
    """Differences (..., draw) between two options by parameter point, cleared of chance; see `AtPoints`."""
    means = point_means(paired, replicates)
    points = means.shape[-1]
    if replicates == 1 or points == 1:
        unknown = np.full(means.shape[:-1], np.nan)
        return AtPoints(means, means, unknown, unknown)
    within = paired.reshape(*means.shape, replicates).var(axis=-1, ddof=1).mean(axis=-1) / replicates
    total = means.var(axis=-1, ddof=1)
    resolved = np.full(total.shape, np.nan)
    np.divide(np.clip(total - within, 0.0, None), total, out=resolved, where=total > 0)
    middle = means.mean(axis=-1, keepdims=True)
    kept = np.sqrt(np.where(np.isnan(resolved), 1.0, resolved))[..., np.newaxis]
    # Not middle + 1 * rest where nothing is taken away: options that tie must tie to the bit.
    cleared = np.where(kept == 1.0, means, middle + kept * (means - middle))
    return AtPoints(means, cleared, np.sqrt(within), resolved)


def shares_of_points(paired: Floats, replicates: int) -> tuple[Floats, Floats, Bools]:
    """The shares of points at which differences (..., draw) are below and above 0, cleared of chance, and whether that
    can be told (...): drawn to their mean, all points would have its sign where chance is most of what is seen."""
    found = cleared_of_chance(paired, replicates)
    less, more = (found.cleared < 0).mean(axis=-1), (found.cleared > 0).mean(axis=-1)
    points = found.means.shape[-1]
    if replicates == 1 or points == 1:
        return less, more, np.zeros(less.shape, dtype=bool)
    # Where nothing varies (nan) all points are the same, and known to be.
    return less, more, np.isnan(found.resolved) | (found.resolved >= LEAST_RESOLVED)


def at_points(expected: Floats, replicates: int) -> AtPoints:
    """Differences to option 0 by parameter point, of `expected` (option, draw), cleared of chance; see `AtPoints`."""
    return cleared_of_chance(expected - expected[0], replicates)
