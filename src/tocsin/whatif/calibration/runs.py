"""Runs of a past at many points of what is not known, boiled down to statistics as they are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from tocsin.whatif.calibration.past import Past
from tocsin.whatif.calibration.summaries import Figures, summarise
from tocsin.whatif.engine.sampling import sample_at
from tocsin.whatif.engine.simulate import simulate
from tocsin.whatif.scenario import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# So many at once that their paths stay below 100 MB.
AT_ONCE = 2500
# Points at the very ends of a range stand this far out on the normal scale.
FARTHEST = 5.0


@dataclass(frozen=True, eq=False)
class Box:
    """Where points are drawn: the part of each quantity's prior between two normal scores (quantity)."""

    low: Floats
    high: Floats


def whole_box(quantities: int) -> Box:
    """All of the prior."""
    return Box(np.full(quantities, -FARTHEST), np.full(quantities, FARTHEST))


def draw_points(box: Box, draws: int, rng: np.random.Generator) -> Floats:
    """Normal scores (draw, quantity) of points of the prior within the box."""
    low, high = ndtr(box.low), ndtr(box.high)
    scores: Floats = np.clip(ndtri(low + (high - low) * rng.random((draws, len(low)))), -FARTHEST, FARTHEST)
    return scores


def figures_at(wide: Scenario, sides: tuple[str, ...], scores: Floats, runs: Ints, *, seed: int) -> Figures:
    """The monthly figures of one run at each point (normal scores, run by quantity), of these sides.

    `runs` (run) are the numbers of the runs, which with the seed stand for their chance. Events in cities are drawn
    from all events by the share of members there.
    """
    draws = replace(sample_at(wide, ndtr(scores), seed=seed), runs=runs)
    paths = simulate(wide, draws, settled=True, seed=seed)
    rows = [wide.names.index(side) for side in sides]

    def of(measure: str) -> Floats:
        found: Floats = paths.side(measure)[:, rows].astype(np.float64)
        return found

    attacks, clashes, members = of("attacks"), of("clashes"), of("members")
    events = attacks + clashes
    share = np.divide(of("urban"), members, out=np.zeros_like(members), where=members > 0)
    rng = np.random.default_rng([seed, int(runs[0]), len(runs)])
    return Figures(
        sides=sides,
        attacks=attacks,
        deaths=of("deaths"),
        mass_casualty=of("mass_casualty"),
        clashes=clashes,
        clash_deaths=of("clash_deaths"),
        urban_events=rng.binomial(events.astype(np.int64), np.clip(share, 0.0, 1.0)).astype(np.float64),
        events=events,
    )


def statistics_at(
    wide: Scenario,
    past: Past,
    scores: Floats,
    *,
    seed: int,
    offset: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Floats:
    """The statistics (run, statistic) of one run at each point, from run number `offset` on, of the sides of `past`."""
    found = []
    runs = np.arange(offset, offset + len(scores), dtype=np.int64)
    for start in range(0, len(scores), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        found.append(summarise(figures_at(wide, past.sides, scores[part], runs[part], seed=seed), past).values)
        if progress is not None:
            progress(len(found[-1]))
    return np.concatenate(found)
