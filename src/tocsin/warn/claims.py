"""Claims that event figures can settle, and how often such a claim held before.

A claim is closed: one measure, of one group or of all groups of a theatre, compared with a number, over whole months.
Whatever cannot be said so cannot be settled from the figures and is no claim here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.actors import AGAINST_CIVILIANS, is_group
from tocsin.digest import MASS_CASUALTY_DEATHS, Digest, theatre_totals
from tocsin.digest.load import urban_cells
from tocsin.errors import NotHeldError
from tocsin.months import first_day, last_day, month_id, month_label

Comparison = Literal["more_than", "at_least", "fewer_than"]
Counts = NDArray[np.int64]

COMPARISONS: dict[str, str] = {"more_than": "more than", "at_least": "at least", "fewer_than": "fewer than"}
_URBAN = "a half-degree cell that holds the centre of a city of 100,000 people or more"
# Each measure: what it is called in a sentence, and what is counted.
MEASURES: dict[str, tuple[str, str]] = {
    "deaths": ("deaths", "best estimate over all events with a group as a side, its own dead included"),
    "deaths_onesided": ("deaths in attacks on civilians", "best estimate over one-sided events by a group"),
    "events": ("events", "all events with a group as a side"),
    "events_onesided": ("attacks on civilians", "one-sided events by a group"),
    "mass_casualty_events": (
        "mass-casualty attacks",
        f"one-sided events by a group with {MASS_CASUALTY_DEATHS} deaths or more (best estimate)",
    ),
    "urban_events": ("events in urban cells", f"events with the group as a side in {_URBAN}"),
    "rural_events": ("events outside urban cells", f"events with the group as a side outside {_URBAN}"),
}
# Cells are kept per actor, so that an event of two groups cannot be told from two events when a theatre is summed.
OF_GROUPS_ONLY = ("urban_events", "rural_events")
BASE_MONTHS = 120
LEAST_WINDOWS = 12


@dataclass(frozen=True)
class Claim:
    """`measure` of a group (`actor`) or of all groups (`actor` None) of a theatre, compared, from month to month."""

    actor: str | None
    theatre: str
    countries: tuple[str, ...]
    measure: str
    comparison: Comparison
    number: int
    first_month: int
    last_month: int

    @property
    def subject(self) -> str:
        """Of whom: the group, or all groups of the theatre."""
        return f"{self.actor} @ {self.theatre}" if self.actor is not None else f"all groups in {self.theatre}"

    @property
    def months(self) -> int:
        """How many months the claim is about."""
        return self.last_month - self.first_month + 1

    @property
    def last_day(self) -> date:
        """The day that figures must reach to settle it."""
        return last_day(self.last_month)

    @property
    def words(self) -> str:
        """The claim as a phrase."""
        counted = MEASURES[self.measure][0]
        if self.number == 1:
            counted = re.sub("(death|event|attack)s", r"\1", counted, count=1)
        return (
            f"{self.subject}: {COMPARISONS[self.comparison]} {self.number:,} {counted} "
            f"from {first_day(self.first_month)} to {self.last_day}"
        )

    @property
    def rule(self) -> str:
        """What settles the claim, as text."""
        early = "" if self.comparison == "fewer_than" else ", or earlier when it is already true"
        return (
            f"{self.words}. Counted: {MEASURES[self.measure][1]}, in the month of an event's last day. "
            f"Settled by figures that reach {self.last_day}{early}."
        )

    def holds(self, total: int | Counts) -> NDArray[np.bool_]:
        """Whether the claim is true of a total, or of each of several."""
        figure = np.asarray(total)
        if self.comparison == "more_than":
            return np.asarray(figure > self.number)
        return np.asarray(figure >= self.number if self.comparison == "at_least" else figure < self.number)


@dataclass(frozen=True)
class BaseRate:
    """In how many windows of the ten years before such a claim held: `held` of `windows`, of whom, up to when."""

    windows: int
    held: int
    of: str
    until: date
    vintage: str

    @property
    def value(self) -> float:
        """The share of windows in which the claim held."""
        return self.held / self.windows


def uncovered(claim: Claim, digest: Digest) -> tuple[str, ...]:
    """Countries of the claim that the figures do not speak for: nothing recorded there is not known to be nothing."""
    if digest.provenance.covers_world:
        return ()
    return tuple(sorted(set(claim.countries) - set(digest.monthly["theatre"].unique())))


def figure_so_far(claim: Claim, digest: Digest) -> int:
    """The claim's measure summed over the months of its period that the figures hold."""
    seen = _as_one_theatre(claim, digest)
    rows = _figures(claim, seen).filter(
        (pl.col("theatre") == claim.theatre)
        & pl.col("month").is_between(claim.first_month, claim.last_month)
        & (pl.lit(True) if claim.actor is None else pl.col("actor") == claim.actor)
    )
    return int(rows["figure"].sum())


def base_rate(claim: Claim, digest: Digest) -> BaseRate:
    """How often the claim came true in windows as long as its own, in the 120 months up to the end of the figures.

    Hand in the figures known on the day of registering: nothing else is used. Windows begin in every month, so they
    overlap; a group's begin after the month of its first recorded event. Where the group (or theatre) has fewer than 12
    windows, those of all groups of the theatre are taken, and with fewer than 12 of these those of the world. Months
    of the period that are known already count as they are, and the windows are as long as what is left.

    Raises `NotHeldError` where even the world has too few windows of that length.
    """
    seen = _as_one_theatre(claim, digest)
    end, begin = seen.provenance.last_month, seen.provenance.first_month
    start = max(begin, end - BASE_MONTHS + 1)
    left = claim.last_month - max(end, claim.first_month - 1)
    known = figure_so_far(claim, digest)
    units, series = _by_unit(claim, seen)
    own = (units["theatre"] == claim.theatre).to_numpy()
    alone, name = own, claim.subject
    if claim.actor is not None:
        alone = own & (units["actor"] == claim.actor).to_numpy()
        # Only from the month after a group was first seen could the question have been asked.
        starts = np.maximum(start, units["first"].to_numpy() + 1)
    else:
        starts = np.full(units.height, start)
    pools = [(alone, name)]
    if claim.actor is not None:
        pools.append((own, f"all groups seen in {claim.theatre}"))
    pools.append((np.ones(units.height, np.bool_), "the world's groups" if claim.actor is not None else "all theatres"))
    for chosen, of in pools:
        windows = held = 0
        for row in np.flatnonzero(chosen):
            sums = _window_sums(series[row, starts[row] - begin :], left)
            windows, held = windows + sums.size, held + int(np.count_nonzero(claim.holds(sums + known)))
        if windows >= LEAST_WINDOWS:
            return BaseRate(windows, held, of, last_day(end), seen.provenance.vintage)
    raise NotHeldError(
        f"there is no base rate for {left} months: the figures known then ({month_label(start)} to "
        f"{month_label(end)}) hold fewer than {LEAST_WINDOWS} such windows. Hint: a shorter period"
    )


def _window_sums(values: Counts, length: int) -> Counts:
    """Sums of all windows of a length, in order; none where the values are fewer."""
    if values.size < length:
        return np.zeros(0, np.int64)
    running = np.concatenate([[0], np.cumsum(values)])
    return np.asarray(running[length:] - running[:-length], np.int64)


def _as_one_theatre(claim: Claim, digest: Digest) -> Digest:
    if claim.countries == (claim.theatre,):
        return digest
    return digest.seen_as(claim.theatre, claim.countries)


def _by_unit(claim: Claim, digest: Digest) -> tuple[pl.DataFrame, Counts]:
    """Groups (or theatres) with the month of their first event, and the measure by unit and month of the figures."""
    keys = ["theatre", "actor"] if claim.actor is not None else ["theatre"]
    first = (
        digest.monthly.filter(is_group(pl.col("actor")))
        .group_by(keys)
        .agg(_month(pl.col("period").min()).alias("first"))
    )
    if claim.actor is None and claim.theatre not in first["theatre"]:
        # A theatre without any event is a theatre of zeros, not one that is missing.
        quiet = pl.DataFrame({"theatre": [claim.theatre], "first": [digest.provenance.last_month]})
        first = pl.concat([first, quiet.cast({"first": first.schema["first"]})])
    units = first.sort(keys).with_row_index("unit")
    rows = _figures(claim, digest).join(units, on=keys)
    begin, end = digest.provenance.first_month, digest.provenance.last_month
    series = np.zeros((units.height, end - begin + 1), np.int64)
    np.add.at(series, (rows["unit"].to_numpy(), rows["month"].to_numpy() - begin), rows["figure"].to_numpy())
    return units, series


def _figures(claim: Claim, digest: Digest) -> pl.DataFrame:
    """The claim's measure as `theatre, [actor,] month, figure`, by group or, for a theatre, each event once."""
    keys = ["theatre", "actor"] if claim.actor is not None else ["theatre"]
    if claim.measure in OF_GROUPS_ONLY:
        urban = pl.col("cell").is_in(list(urban_cells()))
        column = "events"
        rows = digest.cells.filter(urban if claim.measure == "urban_events" else ~urban)
    else:
        rows = digest.monthly
        column = "deaths_best" if claim.measure.startswith("deaths") else "events"
        if claim.measure == "mass_casualty_events":
            column = claim.measure  # of one-sided events alone, so that each has one actor
        elif claim.measure.endswith("_onesided"):
            rows = rows.filter(pl.col("opponent") == AGAINST_CIVILIANS)
    rows = rows.filter(is_group(pl.col("actor")))
    if claim.actor is None and claim.measure != "mass_casualty_events":
        rows = theatre_totals(rows)
    return (
        rows.group_by([*keys, _month(pl.col("period")).alias("month")])
        .agg(pl.col(column).cast(pl.Int64).sum().alias("figure"))
        .filter(pl.col("month").is_between(digest.provenance.first_month, digest.provenance.last_month))
    )


def _month(period: pl.Expr) -> pl.Expr:
    epoch = month_id(date(2000, 1, 1)) - 1
    return (period.dt.year().cast(pl.Int64) - 2000) * 12 + period.dt.month().cast(pl.Int64) + epoch
