"""P(at least 25 deaths) and P(mass-casualty attack) within a horizon, per group: bagged boosted trees, calibrated.

Members are gradient-boosted trees (LightGBM; Ke et al. 2017), each fitted with the random weights of a two-way Bayesian
block bootstrap: the product of an exponential weight for the actor and one for the calendar year, so that neither the
overlap of neighbouring origins nor what a group's months have in common is taken for independent evidence (Rubin 1981,
doi:10.1214/aos/1176345338; Owen & Eckles 2012, doi:10.1214/12-AOAS547). The probability is the mean of the members on
the logit scale; its interval is their spread.

A fit uses origins whose whole horizon lies before its month. The calibration is fitted on the last years of them,
predicted by members that saw only earlier outcomes, per list (new risk, ongoing) and with the same kind of weights.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from tocsin.errors import NotHeldError
from tocsin.months import month_label
from tocsin.panel import CROSSING_DEATHS, FEATURES, Panel
from tocsin.verify.calibration import LogitCalibration

Target = Literal["deaths25", "mass_casualty"]
TARGETS: tuple[Target, ...] = ("deaths25", "mass_casualty")

MODEL_VERSION = "boosted-1"
MEMBERS = 12
EARLY_MEMBERS = 3
FIRST_ORIGIN = 24  # months of history before the first origin that is learned from
CALIBRATION_MONTHS = 60
LEAST_ORIGINS = 48
BASE_RATE_MONTHS = 120
# Origins of groups silent for so long are thinned to one in five, the kept ones counting five-fold.
SILENT_MONTHS, THINNING = 36, 5
_CLIP = 1e-5

# Chosen on origins of 2005-2009: small trees, few features each, strong regularisation. One thread per member and
# fixed seeds make a fit the same on any number of workers.
PARAMS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 7,
    "learning_rate": 0.06,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "max_bin": 127,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}
ROUNDS = 100

Probabilities = NDArray[np.float64]
Rows = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Cases:
    """Past group-origins predicted before their outcome was known: one entry each, in arrays of one length."""

    raw: Probabilities  # mean member probability before calibration
    ongoing: NDArray[np.bool_]
    pace: Probabilities  # deaths a month of late, see `pace_of`
    deaths_ahead: Probabilities  # deaths within the horizon after the origin


@dataclass(frozen=True, eq=False)
class RiskModel:
    """A fitted model of one target and horizon.

    `members` are LightGBM models as text; `calibrations[m]` are (new risk, ongoing) for member m; `base_rates` are the
    shares of past group-months of each list with the outcome, (new risk, ongoing), over ten years; `cases` are the
    calibration years' predictions with what came of them.
    """

    target: Target
    horizon: int
    month: int
    members: tuple[str, ...]
    calibrations: tuple[tuple[LogitCalibration, LogitCalibration], ...]
    base_rates: tuple[float, float]
    n_origins: int
    n_outcomes: int
    cases: Cases

    def member_probabilities(self, features: NDArray[np.float32], ongoing: NDArray[np.bool_]) -> Probabilities:
        """Calibrated probability of each member: (member, row). `features` is (row, feature), `ongoing` (row,)."""
        raw = np.stack(_predict(self.members, features))
        return np.stack([_calibrate(p, ongoing, pair) for p, pair in zip(raw, self.calibrations, strict=True)])

    def predict(self, features: NDArray[np.float32], ongoing: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Probability with the 90% interval of its estimate: (3, row), the rows being mean, low, high."""
        score = logit(np.clip(self.member_probabilities(features, ongoing), _CLIP, 1 - _CLIP))
        mean, spread = score.mean(axis=0), score.std(axis=0, ddof=1)
        return np.asarray(expit(np.stack([mean, mean - 1.645 * spread, mean + 1.645 * spread])))


def fit_risk(
    panel: Panel,
    features: NDArray[np.float32],
    *,
    target: Target,
    horizon: int,
    month: int,
    workers: int = 2,
    progress: Callable[[str], None] | None = None,
) -> RiskModel:
    """Fit one target and horizon on the figures up to and including `month` and nothing later.

    `features` is the feature array of `panel`, (group, month, feature). The result does not depend on `workers`.
    Raises `NotHeldError` when the history is too short or holds no outcome to learn from.
    """
    last = month - panel.first_month - horizon  # last origin whose horizon is over by then
    if last - FIRST_ORIGIN + 1 < LEAST_ORIGINS:
        earliest = panel.first_month + FIRST_ORIGIN + LEAST_ORIGINS - 1 + horizon
        raise NotHeldError(
            f"too little history to learn from by {month_label(month)}: with a horizon of {horizon} months and figures "
            f"from {month_label(panel.first_month)} on, the first possible month is {month_label(earliest)}"
        )
    # Cut first, so that not even the number of groups that come later can reach the fit.
    features = features[panel.rows_by(month), : last + 1]
    panel = panel.up_to(month)
    outcome = _outcomes(panel, target, horizon, last)
    held_out = min(CALIBRATION_MONTHS, (last - FIRST_ORIGIN + 1) // 3)
    early_last = last - held_out - horizon
    rng = np.random.default_rng([month, horizon, TARGETS.index(target)])
    actor = np.unique(np.array(panel.actors, dtype=str), return_inverse=True)[1]
    since_death = [f.name for f in FEATURES].index("since_death")

    def rows(first: int, end: int, *, thin: bool = True) -> Rows:
        g, t = np.nonzero(panel.seen[:, first : end + 1])
        t = t + first
        weight = np.ones(len(g))
        if thin:
            silent = features[g, t, since_death] > SILENT_MONTHS
            kept = ~silent | ((_stable(panel)[g] + t) % THINNING == 0)
            weight[silent] = THINNING
            g, t, weight = g[kept], t[kept], weight[kept]
        return g, t, weight

    def block_weights(g: NDArray[np.intp], t: NDArray[np.intp]) -> NDArray[np.float64]:
        by_actor = rng.exponential(size=actor.max() + 1)
        by_year = rng.exponential(size=panel.n_months // 12 + 1)
        return np.asarray(by_actor[actor[g]] * by_year[t // 12])

    def members(end: int, count: int) -> tuple[str, ...]:
        g, t, weight = rows(FIRST_ORIGIN, end)
        x, y = features[g, t], outcome[g, t].astype(np.float32)
        if not 0 < y.sum() < len(y):
            raise NotHeldError(f"the figures up to {month_label(month)} hold no {target} outcome to learn from")
        jobs = [(x, y, weight * block_weights(g, t), seed) for seed in rng.integers(2**31, size=count).tolist()]
        with ThreadPoolExecutor(max_workers=workers) as pool:
            return tuple(pool.map(lambda job: _fit_member(*job, progress=progress), jobs))

    early = members(early_last, EARLY_MEMBERS)
    g, t, _ = rows(last - held_out + 1, last, thin=False)
    raw = np.mean(_predict(early, features[g, t]), axis=0)
    ongoing, happened = panel.ongoing[g, t], outcome[g, t]
    calibrations = []
    for _ in range(MEMBERS):
        weight = block_weights(g, t)
        calibrations.append(
            tuple(LogitCalibration.fit(raw[s], happened[s], weight=weight[s]) for s in (~ongoing, ongoing))
        )
    full = members(last, MEMBERS)
    ahead = panel.future_deaths(horizon)
    return RiskModel(
        target=target,
        horizon=horizon,
        month=month,
        members=full,
        calibrations=tuple((pair[0], pair[1]) for pair in calibrations),
        base_rates=_base_rates(panel, outcome, last),
        n_origins=int(panel.seen[:, FIRST_ORIGIN : last + 1].sum()),
        n_outcomes=int((outcome & panel.seen[:, : last + 1])[:, FIRST_ORIGIN:].sum()),
        cases=Cases(raw, ongoing, pace_of(panel)[g, t], ahead[g, t].astype(float)),
    )


def _outcomes(panel: Panel, target: Target, horizon: int, last: int) -> NDArray[np.bool_]:
    """Whether the outcome came within the horizon, (group, origin), for origins up to position `last` only."""
    if target == "deaths25":
        return panel.future_deaths(horizon)[:, : last + 1] >= CROSSING_DEATHS
    return panel.future_mass_casualty(horizon)[:, : last + 1] > 0


def _base_rates(panel: Panel, outcome: NDArray[np.bool_], last: int) -> tuple[float, float]:
    """Share with the outcome among the group-months of each list in the ten years up to the last origin."""
    window = slice(max(0, last - BASE_RATE_MONTHS + 1), last + 1)
    seen, ongoing, happened = panel.seen[:, window], panel.ongoing[:, window], outcome[:, window]
    new_risk = seen & ~ongoing
    return tuple(float(happened[rows].mean()) if rows.any() else 0.0 for rows in (new_risk, ongoing))  # type: ignore[return-value]


def _stable(panel: Panel) -> NDArray[np.int64]:
    """A number per group that depends on nothing but when it was first seen, so that thinning never looks ahead."""
    return np.asarray(panel.seen.argmax(axis=1))


def _fit_member(
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    weight: NDArray[np.float64],
    seed: int,
    *,
    progress: Callable[[str], None] | None,
) -> str:
    import lightgbm

    data = lightgbm.Dataset(x, y, weight=weight / weight.mean(), params={"max_bin": PARAMS["max_bin"], "verbose": -1})
    text: str = lightgbm.train(PARAMS | {"seed": seed}, data, ROUNDS).model_to_string()
    if progress:
        progress("member")
    return text


def _predict(members: tuple[str, ...], features: NDArray[np.float32]) -> list[Probabilities]:
    import lightgbm

    return [np.asarray(lightgbm.Booster(model_str=text).predict(features, num_threads=1)) for text in members]


def _calibrate(
    raw: Probabilities, ongoing: NDArray[np.bool_], pair: tuple[LogitCalibration, LogitCalibration]
) -> Probabilities:
    return np.where(ongoing, pair[1].apply(raw), pair[0].apply(raw))


def pace_of(panel: Panel) -> NDArray[np.float64]:
    """Deaths a month of late: the mean of the averages over 3 and over 12 months, (group, month)."""
    return np.asarray(panel.trailing_deaths(3) / 6.0 + panel.trailing_deaths(12) / 24.0)


def mean_raw(model: RiskModel, features: NDArray[np.float32]) -> Probabilities:
    """The members' mean probability before calibration, comparable with `model.cases.raw`: (row,)."""
    return np.asarray(np.mean(_predict(model.members, features), axis=0))
