"""Whether a calibrated scenario could have brought forth the past: monthly figures against bands of simulated ones.

Two bands are given. `any`: runs at points of the posterior, whatever came of them; it holds every past such a theatre
might have had, so that one past, which the points were fitted to, lies well inside. `like`: for each side the fortieth
of these runs in which the statistics learned for its numbers lie nearest to the observed ones. That is the posterior of
numbers and path together: pasts of about the same level, so that what is left is how months differ. A fortieth, and a
side's own statistics, since on planted theatres that comes nearest to bands that hold 90% of months
(`make bench-whatif-calibration`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import InputError
from tocsin.months import month_label
from tocsin.whatif.calibration.fit import Calibration
from tocsin.whatif.calibration.past import Past
from tocsin.whatif.calibration.regression import nearest
from tocsin.whatif.calibration.runs import AT_ONCE, figures_at
from tocsin.whatif.calibration.summaries import observed_figures, summarise

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Runs = Literal["like", "any"]

MEASURES = ("attacks", "deaths", "clashes", "clash_deaths")
LEAST_ACTIVE_MONTHS = 30
NEAREST = 1 / 40
NEAREST_WORDS = "the fortieth of runs most like the past, by side"  # `NEAREST` in words
LEVEL = 0.9
_TAIL = (1.0 - LEVEL) / 2


@dataclass(frozen=True)
class Inside:
    """How often a side's figures of a month lie within the 90% band of simulated ones, over its active months.

    `runs` says which band. `inside` counts both ends of the band as inside, so that a band of small counts holds more
    than 90%. `inside_random` does not: where a count stands at an end of the band, only that part of its probability
    counts that lies within, as the randomised check of Smith 1985 (doi:10.1002/for.3980040305) would on average.
    """

    side: str
    measure: str
    runs: Runs
    months: int
    inside: float
    inside_random: float


@dataclass(frozen=True, eq=False)
class PredictiveCheck:
    """Observed months against simulated ones.

    `low` and `high` (measure of `MEASURES`, side, month) are the ends of the band of runs like the past, `draws` how
    many runs there were in all.
    """

    past: Past
    rows: tuple[Inside, ...]
    low: Floats
    high: Floats
    draws: int

    def to_dict(self) -> dict[str, Any]:
        """The check as JSON writes it."""
        return {
            "theatre": self.past.theatre,
            "first": month_label(self.past.first),
            "last": month_label(self.past.last),
            "vintage": self.past.vintage,
            "draws": self.draws,
            "level": LEVEL,
            "inside": [vars(row) for row in self.rows],
        }


def predictive_check(calibration: Calibration, *, replicates: int = 16) -> PredictiveCheck:
    """Simulate the past anew at the points of a posterior and compare it, month by month, with what was observed.

    Each point is run `replicates` times, with other chance than in the calibration. Listed are sides with 30 active
    months or more; compared are their active months since they entered. Raises `InputError` for no replicates.
    """
    if replicates < 1:
        raise InputError(f"at least one run a point is needed, got {replicates}")
    past = calibration.past
    points = np.tile(calibration.scores, (replicates, 1))
    start = calibration.runs + len(calibration.scores)
    runs = np.arange(start, start + len(points), dtype=np.int64)
    counts = np.empty((len(MEASURES), len(points), len(past.sides), past.n_months), np.float32)
    statistics = []
    for at in range(0, len(points), AT_ONCE):
        part = slice(at, at + AT_ONCE)
        figures = figures_at(calibration.wide, past.sides, points[part], runs[part], seed=calibration.seed)
        statistics.append(summarise(figures, past).values)
        for m, measure in enumerate(MEASURES):
            counts[m, part] = getattr(figures, measure)
    observed = summarise(observed_figures(past), past).values[0]
    made, keep = np.concatenate(statistics), max(1, round(NEAREST * len(points)))
    like = np.empty((len(MEASURES), keep, *counts.shape[2:]), np.float32)
    for g, side in enumerate(past.sides):
        own = [k for k, name in enumerate(calibration.names) if name.startswith(f"{side}.")]
        chosen, _ = nearest(calibration.learned, made, observed, keep, of=own)
        like[:, :, g] = counts[:, chosen, g]
    low, high = _band(like)
    rows = (*inside(like, past, "like"), *inside(counts, past, "any"))
    return PredictiveCheck(past, rows, low, high, len(points))


def inside(counts: Singles, past: Past, runs: Runs) -> tuple[Inside, ...]:
    """How much of a past lies within the bands of simulated `counts` (measure, draw, side, month) of the same sides."""
    there = past.active & (np.arange(past.n_months) >= past.entered[:, None])
    low, high = _band(counts)
    rows = []
    for m, measure in enumerate(MEASURES):
        real = getattr(past, measure)
        within = (real >= low[m]) & (real <= high[m])
        below, up_to = (counts[m] < real).mean(axis=0), (counts[m] <= real).mean(axis=0)
        width, part = up_to - below, np.minimum(up_to, 1.0 - _TAIL) - np.maximum(below, _TAIL)
        # A count that no run had has no width: it is inside or it is not.
        certain = ((below > _TAIL) & (below < 1.0 - _TAIL)).astype(float)
        random = np.divide(np.maximum(part, 0.0), width, out=certain, where=width > 0)
        for g, side in enumerate(past.sides):
            months, clashes = there[g], measure.startswith("clash")
            if months.sum() >= LEAST_ACTIVE_MONTHS and (past.fighting[g] or not clashes):
                share, share_random = float(within[g, months].mean()), float(random[g, months].mean())
                rows.append(Inside(side, measure, runs, int(months.sum()), share, share_random))
    return tuple(rows)


def _band(counts: Singles) -> tuple[Floats, Floats]:
    low, high = np.quantile(counts, [_TAIL, 1.0 - _TAIL], axis=1, method="inverted_cdf").astype(np.float64)
    return low, high
