"""Group-months as dense arrays, as known at an as-of day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.actors import AGAINST_CIVILIANS, STATE, is_group, is_named_group
from tocsin.countries import region_of
from tocsin.digest import Digest, Provenance, traced_to
from tocsin.digest.load import urban_cells
from tocsin.errors import NotHeldError
from tocsin.groups.names import actor_facts
from tocsin.months import first_day, last_day, month_id
from tocsin.panel.nearby import nearby_deaths
from tocsin.results import Card, CardTable, Result, Traced

IntArray = NDArray[np.int32]
FloatArray = NDArray[np.float32]
BoolArray = NDArray[np.bool_]

# A group "crosses" when its deaths reach this many; 25 a year is UCDP's own threshold for an active dyad.
CROSSING_DEATHS = 25
# What `Panel.places` holds.
PLACES = ("cells", "new_cells", "urban_events", "nearby_deaths_3m", "nearby_deaths_12m")


@dataclass(frozen=True)
class Panel(Result):
    """Monthly figures of every group seen so far. Arrays are (group, month), month 0 being `first_month`.

    `counts` holds one int32 array per figure: `deaths`, `events`, `mass_casualty`, `largest` (deaths in the
    largest event), `largest_onesided` (in the largest attack on civilians), and `events_` and `deaths_` by kind of
    violence (`state`, `nonstate`, `onesided`). `places` holds `cells` (half-degree cells with an event that month),
    `new_cells` (cells never used before), `urban_events` (events in cells with a city), and `nearby_deaths_3m` and
    `nearby_deaths_12m` (see `nearby.py`).
    `state_onesided` is (group, month): deaths in one-sided violence by governments in the group's theatre. `clashes`
    are three arrays of one length: group, the group it clashed with, and the month (position, not number).

    A panel of countries has a country where a group would stand; all of them are there from the first month on.
    """

    groups: tuple[str, ...]
    actors: tuple[str, ...]
    theatres: tuple[str, ...]
    regions: tuple[str, ...]
    first_month: int
    last_month: int
    counts: dict[str, IntArray]
    places: dict[str, IntArray]
    state_onesided: IntArray
    clashes: tuple[IntArray, IntArray, IntArray]
    provenance: Provenance
    unit: Literal["group", "country"] = "group"

    PARTS: ClassVar[tuple[str, ...]] = ("months",)

    @property
    def comes_from(self) -> Traced:
        """The releases counted; figures are as of the last day of the last month."""
        words = {"group": "armed group", "country": "country"}
        return traced_to(self.provenance, f"Monthly figures per {words[self.unit]}")

    def _table(self, part: str) -> pl.DataFrame:
        """One row per unit and month from the first month on: names, then every figure of `counts` and `places`."""
        units, months = len(self.groups), self.n_months
        names = {"unit": self.groups, "actor": self.actors, "theatre": self.theatres, "region": self.regions}
        row = np.repeat(np.arange(units), months)
        return pl.DataFrame(
            {name: pl.Series(values, dtype=pl.String).gather(row) for name, values in names.items()}
            | {"month": pl.Series([first_day(self.first_month + t) for t in range(months)] * units, dtype=pl.Date)}
            | {name: array.ravel() for name, array in (self.counts | self.places).items()}
        )

    def _card(self) -> Card:
        order = np.argsort(-self.trailing_deaths(12)[:, -1], kind="stable")[:10]
        rows = [
            (self.groups[g], int(self.trailing_deaths(12)[g, -1]), int(self.cumulative_deaths[g, -1])) for g in order
        ]
        return Card(
            f"{len(self.groups):,} {'groups' if self.unit == 'group' else 'countries'} in {self.n_months} months",
            "",
            (CardTable("Most deaths in the last 12 months", (self.unit, "12 months", "in all"), rows),),
            self.provenance.notes,
        )

    @property
    def as_of(self) -> date:
        """The last day of the last month in the panel."""
        return last_day(self.last_month)

    @property
    def n_months(self) -> int:
        """How many months the arrays hold."""
        return self.last_month - self.first_month + 1

    @property
    def deaths(self) -> IntArray:
        """Deaths (best estimate) per group and month, the group's own dead included."""
        return self.counts["deaths"]

    @property
    def mass_casualty(self) -> IntArray:
        """Mass-casualty events (one-sided, 20 deaths or more) per group and month."""
        return self.counts["mass_casualty"]

    @cached_property
    def cumulative_deaths(self) -> NDArray[np.int64]:
        """Deaths up to and including each month, with a leading column of zeros: (group, month + 1)."""
        total = np.cumsum(self.deaths, axis=1, dtype=np.int64)
        return np.concatenate([np.zeros((len(total), 1), np.int64), total], axis=1)

    @cached_property
    def cumulative_mass_casualty(self) -> NDArray[np.int64]:
        """Mass-casualty events up to and including each month, with a leading column of zeros."""
        total = np.cumsum(self.mass_casualty, axis=1, dtype=np.int64)
        return np.concatenate([np.zeros((len(total), 1), np.int64), total], axis=1)

    def trailing_deaths(self, months: int) -> NDArray[np.int64]:
        """Deaths in the `months` months that end with each month: (group, month)."""
        return trailing(self.cumulative_deaths, months)

    @cached_property
    def seen(self) -> BoolArray:
        """Whether a group had a recorded death up to and including each month."""
        return self.cumulative_deaths[:, 1:] > 0

    @cached_property
    def ongoing(self) -> BoolArray:
        """Whether the last 12 months hold 25 deaths or more; a seen group that is not ongoing is a new risk."""
        return self.trailing_deaths(12) >= CROSSING_DEATHS

    @cached_property
    def crossed_before(self) -> BoolArray:
        """Whether some 12 months up to and including each month held 25 deaths or more."""
        return np.maximum.accumulate(self.ongoing, axis=1)

    @cached_property
    def organisations(self) -> tuple[str, ...]:
        """The actor of each group, two organisations that bear one name told apart by their countries."""
        homonyms: dict[str, list[list[str]]] = actor_facts()["homonyms"]
        return tuple(
            next((f"{actor} ({places[0]})" for places in homonyms.get(actor, ()) if theatre in places), actor)
            for actor, theatre in zip(self.actors, self.theatres, strict=True)
        )

    def future_deaths(self, horizon: int) -> NDArray[np.int64]:
        """Deaths in the `horizon` months after each origin: (group, month), for origins with a whole horizon."""
        return self.cumulative_deaths[:, horizon + 1 :] - self.cumulative_deaths[:, 1:-horizon]

    def future_mass_casualty(self, horizon: int) -> NDArray[np.int64]:
        """Mass-casualty events in the `horizon` months after each origin, like `future_deaths`."""
        return self.cumulative_mass_casualty[:, horizon + 1 :] - self.cumulative_mass_casualty[:, 1:-horizon]

    def up_to(self, month: int) -> Panel:
        """The panel as it stood at the end of an earlier month: later months and groups unseen by then are gone.

        Raises `NotHeldError` when the month is not in the panel.
        """
        if not self.first_month <= month <= self.last_month:
            raise NotHeldError(
                f"the figures cover {last_day(self.first_month):%Y-%m} to {self.as_of:%Y-%m}, "
                f"asked for was {last_day(month):%Y-%m}"
            )
        n = month - self.first_month + 1
        keep = self.rows_by(month)
        place = np.full(len(self.groups), -1, np.int32)
        place[keep] = np.arange(len(keep), dtype=np.int32)
        a, b, when = self.clashes
        past = when < n
        return replace(
            self,
            groups=tuple(self.groups[g] for g in keep),
            actors=tuple(self.actors[g] for g in keep),
            theatres=tuple(self.theatres[g] for g in keep),
            regions=tuple(self.regions[g] for g in keep),
            last_month=month,
            counts={name: array[keep, :n] for name, array in self.counts.items()},
            places={name: array[keep, :n] for name, array in self.places.items()},
            state_onesided=self.state_onesided[keep, :n],
            clashes=(place[a[past]], place[b[past]], when[past]),
            provenance=replace(self.provenance, last_month=month),
        )

    def rows_by(self, month: int) -> NDArray[np.intp]:
        """The rows of the units there are by `month`, in order: groups with an event up to its end; every country."""
        if self.unit == "country":
            return np.arange(len(self.groups))
        n = month - self.first_month + 1
        return np.flatnonzero((self.counts["events"][:, :n] > 0).any(axis=1))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {group: row for row, group in enumerate(self.groups)}

    def row(self, group: str) -> int | None:
        """The row of a group; None when it is not in the panel."""
        return self._places.get(group)

    def index_of(self, group: str) -> int:
        """The row of a group. Raises `NotHeldError` when it is not in the panel."""
        if (row := self.row(group)) is None:
            raise NotHeldError(f"no group {group!r} with an event up to {self.as_of}")
        return row


def trailing(cumulative: NDArray[np.int64], months: int) -> NDArray[np.int64]:
    """Sums over windows that end with each month, from sums with a leading column of zeros."""
    n = cumulative.shape[1] - 1
    start = np.maximum(np.arange(1, n + 1) - months, 0)
    return cumulative[:, 1:] - cumulative[:, start]


def build_panel(digest: Digest, *, regions: Mapping[str, str] | None = None) -> Panel:
    """Dense arrays of the groups (non-state actor x theatre) in a digest, sorted by name, one column per month.

    Unidentified parties are no group; their deaths are among those near others.

    `regions` gives the region of theatres that are not countries (views of several countries as one).
    """
    first, last = digest.provenance.first_month, digest.provenance.last_month
    monthly = digest.monthly.with_columns(_month_column(first))
    rows = monthly.filter(is_named_group(pl.col("actor"))).with_columns(_group_column())
    groups = rows.select("group", "actor", "theatre").unique().sort("group").with_row_index("g")
    number = groups.select("group", pl.col("g").cast(pl.Int32))
    rows = rows.join(number, on="group")
    shape = (groups.height, last - first + 1)

    counts = {
        "deaths": _dense(rows, "deaths_best", shape),
        "events": _dense(rows, "events", shape),
        "mass_casualty": _dense(rows, "mass_casualty_events", shape),
        "largest": _dense(rows, "largest_event_deaths", shape, largest=True),
    }
    for kind in ("state", "nonstate", "onesided"):
        of_kind = rows.filter(pl.col("kind") == kind)
        counts[f"events_{kind}"] = _dense(of_kind, "events", shape)
        counts[f"deaths_{kind}"] = _dense(of_kind, "deaths_best", shape)
    onesided = rows.filter(pl.col("kind") == "onesided")
    counts["largest_onesided"] = _dense(onesided, "largest_event_deaths", shape, largest=True)

    government = monthly.filter(~is_group(pl.col("actor")) & (pl.col("kind") == "onesided"))
    region = {name: (regions or {}).get(name) or region_of(name) for name in groups["theatre"].unique()}
    by_theatre = {name: g for g, name in enumerate(dict.fromkeys(groups["theatre"]))}
    state = np.zeros((len(by_theatre), shape[1]), np.int32)
    here = government.filter(pl.col("theatre").is_in(list(by_theatre)))
    at = np.array([by_theatre[t] for t in here["theatre"]], np.int64)
    np.add.at(state, (at, here["t"].to_numpy()), here["deaths_best"].to_numpy())

    opponents = number.rename({"group": "other", "g": "h"})
    clashes = (
        rows.filter(~pl.col("opponent").is_in([STATE, AGAINST_CIVILIANS]))
        .with_columns(pl.concat_str("opponent", pl.lit(" @ "), "theatre").alias("other"))
        .join(opponents, on="other")
        .sort("g", "h", "t")
    )
    return Panel(
        groups=tuple(groups["group"]),
        actors=tuple(groups["actor"]),
        theatres=tuple(groups["theatre"]),
        regions=tuple(region[theatre] for theatre in groups["theatre"]),
        first_month=first,
        last_month=last,
        counts=counts,
        places=_places(digest.cells, number, first, shape),
        state_onesided=state[[by_theatre[t] for t in groups["theatre"]]],
        clashes=(clashes["g"].to_numpy(), clashes["h"].to_numpy(), clashes["t"].to_numpy()),
        provenance=digest.provenance,
    )


def _places(cells: pl.DataFrame, number: pl.DataFrame, first: int, shape: tuple[int, int]) -> dict[str, IntArray]:
    every = cells.with_columns(_month_column(first), _group_column()).join(number, on="group", how="left")
    rows = every.filter(pl.col("g").is_not_null()).with_columns(
        (pl.col("t") == pl.col("t").min().over("g", "cell")).cast(pl.Int32).alias("new"),
        pl.lit(1, pl.Int32).alias("one"),
    )
    return {
        "cells": _dense(rows, "one", shape),
        "new_cells": _dense(rows, "new", shape),
        "urban_events": _dense(rows.filter(pl.col("cell").is_in(urban_cells())), "events", shape),
        **nearby_deaths(every, shape),
    }


def _month_column(first: int) -> pl.Expr:
    origin = month_id(date(1980, 1, 1))
    month = (pl.col("period").dt.year() - 1980) * 12 + pl.col("period").dt.month().cast(pl.Int32) - 1 + origin
    return (month - first).cast(pl.Int32).alias("t")


def _group_column() -> pl.Expr:
    return pl.concat_str("actor", pl.lit(" @ "), "theatre").alias("group")


def _dense(rows: pl.DataFrame, column: str, shape: tuple[int, int], *, largest: bool = False) -> IntArray:
    array = np.zeros(shape, np.int32)
    where = (rows["g"].to_numpy(), rows["t"].to_numpy())
    (np.maximum if largest else np.add).at(array, where, rows[column].to_numpy())
    return array
