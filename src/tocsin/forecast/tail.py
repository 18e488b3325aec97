"""How deadly the deadliest events are: the tail of deaths per event, pooled over all groups.

Above `TAIL_DEATHS` three tails are in question: generalised Pareto, power law, lognormal (Clauset, Shalizi & Newman
2009, doi:10.1137/070710111, on telling them apart). None is chosen beforehand: draws average over the three by their
Akaike weights. What is fitted is the largest event of each group-month that had one so large, since single events are
not in the figures; that makes the tail a little heavier than that of all events. The shape is shared by all groups,
since severity does not grow with a group's experience (Clauset & Gleditsch 2012, doi:10.1371/journal.pone.0048633).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from tocsin.panel import Panel

Floats = NDArray[np.float64]

TAIL_DEATHS = 20
LEAST_EVENTS = 30  # fewer large events than this do not support a fit of their own
MOST_DEATHS = 1e5
# What GED 21.1 gives worldwide; used where too few large events are known yet.
_DEFAULT_SHAPE, _DEFAULT_SCALE = 0.7, 20.0


@dataclass(frozen=True)
class SeverityTail:
    """The fitted tails of deaths in an event, given at least `TAIL_DEATHS`, with their Akaike weights.

    `shape` and `scale` are the generalised Pareto's, `exponent` the power law's (of the exceedance), `mean_log` and
    `sd_log` the lognormal's before truncation; `weights` are in that order.
    """

    shape: float
    scale: float
    exponent: float
    mean_log: float
    sd_log: float
    weights: tuple[float, float, float]
    events: int

    def exceedance(self, deaths: float | Floats) -> Floats:
        """P(at least so many deaths in an event, given at least `TAIL_DEATHS`); 1 up to there."""
        x = np.maximum(np.asarray(deaths, dtype=float), TAIL_DEATHS) - 0.5
        u = TAIL_DEATHS - 0.5
        pareto: Floats = np.asarray(stats.genpareto.sf(x - u, self.shape, scale=self.scale), np.float64)
        z: Floats
        floor: Floats
        z, floor = ((np.log(at) - self.mean_log) / self.sd_log for at in (x, u))
        lognormal: Floats = np.exp(stats.norm.logsf(z) - stats.norm.logsf(floor), dtype=np.float64)
        power: Floats = np.power(x / u, -self.exponent, dtype=np.float64)
        return np.asarray(self.weights[0] * pareto + self.weights[1] * power + self.weights[2] * lognormal)

    def draw(self, size: int, rng: np.random.Generator) -> Floats:
        """Deaths of so many events of at least `TAIL_DEATHS`: whole numbers."""
        u = TAIL_DEATHS - 0.5
        chance = rng.random(size)
        which = rng.choice(3, size=size, p=self.weights)
        pareto = u + stats.genpareto.isf(chance, self.shape, scale=self.scale)
        power = u * chance ** (-1.0 / self.exponent)
        floor = stats.norm.sf((np.log(u) - self.mean_log) / self.sd_log)
        lognormal = np.exp(self.mean_log + self.sd_log * stats.norm.isf(chance * floor))
        return np.asarray(np.minimum(np.rint(np.choose(which, [pareto, power, lognormal])), MOST_DEATHS))


def fit_tail(panel: Panel) -> SeverityTail:
    """Fit the three tails by maximum likelihood to the largest event of each group-month that had one that large."""
    largest = panel.counts["largest"]
    sizes = largest[largest >= TAIL_DEATHS].astype(float)
    u = TAIL_DEATHS - 0.5
    exponent = len(sizes) / np.log(sizes / u).sum() if len(sizes) else 1.0 / _DEFAULT_SHAPE
    if len(sizes) < LEAST_EVENTS:
        return SeverityTail(_DEFAULT_SHAPE, _DEFAULT_SCALE, 1.0 / _DEFAULT_SHAPE, 2.0, 1.2, (1.0, 0.0, 0.0), len(sizes))

    def pareto(theta: Floats) -> float:
        return -float(stats.genpareto.logpdf(sizes - u, theta[0], scale=np.exp(theta[1])).sum())

    def lognormal(theta: Floats) -> float:
        z = (np.log(sizes) - theta[0]) / np.exp(theta[1])
        above = stats.norm.logsf((np.log(u) - theta[0]) / np.exp(theta[1]))
        return -float((stats.norm.logpdf(z) - theta[1] - np.log(sizes) - above).sum())

    # A shape below -1 has an infinite likelihood at the largest event; one below 0 would set a limit to all events.
    shapes = [(0.0, 5.0), (-4.0, 8.0)]
    first = optimize.minimize(pareto, [_DEFAULT_SHAPE, np.log(_DEFAULT_SCALE)], method="Nelder-Mead", bounds=shapes)
    third = optimize.minimize(lognormal, [2.0, 0.2], method="Nelder-Mead", bounds=[(-6.0, 8.0), (-2.0, 1.8)])
    second = -float((np.log(exponent / u) - (exponent + 1.0) * np.log(sizes / u)).sum())
    aic = np.array([2 * first.fun + 4, 2 * second + 2, 2 * third.fun + 4])
    weights = np.exp(-(aic - aic.min()) / 2)
    weights /= weights.sum()
    return SeverityTail(
        shape=float(first.x[0]),
        scale=float(np.exp(first.x[1])),
        exponent=float(exponent),
        mean_log=float(third.x[0]),
        sd_log=float(np.exp(third.x[1])),
        weights=(float(weights[0]), float(weights[1]), float(weights[2])),
        events=len(sizes),
    )
