"""Events turned into figures per actor and period: the one function that counts.

Three tables, all of them aggregates:

monthly, weekly
    `theatre, actor, period, kind, opponent, events, deaths_low, deaths_best, deaths_high, largest_event_deaths,
    mass_casualty_events, mass_civilian_harm_events`; `period` is the first day of the month or the Monday of the week.
cells
    `theatre, actor, period, cell, events, deaths_best`; `cell` is the PRIO-GRID number of a half-degree cell.

An event is counted in the period of its last day, the first period at whose end all of it is known. It counts once for
each side that is an actor: a clash of two groups is in the figures of both, with the other as `opponent`, so figures
are summed over actors only through `theatre_totals`, which counts each event once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, TypeVar

import polars as pl

from tocsin.actors import AGAINST_CIVILIANS, CIVILIANS, STATE, is_government
from tocsin.months import first_day, last_day
from tocsin.results import Card, CardTable, Result, Traced

Period = Literal["month", "week"]
Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)

MASS_CASUALTY_DEATHS = 20
# Events whose day is known no better than this are left out of weekly figures: their week is an accident of coding.
LARGEST_DAYS_IN_WEEKLY = 7

FIGURES = ("events", "deaths_low", "deaths_best", "deaths_high")
DIGEST_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "theatre": pl.String,
    "actor": pl.String,
    "period": pl.Date,
    "kind": pl.String,
    "opponent": pl.String,
    "events": pl.Int32,
    "deaths_low": pl.Int32,
    "deaths_best": pl.Int32,
    "deaths_high": pl.Int32,
    "largest_event_deaths": pl.Int32,
    "mass_casualty_events": pl.Int32,
    "mass_civilian_harm_events": pl.Int32,
}
CELL_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "theatre": pl.String,
    "actor": pl.String,
    "period": pl.Date,
    "cell": pl.Int32,
    "events": pl.Int32,
    "deaths_best": pl.Int32,
}


@dataclass(frozen=True)
class Provenance:
    """Where figures come from; travels with everything computed from them."""

    vintage: str
    source: str
    licence: str
    citation: str
    first_month: int
    last_month: int
    place_precision: str
    notes: tuple[str, ...] = ()
    redistributable: bool = True
    covers_world: bool = True
    fingerprint: str = ""


@dataclass(frozen=True)
class Digest(Result):
    """The three tables with their provenance; `DIGEST_SCHEMA` and `CELL_SCHEMA` give the columns."""

    monthly: pl.DataFrame
    weekly: pl.DataFrame
    cells: pl.DataFrame
    provenance: Provenance

    PARTS: ClassVar[tuple[str, ...]] = ("monthly", "weekly", "cells")

    @property
    def comes_from(self) -> Traced:
        """The releases counted; counts have no model, and are as of the last day that they cover."""
        return traced_to(self.provenance, "Counts of events and deaths per armed group and period")

    def _table(self, part: str) -> pl.DataFrame:
        table: pl.DataFrame = getattr(self, part)
        return table

    def _card(self) -> Card:
        told, groups = self.provenance, pl.concat_str("actor", "theatre", separator=" @ ").n_unique()
        tables = [(name, getattr(self, name)) for name in self.PARTS]
        rows = [
            (name, table.height, *table.select(groups, pl.col("theatre").n_unique()).row(0)) for name, table in tables
        ]
        return Card(
            f"Figures of {first_day(told.first_month):%B %Y} to {last_day(told.last_month):%B %Y}",
            f"Counted from {told.place_precision}.",
            (CardTable("Tables", ("table", "rows", "actors in theatres", "theatres"), rows),),
            told.notes,
        )

    def up_to(self, month: int) -> Digest:
        """The figures of the months up to `month` (months.py's numbers) and of the weeks that end in them."""
        last = last_day(month)
        return replace(
            self,
            monthly=self.monthly.filter(pl.col("period") <= last),
            weekly=self.weekly.filter(pl.col("period").dt.offset_by("6d") <= last),
            cells=self.cells.filter(pl.col("period") <= last),
            provenance=replace(self.provenance, last_month=min(month, self.provenance.last_month)),
        )

    def seen_as(self, theatre: str, countries: Sequence[str]) -> Digest:
        """The same figures with `countries` merged into one theatre: a view of several countries as one."""
        rename = pl.col("theatre").replace(dict.fromkeys(countries, theatre))
        return replace(
            self,
            monthly=sum_up(self.monthly.with_columns(rename)),
            weekly=sum_up(self.weekly.with_columns(rename)),
            cells=sum_cells(self.cells.with_columns(rename)),
        )


def traced_to(provenance: Provenance, what: str, **further: str | None) -> Traced:
    """What can be said of figures of this provenance: as of the last day that they cover, unless more is known."""
    end = last_day(provenance.last_month)
    return Traced(
        what,
        provenance.vintage,
        as_of=end,
        data_until=end,
        licence=provenance.licence,
        citation=provenance.citation,
        **further,
    )


def prio_grid_cell(lat: pl.Expr, lon: pl.Expr) -> pl.Expr:
    """PRIO-GRID number of the half-degree cell a point lies in.

    Rows count from the south, 720 cells each, from 1 in the south-west corner (Tollefsen, Strand & Buhaug 2012,
    doi:10.1177/0022343311431287). The north pole and the date line belong to the last row and column.
    """
    row = ((lat + 90.0) * 2.0).floor().clip(0, 359).cast(pl.Int32)
    column = ((lon + 180.0) * 2.0).floor().clip(0, 719).cast(pl.Int32)
    return row * 720 + column + 1


def cell_centre(cell: int) -> tuple[float, float]:
    """Latitude and longitude of the centre of a half-degree cell, from its PRIO-GRID number.

    >>> cell_centre(1), cell_centre(360 * 720), cell_centre(180 * 720 + 361)
    ((-89.75, -179.75), (89.75, 179.75), (0.25, 0.25))
    """
    row, column = divmod(cell - 1, 720)
    return row / 2 - 89.75, column / 2 - 179.75


def by_side(events: Frame) -> Frame:
    """One row per event and side that is an actor, with the other side as `opponent`; lazy where the events are.

    `events` has the columns of the Event table. `opponent` is `state` where the other side is a government,
    `civilians`, or the other group's name.
    """

    def side(own: str, other: str) -> Frame:
        opponent = (
            pl.when(pl.col("kind") == "onesided")
            .then(pl.lit(AGAINST_CIVILIANS))
            .when(is_government(pl.col(other)))
            .then(pl.lit(STATE))
            .otherwise(pl.col(other))
        )
        return events.with_columns(pl.col(own).alias("actor"), opponent.alias("opponent"))

    second = side("actor_b", "actor_a").filter(pl.col("kind") != "onesided")
    return pl.concat([side("actor_a", "actor_b"), second]).filter(pl.col("actor") != CIVILIANS)


def make_digest(events: pl.DataFrame | pl.LazyFrame, period: Period) -> pl.DataFrame:
    """Figures per theatre, actor, period, kind and opponent (`DIGEST_SCHEMA`), sorted by these keys.

    A mass-casualty event is a one-sided event with at least 20 deaths (best estimate), counted for the actor that
    carried it out. Mass civilian harm is any event with at least 20 civilians killed, whoever killed them; null where
    the source does not split the deaths.
    """
    names = _names(events) if isinstance(events, pl.LazyFrame) else None
    events = events.lazy()
    if period == "week":
        events = events.filter(pl.col("date_precision_days").fill_null(1) <= LARGEST_DAYS_IN_WEEKLY)
    start = pl.col("date_end").dt.truncate("1mo" if period == "month" else "1w")
    mass_casualty = (pl.col("kind") == "onesided") & (pl.col("deaths_best") >= MASS_CASUALTY_DEATHS)
    rows = by_side(events).select(
        "theatre",
        "actor",
        start.alias("period"),
        "kind",
        "opponent",
        pl.lit(1, pl.Int32).alias("events"),
        "deaths_low",
        "deaths_best",
        "deaths_high",
        pl.col("deaths_best").alias("largest_event_deaths"),
        mass_casualty.cast(pl.Int32).alias("mass_casualty_events"),
        (pl.col("deaths_civilians") >= MASS_CASUALTY_DEATHS).cast(pl.Int32).alias("mass_civilian_harm_events"),
    )
    return sum_up(rows, names)


def make_cells(events: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """Events and deaths per theatre, actor, month and half-degree cell (`CELL_SCHEMA`)."""
    rows = by_side(events.lazy()).select(
        "theatre",
        "actor",
        pl.col("date_end").dt.truncate("1mo").alias("period"),
        prio_grid_cell(pl.col("lat"), pl.col("lon")).alias("cell"),
        pl.lit(1, pl.Int32).alias("events"),
        "deaths_best",
    )
    return sum_cells(rows, _names(events) if isinstance(events, pl.LazyFrame) else None)


def theatre_totals(digest: pl.DataFrame) -> pl.DataFrame:
    """Events and deaths per theatre and period with every event counted once.

    Takes a monthly or weekly table of a `Digest`; columns out: `theatre, period, events, deaths_low, deaths_best,
    deaths_high`. One-sided events have one actor; in a clash of a group with a state the group's row counts; a clash of
    two groups, or of two governments, stands in two rows and each counts half.
    """
    government = is_government(pl.col("actor"))
    weight = (
        pl.when(pl.col("kind") == "onesided")
        .then(2)
        .when((pl.col("opponent") == STATE) & ~government)
        .then(2)
        .when((pl.col("opponent") != STATE) & government)
        .then(0)
        .otherwise(1)
    )
    return (
        digest.group_by("theatre", "period")
        .agg((pl.col(FIGURES).cast(pl.Int64) * weight).sum() // 2)
        .sort("theatre", "period")
    )


def _names(events: pl.LazyFrame) -> pl.Enum:
    """All names of theatres, sides and kinds, in order: as numbers they are grouped and sorted faster, in less memory.

    Of events in memory, few as a rule, it would not be worth a look of its own.
    """
    columns = [events.select(pl.col(name).unique().alias("name")) for name in ("theatre", "actor_a", "actor_b", "kind")]
    found = pl.concat(columns).unique().drop_nulls().collect(engine="streaming")["name"]
    return pl.Enum(sorted({*found, STATE, AGAINST_CIVILIANS}))


def sum_up(rows: pl.DataFrame | pl.LazyFrame, names: pl.Enum | None = None) -> pl.DataFrame:
    """Rows of `DIGEST_SCHEMA`, several with the same keys, as one row each, sorted by them.

    `names` are all texts in them, in order, where they are known.
    """
    keys = ["theatre", "actor", "period", "kind", "opponent"]
    harm = pl.col("mass_civilian_harm_events")
    return (
        rows.lazy()
        .with_columns(pl.col("theatre", "actor", "kind", "opponent").cast(names or pl.String))
        .group_by(keys)
        .agg(
            pl.col(FIGURES).sum(),
            pl.col("largest_event_deaths").max(),
            pl.col("mass_casualty_events").sum(),
            pl.when(harm.is_null().all()).then(None).otherwise(harm.sum()).alias("mass_civilian_harm_events"),
        )
        .sort(keys)
        .select(pl.col(name).cast(dtype) for name, dtype in DIGEST_SCHEMA.items())
        .collect(engine="streaming")
    )


def sum_cells(rows: pl.DataFrame | pl.LazyFrame, names: pl.Enum | None = None) -> pl.DataFrame:
    """Rows of `CELL_SCHEMA`, several with the same keys, as one row each, sorted by them; `names` as in `sum_up`."""
    keys = ["theatre", "actor", "period", "cell"]
    return (
        rows.lazy()
        .with_columns(pl.col("theatre", "actor").cast(names or pl.String))
        .group_by(keys)
        .agg(pl.col("events", "deaths_best").sum())
        .sort(keys)
        .select(pl.col(name).cast(dtype) for name, dtype in CELL_SCHEMA.items())
        .collect(engine="streaming")
    )
