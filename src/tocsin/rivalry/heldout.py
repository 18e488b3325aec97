"""The real test of rivalry: do the cross terms predict periods that were held apart?

The last half of the window is cut into blocks. Before each, the model is fitted with and without cross terms to what
was known by then (the groups too are those known by then), and every period of the block is predicted from the periods
before it. Cross terms are the pooled ones, none below zero. The driver goes on as a random walk and is brought up to
date with each period, in both models by the same rule (an extended Kalman filter).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from tocsin.rivalry.estimate import Point, fit_sizes, maximise
from tocsin.rivalry.likelihood import LEAST_RATE, MOST_LOG, Target
from tocsin.rivalry.links import Links, estimate_links, pooled_links, sources
from tocsin.rivalry.series import LEAST_ATTACKS, LEAST_PERIODS, Series
from tocsin.rivalry.terms import AFTER_LAST_DAYS, Terms, make_terms
from tocsin.rivalry.walk import Walk

Floats = NDArray[np.float64]

FOLDS = 5
LEAST_MONTHS = 12
LEAST_TRAINING_WEEKS = 104


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Log score of the model with cross terms less that of the one without, by month held apart (month), in nats."""

    gains: Floats

    @property
    def gain(self) -> float | None:
        """Mean gain a month; None where too few months could be held apart."""
        return float(self.gains.mean()) if len(self.gains) >= LEAST_MONTHS else None

    @property
    def se(self) -> float | None:
        """Standard error of the mean gain over months."""
        n = len(self.gains)
        return float(self.gains.std(ddof=1) / np.sqrt(n)) if n >= LEAST_MONTHS else None


def held_out(series: Series, *, shock: float) -> HeldOut:
    """The paired log scores of a series; its groups before a block are those that passed the limits by then."""
    n = series.n_periods
    month = series.starts.astype("datetime64[M]").astype(int)
    month -= month[0]
    # A block may end within a month, of which the next block then holds the rest.
    gains, held = np.zeros(month[-1] + 1), np.zeros(month[-1] + 1, bool)
    for stop, end in _blocks(n, series.step_days):
        attacks = series.attacks[:, :stop]
        known = (attacks.sum(axis=1) >= LEAST_ATTACKS) & ((attacks > 0).sum(axis=1) >= LEAST_PERIODS)
        if known.sum() < 2:
            continue
        some = series.only(tuple(group for group, there in zip(series.groups, known, strict=True) if there))
        terms = make_terms(some, shock=shock, stop=stop)
        scores = _scores(terms, stop, end)
        if scores is None:
            continue
        np.add.at(gains, month[stop:end], scores)
        held[month[stop:end]] = True
    return HeldOut(gains[held])


def _blocks(n: int, step_days: int) -> list[tuple[int, int]]:
    first = max(n // 2, LEAST_TRAINING_WEEKS * 7 // step_days)
    if first >= n:
        return []
    edges = np.linspace(first, n, FOLDS + 1).astype(int)
    return [(int(a), int(b)) for a, b in pairwise(edges) if b > a]


def _scores(terms: Terms, stop: int, end: int) -> Floats | None:
    """Difference of log scores by period of a block (period); None where no link is told by then."""
    links = estimate_links(terms)
    if not np.isfinite(links.error).any():
        return None
    pooled = np.maximum(pooled_links(terms, links).mean_of_links, 0.0) / links.felt
    n = len(terms.counts)
    answer = np.array([pooled[g][[h for h in range(n) if h != g]] @ sources(links.answered, g) for g in range(n)])
    targets = [terms.target(g, terms.own[:, g], answer[g : g + 1]) for g in range(n)]
    with_links, without = (_fitted(targets, links, weight) for weight in (1.0, 0.0))
    return _predict(terms, answer, with_links, links, stop, end) - _predict(terms, answer, without, links, stop, end)


def _fitted(targets: Sequence[Target], links: Links, weight: float) -> Point:
    """The mode with the last linear term held at `weight`.

    Both models come to theirs by the same steps: with the sizes of another fit, the one would win or lose by them.
    """
    alone = links.alone
    point = replace(alone, linear=tuple(np.append(a, weight) for a in alone.linear))
    point, _ = maximise(targets, point, links.walk, with_loadings=True, held=1)
    point, _ = maximise(targets, fit_sizes(targets, point), links.walk, with_loadings=True, held=1)
    return point


def _predict(terms: Terms, answer: Floats, point: Point, links: Links, stop: int, end: int) -> Floats:
    """Log score by period of the block, each predicted from the periods before it."""
    n = len(terms.counts)
    active = np.zeros((n, end), bool)
    after = AFTER_LAST_DAYS // terms.step_days
    for g in range(n):
        for t in np.flatnonzero(terms.counts[g, :end]).tolist():
            active[g, t + 1 : t + 1 + after] = True
    block = int(terms.blocks[stop - 1])
    level = float(point.driver[block])
    variance = _variance(terms, point, links, block)
    out = np.zeros(end - stop)
    for t in range(stop, end):
        if terms.blocks[t] != block:
            block = int(terms.blocks[t])
            variance += links.step_sd**2
        slope = information = 0.0
        for g in (int(k) for k in np.flatnonzero(active[:, t])):
            x = np.concatenate([[1.0], terms.own[:, g, t], [answer[g, t]]])
            loading = float(point.loadings[g])
            rate = max(float(x @ point.linear[g]), LEAST_RATE)
            mean = rate * np.exp(min(float(terms.logs[g][t] @ point.logs[g]) + loading * level, MOST_LOG))
            # What is not known of the driver adds to the spread, as a negative binomial of its own would.
            size = 1.0 / (1.0 / float(point.sizes[g]) + np.expm1(min(loading**2 * variance, 5.0)) + 1e-12)
            y = float(terms.counts[g, t])
            out[t - stop] += _log_mass(y, mean, size)
            slope += loading * (y - mean) / (1.0 + mean / float(point.sizes[g]))
            information += loading**2 * mean / (1.0 + mean / float(point.sizes[g]))
        gain = variance / (1.0 + variance * information)
        level, variance = level + gain * slope, gain
    return out


def _variance(terms: Terms, point: Point, links: Links, block: int) -> float:
    """Variance of the driver at the last week that was fitted, from what the counts up to it tell."""
    of_driver = np.zeros(terms.n_blocks)
    for g, target in enumerate(links.targets):
        loading = float(point.loadings[g])
        mean = max(float(target.counts.mean()), LEAST_RATE)
        np.add.at(of_driver, target.blocks, loading**2 * mean / (1.0 + mean / float(point.sizes[g])))
    return float(Walk.of(block + 1, links.step_sd).with_information(of_driver[: block + 1]).variances()[-1])


def _log_mass(y: float, mean: float, size: float) -> float:
    return float(
        gammaln(y + size) - gammaln(size) - gammaln(y + 1.0) - y * np.log(size)
        + y * np.log(mean) - (y + size) * np.log1p(mean / size)
    )  # fmt: skip
