"""How deadly the attacks on civilians with 20 deaths or more are: a generalised Pareto, with the error of its numbers.

It is pooled over all groups of the world, since no theatre has enough such attacks and the tail's shape does not differ
by group (see `tocsin.forecast.tail`). Fitted is the largest attack of each group and month that had one so large, since
single attacks are not in the figures.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import optimize, stats

from tocsin.actors import is_group
from tocsin.digest import MASS_CASUALTY_DEATHS
from tocsin.whatif.parameters import Quantity
from tocsin.whatif.start_numbers import Z90, quantity

LEAST_EVENTS = 30
Floats = NDArray[np.float64]


def tail_numbers(world: pl.DataFrame, until: str) -> dict[str, Quantity]:
    """`tail_shape` and `tail_scale` with 90% intervals from monthly rows; nothing where there are too few attacks."""
    largest = world.filter(
        (pl.col("kind") == "onesided") & is_group(pl.col("actor")) & (pl.col("mass_casualty_events") > 0)
    )["largest_event_deaths"]
    if largest.len() < LEAST_EVENTS:
        return {}
    # A whole number k stands for all from k - 1/2 to k + 1/2; the model draws down to the whole number below.
    excess = largest.to_numpy().astype(float) + 0.5 - MASS_CASUALTY_DEATHS

    def misfit(theta: Floats) -> float:
        return -float(stats.genpareto.logpdf(excess, theta[0], scale=np.exp(theta[1])).sum())

    best = optimize.minimize(misfit, [0.7, np.log(20.0)], method="Nelder-Mead", bounds=[(0.0, 2.0), (-2.0, 6.0)])
    shape, log_scale = float(best.x[0]), float(best.x[1])
    # The large-sample errors of the maximum-likelihood estimates (Smith 1987, Annals of Statistics 15(3)).
    n = len(excess)
    shape_error = (1.0 + shape) / np.sqrt(n)
    log_error = np.sqrt(2.0 * (1.0 + shape) / n)
    source = f"{n} group-months of the world with such an attack, to {until}"
    return {
        "tail_shape": quantity(shape - Z90 * shape_error, shape + Z90 * shape_error, "estimated", source),
        "tail_scale": quantity(
            float(np.exp(log_scale - Z90 * log_error)), float(np.exp(log_scale + Z90 * log_error)), "estimated", source
        ),
    }
