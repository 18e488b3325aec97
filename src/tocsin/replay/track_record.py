"""A replay counted into the record that `assess` tells: classes of probability, and how often each came true."""

from __future__ import annotations

import numpy as np
import polars as pl

from tocsin.errors import InputError
from tocsin.forecast.model import HORIZONS, TARGETS
from tocsin.panel import CROSSING_DEATHS
from tocsin.replay.result import Replay
from tocsin.replay.score import column
from tocsin.warn.record import EDGES, Record, RecordRow


def record_of(replay: Replay, model: str) -> Record:
    """Count the probabilities of one model of a replay of groups.

    Raises `InputError` where the replay does not hold the model's probabilities of both targets.
    """
    cells = replay.cells()
    wanted = [column(model, "p", target, horizon) for target in TARGETS for horizon in HORIZONS]
    missing = [name for name in wanted if name not in cells.columns]
    if missing:
        raise InputError(f"the replay in {replay.directory} has no probabilities of {model}: {', '.join(missing)}")
    rows: list[RecordRow] = []
    for target in TARGETS:
        for horizon in HORIZONS:
            rows += _rows(cells, model, target, horizon)
    plan, manifest = replay.plan, replay.manifest
    return Record(f"{model} ({manifest['models'][model]})", manifest["vintage"], plan.first, plan.last, tuple(rows))


def _rows(cells: pl.DataFrame, model: str, target: str, horizon: int) -> list[RecordRow]:
    outcome = f"deaths|{horizon}" if target == "deaths25" else f"mass_casualty|{horizon}"
    least = CROSSING_DEATHS if target == "deaths25" else 1
    name = column(model, "p", target, horizon)
    p = pl.col(name)
    place = np.searchsorted(EDGES, cells[name].to_numpy(), side="right") - 1
    low = pl.Series("low", np.asarray(EDGES)[np.clip(place, 0, len(EDGES) - 2)])
    known = cells.with_columns(low).filter(pl.col(outcome).is_not_null())
    counted = (
        known.group_by(
            (pl.col("origin") - 1) // 12,  # the calendar year of the origin
            pl.when(pl.col("ongoing")).then(pl.lit("ongoing")).otherwise(pl.lit("new_risk")).alias("list"),
            "low",
        )
        .agg(
            (pl.col("known_until").max() + horizon).alias("known_by"),
            pl.len().alias("n"),
            p.sum().alias("expected"),
            (pl.col(outcome) >= least).sum().alias("came"),
        )
        .sort("known_by", "list", "low")
    )
    # Every class of a year waits for the year's last origin, so that a class is never counted by its early months.
    whole = counted.with_columns(pl.col("known_by").max().over("origin"))
    return [
        RecordRow(
            known_by=row["known_by"],
            target=target,
            horizon=horizon,
            list=row["list"],
            low=row["low"],
            high=EDGES[EDGES.index(row["low"]) + 1],
            n=row["n"],
            expected=round(row["expected"], 3),
            came=row["came"],
        )
        for row in whole.iter_rows(named=True)
    ]
