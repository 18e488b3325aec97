"""Alerts within a budget, and how far ahead of emergences they came, beside random alerts of the same budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from tocsin.errors import InputError
from tocsin.verify import _checks
from tocsin.verify._checks import BoolArray, FloatArray, IntArray
from tocsin.verify.leadtime import (
    FALSE,
    RECROSSING,
    TRUE,
    UNDECIDED,
    Emergences,
    LeadTimes,
    alert_futures,
    consecutive_months,
    score_alerts,
)

if TYPE_CHECKING:
    import polars as pl

RANDOM = "random"
POPULATIONS = ("all", "previously_crossed", "first")


@dataclass(frozen=True)
class AlertRecord:
    """What one ranking's alerts achieved in one population; means over the repetitions of random choices.

    `emergences` were to be alerted: `hits` were, `missed` were not. `lead_median` and the quartiles around it are in
    months, over all hits, NaN without any. `alerts` were raised: `true_alerts`, `recrossings`, `false_alerts` and
    `undecided` (see `leadtime`); `false_alerts_per_hit` divides false alerts by emergences alerted. `ceiling` is the
    share of the emergences with an earlier recorded death. In the population `previously_crossed` are emergences of
    groups that had crossed the threshold before, and alerts on groups that had by the origin; in `first` the others.
    """

    ranking: str
    population: str
    emergences: int
    ceiling: float
    hits: float
    missed: float
    lead_median: float
    lead_quartile_low: float
    lead_quartile_high: float
    alerts: float
    true_alerts: float
    recrossings: float
    false_alerts: float
    undecided: float
    false_alerts_per_hit: float
    repetitions: int

    @property
    def hit_share(self) -> float:
        """The share of the emergences that were alerted."""
        return self.hits / self.emergences if self.emergences else float("nan")


@dataclass(frozen=True)
class LeadTimeSummary:
    """Records of several rankings side by side, each for `all`, `previously_crossed` and `first`."""

    records: tuple[AlertRecord, ...]
    horizon: int

    def of(self, ranking: str, population: str = "all") -> AlertRecord:
        """One record. Raises `InputError` naming what there is."""
        for record in self.records:
            if (record.ranking, record.population) == (ranking, population):
                return record
        there = ", ".join(sorted({record.ranking for record in self.records}))
        raise InputError(f"no record of {ranking!r}, {population!r}; rankings: {there}; populations: {POPULATIONS}")

    def to_polars(self) -> pl.DataFrame:
        """One row a record, with `hit_share`."""
        import polars as pl

        return pl.DataFrame([{**vars(record), "hit_share": record.hit_share} for record in self.records])


def alerts_within_budget(
    scores: ArrayLike, eligible: ArrayLike, budget: ArrayLike, *, rng: np.random.Generator
) -> BoolArray:
    """Alerts (group, origin) on the groups with the highest scores of each origin, ties for the last places at random.

    `scores` (group, origin) must be numbers where `eligible` (group, origin) is true and may be anything elsewhere;
    `budget` is the number of alerts of every origin, or one for each. An origin with fewer eligible groups alerts them
    all. Raises `InputError` for arrays that do not fit, missing scores and negative budgets.
    """
    score, may, places = _budgeted(scores, eligible, budget, "scores")
    return _choose(_dense_ranks(score, may), may, places, rng)


def lead_time_summary(
    rankings: Mapping[str, ArrayLike],
    origins: ArrayLike,
    emerged: Emergences,
    *,
    eligible: ArrayLike,
    budget: ArrayLike = 20,
    horizon: int = 12,
    any_earlier: bool = False,
    repetitions: int = 100,
    rng: np.random.Generator,
) -> LeadTimeSummary:
    """Hits, leads and false alerts of several rankings under one budget, and of alerts drawn at random.

    `rankings` maps a name to scores (group, origin), higher alerted first: a model's probabilities, the recency of the
    last event. All, and the ranking `random` that is always added, choose among the same `eligible` (group, origin)
    and get the same `budget` a month. A ranking whose last places are tied, random above all, is repeated `repetitions`
    times and averaged. Each ranking draws from its own stream, so that adding one leaves the others as they were.

    `horizon` and `any_earlier` as in `lead_times`; raises `InputError` as it does, as `alerts_within_budget` does, and
    where a ranking is called `random`.
    """
    if RANDOM in rankings:
        raise InputError(f"rankings: the name {RANDOM!r} is kept for the random alerts that are always added")
    _checks.whole_number(repetitions, "repetitions", least=1)
    _, may, places = _budgeted(np.zeros(np.shape(eligible)), eligible, budget, RANDOM)
    if may.shape[0] != emerged.above.shape[0]:
        raise InputError(f"eligible: expected one row for each of {emerged.above.shape[0]} groups, got {may.shape[0]}")
    months = consecutive_months(origins, may.shape[1], emerged)
    futures = alert_futures(months, emerged, horizon)
    crossed = np.cumsum(emerged.above, axis=1)[:, months - emerged.first_month] > 0
    seed = int(rng.integers(2**63))
    records: list[AlertRecord] = []
    for name, scores in {**rankings, RANDOM: np.zeros(may.shape)}.items():
        score, _, _ = _budgeted(scores, may, places, name)
        ranks = _dense_ranks(score, may)
        stream = np.random.default_rng([seed, *name.encode()])
        times = repetitions if _ties_matter(ranks, may, places) else 1
        runs = [
            score_alerts(_choose(ranks, may, places, stream), months, emerged, futures, horizon, any_earlier)
            for _ in range(times)
        ]
        records += [_record(name, population, runs, emerged, crossed) for population in POPULATIONS]
    return LeadTimeSummary(tuple(records), horizon)


def _record(
    ranking: str, population: str, runs: list[LeadTimes], emerged: Emergences, crossed: BoolArray
) -> AlertRecord:
    scored = runs[0].emergence
    again = emerged.previously_crossed[scored]
    wanted = {"all": np.ones_like(again), "previously_crossed": again, "first": ~again}[population]
    cells = {"all": np.ones_like(crossed), "previously_crossed": crossed, "first": ~crossed}[population]
    leads = np.stack([run.lead[wanted] for run in runs])
    hits = float(np.mean(np.sum(np.isfinite(leads), axis=1)))
    kinds = np.mean([np.bincount(run.kind[cells], minlength=UNDECIDED + 1) for run in runs], axis=0)
    found = leads[np.isfinite(leads)]
    low, middle, high = np.quantile(found, (0.25, 0.5, 0.75)) if found.size else (float("nan"),) * 3
    number = int(np.count_nonzero(wanted))
    return AlertRecord(
        ranking=ranking,
        population=population,
        emergences=number,
        ceiling=float(np.mean(emerged.seen_before[scored][wanted])) if number else float("nan"),
        hits=hits,
        missed=number - hits,
        lead_median=float(middle),
        lead_quartile_low=float(low),
        lead_quartile_high=float(high),
        alerts=float(kinds[TRUE:].sum()),
        true_alerts=float(kinds[TRUE]),
        recrossings=float(kinds[RECROSSING]),
        false_alerts=float(kinds[FALSE]),
        undecided=float(kinds[UNDECIDED]),
        false_alerts_per_hit=float(kinds[FALSE]) / hits if hits else float("nan"),
        repetitions=len(runs),
    )


def _budgeted(
    scores: ArrayLike, eligible: ArrayLike, budget: ArrayLike, name: str
) -> tuple[FloatArray, BoolArray, IntArray]:
    may = _checks.finite(eligible, "eligible", ndim=2) > 0
    score = _checks.numbers(scores, name).astype(np.float64)
    if score.shape != may.shape:
        raise InputError(f"{name}: expected scores of the shape of eligible, {may.shape}, got {score.shape}")
    score = np.where(may, score, 0.0)
    if not bool(np.all(np.isfinite(score))):
        raise InputError(f"{name}: scores of eligible groups are missing or infinite")
    allowed = _checks.finite(budget, "budget")
    if allowed.shape not in ((), (may.shape[1],)) or bool(np.any(allowed < 0)) or bool(np.any(allowed % 1)):
        raise InputError(f"budget: expected a whole number of at least 0, or one for each of {may.shape[1]} origins")
    places = np.minimum(np.broadcast_to(allowed, (may.shape[1],)), may.sum(axis=0)).astype(np.int64)
    return score, may, places


def _dense_ranks(score: FloatArray, may: BoolArray) -> FloatArray:
    """Scores as whole ranks over the table, so that a random number in [0, 1) breaks ties and nothing else."""
    _, rank = np.unique(score, return_inverse=True)
    return np.where(may, rank.reshape(score.shape).astype(np.float64), -np.inf)


def _cut(keys: FloatArray, places: IntArray) -> FloatArray:
    """The lowest key of each origin that still gets one of its places; infinite where there is none."""
    if not keys.shape[0]:
        return np.full(places.shape, np.inf)
    ordered = np.sort(keys, axis=0)
    at = np.clip(keys.shape[0] - places, 0, keys.shape[0] - 1)
    return np.where(places > 0, ordered[at, np.arange(places.size)], np.inf)


def _choose(ranks: FloatArray, may: BoolArray, places: IntArray, rng: np.random.Generator) -> BoolArray:
    keys = ranks + rng.random(ranks.shape)
    return may & (keys >= _cut(keys, places))


def _ties_matter(ranks: FloatArray, may: BoolArray, places: IntArray) -> bool:
    """Whether some origin has more groups at its cut than places left."""
    return bool(np.any((may & (ranks >= _cut(ranks, places))).sum(axis=0) > places))
