"""Every link of a theatre at once: how much each group's attacks follow those of each other group."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.rivalry.estimate import UNDERSMOOTHING, Point, fit_driver, fit_sizes, free_step, maximise
from tocsin.rivalry.likelihood import Target
from tocsin.rivalry.terms import OWN_HALF_LIVES_WEEKS, RESPONSE_WEEKS, Terms, filtered
from tocsin.rivalry.walk import Walk

Floats = NDArray[np.float64]

N_OWN = len(OWN_HALF_LIVES_WEEKS) + 1  # with the constant


@dataclass(frozen=True, eq=False)
class Links:
    """Estimates of all links, (target, source) with nan on the diagonal, and the fit they stand on.

    `estimate` and `error`: further attacks of the target per attack of the source, and the standard error, inf where
    the source did nothing while the target was there. `targets` and `point` are the model with cross terms at its mode,
    `alone` the mode of the one without; `answered` (group, period) the filtered shock value of each source.
    """

    estimate: Floats
    error: Floats
    answered: Floats
    half_life_weeks: float
    targets: tuple[Target, ...]
    point: Point
    alone: Point
    walk: Walk
    step_sd: float

    @property
    def z(self) -> Floats:
        """Estimates in standard errors, 0 where nothing is told."""
        return np.where(np.isfinite(self.error), self.estimate / self.error, 0.0)


def estimate_links(terms: Terms) -> Links:
    """Fit the driver without cross terms, then everything with them.

    The shape of the response, over time, is the one of the groups to their own attacks.
    """
    n = len(terms.counts)
    alone = [terms.target(g, terms.own[:, g]) for g in range(n)]
    chosen, point = fit_driver(alone, terms.n_blocks)
    half_life = response_half_life(terms, point, Walk.of(terms.n_blocks, chosen))
    answered = terms.answered(half_life)
    step_sd = UNDERSMOOTHING * chosen
    walk = Walk.of(terms.n_blocks, step_sd)
    without, _ = maximise(alone, point, walk, with_loadings=True)
    targets = [terms.target(g, terms.own[:, g], sources(answered, g)) for g in range(n)]
    start = replace(without, linear=tuple(np.concatenate([a, np.full(n - 1, 0.02)]) for a in without.linear))
    point, _ = maximise(targets, start, walk, with_loadings=True)
    point = fit_sizes(targets, point)
    point, _ = maximise(targets, point, walk, with_loadings=True)
    free, errors = free_step(targets, point, walk)
    estimate, error = np.full((n, n), np.nan), np.full((n, n), np.nan)
    for g in range(n):
        others = [h for h in range(n) if h != g]
        estimate[g, others], error[g, others] = free[g][N_OWN:], errors[g][N_OWN:]
    return Links(estimate, error, answered, half_life, tuple(targets), point, without, walk, step_sd)


def response_half_life(terms: Terms, point: Point, walk: Walk) -> float:
    """The half-life in weeks, of `RESPONSE_WEEKS`, by which groups best answer their own attacks.

    Each is tried in the place of all own filters but the slowest, in the model without cross terms.
    """
    weeks = 7.0 / terms.step_days
    best: tuple[float, float] | None = None
    start = replace(point, linear=tuple(np.array([a[0], a[1:-1].sum(), a[-1]]) for a in point.linear))
    for half_life in RESPONSE_WEEKS:
        own = filtered(terms.counts, half_life * weeks)
        targets = [terms.target(g, own[g : g + 1], terms.own[-1:, g]) for g in range(len(terms.counts))]
        start, reached = maximise(targets, start, walk, with_loadings=False)
        if best is None or reached > best[0]:
            best = (reached, half_life)
    assert best is not None
    return best[1]


def sources(answered: Floats, g: int) -> Floats:
    """The rows of all groups but g."""
    return np.delete(answered, g, axis=0)
