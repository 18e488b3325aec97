"""Every link of a theatre at once: how much each group's attacks follow those of each other group."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.rivalry.estimate import UNDERSMOOTHING, Point, fit_driver, fit_sizes, free_step, maximise
from tocsin.rivalry.likelihood import LEAST_RATE, Target, factors, rates
from tocsin.rivalry.pooling import pool
from tocsin.rivalry.terms import OWN_HALF_LIVES_WEEKS, RESPONSE_WEEKS, Terms, filtered
from tocsin.rivalry.walk import Walk

Floats = NDArray[np.float64]

LEAST_SHARED = 5  # attacks of the source while the target is there; with fewer nothing is told
SIGNIFICANT = 1.6448536269514722  # one-sided 5%: the lower end of the 90% interval above zero
POWER_SD = 0.8416212335729143  # found four times in five
_ROUNDS = 60
N_OWN = len(OWN_HALF_LIVES_WEEKS) + 1  # with the constant


@dataclass(frozen=True, eq=False)
class Links:
    """Estimates of all links, (target, source) with nan on the diagonal, and the fit they stand on.

    `estimate` and `error`: further attacks of the target per attack of the source, and the standard error; nan and inf
    where the source did too little while the target was there. `high` and `detectable`: the upper end of the 90%
    interval, and the smallest response found four times in five, see `_bounds`. `targets` and `point` are the model
    with cross terms at its mode, `alone` the mode of the one without; `answered` (group, period) the filtered shock
    value of each source; `felt` (target, source) turns coefficients into attacks, see `response_worth`.
    """

    estimate: Floats
    error: Floats
    high: Floats
    detectable: Floats
    answered: Floats
    half_life_weeks: float
    targets: tuple[Target, ...]
    point: Point
    alone: Point
    walk: Walk
    step_sd: float
    felt: Floats

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
    shared = shared_attacks(terms)
    heard = [sources(answered * (shared[g] >= LEAST_SHARED)[:, None], g) for g in range(n)]
    targets = [terms.target(g, terms.own[:, g], heard[g]) for g in range(n)]
    start = replace(without, linear=tuple(np.concatenate([a, np.full(n - 1, 0.02)]) for a in without.linear))
    point, _ = maximise(targets, start, walk, with_loadings=True)
    point = fit_sizes(targets, point)
    point, _ = maximise(targets, point, walk, with_loadings=True)
    free, errors = free_step(targets, point, walk)
    estimate, error, high, detectable = (np.full((n, n), np.nan) for _ in range(4))
    for g in range(n):
        others = [h for h in range(n) if h != g]
        estimate[g, others] = np.where(np.isfinite(errors[g][N_OWN:]), free[g][N_OWN:], np.nan)
        error[g, others] = errors[g][N_OWN:]
        high[g, others], detectable[g, others] = _bounds(targets[g], point, g, free[g][N_OWN:], errors[g][N_OWN:])
    worth = [response_worth(target, point, g) for g, target in enumerate(targets)]
    felt = np.ones((n, n))
    for g in range(n):
        felt[g, [h for h in range(n) if h != g]] = worth[g][N_OWN:]
    estimate, error, high, detectable = (felt * of for of in (estimate, error, high, detectable))
    return Links(
        estimate, error, high, detectable, answered, half_life, tuple(targets), point, without, walk, step_sd, felt
    )


def response_worth(target: Target, point: Point, g: int) -> Floats:
    """What a coefficient of 1 of each linear term is worth in attacks (term).

    A response goes with the driver and the log terms of its time, and the driver's zero is no time in particular: a
    group that was there only while all attacked much would have its answers told in attacks of quieter years. So it is
    the mean of that factor over the term itself: over the fading attacks that may be answered.
    """
    factor = factors(target, point.logs[g], float(point.loadings[g]), point.driver)
    total = target.linear.sum(axis=0)
    return np.asarray(np.divide(factor @ target.linear, total, where=total > 0.0, out=np.ones(len(total))))


def _bounds(target: Target, point: Point, g: int, estimate: Floats, error: Floats) -> tuple[Floats, Floats]:
    """Upper ends of the 90% intervals of g's links, and the smallest responses found four times in five.

    While a group does next to nothing its rate is near zero, and so is the standard error of an answer it did not give:
    yet that no attack came only rules out responses that would have brought some. So both are solved for with the
    variance that counts would have if the response were that large, as in a score interval (Wilson 1927,
    doi:10.1080/01621459.1927.10502953).
    """
    told = np.isfinite(error)
    factor = factors(target, point.logs[g], float(point.loadings[g]), point.driver)
    rate = rates(target, point.linear[g])
    size = float(point.sizes[g])
    high, detectable = np.full(len(error), np.inf), np.full(len(error), np.inf)
    for k in np.flatnonzero(told):
        past, now = target.linear[:, N_OWN + k], float(point.linear[g][N_OWN + k])

        def information(response: float, past: Floats = past, now: float = now) -> float:
            mean = factor * np.maximum(rate + (max(response, 0.0) - now) * past, LEAST_RATE)
            return float(np.sum((factor * past) ** 2 / (mean + mean**2 / size)))

        here = information(now)
        value, sd = float(estimate[k]), float(error[k])
        upper, found = max(value, 0.0) + SIGNIFICANT * sd, (SIGNIFICANT + POWER_SD) * sd
        for _ in range(_ROUNDS):
            before = (upper, found)
            upper = value + SIGNIFICANT * sd * max(np.sqrt(here / information(upper)), 1.0)
            found = SIGNIFICANT * sd + POWER_SD * sd * max(np.sqrt(here / information(found)), 1.0)
            if np.allclose(before, (upper, found), rtol=1e-3, atol=0.0):
                break
        else:  # counts that vary too much for any response to be found, or to be ruled out
            upper, found = (now if close else np.inf for now, close in _settled(before, (upper, found)))
        high[k], detectable[k] = upper, found
    return high, detectable


def _settled(before: tuple[float, float], now: tuple[float, float]) -> list[tuple[float, bool]]:
    return [(b, bool(np.isclose(a, b, rtol=1e-2, atol=0.0))) for a, b in zip(before, now, strict=True)]


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


def shared_attacks(terms: Terms) -> Floats:
    """Attacks of each source within each target's span, (target, source)."""
    return np.array([terms.counts[:, start:stop].sum(axis=1) for start, stop in terms.spans])


def sources(answered: Floats, g: int) -> Floats:
    """The rows of all groups but g."""
    return np.delete(answered, g, axis=0)


@dataclass(frozen=True, eq=False)
class PooledLinks:
    """Links drawn to zero, (target, source), in further attacks per attack; nan on the diagonal."""

    mean_of_links: Floats
    sd_of_links: Floats


def pooled_links(terms: Terms, links: Links) -> PooledLinks:
    """Partial pooling within the theatre, on the scale of `tocsin.rivalry.pooling`.

    Links are drawn to zero, by as much as all of them together leave room for: a few theatres' links have a mean to
    speak of, and what the driver takes too much of draws that mean below zero.
    """
    scale = pooling_scale(terms)
    off = ~np.eye(len(scale), dtype=bool)
    error = (links.high - links.estimate) / SIGNIFICANT
    found = pool((links.estimate * scale)[off], (error * scale)[off], np.zeros((int(off.sum()), 1)))
    mean, sd = np.full(scale.shape, np.nan), np.full(scale.shape, np.nan)
    mean[off], sd[off] = found.mean / scale[off], found.sd / scale[off]
    return PooledLinks(mean, sd)


def pooling_scale(terms: Terms) -> Floats:
    """What estimates are multiplied by to be pooled: sqrt(source's rate / target's) in the target's span."""
    scale = np.ones((len(terms.counts), len(terms.counts)))
    for g, (start, stop) in enumerate(terms.spans):
        rates = np.maximum(terms.counts[:, start:stop].mean(axis=1), 1.0 / (stop - start))
        scale[g] = np.sqrt(rates / rates[g])
    return scale
