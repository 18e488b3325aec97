"""P(at least 25 deaths) and P(mass-casualty attack) within 3, 6 and 12 months, per group, calibrated, with an interval.

Two views of a group are stacked on the logit scale: the boosted trees and, if asked for, the self-exciting model run
forward, the share of the second having been chosen on origins of 2000-2009. The stack is calibrated for each horizon
and list (new risk, ongoing) on what models fitted five years earlier, on outcomes known by then, said since: nobody's
own training data is in it. The interval is the spread of the boosters' replicates, each with a calibration of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, stdtrit

from tocsin.errors import InputError, NotHeldError
from tocsin.forecast.boosters import (
    EARLY_REPLICATES,
    LEAST_ORIGINS,
    BlockWeights,
    Boosters,
    fit_boosters,
)
from tocsin.forecast.cases import FIRST_ORIGIN
from tocsin.forecast.excitation import Excitation, FittedExcitation
from tocsin.forecast.model import HORIZONS, TARGETS, Target
from tocsin.forecast.outcomes import base_rates, last_origin, outcomes
from tocsin.months import month_label
from tocsin.panel import History
from tocsin.verify.calibration import LogitCalibration

MODEL_VERSION = "stacked-3"
CALIBRATION_MONTHS = 60
CALIBRATION_EVERY = 2  # months between the origins that calibrate
EXCITATION_DRAWS = 400
# The weight of the excitation model on the logit scale, chosen on origins of 2000-2009 (nearby ones do as well).
EXCITATION_SHARES: dict[Target, float] = {"deaths25": 0.2, "mass_casualty": 0.35}
_CLIP = 1e-5

Probabilities = NDArray[np.float64]
Calibrations = tuple[tuple[LogitCalibration, LogitCalibration], ...]


@dataclass(frozen=True, eq=False)
class AtHorizon:
    """What the model holds for one horizon.

    `calibrations[r]` are (new risk, ongoing) of replicate r; `base_rates` the shares of past group-months of each list
    with the outcome, (new risk, ongoing), over ten years.
    """

    calibrations: Calibrations
    base_rates: tuple[float, float]


@dataclass(frozen=True, eq=False)
class RiskModel:
    """A fitted model of one target, for every horizon; `share` is the weight of the excitation model, 0 without one."""

    boosters: Boosters
    excitation: FittedExcitation | None
    share: float
    horizons: dict[int, AtHorizon]

    @property
    def target(self) -> Target:
        """What the probabilities are of."""
        return self.boosters.target

    @property
    def month(self) -> int:
        """The last month whose figures were learned from."""
        return self.boosters.month

    def at(self, horizon: int) -> AtHorizon:
        """What is held for a horizon of 3, 6 or 12 months. Raises `InputError` for another."""
        if horizon not in self.horizons:
            raise InputError(f"a horizon is {', '.join(map(str, self.horizons))} months, got {horizon}")
        return self.horizons[horizon]

    def scores(self, history: History, horizon: int) -> Probabilities:
        """The stacked score of each replicate on the logit scale, not calibrated, at the end of `history`.

        (replicate, unit), in the order of the history's groups.
        """
        own = self.boosters.scores(history.features_now)
        if self.excitation is None:
            return own
        other = excitation_scores(self.excitation, history, self.target)[HORIZONS.index(horizon)]
        return _stack(own, other, self.share)

    def replicates(self, history: History, horizon: int) -> Probabilities:
        """Calibrated probability of each replicate, (replicate, unit)."""
        raw, ongoing = expit(self.scores(history, horizon)), history.panel.ongoing[:, -1]
        pairs = self.at(horizon).calibrations
        return np.stack(
            [np.where(ongoing, old.apply(p), new.apply(p)) for p, (new, old) in zip(raw, pairs, strict=True)]
        )

    def predict(self, history: History, horizon: int) -> Probabilities:
        """Probability with the 90% interval of its estimate: (3, unit), the rows being mean, low, high."""
        score = logit(np.clip(self.replicates(history, horizon), _CLIP, 1 - _CLIP))
        mean, spread = score.mean(axis=0), score.std(axis=0, ddof=1)
        reach = stdtrit(len(score) - 1, 0.95) * spread  # Student's t: a spread of few replicates is itself uncertain
        return np.asarray(expit(np.stack([mean, mean - reach, mean + reach])))


def fit_risk(
    history: History,
    target: Target,
    *,
    excitation: bool = True,
    progress: Callable[[str], None] | None = None,
) -> RiskModel:
    """Fit one target on the figures of `history` and nothing later, for all horizons.

    With `excitation` the self-exciting model is stacked with the trees. Raises `NotHeldError` when the history is too
    short or holds no outcome to learn from.
    """
    _check_length(history)
    boosters = fit_boosters(history, target, progress=progress)
    early = history.up_to(early_month_of(history))
    early_boosters = fit_boosters(early, target, replicates=EARLY_REPLICATES, progress=progress)
    early_other = Excitation().fit(early) if excitation else None
    panel = history.panel
    g, t, own, other = _said_since(history, early, early_boosters, early_other)
    ongoing = panel.ongoing[g, t]
    happened = {h: outcomes(panel, target, h) for h in HORIZONS}
    over = {h: np.flatnonzero(t <= last_origin(panel, h)) for h in HORIZONS}
    came = {h: happened[h][g[over[h]], t[over[h]]] for h in HORIZONS}
    share = EXCITATION_SHARES[target] if excitation else 0.0
    rng = np.random.default_rng([panel.last_month, TARGETS.index(target), CALIBRATION_MONTHS])
    blocks = BlockWeights(panel)
    weights = np.stack([blocks.draw(g, t, rng) for _ in boosters.texts])
    horizons = {}
    for k, horizon in enumerate(HORIZONS):
        rows = over[horizon]
        raw = expit(_stack(own[rows], other[k, rows], share))
        horizons[horizon] = AtHorizon(
            calibrations=_calibrations(raw, came[horizon], ongoing[rows], weights[:, rows]),
            base_rates=base_rates(panel, happened[horizon]),
        )
    return RiskModel(boosters, Excitation().fit(history) if excitation else None, share, horizons)


def early_month_of(history: History) -> int:
    """The month at which early models are fitted, whose forecasts since then calibrate and weigh those of now.

    Five years back, or where the history is short the last third of its origins and the longest horizon.
    """
    return _early_month(history.panel.first_month, history.month)


def _early_month(first: int, month: int) -> int:
    longest = max(HORIZONS)
    origins = month - longest - first - FIRST_ORIGIN + 1
    return month - longest - min(CALIBRATION_MONTHS - longest, origins // 3)


def _check_length(history: History) -> None:
    """Raises `NotHeldError` where the early fit, and so this one, would have too few origins to learn from."""
    first, longest = history.panel.first_month, max(HORIZONS)
    least = first + FIRST_ORIGIN + LEAST_ORIGINS - 1 + longest  # the first month that a fit of its own can be made at
    if _early_month(first, history.month) < least:
        possible = next(month for month in count(least) if _early_month(first, month) >= least)
        raise NotHeldError(
            f"too little history to learn from by {month_label(history.month)}: with a horizon of {longest} months, "
            f"years to calibrate on and figures from {month_label(first)} on, the first possible month is "
            f"{month_label(possible)}"
        )


def excitation_scores(model: FittedExcitation, history: History, target: Target) -> Probabilities:
    """What the self-exciting model says of every group, on the logit scale: (horizon, unit).

    The draws' seed is the month alone, so that a probability does not depend on who asks for it.
    """

    def run() -> dict[tuple[Target, int], Probabilities]:
        rng = np.random.default_rng([history.month, 1])
        return dict(model.outlook(history, draws=EXCITATION_DRAWS, rng=rng).probabilities)

    probabilities = history.once(("excitation probabilities", model.coefficients.tobytes()), run)
    least = 0.5 / EXCITATION_DRAWS
    said = np.stack([probabilities[target, h] for h in HORIZONS])
    return np.asarray(logit(np.clip(said, least, 1.0 - least)))


def _said_since(
    history: History, early: History, boosters: Boosters, excitation: FittedExcitation | None
) -> tuple[NDArray[np.intp], NDArray[np.intp], Probabilities, Probabilities]:
    """What early models said at the origins since: unit, month, own score, and other score (horizon, case)."""
    panel = history.panel
    units, months, own, other = [], [], [], []
    for origin in range(early.month, history.month - min(HORIZONS) + 1, CALIBRATION_EVERY):
        past = history.up_to(origin)
        seen = np.flatnonzero(past.panel.seen[:, -1])
        units.append(panel.rows_by(origin)[seen])
        months.append(np.full(len(seen), origin - panel.first_month))
        own.append(boosters.scores(past.features_now[seen]).mean(axis=0))
        if excitation is None:
            other.append(np.zeros((len(HORIZONS), len(seen))))
        else:
            other.append(excitation_scores(excitation, past, boosters.target)[:, seen])
    return np.concatenate(units), np.concatenate(months), np.concatenate(own), np.concatenate(other, axis=1)


def _stack(own: Probabilities, other: Probabilities, share: float) -> Probabilities:
    return np.asarray((1.0 - share) * own + share * other)


def _calibrations(
    raw: Probabilities, happened: NDArray[np.bool_], ongoing: NDArray[np.bool_], weights: Probabilities
) -> Calibrations:
    # Every replicate is calibrated on the mean of the early ones: the noise of a single one would flatten it.
    pairs = []
    for weight in weights:
        new, old = (
            LogitCalibration.fit(raw[rows], happened[rows], weight=weight[rows]) for rows in (~ongoing, ongoing)
        )
        pairs.append((new, old))
    return tuple(pairs)
