"""The headline model: trees and excitation stacked for probabilities (`risk`), and a stacked pool for monthly deaths.

The samples are a linear pool: each draw comes whole from one member, so that its months still hang together. Weights
are learned from members fitted five years earlier on what they forecast since then: the mixture whose exceedances come
nearest to what happened, by the CRPS on both scales (deaths and log1p deaths), each relative to that of climatology,
and drawn a little to equal weights, since five years are not many wars.

Hora & Kardeş 2015, doi:10.1287/deca.2014.0303, on pools; Yao et al. 2018, doi:10.1214/17-BA1091, on stacking.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from tocsin.forecast.baselines import MixedClimatology
from tocsin.forecast.counts import CountModel, fit_counts
from tocsin.forecast.exceedance import LOG_THRESHOLDS, THRESHOLDS, exceedances_of
from tocsin.forecast.excitation import Excitation
from tocsin.forecast.forecast import Forecast, data_of
from tocsin.forecast.model import HORIZONS, STEPS, TARGETS, Outlook, Target, crossing_probabilities
from tocsin.forecast.risk import MODEL_VERSION, RiskModel, early_month_of, fit_risk
from tocsin.forecast.trees import count_forecast, risk_probabilities
from tocsin.panel import History

Floats = NDArray[np.float64]

WEIGHING_DRAWS = 200
RIDGE = 0.3  # chosen on origins of 2002-2009
WEIGHING_EVERY = 6  # months between the origins that weights are learned from
# Thresholds end here; what lies beyond counts for little on either scale.
_LAST_WIDTHS = (1500.0, float(np.log1p(5000) - np.log1p(3500)))


class Member(Protocol):
    """A fitted model of monthly deaths in the pool."""

    def forecast(self, history: History, *, draws: int, rng: np.random.Generator, steps: int = STEPS) -> Forecast:
        """Samples of monthly deaths."""
        ...


@dataclass(frozen=True)
class _CountMember:
    counts: CountModel

    def forecast(self, history: History, *, draws: int, rng: np.random.Generator, steps: int = STEPS) -> Forecast:
        return count_forecast("trees", self.counts, history, draws=draws, rng=rng, steps=steps)


def fit_members(history: History) -> dict[str, Member]:
    """The members of the pool, fitted: trees, excitation (of groups), climatology with a share of everyone's."""
    members: dict[str, Member] = {"trees": _CountMember(fit_counts(history))}
    if history.panel.unit == "group":
        members["excitation"] = Excitation().fit(history)
    return members | {"mixed_climatology_12": MixedClimatology()}


@dataclass(frozen=True)
class Ensemble:
    """The model before fitting."""

    name: str = "ensemble"
    version: str = MODEL_VERSION

    def fit(self, history: History) -> FittedEnsemble:
        """Fit the members, and the weights on what members fitted earlier said. Raises as the members do."""
        # First, since these know how much history is needed.
        risk: dict[Target, RiskModel] = (
            {} if history.panel.unit == "country" else {target: fit_risk(history, target) for target in TARGETS}
        )
        members = fit_members(history)
        return FittedEnsemble(self.name, members, history.once(self.name, lambda: _weights(history)), risk)


@dataclass(frozen=True, eq=False)
class FittedEnsemble:
    """The model after fitting; `weights` has a share of the draws for each of `members`, in their order."""

    name: str
    members: dict[str, Member]
    weights: Floats
    risk: dict[Target, RiskModel]

    def forecast(self, history: History, *, draws: int, rng: np.random.Generator, steps: int = STEPS) -> Forecast:
        """Samples of monthly deaths, each member giving its share of the draws."""
        panel = history.panel
        streams = rng.spawn(len(self.members))
        bounds = np.rint(np.cumsum([0.0, *self.weights]) * draws).astype(int)
        shares = [
            member.forecast(history, draws=share, rng=stream, steps=steps).samples
            for member, stream, share in zip(self.members.values(), streams, np.diff(bounds).tolist(), strict=True)
            if share
        ]
        return Forecast(np.concatenate(shares, axis=2), panel.groups, panel.last_month, self.name, *data_of(panel))

    def outlook(self, history: History, *, draws: int, rng: np.random.Generator, steps: int = STEPS) -> Outlook:
        """Samples of the pool; probabilities of the risk models, or of the samples where there are none."""
        forecast = self.forecast(history, draws=draws, rng=rng, steps=steps)
        if not self.risk:
            return Outlook(self.name, forecast, crossing_probabilities(forecast))
        return Outlook(self.name, forecast, risk_probabilities(self.risk, history))


def _weights(history: History) -> Floats:
    """Weights from forecasts of members fitted earlier, on origins whose 12 months are over."""
    early = early_month_of(history)
    members = fit_members(history.up_to(early))
    last = history.month - max(HORIZONS)
    found: list[tuple[Floats, Floats]] = []
    for origin in range(early, last + 1, WEIGHING_EVERY):
        past = history.up_to(origin)
        rows = (
            np.flatnonzero(past.panel.seen[:, -1]) if past.panel.unit == "group" else np.arange(len(past.panel.groups))
        )
        streams = np.random.default_rng([history.month, origin]).spawn(len(members))
        said = np.stack(
            [
                exceedances_of(member.forecast(past, draws=WEIGHING_DRAWS, rng=stream).samples[rows])
                for member, stream in zip(members.values(), streams, strict=True)
            ]
        )
        place = history.panel.rows_by(origin)[rows]
        t = origin - history.panel.first_month
        came = history.panel.deaths[place, t + 1 : t + 1 + STEPS, None] > THRESHOLDS
        found.append((said, came.astype(float)))
    every, outcome = (np.concatenate([pair[k] for pair in found], axis=1 - k) for k in (0, 1))
    return stacked(every, outcome, against=list(members).index("mixed_climatology_12"))


def stacked(said: Floats, came: Floats, *, against: int) -> Floats:
    """Weights of a linear pool: non-negative, of sum one, with the least CRPS on both scales together.

    `said` are exceedances (member, cell, step, threshold), `came` (cell, step, threshold) 1 where the outcome passed a
    threshold. A CRPS is the squared error of the exceedances summed over thresholds by their spacing; each scale's is
    taken relative to that of member `against`. `RIDGE` times the squared distance from equal weights is added: where
    there is nothing to learn from, they come back.
    """
    members = len(said)
    widths = (
        np.append(np.diff(THRESHOLDS.astype(float)), _LAST_WIDTHS[0]),
        np.append(np.diff(LOG_THRESHOLDS), _LAST_WIDTHS[1]),
    )
    gram = np.zeros((members, members))
    error = said - came
    for width in widths:
        by = np.einsum("icsk,jcsk,k->ij", error, error, width, optimize=False)
        if by[against, against] > 0:
            gram += by / by[against, against]
    equal = np.full(members, 1.0 / members)
    # With weights of sum one, the pool's error is the pooled error: a quadratic form on the simplex.
    best = optimize.minimize(
        lambda w: (w @ gram @ w + RIDGE * np.sum((w - equal) ** 2), 2 * gram @ w + 2 * RIDGE * (w - equal)),
        equal,
        jac=True,
        method="SLSQP",
        bounds=[(0.0, 1.0)] * members,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1.0, "jac": lambda w: np.ones(members)},
        options={"ftol": 1e-10},
    )
    weights = np.clip(best.x, 0.0, None)
    return np.asarray(weights / weights.sum())
