"""The groups of one theatre as counts per week or day: what rivalry is estimated from.

An attack is an attack on civilians by the group, or a recorded clash with a state (who began a clash is not coded), by
the kind asked for. Clashes between two groups are fighting, never one answering the other: they stand apart and are
attacks of neither. An event lies in the period of its last day, as in the digest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.actors import STATE, is_named_group
from tocsin.digest import MASS_CASUALTY_DEATHS, Digest, Provenance, by_side, make_cells, make_digest
from tocsin.errors import InputError, NotHeldError, did_you_mean
from tocsin.groups.names import group_name
from tocsin.groups.theatres import Theatre
from tocsin.months import first_day, last_day
from tocsin.rivalry.relations import Relations, relations_between

Kind = Literal["onesided", "state", "all"]
IntArray = NDArray[np.int32]

KIND_WORDS: dict[Kind, str] = {
    "onesided": "attacks on civilians",
    "state": "recorded clashes with a state",
    "all": "attacks on civilians or recorded clashes with a state",
}
LEAST_WEEKS = 52  # a year at least, or the seasons of one pass for a response
LEAST_ATTACKS, LEAST_PERIODS = 10, 5
_SHOWN_IN_ERRORS = 5
_COLUMNS = ["theatre", "actor", "period", "kind", "opponent", "events", "deaths_best", "mass_casualty_events"]


@dataclass(frozen=True)
class LeftOut:
    """A group with too few attacks for the series: its name, its attacks, and the periods they lie in."""

    group: str
    attacks: int
    periods: int


@dataclass(frozen=True, eq=False)
class Series:
    """Counts of the groups of a theatre; arrays are (group, period), int32, and every period is wholly covered.

    `attacks` are the events of the kind and `deaths` their deaths (best estimate). Whatever the kind, `mass_casualty`
    are one-sided events with 20 deaths or more, `state_clashes` and `group_clashes` the recorded clashes with states
    and with other groups. `first_of_month` (period) marks the periods that hold the first day of a month, where dates
    known only to the month pile up. `groups` are `actor @ theatre`, most attacks first; `left_out` those with at least
    one attack that were too few. Periods begin with the day `first` and last `step_days` days: 7 (Mondays) or 1.
    """

    theatre: str
    kind: Kind
    groups: tuple[str, ...]
    first: date
    step_days: int
    attacks: IntArray
    deaths: IntArray
    mass_casualty: IntArray
    state_clashes: IntArray
    group_clashes: IntArray
    first_of_month: NDArray[np.bool_]
    relations: Relations
    left_out: tuple[LeftOut, ...]
    provenance: Provenance

    @property
    def n_groups(self) -> int:
        """How many groups there are."""
        return len(self.groups)

    @property
    def n_periods(self) -> int:
        """How many periods there are."""
        return int(self.attacks.shape[1])

    @property
    def last(self) -> date:
        """The last day covered."""
        return self.first + timedelta(days=self.n_periods * self.step_days - 1)

    @property
    def starts(self) -> NDArray[np.datetime64]:
        """The first day of each period (period), datetime64[D]."""
        return _starts(self.first, self.step_days, self.n_periods)

    @property
    def total_attacks(self) -> NDArray[np.int64]:
        """Attacks of each group over all periods (group)."""
        totals: NDArray[np.int64] = self.attacks.sum(axis=1, dtype=np.int64)
        return totals

    def only(self, groups: tuple[str, ...]) -> Series:
        """The series of some groups, in the order given. Raises `NotHeldError` for one that is not in it."""
        missing = [group for group in groups if group not in self.groups]
        if missing:
            raise NotHeldError(
                f"no group {missing[0]!r} in this series of {self.theatre}; it has {', '.join(self.groups)}"
            )
        rows = [self.groups.index(group) for group in groups]
        return replace(
            self,
            groups=tuple(groups),
            attacks=self.attacks[rows],
            deaths=self.deaths[rows],
            mass_casualty=self.mass_casualty[rows],
            state_clashes=self.state_clashes[rows],
            group_clashes=self.group_clashes[rows],
            relations=self.relations.only(rows),
        )

    def between(self, first: date, last: date) -> Series:
        """The same groups in the periods that lie wholly between two days, first and last included.

        Relations and `left_out` stay those of the whole series: to hold later periods apart, take the relations of the
        earlier ones from `relations_between`. Raises `InputError` when no period lies there.
        """
        start = max(0, -((self.first - first).days // self.step_days))
        stop = min(self.n_periods, ((last - self.first).days + 1) // self.step_days)
        if start >= stop:
            raise InputError(f"no whole period of {self.first} to {self.last} lies between {first} and {last}")
        return replace(
            self,
            first=self.first + timedelta(days=start * self.step_days),
            attacks=self.attacks[:, start:stop],
            deaths=self.deaths[:, start:stop],
            mass_casualty=self.mass_casualty[:, start:stop],
            state_clashes=self.state_clashes[:, start:stop],
            group_clashes=self.group_clashes[:, start:stop],
            first_of_month=self.first_of_month[start:stop],
        )


def make_series(
    digest: Digest,
    theatre: Theatre | str,
    *,
    kind: Kind = "onesided",
    first: date | None = None,
    last: date | None = None,
    least_attacks: int = LEAST_ATTACKS,
    least_periods: int = LEAST_PERIODS,
) -> Series:
    """Weekly counts of the groups of a theatre with at least `least_attacks` attacks in at least `least_periods` weeks.

    Whole weeks from `first` (default: the week of these groups' earliest attack) to `last` (default: the end of the
    figures), both cut to what the figures cover. A theatre given by name is one of the digest's. Raises `InputError`
    for an impossible option or less than 52 weeks, `NotHeldError` when fewer than two groups have enough attacks.
    """
    place = Theatre(theatre, (theatre,)) if isinstance(theatre, str) else theatre
    window = _window(digest.provenance, 7, first, last)
    here = pl.col("theatre").cast(pl.String).is_in(place.countries)
    local = replace(
        digest, monthly=digest.monthly.filter(here), weekly=digest.weekly.filter(here), cells=digest.cells.filter(here)
    )
    if place.is_view:
        local = local.seen_as(place.name, place.countries)
    if local.monthly.is_empty():
        known = digest.monthly["theatre"].cast(pl.String).unique().sort()
        raise NotHeldError(f"no events are held for the theatre {place.name!r}.{did_you_mean(place.name, known)}")
    return _series(local, local.weekly, place.name, kind, window, least_attacks, least_periods)


def daily_series(
    events: pl.DataFrame,
    theatre: Theatre | str,
    *,
    provenance: Provenance,
    kind: Kind = "onesided",
    first: date | None = None,
    last: date | None = None,
    least_attacks: int = LEAST_ATTACKS,
    least_periods: int = LEAST_PERIODS,
) -> Series:
    """Like `make_series`, by day: counts of the events whose day is known, from an event table (`EVENT_SCHEMA`).

    Where the source does not say how well a day is known, it counts as known. `provenance` says which months the events
    cover. Relations are those of all events, also of those whose day is not known. Raises as `make_series` does.
    """
    place = Theatre(theatre, (theatre,)) if isinstance(theatre, str) else theatre
    window = _window(provenance, 1, first, last)
    local = events.filter(pl.col("theatre").cast(pl.String).is_in(place.countries)).with_columns(
        pl.lit(place.name).alias("theatre")
    )
    if local.is_empty():
        known = events["theatre"].cast(pl.String).unique().sort()
        raise NotHeldError(f"no events are held for the theatre {place.name!r}.{did_you_mean(place.name, known)}")
    monthly = make_digest(local, "month")
    whole = Digest(monthly=monthly, weekly=monthly.clear(), cells=make_cells(local), provenance=provenance)
    mass_casualty = (pl.col("kind") == "onesided") & (pl.col("deaths_best") >= MASS_CASUALTY_DEATHS)
    rows = by_side(local.filter(pl.col("date_precision_days").fill_null(1) <= 1)).with_columns(
        pl.col("date_end").alias("period"),
        pl.lit(1, pl.Int32).alias("events"),
        mass_casualty.cast(pl.Int32).alias("mass_casualty_events"),
    )
    return _series(whole, rows, place.name, kind, window, least_attacks, least_periods)


def theatres_with_rivals(
    digest: Digest,
    kind: Kind = "onesided",
    *,
    first: date | None = None,
    last: date | None = None,
    least_attacks: int = LEAST_ATTACKS,
    least_periods: int = LEAST_PERIODS,
) -> tuple[str, ...]:
    """The theatres of a digest for which `make_series` has two groups or more and 52 weeks or more, by name.

    Raises `InputError` for an impossible option.
    """
    window = _window(digest.provenance, 7, first, last)
    counts = _attack_counts(_rows(digest.weekly, window), kind, least_attacks, least_periods).filter("enough")
    begins = pl.lit(window.first) if first is not None else pl.col("earliest").min()
    latest = window.stop - timedelta(weeks=LEAST_WEEKS)
    found = counts.group_by("theatre").agg(pl.len().alias("groups"), begins.alias("begins"))
    return tuple(found.filter((pl.col("groups") >= 2) & (pl.col("begins") <= latest))["theatre"].sort())


# --- how it is counted -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Window:
    """Whole periods from `first` up to before `stop`; `until` is the last day that may be used."""

    first: date
    stop: date
    until: date
    step_days: int
    begins_with_attacks: bool

    @property
    def n_periods(self) -> int:
        return (self.stop - self.first).days // self.step_days


def _window(provenance: Provenance, step_days: int, first: date | None, last: date | None) -> _Window:
    begin, end = first_day(provenance.first_month), last_day(provenance.last_month)
    if first is not None and last is not None and first >= last:
        raise InputError(f"the first day must lie before the last one, got {first} and {last}")
    start, until = max(first or begin, begin), min(last or end, end)
    if step_days == 7:
        start += timedelta(days=-start.weekday() % 7)  # the next Monday
    periods = max(0, ((until - start).days + 1) // step_days)
    window = _Window(start, start + timedelta(days=periods * step_days), until, step_days, first is None)
    return _long_enough(window, f"the figures cover {begin} to {end}")


def _long_enough(window: _Window, why: str) -> _Window:
    weeks = window.n_periods * window.step_days // 7
    if weeks < LEAST_WEEKS:
        raise InputError(
            f"a series needs {LEAST_WEEKS} whole weeks, and from {window.first} to {window.until} there are {weeks} "
            f"({why}). Hint: an earlier --from or a later --to"
        )
    return window


def _rows(table: pl.DataFrame, window: _Window) -> pl.DataFrame:
    """The rows of groups in the window's periods, and in which of the clashes or attacks they count."""
    inside = (pl.col("period") >= window.first) & (pl.col("period") < window.stop)
    return (
        table.filter(inside)
        .select(_COLUMNS)
        .with_columns(pl.col("theatre", "actor", "kind", "opponent").cast(pl.String))
        .filter(is_named_group(pl.col("actor")))
        .with_columns(
            (pl.col("kind") == "onesided").alias("is_onesided"),
            ((pl.col("kind") != "onesided") & (pl.col("opponent") == STATE)).alias("is_state"),
        )
    )


def _is_attack(kind: Kind) -> pl.Expr:
    if kind == "all":
        return pl.col("is_onesided") | pl.col("is_state")
    return pl.col(f"is_{kind}")


def _attack_counts(rows: pl.DataFrame, kind: Kind, least_attacks: int, least_periods: int) -> pl.DataFrame:
    """Attacks of each group with at least one, most first: `theatre, actor, attacks, periods, earliest, enough`."""
    if kind not in get_args(Kind):
        raise InputError(f"a kind of attacks is onesided, state or all, got {kind!r}")
    if least_attacks < 1 or least_periods < 1:
        raise InputError(f"least_attacks and least_periods are 1 or more, got {least_attacks} and {least_periods}")
    return (
        rows.filter(_is_attack(kind))
        .group_by("theatre", "actor")
        .agg(
            pl.col("events").sum().alias("attacks"),
            pl.col("period").n_unique().cast(pl.Int64).alias("periods"),
            pl.col("period").min().alias("earliest"),
        )
        .with_columns(((pl.col("attacks") >= least_attacks) & (pl.col("periods") >= least_periods)).alias("enough"))
        .sort("theatre", "attacks", "actor", descending=[False, True, False])
    )


def _series(
    digest: Digest,
    table: pl.DataFrame,
    theatre: str,
    kind: Kind,
    window: _Window,
    least_attacks: int,
    least_periods: int,
) -> Series:
    """The series of one theatre: counts from `table` (columns of the weekly digest), relations from `digest`."""
    rows = _rows(table, window)
    counts = _attack_counts(rows, kind, least_attacks, least_periods)
    enough = counts.filter("enough")
    actors = enough["actor"].to_list()
    unit = "weeks" if window.step_days == 7 else "days"
    if len(actors) < 2:
        raise NotHeldError(
            f"rivalry in {theatre} needs two groups with at least {least_attacks} {KIND_WORDS[kind]} in at least "
            f"{least_periods} {unit}; from {window.first} to {window.until} {_who_there_is(counts, unit)}"
        )
    if window.begins_with_attacks:
        window = replace(window, first=min(enough["earliest"].to_list()))
        _long_enough(window, "from the first attack of the groups with enough of them")
    # The window may have been cut to where these attacks begin; what came before is not in it.
    rows = rows.filter(pl.col("period") >= window.first)
    few = _attack_counts(rows, kind, least_attacks, least_periods).filter(~pl.col("enough"))
    number = pl.DataFrame({"actor": actors, "g": np.arange(len(actors))})
    rows = rows.join(number, on="actor").with_columns(
        ((pl.col("period") - pl.lit(window.first)).dt.total_days() // window.step_days).alias("t")
    )
    shape = (len(actors), window.n_periods)
    attacks = rows.filter(_is_attack(kind))
    return Series(
        theatre=theatre,
        kind=kind,
        groups=tuple(group_name(actor, theatre) for actor in actors),
        first=window.first,
        step_days=window.step_days,
        attacks=_dense(attacks, "events", shape),
        deaths=_dense(attacks, "deaths_best", shape),
        mass_casualty=_dense(rows, "mass_casualty_events", shape),
        state_clashes=_dense(rows.filter("is_state"), "events", shape),
        group_clashes=_dense(rows.filter(~pl.col("is_state") & ~pl.col("is_onesided")), "events", shape),
        first_of_month=_first_of_month(window),
        relations=relations_between(digest, theatre, actors, window.first, window.until),
        left_out=tuple(
            LeftOut(group_name(row["actor"], theatre), row["attacks"], row["periods"])
            for row in few.iter_rows(named=True)
        ),
        provenance=digest.provenance,
    )


def _who_there_is(counts: pl.DataFrame, unit: str) -> str:
    shown = [
        f"{row['actor']} ({row['attacks']:,} in {row['periods']:,} {unit})"
        for row in counts.head(_SHOWN_IN_ERRORS).iter_rows(named=True)
    ]
    more = counts.height - len(shown)
    if not shown:
        return "no group has any. Hint: another kind of attacks, or a longer time"
    left = f" and {more} more" if more else ""
    return f"there are {', '.join(shown)}{left}. Hint: a longer time, or another kind of attacks"


def _starts(first: date, step_days: int, periods: int) -> NDArray[np.datetime64]:
    starts: NDArray[np.datetime64] = np.datetime64(first, "D") + step_days * np.arange(periods)
    return starts


def _first_of_month(window: _Window) -> NDArray[np.bool_]:
    starts = _starts(window.first, window.step_days, window.n_periods)
    ends = starts + (window.step_days - 1)
    # A period holds the first of a month when it begins with it, or ends in a month in which it did not begin.
    begins = starts == starts.astype("datetime64[M]").astype("datetime64[D]")
    crosses = starts.astype("datetime64[M]") != ends.astype("datetime64[M]")
    marked: NDArray[np.bool_] = begins | crosses
    return marked


def _dense(rows: pl.DataFrame, column: str, shape: tuple[int, int]) -> IntArray:
    array = np.zeros(shape, np.int32)
    np.add.at(array, (rows["g"].to_numpy(), rows["t"].to_numpy()), rows[column].to_numpy())
    return array
