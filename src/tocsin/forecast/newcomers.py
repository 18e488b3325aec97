"""P(a group never seen before passes 25 deaths within 12 months), per theatre: what no line of a group can say.

A theatre is one in which some group had an event so far; the outcome is that a group without a recorded death there by
the origin has 25 deaths or more in the 12 months after it. Boosted trees on sixteen figures of the theatre, its region
and the world, in replicates with the weights of a two-way Bayesian block bootstrap (theatre, calendar year).

UCDP records a group because it, or its dyad, passed 25 deaths in some year, so that newcomers are never missing from
the figures; a newcomer of the last months before the figures end may be, since it may pass only later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, stdtrit

from tocsin.errors import NotHeldError
from tocsin.forecast import boosting
from tocsin.forecast.outcomes import BASE_RATE_MONTHS
from tocsin.months import month_label
from tocsin.panel import CROSSING_DEATHS, History, Panel
from tocsin.panel.panel import trailing

Floats = NDArray[np.float64]

HORIZON = 12
FIRST_ORIGIN = 24
LEAST_ORIGINS = 48
NEWCOMER_REPLICATES = 6
NEWCOMER_ROUNDS = 60
NEWCOMER_PARAMS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 5,
    "learning_rate": 0.06,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "deterministic": True,
    "force_row_wise": True,
}
NEVER = 999.0
# The columns of the features, in their order; those of the first kind as logarithms.
_LOGS = {
    "deaths_3m",
    "deaths_12m",
    "deaths_60m",
    "deaths_nonstate_24m",
    "state_onesided_12m",
    "region_deaths_12m",
}
FEATURES = (
    "deaths_3m",
    "deaths_12m",
    "deaths_60m",
    "trend",
    "active_groups",
    "ongoing_groups",
    "appeared_24m",
    "appeared_120m",
    "crossed_24m",
    "crossed_120m",
    "since_appeared",
    "deaths_nonstate_24m",
    "state_onesided_12m",
    "region_deaths_12m",
    "region_crossed_24m",
    "world_crossed_24m",
)


@dataclass(frozen=True, eq=False)
class NewcomerModel:
    """The fitted trees as text, one per replicate, the base rate over ten years, and the last month learned from."""

    texts: tuple[str, ...]
    base_rate: float
    month: int

    def predict(self, history: History) -> tuple[tuple[str, ...], Floats]:
        """Theatres at the end of the history, and (3, theatre): probability, low, high of its 90% interval."""
        figures = theatre_figures(history.panel)
        now = figures.features[figures.known[:, -1], -1]
        scores = np.stack([boosting.scores(text, now) for text in self.texts])
        mean, spread = scores.mean(axis=0), scores.std(axis=0, ddof=1)
        reach = stdtrit(len(scores) - 1, 0.95) * spread
        return figures.names_now, np.asarray(expit(np.stack([mean, mean - reach, mean + reach])))

    def contributions(self, history: History) -> Floats:
        """What each feature adds to a theatre's log-odds against the mean theatre: (theatre, feature), TreeSHAP.

        In the order of `predict`'s theatres and of `FEATURES`.
        """
        figures = theatre_figures(history.panel)
        now = figures.features[figures.known[:, -1], -1]
        values = [boosting.shap(text, now) for text in self.texts]
        mean = np.mean(values, axis=0)[:, :-1]
        return np.asarray(mean - mean.mean(axis=0))


def fit_newcomers(history: History) -> NewcomerModel:
    """Fit on every theatre and origin of the history whose 12 months are over.

    Raises `NotHeldError` when the history is too short or holds no newcomer.
    """
    panel = history.panel
    last = panel.n_months - 1 - HORIZON
    if last - FIRST_ORIGIN + 1 < LEAST_ORIGINS:
        raise NotHeldError(f"too little history to learn from newcomers by {month_label(panel.last_month)}")
    figures = theatre_figures(panel)
    features = figures.features
    came = newcomers(panel)
    place, t = np.nonzero(figures.known[:, FIRST_ORIGIN : last + 1])
    t = t + FIRST_ORIGIN
    y = came[place, t].astype(np.float32)
    if not 0 < y.sum() < len(y):
        raise NotHeldError(f"the figures up to {month_label(panel.last_month)} hold no newcomer to learn from")
    rng = np.random.default_rng([panel.last_month, HORIZON])
    texts = []
    for seed in rng.integers(2**31, size=NEWCOMER_REPLICATES).tolist():
        weight = rng.exponential(size=len(features))[place] * rng.exponential(size=panel.n_months // 12 + 1)[t // 12]
        data = boosting.dataset(features[place, t], y, weight / weight.mean())
        texts.append(boosting.train(NEWCOMER_PARAMS | {"seed": seed}, data, NEWCOMER_ROUNDS))
    recent = t > last - BASE_RATE_MONTHS
    return NewcomerModel(tuple(texts), float(y[recent].mean(dtype=np.float64)), panel.last_month)


def newcomers(panel: Panel) -> NDArray[np.bool_]:
    """Whether a group unseen by the origin has 25 deaths in the 12 months after: (theatre, origin)."""
    _, label = np.unique(np.array(panel.theatres, dtype=str), return_inverse=True)
    ahead = panel.future_deaths(HORIZON)
    new = (ahead >= CROSSING_DEATHS) & ~panel.seen[:, : ahead.shape[1]]
    came = np.zeros((label.max() + 1, ahead.shape[1]), np.int64)
    np.add.at(came, label, new)
    return np.asarray(came > 0)


@dataclass(frozen=True, eq=False)
class TheatreFigures:
    """Figures of each of `theatres`, (theatre, month), looking back only.

    `counts` are whole numbers by the names in `FEATURES`, without `trend`; `features` (theatre, month, feature) what
    the trees are given; `known` says whether any group of the theatre was known by then.
    """

    theatres: tuple[str, ...]
    counts: dict[str, NDArray[Any]]
    features: NDArray[np.float32]
    known: NDArray[np.bool_]

    @property
    def names_now(self) -> tuple[str, ...]:
        """The theatres known by the last month."""
        return tuple(name for name, known in zip(self.theatres, self.known[:, -1], strict=True) if known)


def theatre_figures(panel: Panel) -> TheatreFigures:
    """The figures of every theatre of a panel."""
    names, label = np.unique(np.array(panel.theatres, dtype=str), return_inverse=True)
    n = len(names)

    def total(values: NDArray[Any]) -> NDArray[np.int64]:
        out = np.zeros((n, panel.n_months), np.int64)
        np.add.at(out, label, values)
        return out

    d3, d12, d60 = (panel.trailing_deaths(m) for m in (3, 12, 60))
    known = (np.cumsum(panel.counts["events"], axis=1) > 0).astype(np.int64)
    first_seen = np.diff(panel.seen.astype(np.int64), axis=1, prepend=0)
    appeared = total(first_seen)
    crossed = total(np.diff(panel.crossed_before.astype(np.int64), axis=1, prepend=0))
    nonstate = total(panel.counts["deaths_nonstate"])
    state = np.zeros((n, panel.n_months), np.int64)
    state[label] = panel.state_onesided
    region_of = np.array(panel.regions, dtype=str)
    regions, by_theatre = np.unique(region_of[np.unique(label, return_index=True)[1]], return_inverse=True)

    def sums(values: NDArray[np.int64], months: int) -> NDArray[np.int64]:
        padded = np.concatenate([np.zeros((len(values), 1), np.int64), np.cumsum(values, axis=1)], axis=1)
        return trailing(padded, months)

    def around(values: NDArray[np.int64]) -> NDArray[np.int64]:
        out = np.zeros((len(regions), panel.n_months), np.int64)
        np.add.at(out, by_theatre, values)
        return np.asarray(out[by_theatre] - values)

    months = np.arange(panel.n_months)
    last = np.maximum.accumulate(np.where(appeared > 0, months, -10_000), axis=1)
    crossed_24 = sums(crossed, 24)
    counts: dict[str, NDArray[Any]] = {
        "deaths_3m": total(d3),
        "deaths_12m": total(d12),
        "deaths_60m": total(d60),
        "active_groups": total((d12 > 0).astype(np.int64)),
        "ongoing_groups": total(panel.ongoing.astype(np.int64)),
        "appeared_24m": sums(appeared, 24),
        "appeared_120m": sums(appeared, 120),
        "crossed_24m": crossed_24,
        "crossed_120m": sums(crossed, 120),
        "since_appeared": np.where(last >= 0, months - last, NEVER),
        "deaths_nonstate_24m": sums(nonstate, 24),
        "state_onesided_12m": sums(state, 12),
        "region_deaths_12m": around(total(d12)),
        "region_crossed_24m": around(crossed_24),
        "world_crossed_24m": np.broadcast_to(crossed_24.sum(axis=0), (n, panel.n_months)),
    }
    columns = {
        name: np.log1p(value) if "deaths" in name or "onesided" in name else value for name, value in counts.items()
    }
    columns["trend"] = columns["deaths_3m"] - np.log1p(counts["deaths_12m"] / 4.0)
    features = np.stack([columns[name] for name in FEATURES], axis=2).astype(np.float32)
    return TheatreFigures(tuple(names.tolist()), counts, features, np.asarray(total(known) > 0))
