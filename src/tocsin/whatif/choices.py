"""Which option is best, and how wrong a choice can be, over the parameters that are not known.

At a parameter point an option's outcome is known up to what is left of chance in the mean of its replicates. Taken at
face value that chance would make regrets large and the best option a lottery. It is estimated from the spread of the
replicates, and the differences to doing nothing are drawn to their mean until their variance over points is what is
left when that of chance is taken away (Louis 1984, doi:10.1080/01621459.1984.10478062).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.whatif.catalogue import Variant
from tocsin.whatif.comparison import Choice
from tocsin.whatif.differences import point_means
from tocsin.whatif.reduce import Reduced, Row

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AtPoints:
    """Differences to doing nothing at parameter points: `means` (option, point) as simulated, `cleared` drawn to their
    mean by what is chance, `noise` (option) the standard deviation of that chance at one point, `resolved` (option) the
    share of the variance over points that is not chance; nan where it cannot be told, or nothing varies."""

    means: Floats
    cleared: Floats
    noise: Floats
    resolved: Floats


def at_points(expected: Floats, replicates: int) -> AtPoints:
    """Differences to option 0 by parameter point, of `expected` (option, draw), cleared of chance; see `AtPoints`."""
    paired = expected - expected[0]
    means = point_means(paired, replicates)
    options, points = means.shape
    if replicates == 1 or points == 1:
        unknown = np.full(options, np.nan)
        return AtPoints(means, means, unknown, unknown)
    within = paired.reshape(options, points, replicates).var(axis=-1, ddof=1).mean(axis=-1) / replicates
    total = means.var(axis=-1, ddof=1)
    resolved = np.full(options, np.nan)
    np.divide(np.clip(total - within, 0.0, None), total, out=resolved, where=total > 0)
    middle = means.mean(axis=-1, keepdims=True)
    kept = np.sqrt(np.where(np.isnan(resolved), 1.0, resolved))[:, np.newaxis]
    # Not middle + 1 * rest where nothing is taken away: options that tie must tie to the bit.
    cleared = np.where(kept == 1.0, means, middle + kept * (means - middle))
    return AtPoints(means, cleared, np.sqrt(within), resolved)


def p_best(values: Floats) -> Floats:
    """The share of points at which each option's value (option, point) is the least; options that tie share a point."""
    least = values == values.min(axis=0)
    return np.asarray((least / least.sum(axis=0)).mean(axis=-1))


def regrets(values: Floats) -> Floats:
    """By how much each option (option, point) is above the least at the same point."""
    return np.asarray(values - values.min(axis=0))


def choices_of(
    variant: Variant,
    options: Sequence[str],
    rows: Sequence[Row],
    horizons: Sequence[int],
    runs: Sequence[Reduced],
    replicates: int,
    ranked: Sequence[Row],
) -> list[Choice]:
    """Each option (the first is doing nothing) on each of the `ranked` rows and horizons."""
    found = []
    for row in ranked:
        k = rows.index(row)
        for h, horizon in enumerate(horizons):
            expected = np.stack([run.expected[k, h] for run in runs])
            points = at_points(expected, replicates)
            best, regret = p_best(points.cleared), regrets(points.cleared)
            most = regret.max(axis=-1)
            found += [
                Choice(
                    variant=variant,
                    option=option,
                    outcome=row.outcome,
                    horizon=horizon,
                    expected=float(expected[o].mean()),
                    p_best=float(best[o]),
                    regret_mean=float(regret[o].mean()),
                    regret_high=float(np.quantile(regret[o], 0.95)),
                    regret_most=float(most[o]),
                    minimax=bool(most[o] == most.min()),
                    noise=None if o == 0 or np.isnan(points.noise[o]) else float(points.noise[o]),
                    resolved=None if o == 0 or np.isnan(points.resolved[o]) else float(points.resolved[o]),
                )
                for o, option in enumerate(options)
            ]
    return found
