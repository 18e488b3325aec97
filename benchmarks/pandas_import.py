"""The work of `tocsin data import` and `tocsin data digest` on an ACLED export as one would write it in pandas.

Only the columns needed are read; mapping is done on categories, not on rows; everything is vectorised. It checks what
is cheap to check so and takes much for granted that the import does not (torn rows, encodings, misplaced quotes, a
report of each bad row, an import killed half-way). Run by big_import.py.

    python benchmarks/pandas_import.py import FILE.csv EVENTS.parquet [--engine c|pyarrow]
    python benchmarks/pandas_import.py digest EVENTS.parquet FOLDER
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

TEXTS = ["event_type", "sub_event_type", "actor1", "inter1", "actor2", "inter2", "civilian_targeting", "country"]
SMALL = {"time_precision": "int8", "geo_precision": "int8", "fatalities": "int32", "year": "int16"}
READ = ["event_id_cnty", "event_date", "latitude", "longitude", "timestamp", *TEXTS, *SMALL]
VIOLENT = ["Battles", "Explosions/Remote violence", "Violence against civilians"]
GROUPS = ["Rebel group", "Political militia", "Identity militia"]


def read_events(file: Path, engine: str) -> pd.DataFrame:
    """The rows that are kept, with kinds and sides as the event table has them."""
    if engine == "c":
        types = dict.fromkeys(TEXTS, "category") | SMALL | {"event_id_cnty": "string[pyarrow]"}
        rows = pd.read_csv(file, usecols=READ, dtype=types, engine="c")
    else:
        # What read_csv(engine="pyarrow") calls, which by itself cannot read cells of several lines.
        table = csv.read_csv(
            file,
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                include_columns=READ,
                strings_can_be_null=True,
                column_types=dict.fromkeys(TEXTS, pa.dictionary(pa.int32(), pa.string())),
            ),
        )
        rows = table.to_pandas(strings_to_categorical=False, self_destruct=True)
        del table
    rows["event_date"] = pd.to_datetime(rows["event_date"])
    wrong = (
        rows["event_id_cnty"].isna() | ~rows["latitude"].between(-90, 90) | ~rows["longitude"].between(-180, 180)
        | ~rows["time_precision"].isin([1, 2, 3]) | ~rows["geo_precision"].isin([1, 2, 3]) | (rows["fatalities"] < 0)
        | (rows["event_date"].dt.year != rows["year"])
    )  # fmt: skip
    rows = rows[~wrong & rows["event_type"].isin(VIOLENT)]
    rows = rows[~rows["event_id_cnty"].duplicated(keep=False)]
    one, two = _party(rows, "1"), _party(rows, "2")
    alone = rows["inter2"].isna() & rows["civilian_targeting"].notna()
    two = two.where(~alone, "Civilians")
    sided = one.notna() & two.notna() & (one != two)
    rows, one, two = rows[sided], one[sided], two[sided]
    state_one, state_two = one.str.startswith("Government of"), two.str.startswith("Government of")
    kind = np.select(
        [(one == "Civilians") | (two == "Civilians"), state_one | state_two], ["onesided", "state"], "nonstate"
    )
    turned = (one == "Civilians") | (state_two & ~state_one & (two != "Civilians"))
    return pd.DataFrame(
        {
            "event_id": rows["event_id_cnty"],
            "date": rows["event_date"],
            "date_precision_days": rows["time_precision"].map({1: 1, 2: 7, 3: 31}).astype("int16"),
            "lat": rows["latitude"],
            "lon": rows["longitude"],
            "theatre": rows["country"],
            "kind": pd.Categorical(kind),
            "actor_a": two.where(turned, one).astype("category"),
            "actor_b": one.where(turned, two).astype("category"),
            "deaths": rows["fatalities"].astype("int32"),
        }
    )


def _party(rows: pd.DataFrame, side: str) -> pd.Series:
    actor, kind = rows[f"actor{side}"], rows[f"inter{side}"]
    names = pd.Series(actor.cat.categories)
    state = "Government of " + names.str.extract(r" of (.+?)(?: \(.*)?$")[0]
    group = names.str.replace(r"\s*,\s*", " ", regex=True)
    codes = actor.cat.codes.to_numpy()
    state_of = np.where(codes >= 0, state.to_numpy(object)[codes], None)
    group_of = np.where(codes >= 0, group.to_numpy(object)[codes], None)
    party = np.select(
        [
            kind.isin(GROUPS),
            kind.isin(["State forces", "External/Other forces"]),
            kind.isin(["Civilians", "Protesters"]),
        ],
        [group_of, state_of, "Civilians"],
        None,
    )
    return pd.Series(party, index=rows.index)


def count(events: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Figures by month, by week, and by month and half-degree cell."""
    sides = pd.concat([_side(events, "a", "b"), _side(events[events["kind"] != "onesided"], "b", "a")])
    sides = sides[sides["actor"] != "Civilians"]
    for name in ("actor", "opponent"):
        sides[name] = sides[name].astype("category")
    month = sides["date"].to_numpy().astype("datetime64[M]").astype("datetime64[s]")
    weekday = sides["date"].dt.day_of_week.to_numpy()
    week = sides["date"].to_numpy().astype("datetime64[D]") - weekday.astype("timedelta64[D]")
    row = np.clip(np.floor((sides["lat"].to_numpy(float) + 90) * 2), 0, 359).astype("int32")
    column = np.clip(np.floor((sides["lon"].to_numpy(float) + 180) * 2), 0, 719).astype("int32")
    sides = sides.assign(
        period=month,
        week=week.astype("datetime64[s]"),
        cell=row * 720 + column + 1,
        mass=((sides["kind"] == "onesided") & (sides["deaths"] >= 20)).astype("int32"),
    )
    figures = {
        "events": ("deaths", "size"), "deaths_best": ("deaths", "sum"), "largest_event_deaths": ("deaths", "max"),
        "mass_casualty_events": ("mass", "sum"),
    }  # fmt: skip
    rest = ["kind", "opponent"]
    weekly = sides[sides["date_precision_days"] <= 7]
    return {
        "monthly": _grouped(sides, ["theatre", "actor", "period", *rest], figures),
        "weekly": _grouped(weekly, ["theatre", "actor", "week", *rest], figures),
        "cells": _grouped(
            sides, ["theatre", "actor", "period", "cell"], {k: figures[k] for k in ("events", "deaths_best")}
        ),
    }


def _side(events: pd.DataFrame, own: str, other: str) -> pd.DataFrame:
    against = events[f"actor_{other}"].astype(object)
    opponent = np.select(
        [events["kind"] == "onesided", against.str.startswith("Government of")], ["civilians", "state"], against
    )
    return events.assign(actor=events[f"actor_{own}"].astype(object), opponent=opponent)


def _grouped(rows: pd.DataFrame, keys: list[str], figures: dict[str, tuple[str, str]]) -> pd.DataFrame:
    return rows.groupby(keys, observed=True, sort=True).agg(**figures).reset_index()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["import", "digest"], nargs="?")
    parser.add_argument("source", type=Path, nargs="?")
    parser.add_argument("target", type=Path, nargs="?")
    parser.add_argument("--engine", choices=["c", "pyarrow"], default="c")
    given = parser.parse_args()
    if given.target is None:
        print("skipped: it is run by big_import.py")
        return
    if given.what == "import":
        events = read_events(given.source, given.engine)
        events.sort_values(["theatre", "date", "event_id"]).to_parquet(given.target, compression="zstd", index=False)
        print(json.dumps({"rows": len(events)}))
        return
    tables = count(pd.read_parquet(given.source))
    given.target.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_parquet(given.target / f"{name}.parquet", compression="zstd", index=False)
    monthly = tables["monthly"]
    print(json.dumps({"rows": len(monthly), "events": int(monthly["events"].sum()),
                      "deaths": int(monthly["deaths_best"].sum())}))  # fmt: skip


if __name__ == "__main__":
    main()
