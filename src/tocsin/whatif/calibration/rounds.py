"""Rounds of runs that close in on what a past allows, and the posterior at the end of them.

Each round draws points from the prior within a box, runs each once, keeps those nearest to the past and adjusts them;
the box of the next round holds what is then left plausible, four standard deviations to each side. Within the box the
prior is not bent, so no point needs a weight for where it was drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.whatif.calibration.past import Past
from tocsin.whatif.calibration.regression import Learned, adjust, learn, nearest
from tocsin.whatif.calibration.runs import FARTHEST, Box, draw_points, statistics_at, whole_box
from tocsin.whatif.calibration.summaries import observed_figures, summarise
from tocsin.whatif.engine.sampling import uncertain
from tocsin.whatif.scenario import Scenario

Floats = NDArray[np.float64]

ROUNDS = 2
KEEP = 0.2
# A statistic learned for a quantity is used where it leaves less than this of its spread.
_OF_USE = 0.95
_REACH = 4.0
# A box is cut only where it does not cut what may yet be.
_CLEAR = 0.8


@dataclass(frozen=True, eq=False)
class Posterior:
    """Adjusted points (point, quantity; normal scores) with their weights (point), the box they were drawn
    in, and the statistics learned there."""

    scores: Floats
    weights: Floats
    box: Box
    learned: Learned


def close_in(
    wide: Scenario,
    past: Past,
    *,
    draws: int,
    seed: int,
    rounds: int = ROUNDS,
    box: Box | None = None,
    progress: Callable[[int], None] | None = None,
) -> Posterior:
    """The posterior of the uncertain quantities of `wide` given a past, after `rounds` of `draws` runs each."""
    observed = summarise(observed_figures(past), past).values[0]
    box = box or whole_box(len(uncertain(wide)))
    found: Posterior | None = None
    for number in range(rounds):
        rng = np.random.default_rng([seed, number])
        scores = draw_points(box if found is None else narrowed(found), draws, rng)
        box = box if found is None else narrowed(found)
        values = statistics_at(wide, past, scores, seed=seed, offset=number * draws, progress=progress)
        found = posterior_of(scores, values, observed, box, keep=round(KEEP * draws))
    assert found is not None
    return found


def posterior_of(scores: Floats, values: Floats, observed: Floats, box: Box, *, keep: int) -> Posterior:
    """The posterior from one round: points (run, quantity), their statistics (run, statistic), those observed."""
    learned = learn(scores, values)
    of_use = learned.residual < _OF_USE * scores.std(axis=0)
    if not of_use.any():
        return Posterior(scores, np.ones(len(scores)), box, learned)
    chosen, weights = nearest(learned, values, observed, keep)
    short = learned.predict(values[chosen])[:, of_use]
    at = learned.predict(observed[None])[0, of_use]
    moved = scores[chosen]
    # What no statistic tells of stays where it was drawn: a regression on noise would only seem to narrow it.
    moved[:, of_use] = adjust(moved[:, of_use], short, at, weights)
    return Posterior(np.clip(moved, -FARTHEST, FARTHEST), weights, box, learned)


def narrowed(found: Posterior) -> Box:
    """The part of the box in which the posterior lies."""
    mean = np.average(found.scores, axis=0, weights=found.weights)
    spread = np.sqrt(np.average((found.scores - mean) ** 2, axis=0, weights=found.weights))
    low, high = np.maximum(found.box.low, mean - _REACH * spread), np.minimum(found.box.high, mean + _REACH * spread)
    clear = (spread < _CLEAR) & (high > low)
    return Box(np.where(clear, low, found.box.low), np.where(clear, high, found.box.high))
