"""Monthly deaths from boosted trees: one model of the chance that a month passes a threshold, for all steps ahead.

The threshold and the step are features, so that a single small model gives the whole distribution of each month ahead
(Peracchi 2002, doi:10.1016/S0167-9473(01)00084-6, on distributions by thresholds): P(any death) is the hurdle, the
higher thresholds the count. Among the features are the threshold measured against the unit's own pace, and how often
the unit has passed it over several spans, which are the climatologies that the trees weigh and correct. The chance
falls with the threshold and rises with past passing (monotone constraints).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from tocsin.errors import NotHeldError
from tocsin.forecast import boosting
from tocsin.forecast.cases import learning_cases
from tocsin.forecast.exceedance import LOG_THRESHOLDS, THRESHOLDS, Floats, tidy, with_pareto_tail
from tocsin.forecast.model import STEPS
from tocsin.months import month_label
from tocsin.panel import FEATURES, History, Panel

LEAST_MONTHS = 60
# Cases per origin, each with a step and a threshold of its own: silent units twice, active ones so often that they make
# about `ACTIVE_ROWS` in all, within limits.
SILENT_CASES, LEAST_CASES, MOST_CASES = 2, 8, 30
ACTIVE_ROWS = 400_000
SPANS = (1, 3, 6, 12, 24, 60, 600)
PREDICTED_STEPS = (1, 2, 4, 8, 12)
COUNT_ROUNDS = 100
COUNT_PARAMS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 15,
    "learning_rate": 0.08,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 0.0,
    "max_bin": 127,
    "deterministic": True,
    "force_row_wise": True,
}
# After the panel's features: step, threshold, threshold against four paces, and share of months above it per span.
_EXTRA = 6
_MONOTONE = [0] * (len(FEATURES) + 1) + [-1] * (_EXTRA - 1) + [1] * len(SPANS)


@dataclass(frozen=True)
class CountModel:
    """A fitted model: the trees as text, and the last month learned from."""

    text: str
    month: int

    def exceedances(self, history: History, steps: int = STEPS) -> Floats:
        """P(deaths > threshold) in each month after the history's end: (unit, step, threshold)."""
        panel = history.panel
        units, n = len(panel.groups), len(THRESHOLDS)
        at = [step for step in PREDICTED_STEPS if step < steps] + [steps]
        now = _Scales.now(panel)
        k = np.tile(np.arange(n), units)
        unit = np.repeat(np.arange(units), n)
        # Columns are the same for every step but for the step itself.
        columns = np.concatenate([history.features_now[unit], now.columns(unit, k)], axis=1)
        found = []
        for step in at:
            columns[:, len(FEATURES)] = step
            found.append(boosting.chances(self.text, columns).reshape(units, n))
        levels = logit(np.clip(np.stack(found, axis=1), 1e-9, 1 - 1e-9))
        pace = panel.trailing_deaths(12)[:, -1] / 12.0
        return with_pareto_tail(tidy(expit(_interpolated(levels, at, steps))), pace)


def fit_counts(history: History) -> CountModel:
    """Fit on every origin of the history and every step whose month is over; once per history and month.

    Raises `NotHeldError` when the history is too short or holds no deaths.
    """
    return history.once("counts", lambda: _fit(history))


def _fit(history: History) -> CountModel:
    panel = history.panel
    if panel.n_months < LEAST_MONTHS or not panel.deaths.any():
        raise NotHeldError(
            f"too little history to learn from by {month_label(panel.last_month)}: at least {LEAST_MONTHS} months with "
            "some deaths in them are needed"
        )
    rng = np.random.default_rng([panel.last_month, len(THRESHOLDS)])
    g, t, weight = _cases(history)
    step = rng.integers(1, STEPS + 1, size=len(g))
    over = t + step < panel.n_months
    g, t, step, weight = g[over], t[over], step[over], weight[over]
    k = rng.integers(len(THRESHOLDS), size=len(g))
    features = np.concatenate([history.features[g, t], _Scales.past(panel, g, t).columns(np.arange(len(g)), k)], axis=1)
    features[:, len(FEATURES)] = step
    passed = (panel.deaths[g, t + step] > THRESHOLDS[k]).astype(np.float32)
    params = COUNT_PARAMS | {"monotone_constraints": _MONOTONE, "seed": int(rng.integers(2**31))}
    data = boosting.dataset(features, passed, weight, max_bin=params["max_bin"])
    return CountModel(boosting.train(params, data, COUNT_ROUNDS), panel.last_month)


def _cases(history: History) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Unit, origin and weight of the cases learned from."""
    panel = history.panel
    g, t, weight = learning_cases(history, panel.n_months - 2)
    active = panel.trailing_deaths(12)[g, t] > 0
    cases = int(np.clip(ACTIVE_ROWS // max(int(active.sum()), 1), LEAST_CASES, MOST_CASES))
    times = np.where(active, cases, SILENT_CASES)
    return np.repeat(g, times), np.repeat(t, times), np.repeat(weight / times, times)


@dataclass(frozen=True, eq=False)
class _Scales:
    """What thresholds are measured against, one row a case: log paces (row, 4), shares above (row, span, threshold)."""

    paces: Floats
    shares: NDArray[np.float32]

    def columns(self, row: NDArray[np.intp], k: NDArray[np.intp]) -> NDArray[np.float32]:
        """The columns after the panel's features, for each case its threshold; the step is left 0."""
        log_k = LOG_THRESHOLDS[k][:, None]
        step = np.zeros_like(log_k)
        return np.concatenate([step, log_k, log_k - self.paces[row], self.shares[row, :, k]], axis=1, dtype=np.float32)

    @staticmethod
    def now(panel: Panel) -> _Scales:
        """At the end of the panel, a row a unit."""
        units = np.arange(len(panel.groups))
        return _Scales.past(panel, units, np.full(len(units), panel.n_months - 1))

    @staticmethod
    def past(panel: Panel, g: NDArray[np.intp], t: NDArray[np.intp]) -> _Scales:
        """At the end of months `t` of units `g`."""
        total = panel.cumulative_deaths

        def mean(span: int) -> Floats:
            return np.asarray((total[g, t + 1] - total[g, np.maximum(t + 1 - span, 0)]) / span)

        paces = np.log1p(
            np.stack([mean(3) / 2 + mean(12) / 2, mean(60), panel.deaths[g, t].astype(float), mean(12)], axis=1)
        )
        shares = np.empty((len(g), len(SPANS), len(THRESHOLDS)), np.float32)
        for k, threshold in enumerate(THRESHOLDS):
            above = np.zeros((len(panel.groups), panel.n_months + 1), np.int32)
            np.cumsum(panel.deaths > threshold, axis=1, out=above[:, 1:])
            for j, span in enumerate(SPANS):
                since = np.maximum(t + 1 - span, 0)
                shares[:, j, k] = (above[g, t + 1] - above[g, since]) / np.minimum(span, t + 1)
        return _Scales(paces, shares)


def _interpolated(levels: Floats, at: list[int], steps: int) -> Floats:
    """Values between the steps predicted: linear in the step, (unit, step, threshold)."""
    step = np.arange(1, steps + 1)
    upper = np.clip(np.searchsorted(at, step), 1, len(at) - 1) if len(at) > 1 else np.zeros(steps, np.intp)
    lower = np.maximum(upper - 1, 0)
    known = np.array(at, dtype=float)
    part = np.where(upper > lower, (step - known[lower]) / np.maximum(known[upper] - known[lower], 1.0), 0.0)
    return np.asarray(levels[:, lower] * (1 - part)[None, :, None] + levels[:, upper] * part[None, :, None])
