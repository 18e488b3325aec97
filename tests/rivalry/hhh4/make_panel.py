"""Makes counts.csv and weights.csv from the packaged figures: `python tests/rivalry/hhh4/make_panel.py`.

The 30 groups with the most events, by month, and which of them are neighbours: those of the same theatre. Each row of
the weights is one group's and sums to 1 (to 0 for a group without neighbours), so that a group's events are shared out
among its neighbours; column i holds what group i gets from each. This is how `surveillance::hhh4` takes its weights.
The figures are UCDP GED 21.1's (CC BY 4.0; see NOTICE).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from tocsin.actors import is_group
from tocsin.digest import packaged_digest
from tocsin.months import first_day

FOLDER = Path(__file__).parent
GROUPS = 30


def main() -> None:
    digest = packaged_digest()
    first, last = digest.provenance.first_month, digest.provenance.last_month
    events = (
        digest.monthly.filter(is_group(pl.col("actor")))
        .group_by(pl.format("{} @ {}", "actor", "theatre").alias("group"), "theatre", "period")
        .agg(pl.col("events").sum())
    )
    largest = events.group_by("group", "theatre").agg(pl.col("events").sum()).sort(["events", "group"])[-GROUPS:]
    largest = largest.sort(["events", "group"], descending=[True, False])
    groups, theatres = largest["group"].to_list(), largest["theatre"].to_numpy()
    wide = events.filter(pl.col("group").is_in(groups)).pivot("group", index="period", values="events")
    months = pl.DataFrame({"period": [first_day(month) for month in range(first, last + 1)]})
    table = months.join(wide, on="period", how="left").fill_null(0).select("period", *groups)
    table.rename({"period": "month"}).write_csv(FOLDER / "counts.csv")

    neighbours = (theatres[:, None] == theatres) & ~np.eye(GROUPS, dtype=bool)
    shares = neighbours / np.maximum(neighbours.sum(axis=1, keepdims=True), 1)
    pl.DataFrame(shares, schema=groups).write_csv(FOLDER / "weights.csv")


if __name__ == "__main__":
    main()
