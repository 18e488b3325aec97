"""What every model is: something that is fitted on a history and then says what it expects from the end of another.

A model may be fitted once a year and used at every month of it; so `fit` and `outlook` each take the history they may
use. A model gives what it can: samples of monthly deaths, probabilities, or only a ranking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from tocsin.forecast.forecast import Forecast
from tocsin.panel import CROSSING_DEATHS, History

Target = Literal["deaths25", "mass_casualty"]
TARGETS: tuple[Target, ...] = ("deaths25", "mass_casualty")
HORIZONS = (3, 6, 12)
STEPS = 12

Probabilities = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Outlook:
    """What one model says at one origin, of every unit of the history (arrays of one entry per unit, in its order).

    `forecast` holds samples of monthly deaths; `probabilities` those of a target within a horizon in months;
    `rankings` a score by which units can be ordered and no more, higher meaning likelier, for targets without a
    probability.
    """

    model: str
    forecast: Forecast | None = None
    probabilities: Mapping[tuple[Target, int], Probabilities] = field(default_factory=dict)
    rankings: Mapping[Target, NDArray[np.float64]] = field(default_factory=dict)

    def score_of(self, target: Target, horizon: int) -> NDArray[np.float64] | None:
        """What units are ranked by: the probability, else the ranking, else None."""
        return self.probabilities.get((target, horizon), self.rankings.get(target))


class Fitted(Protocol):
    """A model after fitting."""

    def outlook(self, history: History, *, draws: int, rng: np.random.Generator, steps: int = STEPS) -> Outlook:
        """What is expected after the last month of `history`; samples of `draws` draws for steps 1 to `steps`."""
        ...


class Model(Protocol):
    """A model before fitting."""

    @property
    def name(self) -> str:
        """The model's name in tables and options."""
        ...

    def fit(self, history: History) -> Fitted:
        """Fit on the figures up to the last month of `history`."""
        ...


def crossing_probabilities(forecast: Forecast) -> dict[tuple[Target, int], Probabilities]:
    """P(at least 25 deaths) within each horizon that the samples reach."""
    return {("deaths25", h): forecast.probability(CROSSING_DEATHS, h) for h in HORIZONS if h <= forecast.steps}
