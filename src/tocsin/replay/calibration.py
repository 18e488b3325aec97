"""Are events of probability p as frequent as p? The reliability table of a replay's probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tocsin.replay.plan import Plan
from tocsin.replay.score import column
from tocsin.replay.summary import outcome, populations, targets
from tocsin.verify import reliability

HORIZON = 6
# Ten classes of equal count, the highest of them in ten again: that is where warnings are.
QUANTILES = (*(np.arange(1, 10) / 10), *(0.9 + np.arange(1, 10) / 100))


@dataclass(frozen=True)
class ReliabilityRow:
    """One class of probability of one model: forecasts from `low` to `high` and how often the target happened.

    `count` cells with the mean probability `mean_p`; `positives` of them happened, a share of `observed` with its 90%
    Wilson interval, which takes the cells as independent and is too narrow where they are not.
    """

    model: str
    target: str
    horizon: int
    population: str
    low: float
    high: float
    count: int
    mean_p: float
    positives: int
    observed: float
    observed_low: float
    observed_high: float


def reliability_rows(cells: pl.DataFrame, plan: Plan) -> tuple[ReliabilityRow, ...]:
    """The reliability of each model's probabilities within 6 months, by population."""
    rows: list[ReliabilityRow] = []
    known = cells.filter(pl.col(f"deaths|{HORIZON}").is_not_null())
    for target in targets(plan.unit):
        for model in plan.models:
            name = column(model, "p", target, HORIZON)
            if name not in cells.columns:
                continue
            for population, among in populations(plan.unit).items():
                chosen = known.filter(among).select(pl.col(name).alias("p"), outcome(target, HORIZON).alias("y"))
                if chosen.height:
                    rows += _classes(chosen, model, target, population)
    return tuple(rows)


def _classes(chosen: pl.DataFrame, model: str, target: str, population: str) -> list[ReliabilityRow]:
    p = chosen["p"].to_numpy()
    inner = np.unique(np.quantile(p, QUANTILES))
    edges = [0.0, *inner[(inner > 0) & (inner < 1)].tolist(), 1.0]
    table = reliability(p, chosen["y"].to_numpy(), bins=edges)
    names = [name for name in vars(table) if name != "level"]
    columns = zip(*(getattr(table, name).tolist() for name in names), strict=True)
    return [
        ReliabilityRow(model, target, HORIZON, population, **dict(zip(names, values, strict=True)))
        for values in columns
    ]
