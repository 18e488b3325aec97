"""Which option is best, and how wrong a choice can be, over the parameters that are not known.

Chance in what is known at a point would make regrets large and the best option a lottery, so it is cleared away first,
see `points`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tocsin.whatif.catalogue import Variant
from tocsin.whatif.comparison.points import at_points
from tocsin.whatif.comparison.reduce import Reduced, Row
from tocsin.whatif.comparison.result import Choice

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_HIGH = 0.95
_TAIL = 0.05


def p_best(values: Floats) -> Floats:
    """The share of points at which each option's value (option, point) is the least; options that tie share a point."""
    least = values == values.min(axis=0)
    return np.asarray((least / least.sum(axis=0)).mean(axis=-1))


def regrets(values: Floats) -> Floats:
    """By how much each option (option, point) is above the least at the same point."""
    return np.asarray(values - values.min(axis=0))


def least_regretted(regret: Floats) -> Bools:
    """The options (option) whose 95% regret over the points of `regret` (option, point) is the least, as far as told.

    All of those are in whose 95% regret may be as small as that of the least one, by the 90% intervals of the two from
    order statistics (Conover 1999, Practical Nonparametric Statistics, section 3.2). With fewer points than can bound
    a 95% quantile, all are.
    """
    from scipy.stats import binom

    points = regret.shape[-1]
    ordered = np.sort(regret, axis=-1)
    first = max(int(binom.ppf(_TAIL, points, _HIGH)) - 1, 0)
    last = int(binom.ppf(1 - _TAIL, points, _HIGH))
    low = ordered[:, first]
    high = ordered[:, last] if last < points else np.full(len(ordered), np.inf)
    least = int(np.quantile(regret, _HIGH, axis=-1).argmin())
    return np.asarray(low <= high[least])


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
            least = least_regretted(regret)
            found += [
                Choice(
                    variant=variant,
                    option=option,
                    outcome=row.outcome,
                    horizon=horizon,
                    expected=float(expected[o].mean()),
                    p_best=float(best[o]),
                    regret_mean=float(regret[o].mean()),
                    regret_high=float(np.quantile(regret[o], _HIGH)),
                    regret_most=float(regret[o].max()),
                    least_regret=bool(least[o]),
                    noise=None if o == 0 or np.isnan(points.noise[o]) else float(points.noise[o]),
                    resolved=None if o == 0 or np.isnan(points.resolved[o]) else float(points.resolved[o]),
                )
                for o, option in enumerate(options)
            ]
    return found
