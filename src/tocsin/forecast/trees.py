"""The boosted models as one: calibrated probabilities of harm (`risk`) and samples of monthly deaths (`counts`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.forecast.counts import CountModel, fit_counts
from tocsin.forecast.exceedance import deaths_at, in_strata, uniforms
from tocsin.forecast.forecast import Forecast, data_of
from tocsin.forecast.model import HORIZONS, STEPS, TARGETS, Outlook, Probabilities, Target, crossing_probabilities
from tocsin.forecast.risk import RiskModel, fit_risk
from tocsin.panel import History

# How the months of one draw hang together; of 0, 0.2, ... 0.7 the best for totals on origins of 2005-2009.
CORRELATION = 0.4


@dataclass(frozen=True)
class Trees:
    """The model before fitting. Of groups it gives both targets' probabilities, of countries what its samples say."""

    name: str = "trees"
    version: str = "trees-3"

    def fit(self, history: History) -> FittedTrees:
        """Fit on the history. Raises `NotHeldError` when it is too short or holds nothing to learn from."""
        if history.panel.unit == "country":
            return FittedTrees(self.name, fit_counts(history), {})
        # The risk models first: they need the longer history, and say so.
        risk = {target: fit_risk(history, target, excitation=False) for target in TARGETS}
        return FittedTrees(self.name, fit_counts(history), risk)


@dataclass(frozen=True, eq=False)
class FittedTrees:
    """The model after fitting."""

    name: str
    counts: CountModel
    risk: dict[Target, RiskModel]

    def forecast(self, history: History, *, draws: int, rng: np.random.Generator, steps: int = STEPS) -> Forecast:
        """Samples of monthly deaths."""
        return count_forecast(self.name, self.counts, history, draws=draws, rng=rng, steps=steps)

    def outlook(self, history: History, *, draws: int, rng: np.random.Generator, steps: int = STEPS) -> Outlook:
        """Samples; probabilities from the risk models where there are any, else from the samples."""
        forecast = self.forecast(history, draws=draws, rng=rng, steps=steps)
        if not self.risk:
            return Outlook(self.name, forecast, crossing_probabilities(forecast))
        return Outlook(self.name, forecast, risk_probabilities(self.risk, history))


def risk_probabilities(models: dict[Target, RiskModel], history: History) -> dict[tuple[Target, int], Probabilities]:
    """What fitted risk models say of every group at the end of the history, for all horizons."""
    return {
        (target, horizon): model.predict(history, horizon)[0]
        for target, model in models.items()
        for horizon in HORIZONS
    }


def count_forecast(
    name: str,
    counts: CountModel,
    history: History,
    *,
    draws: int,
    rng: np.random.Generator,
    steps: int,
    stratified: bool = False,
) -> Forecast:
    """Samples drawn from a count model's exceedances, the steps of a draw tied by a Gaussian copula.

    With `stratified` each month's draws are its quantiles at equal steps, so that a mean is not a matter of whether one
    draw happened to fall into the tail, whose variance has no bound.
    """
    panel = history.panel
    exceedance = counts.exceedances(history, steps)
    u = uniforms((len(panel.groups), steps, draws), CORRELATION, rng)
    samples = deaths_at(exceedance, in_strata(u) if stratified else u)
    return Forecast(samples, panel.groups, panel.last_month, name, *data_of(panel))
