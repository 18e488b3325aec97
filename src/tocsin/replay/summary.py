"""A replay's table of cells summed up: every score of every model, its error, and its difference to a baseline.

A row's error holds for origins less than a year apart that depend on each other (see `tocsin.verify`). What is drawn at
random for it comes from the plan's seed and the row's name without the model, so that all models of a row are drawn the
same origins and adding a model leaves the other rows as they were.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import isfinite

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.forecast.model import HORIZONS, TARGETS, Target
from tocsin.panel import CROSSING_DEATHS
from tocsin.replay.plan import Plan
from tocsin.replay.score import SAMPLE_METRICS, column
from tocsin.verify import (
    Estimate,
    OriginScore,
    average_precision_by_origin,
    bootstrap_difference,
    bootstrap_estimate,
    brier,
    log_score,
    origin_mean,
    paired_difference,
    precision_by_origin,
    recall_by_origin,
)

Floats = NDArray[np.float64]

BLOCK_MONTHS = 12
# Samples give a probability of 0 to what none of them holds; half a draw of a thousand is what that can support.
LOG_SCORE_FLOOR = 0.0005
BASELINES = {"deaths": "climatology_12", "ranking": "recency", "probability": "base_rate"}
RANKING_METRICS: dict[str, Callable[[Floats, Floats, Floats], OriginScore]] = {
    "average_precision": average_precision_by_origin,
    "precision_at_10": partial(precision_by_origin, k=10),
    "recall_at_20": partial(recall_by_origin, k=20),
}
PROBABILITY_METRICS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "brier": brier,
    "log_score": partial(log_score, floor=LOG_SCORE_FLOOR),
}
_POPULATIONS: dict[str, pl.Expr] = {
    "new_risk": pl.col("seen") & ~pl.col("ongoing"),
    "previously_crossed": pl.col("seen") & ~pl.col("ongoing") & pl.col("crossed_before"),
    "first": pl.col("seen") & ~pl.col("crossed_before"),
    "ongoing": pl.col("ongoing"),
    "seen": pl.col("seen"),
    "active": pl.col("active"),
}


@dataclass(frozen=True)
class Row:
    """One figure of a replay's summary.

    `value` of a metric for a model's forecasts of a target within `horizon` months, over the `n` cells of a population,
    with its standard error; `difference` is the value minus that of `baseline` on the same cells. None where there is
    no such figure.
    """

    target: str
    population: str
    horizon: int
    model: str
    metric: str
    value: float | None
    se: float | None
    baseline: str | None
    difference: float | None
    difference_se: float | None
    n: int


def populations(unit: str) -> dict[str, pl.Expr]:
    """Which rows of the table of cells are in each population; every one of them for countries, as `all`."""
    return _POPULATIONS | ({"all": pl.lit(True)} if unit == "country" else {})


def outcome(target: str, horizon: int) -> pl.Expr:
    """Whether a target happened within a horizon: null where its months are not all in the figures."""
    if target == "mass_casualty":
        return pl.col(f"mass_casualty|{horizon}") >= 1
    return pl.col(f"deaths|{horizon}") >= CROSSING_DEATHS


def targets(unit: str) -> tuple[Target, ...]:
    """What is scored by probability; a file of countries holds no single events, so no mass-casualty attack."""
    return TARGETS if unit == "group" else ("deaths25",)


def score_column(cells: pl.DataFrame, model: str, target: str, horizon: int) -> str | None:
    """The column by which a model ranks units for a target: its probability, else its ranking, else None."""
    names = (column(model, "p", target, horizon), column(model, "ranking", target))
    return next((name for name in names if name in cells.columns), None)


def summarise(cells: pl.DataFrame, plan: Plan) -> tuple[Row, ...]:
    """The rows of all targets, populations, horizons, models and metrics that there are cells for."""
    rows: list[Row] = []
    for population, among in populations(plan.unit).items():
        chosen = cells.filter(among)
        for horizon in HORIZONS:
            known = chosen.filter(pl.col(f"deaths|{horizon}").is_not_null())
            if known.is_empty():
                continue
            rows += _of_samples(known, plan, population, horizon)
            for target in targets(plan.unit):
                rows += _of_probabilities(known, plan, target, population, horizon)
                rows += _of_rankings(known, plan, target, population, horizon)
    return tuple(rows)


def _of_samples(known: pl.DataFrame, plan: Plan, population: str, horizon: int) -> Iterator[Row]:
    for metric in SAMPLE_METRICS:
        scores = {
            model: known[name].to_numpy()
            for model in plan.models
            if (name := column(model, metric, "deaths", horizon)) in known.columns and not known[name].has_nulls()
        }
        yield from _of_means(scores, known, "deaths", population, horizon, metric, BASELINES["deaths"])


def _of_probabilities(known: pl.DataFrame, plan: Plan, target: str, population: str, horizon: int) -> Iterator[Row]:
    happened = known.select(outcome(target, horizon)).to_series().to_numpy().astype(np.float64)
    for metric, score in PROBABILITY_METRICS.items():
        scores = {
            model: score(known[name].to_numpy(), happened)
            for model in plan.models
            if (name := column(model, "p", target, horizon)) in known.columns
        }
        yield from _of_means(scores, known, target, population, horizon, metric, BASELINES["probability"])


def _of_means(
    scores: dict[str, Floats],
    known: pl.DataFrame,
    target: str,
    population: str,
    horizon: int,
    metric: str,
    against: str,
) -> Iterator[Row]:
    origin = known["origin"].to_numpy()
    for model, values in scores.items():
        estimate = origin_mean(values, origin, block=BLOCK_MONTHS)
        pair = None
        if against in scores and model != against:
            pair = paired_difference(values, scores[against], origin, block=BLOCK_MONTHS)
        yield _row(target, population, horizon, model, metric, estimate, against, pair)


def _of_rankings(known: pl.DataFrame, plan: Plan, target: str, population: str, horizon: int) -> Iterator[Row]:
    origin = known["origin"].to_numpy()
    happened = known.select(outcome(target, horizon)).to_series().to_numpy().astype(np.float64)
    against = BASELINES["ranking"]
    ranked = {
        model: known[name].to_numpy()
        for model in plan.models
        if (name := score_column(known, model, target, horizon)) is not None
    }
    for metric, score in RANKING_METRICS.items():
        name = f"{target}/{population}/{horizon}/{metric}"
        by_origin = {model: _remembered(score(values, happened, origin)) for model, values in ranked.items()}
        for model, one in by_origin.items():
            estimate = bootstrap_estimate(one, rng=_stream(plan, name), block=BLOCK_MONTHS)
            pair = None
            if against in by_origin and model != against:
                other = by_origin[against]
                pair = bootstrap_difference(one, other, rng=_stream(plan, name), block=BLOCK_MONTHS)
            yield _row(target, population, horizon, model, metric, estimate, against, pair)


def _stream(plan: Plan, name: str) -> np.random.Generator:
    return np.random.default_rng([plan.seed, zlib.crc32(name.encode())])


def _remembered(score: OriginScore) -> OriginScore:
    """The same score, which keeps its last answer: an estimate and the differences to it use the same weights."""
    last: list[tuple[Floats, Floats]] = []

    def under(weights: Floats) -> Floats:
        if weights.shape[0] == 1:
            return score.under(weights)
        if not (last and np.array_equal(last[0][0], weights)):
            last[:] = [(weights, score.under(weights))]
        return last[0][1]

    return OriginScore(score.months, score.cells, under)


def _row(
    target: str,
    population: str,
    horizon: int,
    model: str,
    metric: str,
    estimate: Estimate,
    against: str,
    pair: Estimate | None,
) -> Row:
    return Row(
        target=target,
        population=population,
        horizon=horizon,
        model=model,
        metric=metric,
        value=number(estimate.value),
        se=number(estimate.standard_error),
        baseline=against if pair else None,
        difference=number(pair.value) if pair else None,
        difference_se=number(pair.standard_error) if pair else None,
        n=estimate.n,
    )


def number(value: float) -> float | None:
    """The value, None where it is not a finite number: JSON has no other."""
    return float(value) if isfinite(value) else None
