"""The boosted trees under the risk model: replicates of a block bootstrap, each a tree model per horizon, averaged.

Each replicate has the random weights of a two-way Bayesian block bootstrap: the product of an exponential weight for
the actor and one for the calendar year, so that neither the overlap of neighbouring origins nor what a group's months
have in common is taken for independent evidence (Rubin 1981, doi:10.1214/aos/1176345338; Owen & Eckles 2012,
doi:10.1214/12-AOAS547). Trees are LightGBM's (Ke et al. 2017).

A replicate's score is the mean, on the logit scale, of models for 3, 6 and 12 months: what makes 25 deaths likely
within one of them does within the others, and the rare outcome is then learned from three definitions of it. On origins
of 2000-2009 this ranks better than the model of the horizon alone.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import NotHeldError
from tocsin.forecast import boosting
from tocsin.forecast.cases import FIRST_ORIGIN, learning_cases
from tocsin.forecast.model import HORIZONS, TARGETS, Target
from tocsin.forecast.outcomes import last_origin, outcomes
from tocsin.months import month_label
from tocsin.panel import History, Panel

REPLICATES = 6
EARLY_REPLICATES = 3  # of the earlier fit that calibrates: only their mean counts
LEAST_ORIGINS = 24
THREADS = 2

# Chosen on origins of 2000-2009: small trees, few features each, strong regularisation.
PARAMS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 6,
    "learning_rate": 0.06,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.2,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "max_bin": 127,
    "deterministic": True,
    "force_row_wise": True,
}
ROUNDS = 100


@dataclass(frozen=True)
class Boosters:
    """Tree models of one target as text: `texts[replicate][k]` is that of horizon `HORIZONS[k]`; fitted at `month`."""

    target: Target
    month: int
    texts: tuple[tuple[str, ...], ...]

    def scores(self, features: NDArray[np.float32]) -> boosting.Scores:
        """Score of each replicate on the logit scale, not calibrated: (replicate, row) of `features` (row, feature)."""
        return np.stack([np.mean([boosting.scores(text, features) for text in texts], axis=0) for texts in self.texts])

    def shap(self, texts: tuple[str, ...], features: NDArray[np.float32]) -> boosting.Scores:
        """TreeSHAP values of one replicate, the mean over its horizons: (row, feature + 1), last the expected score."""
        values = [boosting.shap(text, features) for text in texts]
        return np.asarray(np.mean(values, axis=0), np.float64)


def check_length(panel: Panel) -> None:
    """Raises `NotHeldError` where there are too few origins to learn from."""
    longest = max(HORIZONS)
    if last_origin(panel, longest) - FIRST_ORIGIN + 1 < LEAST_ORIGINS:
        earliest = panel.first_month + FIRST_ORIGIN + LEAST_ORIGINS - 1 + longest
        raise NotHeldError(
            f"too little history to learn from by {month_label(panel.last_month)}: with a horizon of {longest} months "
            f"and figures from {month_label(panel.first_month)} on, the first possible month is {month_label(earliest)}"
        )


class BlockWeights:
    """Random weights of the bootstrap, one for each actor and one for each calendar year of a panel."""

    def __init__(self, panel: Panel) -> None:
        self.actor = np.unique(np.array(panel.actors, dtype=str), return_inverse=True)[1]
        self.years = panel.n_months // 12 + 1

    def draw(self, g: NDArray[np.intp], t: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.float64]:
        """One replicate's weights of the rows (g, t)."""
        by_actor = rng.exponential(size=self.actor.max() + 1)
        by_year = rng.exponential(size=self.years)
        return np.asarray(by_actor[self.actor[g]] * by_year[t // 12])


def fit_boosters(
    history: History, target: Target, *, replicates: int | None = None, progress: Callable[[str], None] | None = None
) -> Boosters:
    """Fit the replicates (by default `REPLICATES`) on every origin whose horizon is over; once per history and month.

    Raises `NotHeldError` when the history is too short or holds no outcome to learn from.
    """
    number = REPLICATES if replicates is None else replicates
    return history.once(("boosters", target, number), lambda: _fit(history, target, number, progress))


def _fit(history: History, target: Target, replicates: int, progress: Callable[[str], None] | None) -> Boosters:
    panel = history.panel
    check_length(panel)
    g, t, thinning = learning_cases(history, last_origin(panel, min(HORIZONS)))
    features = history.features[g, t]
    whole = boosting.dataset(features, max_bin=PARAMS["max_bin"], free_raw_data=False).construct()
    labels, kept = [], []
    for horizon in HORIZONS:
        happened = outcomes(panel, target, horizon)
        kept.append(np.flatnonzero(t <= last_origin(panel, horizon)))
        labels.append(happened[g[kept[-1]], t[kept[-1]]].astype(np.float32))
        if not 0 < labels[-1].sum() < len(labels[-1]):
            raise NotHeldError(
                f"the figures up to {month_label(panel.last_month)} hold no {target} outcome to learn from"
            )
    rng = np.random.default_rng([panel.last_month, TARGETS.index(target)])
    blocks = BlockWeights(panel)
    weights = [thinning * blocks.draw(g, t, rng) for _ in range(replicates)]
    seeds = rng.integers(2**31, size=(replicates, len(HORIZONS)))

    def fit(job: tuple[int, int]) -> str:
        replicate, k = job
        data = whole.subset(kept[k].tolist()).construct()
        weight = weights[replicate][kept[k]]
        data.set_label(labels[k])
        data.set_weight(weight / weight.mean())
        text = boosting.train(PARAMS | {"seed": int(seeds[job])}, data, ROUNDS)
        if progress:
            progress("member")
        return text

    jobs = [(replicate, k) for replicate in range(replicates) for k in range(len(HORIZONS))]
    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        texts = list(pool.map(fit, jobs))
    n = len(HORIZONS)
    return Boosters(target, panel.last_month, tuple(tuple(texts[i : i + n]) for i in range(0, len(texts), n)))
