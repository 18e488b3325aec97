"""How deadly the attacks on civilians with 20 deaths or more are: a generalised Pareto, with the error of its numbers.

Single attacks are not in the figures: a row of a group and month has how many attacks had 20 deaths or more, and the
deaths of the largest. So what is fitted is the largest of k draws (Coles 2001, An Introduction to Statistical Modeling
of Extreme Values, section 3.1); taken for any attack, it would make all of them too deadly.

The shape is that of the whole world, since no theatre has enough such attacks to tell its own. The scale differs by
theatre: its logarithm is normal around the world's, with a spread that is estimated with the rest (random effects,
empirical Bayes; Gelman et al. 2013, Bayesian Data Analysis, chapter 5). A theatre with few such attacks so gets about
the world's scale, one with many its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import optimize, special

from tocsin.actors import is_group
from tocsin.digest import MASS_CASUALTY_DEATHS
from tocsin.groups.theatres import Theatre
from tocsin.whatif.parameters import Quantity
from tocsin.whatif.start.numbers import Z90, counted, quantity

LEAST_ROWS = 30
# How far theatres differ, before any count: a half-normal of the standard deviation of the log scale. That of a scale
# twice or half the world's is 0.7.
SPREAD_PRIOR = 0.5
# What theatres differ by is summed over an even grid, in standard deviations: fine enough for those with most attacks.
GRID = np.linspace(-5.0, 5.0, 121)
STEP = 1e-3  # of numerical slopes
Floats = NDArray[np.float64]
_FIRST_GUESS, _BOUNDS = (0.7, 3.0, -1.0), ((0.0, 2.0), (-2.0, 6.0), (-5.0, 1.0))


@dataclass(frozen=True, eq=False)
class _Rows:
    """The largest attack of each group and month: deaths, of how many with 20 or more, and the theatre's number."""

    deaths: Floats
    attacks: Floats
    theatre: NDArray[np.int64]
    theatres: int


def tail_numbers(world: pl.DataFrame, theatre: Theatre, until: str) -> dict[str, Quantity]:
    """`tail_shape` and `tail_scale` of a theatre with 90% intervals, from the monthly rows of the world.

    Nothing where the world has fewer than 30 rows with such an attack.
    """
    here = theatre.countries[0]
    found = world.filter(
        (pl.col("kind").cast(pl.String) == "onesided")
        & is_group(pl.col("actor").cast(pl.String))
        & (pl.col("mass_casualty_events") > 0)
    ).select(
        pl.col("theatre").cast(pl.String).replace(dict.fromkeys(theatre.countries, here)),
        pl.col("largest_event_deaths", "mass_casualty_events").cast(pl.Float64),
    )
    if found.height < LEAST_ROWS:
        return {}
    names = sorted({here, *found["theatre"].to_list()})
    rows = _Rows(
        found["largest_event_deaths"].to_numpy(),
        found["mass_casualty_events"].to_numpy(),
        np.array([names.index(name) for name in found["theatre"].to_list()]),
        len(names),
    )
    (shape, shape_error), (middle, error) = _fit(rows, names.index(here))
    large = f"with {MASS_CASUALTY_DEATHS} deaths or more"
    pooled = f"of the world to {until}, of which the figures have the largest of each of {found.height:,} group-months"
    everywhere = int(rows.attacks.sum())
    own = int(rows.attacks[rows.theatre == names.index(here)].sum())
    return {
        "tail_shape": quantity(
            shape - Z90 * shape_error,
            shape + Z90 * shape_error,
            "estimated",
            f"{counted(everywhere, 'attack')} {large} {pooled}; the same in all theatres",
        ),
        "tail_scale": quantity(
            float(np.exp(middle - Z90 * error)),
            float(np.exp(middle + Z90 * error)),
            "estimated",
            f"{counted(own, 'attack')} {large} here, drawn to the {everywhere:,} {pooled}",
            "log",
        ),
    }


def log_likelihood(deaths: Floats, attacks: Floats, shape: float, log_scale: Floats) -> Floats:
    """Log probability that the largest of `attacks` attacks of 20 deaths or more had so many deaths; all broadcast.

    F(d + 1)^k - F(d)^k: the model draws a Pareto and takes the whole number below.
    """
    excess = deaths - MASS_CASUALTY_DEATHS
    scale = np.exp(log_scale)
    with np.errstate(divide="ignore"):
        above, at = (attacks * np.log1p(-_survival(x / scale, shape)) for x in (excess + 1.0, excess))
    return np.asarray(above + np.log(np.maximum(-np.expm1(at - above), 1e-300)), np.float64)


def _survival(x: Floats, shape: float) -> Floats:
    return np.asarray(np.exp(-x) if shape < 1e-9 else np.exp(-np.log1p(shape * x) / shape), np.float64)


def _fit(rows: _Rows, here: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """The shape, and the log scale of the theatre `here`, each with its standard error."""
    log_weights = special.log_softmax(-(GRID**2) / 2.0)

    def by_theatre(theta: Floats) -> tuple[Floats, Floats]:
        """Log likelihood (theatre, place on the grid), weight of the place included, and the log scales there."""
        scales = theta[1] + np.exp(theta[2]) * GRID
        each = log_likelihood(rows.deaths[:, None], rows.attacks[:, None], float(theta[0]), scales[None, :])
        total = np.zeros((rows.theatres, len(GRID)))
        np.add.at(total, rows.theatre, each)
        return total + log_weights, scales

    def misfit(theta: Floats) -> float:
        # As a function of the logarithm, so that few theatres do not make the spread vanish.
        spread = np.exp(theta[2])
        found = -special.logsumexp(by_theatre(theta)[0], axis=1).sum() + (spread / SPREAD_PRIOR) ** 2 / 2.0 - theta[2]
        return float(found)

    def own(theta: Floats) -> tuple[float, float]:
        """Mean and variance of the log scale here."""
        logs, scales = by_theatre(theta)
        p = special.softmax(logs[here])
        mean = float(p @ scales)
        return mean, float(p @ (scales - mean) ** 2)

    best = optimize.minimize(misfit, _FIRST_GUESS, method="Nelder-Mead", bounds=_BOUNDS, options={"xatol": 1e-4}).x
    # Errors of shape and world's scale by the curvature, the spread as it is; the theatre's own scale by the delta
    # method on top of what its attacks leave open.
    ways = STEP * np.eye(3)[:2]
    curvature = np.array(
        [
            [
                (misfit(best + a + b) - misfit(best + a - b) - misfit(best - a + b) + misfit(best - a - b))
                / (4.0 * STEP**2)
                for b in ways
            ]
            for a in ways
        ]
    )
    covariance = np.linalg.inv(curvature)
    mean, left_open = own(best)
    slope = np.array([(own(best + way)[0] - own(best - way)[0]) / (2.0 * STEP) for way in ways])
    return (float(best[0]), float(np.sqrt(covariance[0, 0]))), (
        mean,
        float(np.sqrt(left_open + slope @ covariance @ slope)),
    )
