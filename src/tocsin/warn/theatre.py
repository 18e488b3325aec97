"""A theatre over time: its groups' deaths a month, and those of several groups together with every event counted once.

A clash of two groups is in the figures of both, so that figures of groups are never summed: `TheatrePast.together` adds
up the events instead. Deaths are best estimates, a group's own dead included.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.actors import is_government, is_group, is_named_group
from tocsin.digest import Digest, theatre_totals
from tocsin.errors import InputError
from tocsin.groups.facts import KINDS, GovernmentChange, government_changes
from tocsin.groups.names import group_name
from tocsin.groups.theatres import Theatre
from tocsin.months import first_day, month_id

MONTHS_RECENT = 12
MOST_GROUPS = 6

Counts = NDArray[np.int64]


TEN_YEARS = 120  # months
LEAST_DEATHS = 50


@dataclass(frozen=True)
class GroupSpan:
    """One group's deaths, one number a period; `active_from` and `active_to` bound the months with an event in them."""

    group: str
    deaths: tuple[int, ...]
    active_from: date
    active_to: date


@dataclass(frozen=True)
class OverTime:
    """Deaths in periods of `step` months; `starts` holds the first day of each, the last ends with the figures.

    `groups` are those with most deaths in these periods, most first; `others` are the rest together (`n_others` with a
    death), parties that nobody knows among them, and `total` all groups, in both every event once.
    """

    step: int
    starts: tuple[date, ...]
    groups: tuple[GroupSpan, ...]
    others: tuple[int, ...]
    n_others: int
    total: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class TheatrePast:
    """The events of a theatre's groups by month, from `first_month` to `last_month` (see `tocsin.months`).

    `rows` has the columns `actor, opponent, kind` (String), `month` (Int64), `events, deaths` (Int64); a clash of two
    groups stands in two rows, one of each side. `state_deaths` (month) are those in events without a group: states'
    attacks on civilians, and clashes of states. `government_changes` are those of the theatre up to the last month.
    """

    theatre: Theatre
    first_month: int
    last_month: int
    rows: pl.DataFrame
    state_deaths: Counts
    government_changes: tuple[GovernmentChange, ...]

    @property
    def n_months(self) -> int:
        """How many months there are."""
        return self.last_month - self.first_month + 1

    def deaths(self, actor: str) -> Counts:
        """One group's deaths (month), int64."""
        return self._by_month(self.rows.filter(pl.col("actor") == actor), pl.col("deaths"))

    def together(self, actors: Collection[str] | None = None) -> Counts:
        """Deaths (month), int64, in the events of some groups, or of all, each event once."""
        rows, both = self.rows, pl.lit(value=True)
        if actors is not None:
            rows = rows.filter(pl.col("actor").is_in(list(actors)))
            both = pl.col("opponent").is_in(list(actors))
        # A clash of two of them stands in two rows, and each counts half.
        weight = pl.when((pl.col("kind") == "nonstate") & both).then(1).otherwise(2)
        return self._by_month(rows, pl.col("deaths") * weight) // 2

    def over_time(self, months: int | None = None, *, step: int = 1, most: int = MOST_GROUPS) -> OverTime:
        """Deaths of the last `months` (None: all) in periods of `step` months, counted back from the last month.

        The months at the beginning that fill no period are left out. Raises `InputError` for what is no number of
        months or groups, or where not one period is held.
        """
        if step < 1 or most < 1 or (months is not None and months < step):
            raise InputError(f"periods of 1 month or more and 1 group or more, got {months}, {step} and {most}")
        periods = min(self.n_months, months or self.n_months) // step
        if not periods:
            raise InputError(f"the figures hold {self.n_months} months, and a period is {step}")
        kept = periods * step
        start = self.last_month - kept + 1
        recent = (
            self.rows.filter(pl.col("month") >= start)
            .group_by("actor")
            .agg(pl.col("deaths").sum(), pl.col("month").min().alias("begin"), pl.col("month").max().alias("end"))
            .filter(pl.col("deaths") > 0)
            .sort("deaths", "actor", descending=[True, False])
        )
        shown = recent.filter(is_named_group(pl.col("actor"))).head(most)
        rest = recent.filter(~pl.col("actor").is_in(shown["actor"].implode()))["actor"].to_list()

        def summed(by_month: Counts) -> tuple[int, ...]:
            return tuple(by_month[-kept:].reshape(periods, step).sum(axis=1).tolist())

        return OverTime(
            step=step,
            starts=tuple(first_day(start + k * step) for k in range(periods)),
            groups=tuple(
                GroupSpan(
                    group_name(row["actor"], self.theatre.name),
                    summed(self.deaths(row["actor"])),
                    first_day(row["begin"]),
                    first_day(row["end"]),
                )
                for row in shown.iter_rows(named=True)
            ),
            others=summed(self.together(rest)),
            n_others=len(rest),
            total=summed(self.together()),
        )

    def to_polars(self) -> pl.DataFrame:
        """One row per group and month with an event: `group, theatre, month, events, deaths_state, deaths_nonstate,
        deaths_onesided, deaths`; `month` is its first day. Not to be summed over groups: see `together`.
        """
        table = (
            self.rows.filter(is_named_group(pl.col("actor")))
            .group_by("actor", "month")
            .agg(
                pl.col("events").sum(),
                *(pl.col("deaths").filter(pl.col("kind") == kind).sum().alias(f"deaths_{kind}") for kind in KINDS),
                pl.col("deaths").sum(),
            )
            .sort("actor", "month")
        )
        theatre = self.theatre.name
        return table.select(
            pl.Series("group", [group_name(actor, theatre) for actor in table["actor"]], pl.String),
            pl.lit(theatre).alias("theatre"),
            pl.Series("month", [first_day(month) for month in table["month"]], pl.Date),
            pl.exclude("actor", "month"),
        )

    def _by_month(self, rows: pl.DataFrame, figure: pl.Expr) -> Counts:
        sums = rows.group_by("month").agg(figure.cast(pl.Int64).sum().alias("sum"))
        out = np.zeros(self.n_months, np.int64)
        out[sums["month"].to_numpy() - self.first_month] = sums["sum"].to_numpy()
        return out


def theatre_past(digest: Digest, theatre: Theatre) -> TheatrePast:
    """The groups of a theatre over all months of a digest whose theatres are countries; empty where nothing is held.

    The countries of a view of several are seen as one.
    """
    first, last = digest.provenance.first_month, digest.provenance.last_month
    here = digest.monthly.filter(pl.col("theatre").cast(pl.String).is_in(theatre.countries)).with_columns(
        pl.col("actor", "opponent", "kind").cast(pl.String)
    )
    keys = ["actor", "opponent", "kind", "month"]
    figures = (pl.col("events").sum().cast(pl.Int64), pl.col("deaths_best").sum().cast(pl.Int64).alias("deaths"))
    rows = (
        here.filter(is_group(pl.col("actor")))
        .with_columns(_month(pl.col("period")).alias("month"))
        .group_by(keys)
        .agg(figures)
        .sort(keys)
    )
    # Rows of governments without those of their clashes with groups: what is left has no group in it.
    alone = here.filter(
        is_government(pl.col("actor")) & ((pl.col("kind") == "onesided") | (pl.col("opponent") == "state"))
    )
    states = np.zeros(last - first + 1, np.int64)
    for period, deaths in theatre_totals(alone).group_by("period").agg(pl.col("deaths_best").sum()).iter_rows():
        states[month_id(period) - first] = deaths
    return TheatrePast(theatre, first, last, rows, states, government_changes(theatre.countries, last))


def first_week_share(digest: Digest, theatre: Theatre) -> float | None:
    """The share of a theatre's deaths of the last ten years, every event once, in the weeks that hold a 1 January.

    About 1 in 52 is usual. Much more are events of a whole year that the source dates by its first day. None where
    there are fewer than 50 deaths.
    """
    last = digest.provenance.last_month
    here = digest.weekly.filter(
        pl.col("theatre").cast(pl.String).is_in(theatre.countries),
        pl.col("period").is_between(
            first_day(last - TEN_YEARS + 1) - timedelta(days=6), first_day(last + 1), closed="left"
        ),
    )
    # The week of a 1 January ends on one of the first seven days of the year.
    end = pl.col("period").dt.offset_by("6d")
    first_week = (end.dt.month() == 1) & (end.dt.day() <= 7)
    weeks = theatre_totals(here).select(pl.col("deaths_best"), first_week.alias("first"))
    deaths = int(weeks["deaths_best"].sum())
    if deaths < LEAST_DEATHS:
        return None
    return int(weeks.filter(pl.col("first"))["deaths_best"].sum()) / deaths


def deaths_by_theatre(digest: Digest) -> pl.DataFrame:
    """Every theatre with a recorded death of a group, by name, and the deaths of its groups, each event once.

    Columns: `theatre` (String), `groups_seen, groups_active` (Int64: with a recorded death ever, and in the last 12
    months), `events_last_12m, deaths_last_12m, deaths_12m_before` (Int64; the last null where less than 24 months are
    held), `last_event` (Date: first day of the month of the last event of a group).
    """
    last = digest.provenance.last_month
    two_years = last - digest.provenance.first_month + 1 >= 2 * MONTHS_RECENT
    groups = digest.monthly.with_columns(pl.col("theatre", "actor").cast(pl.String)).filter(is_group(pl.col("actor")))
    recent = pl.col("period") > first_day(last - MONTHS_RECENT)
    before = (pl.col("period") > first_day(last - 2 * MONTHS_RECENT)) & ~recent
    deadly = groups.filter(pl.col("deaths_best") > 0)
    named = is_named_group(pl.col("actor"))
    seen = deadly.group_by("theatre").agg(
        pl.col("actor").filter(named).n_unique().cast(pl.Int64).alias("groups_seen"),
        pl.col("actor").filter(recent & named).n_unique().cast(pl.Int64).alias("groups_active"),
    )
    totals = (
        theatre_totals(groups)
        .group_by("theatre")
        .agg(
            pl.col("events").filter(recent).sum().alias("events_last_12m"),
            pl.col("deaths_best").filter(recent).sum().alias("deaths_last_12m"),
            pl.when(pl.lit(two_years))
            .then(pl.col("deaths_best").filter(before).sum())
            .otherwise(None)
            .alias("deaths_12m_before"),
            pl.col("period").max().alias("last_event"),
        )
    )
    return seen.join(totals, on="theatre").sort("theatre")


def _month(day: pl.Expr) -> pl.Expr:
    """`tocsin.months.month_id` of a column of days."""
    return (day.dt.year().cast(pl.Int64) - 2000) * 12 + day.dt.month().cast(pl.Int64) + month_id(date(1999, 12, 1))
