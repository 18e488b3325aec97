"""What a release changed: events added, dropped and changed, where two releases of a source both speak.

Events are followed by their id, which UCDP keeps from release to release; one that was given a new id counts as dropped
and added. An event that both releases hold is compared, wherever each of them puts it; one that only one holds counts
as dropped or added where the other speaks for its country and day as well. Where the releases hold different place
precisions, only events as precisely placed as both hold are looked at.

Of an event that both hold, changes are counted where the older release had it. So an event that moved from one country
to another lowers the count of the one and raises that of the other, and is neither dropped nor added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import ClassVar

import polars as pl

from tocsin.actors import is_group
from tocsin.errors import InputError
from tocsin.events import DATE_PRECISION_DAYS
from tocsin.months import first_day, month_id
from tocsin.results import Card, CardTable, Result, Traced, rows_of

RECENT_MONTHS = 24
"""Months at the end of the time compared that count as recent: what is added there came late."""


@dataclass(frozen=True)
class RevisionRow:
    """What a release changed of one part of its events, named `of`.

    Deaths are best estimates; of a group, those of all events with it as a side. `changed` counts events of which
    anything named after it changed: deaths (best estimate), day, country, a side's name, kind of violence. `moved_net`
    are events that both hold and the newer one has here, less those that the older one had here; negative where more
    went than came.
    """

    of: str
    events_before: int
    events_after: int
    added: int
    dropped: int
    moved_net: int
    changed: int
    deaths_up: int
    deaths_down: int
    date_moved: int
    country_moved: int
    actors_changed: int
    kind_changed: int
    deaths_before: int
    deaths_after: int


@dataclass(frozen=True)
class Renaming:
    """An actor whose events, `events` of them, all stand under another name in the newer release."""

    before: str
    after: str
    events: int


@dataclass(frozen=True, eq=False)
class Revisions(Result):
    """What the release `newer` changed of `older`, from `first` to `last`.

    `theatres` are the countries looked at, empty for all that both cover. `recent` is of the last 24 months of the
    time compared, `past` of those before. `groups` are in the order of what changed most. `months` has one row for each
    group and month of which anything changed, with the columns of a `RevisionRow` after `group, month`.
    """

    older: str
    newer: str
    first: date
    last: date
    theatres: tuple[str, ...]
    place_precision_max: int
    total: RevisionRow
    recent: RevisionRow
    past: RevisionRow
    years: tuple[RevisionRow, ...]
    by_theatre: tuple[RevisionRow, ...]
    groups: tuple[RevisionRow, ...]
    renamings: tuple[Renaming, ...]
    months: pl.DataFrame
    licence: str
    citation: str
    redistributable: bool
    notes: tuple[str, ...]

    PARTS: ClassVar[tuple[str, ...]] = ("groups", "theatres", "years", "periods", "renamings", "months")

    @property
    def comes_from(self) -> Traced:
        """The two releases."""
        return Traced(
            f"What {self.newer} changed of {self.older}, {self.first} to {self.last}",
            f"{self.older}, {self.newer}",
            data_until=self.last,
            licence=self.licence,
            citation=self.citation,
        )

    def _table(self, part: str) -> pl.DataFrame:
        if part == "months":
            return self.months
        if part == "renamings":
            return rows_of(Renaming, self.renamings)
        periods = (self.total, self.recent, self.past)
        rows = {"groups": self.groups, "theatres": self.by_theatre, "years": self.years, "periods": periods}[part]
        return rows_of(RevisionRow, rows).rename({"of": part.removesuffix("s")})

    def _card(self) -> Card:
        columns = ("of", "added", "dropped", "changed", "deaths before", "deaths after")
        rows = [
            (r.of, r.added, r.dropped, r.changed, r.deaths_before, r.deaths_after)
            for r in (self.total, self.recent, self.past, *self.groups[:5])
        ]
        return Card(self.comes_from.what, notes=self.notes, tables=(CardTable("Revisions", columns, rows),))


_COUNTS = tuple(field.name for field in fields(RevisionRow))[1:]
_CHANGES = ("deaths_up", "deaths_down", "date_moved", "country_moved", "actors_changed", "kind_changed")
_TOLD = ("event_id", "date", "date_end", "country", "theatre", "kind", "actor_a", "actor_b", "deaths_best")
COMPARED = (*_TOLD, "date_precision_days", "place_precision")


def revisions(
    older: pl.DataFrame,
    newer: pl.DataFrame,
    *,
    covered_by_older: pl.Expr,
    covered_by_newer: pl.Expr,
    first: date,
    last: date,
    names: tuple[str, str] = ("older", "newer"),
    theatres: Sequence[str] = (),
    place_precision_max: int = 7,
    licence: str = "",
    citation: str = "",
    redistributable: bool = True,
    notes: Sequence[str] = (),
) -> Revisions:
    """Compare two event tables, each with unique ids and with the columns `COMPARED` of `EVENT_SCHEMA`.

    `covered_by_older` and `covered_by_newer` say of an event (by `country` and `date_end`) whether that release speaks
    for its country and day. Looked at are events whose last day lies from `first` to `last`, in `theatres` where some
    are named, placed no less precisely than `place_precision_max`. Raises `InputError` where `first` is after `last`.
    """
    if first > last:
        raise InputError(f"the time to compare begins on {first} and ends before it, on {last}")
    within = pl.col("date_end").is_between(first, last)
    if theatres:
        within &= pl.col("theatre").is_in(list(theatres))
    placed = pl.col("place_precision").fill_null(1) <= place_precision_max
    both = covered_by_older & covered_by_newer
    in_older, in_newer = older["event_id"].implode(), newer["event_id"].implode()
    before = older.select(*_TOLD, held=pl.col("event_id").is_in(in_newer), placed=placed, looked=within & both)
    after = newer.select(*_TOLD, held=pl.col("event_id").is_in(in_older), placed=placed, looked=within & both)
    # Placed less precisely in one release than both hold: neither dropped nor added, and not compared.
    vague = [table.filter("looked", "held", ~pl.col("placed")) for table in (before, after)]
    hidden = pl.concat(vague)["event_id"].unique()
    before, after = (table.filter("placed", ~pl.col("event_id").is_in(hidden.implode())) for table in (before, after))
    # A file without last days repeats the first, or ends with the month or year of the first, which is no move.
    ends = all(map(_tells_last_days, (older, newer)))
    old, new = _told(before, after, ("date", "date_end") if ends else ("date",))
    recent_from = month_id(last) - RECENT_MONTHS + 1
    begins = max(first_day(recent_from), first)
    by_span = _tally(
        old.with_columns(recent=pl.col("month") >= recent_from),
        new.with_columns(recent=pl.col("month") >= recent_from),
        "recent",
    )
    spans = {bool(row["recent"]): row for row in by_span.to_dicts()}
    total = _tally(old.with_columns(whole=pl.lit("all")), new.with_columns(whole=pl.lit("all")), "whole")
    sides = (_sides(old), _sides(new))
    touched = pl.sum_horizontal("added", "dropped", "changed", pl.col("moved_net").abs())
    groups = _tally(*sides, "group").sort(
        (pl.col("deaths_after") - pl.col("deaths_before")).abs(), touched, "group", descending=[True, True, False]
    )
    months = _tally(*sides, "group", "month").filter(
        (touched > 0) | (pl.col("deaths_before") != pl.col("deaths_after"))
    )
    months = months.sort("group", "month").with_columns(
        pl.date((pl.col("month") - 1) // 12 + 1980, (pl.col("month") - 1) % 12 + 1, 1).alias("month")
    )
    return Revisions(
        older=names[0],
        newer=names[1],
        first=first,
        last=last,
        theatres=tuple(theatres),
        place_precision_max=place_precision_max,
        total=next(iter(_rows(total, "whole")), _empty("all")),
        recent=_row(f"{begins} to {last}", spans.get(True)),
        past=_row(f"before {begins}", spans.get(False)),
        years=_rows(_tally(old, new, "year").sort("year"), "year"),
        by_theatre=_rows(_tally(old, new, "theatre").sort("theatre"), "theatre"),
        groups=_rows(groups, "group"),
        renamings=_renamings(old, before, after),
        months=months,
        licence=licence,
        citation=citation,
        redistributable=redistributable,
        notes=(*notes, *_notes(place_precision_max, hidden.len(), ends)),
    )


def _tells_last_days(table: pl.DataFrame) -> bool:
    """Whether some event known to less than a month lasts more than a day: no other last day is the file's for sure."""
    told = (pl.col("date_end") > pl.col("date")) & (pl.col("date_precision_days").fill_null(1) < DATE_PRECISION_DAYS[4])
    return not table.filter(told).is_empty()


def _told(before: pl.DataFrame, after: pl.DataFrame, days: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The events looked at of either release, with what became of each."""
    compared = _compared(before.filter("held"), after.filter("held"), days)
    old = before.filter("looked").join(compared, on="event_id", how="left").with_columns(dropped=~pl.col("held"))
    old = old.with_columns(pl.col(_CHANGES).fill_null(False))
    old = old.with_columns(changed=pl.any_horizontal(_CHANGES))
    new = after.filter("looked").with_columns(added=~pl.col("held"))
    return (
        old.with_columns(month=_month("date_end"), year=pl.col("date_end").dt.year()),
        new.with_columns(month=_month("date_end"), year=pl.col("date_end").dt.year()),
    )


def _month(day: str) -> pl.Expr:
    return ((pl.col(day).dt.year() - 1980) * 12 + pl.col(day).dt.month()).cast(pl.Int32)


def _compared(before: pl.DataFrame, after: pl.DataFrame, days: Sequence[str]) -> pl.DataFrame:
    """What changed of each event that both hold: one column of yes or no for each of `_CHANGES`."""
    both = before.join(after, on="event_id", suffix="_new")

    def differs(*columns: str) -> pl.Expr:
        return pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_new")) for name in columns)

    # Which side stands first is no renaming.
    sides, sides_new = (pl.concat_list(f"actor_a{end}", f"actor_b{end}").list.sort() for end in ("", "_new"))
    return both.select(
        "event_id",
        deaths_up=pl.col("deaths_best_new") > pl.col("deaths_best"),
        deaths_down=pl.col("deaths_best_new") < pl.col("deaths_best"),
        date_moved=differs(*days),
        country_moved=differs("country"),
        actors_changed=sides != sides_new,
        kind_changed=differs("kind"),
    )


def _tally(old: pl.DataFrame, new: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Counts and sums by the columns named; what only one release has is zero in the other."""
    before = old.group_by(by).agg(
        pl.len().alias("events_before"),
        pl.col("dropped", "changed", *_CHANGES).sum(),
        pl.col("deaths_best").sum().alias("deaths_before"),
    )
    after = new.group_by(by).agg(
        pl.len().alias("events_after"), pl.col("added").sum(), pl.col("deaths_best").sum().alias("deaths_after")
    )
    joined = before.join(after, on=list(by), how="full", coalesce=True)
    counted = joined.with_columns(pl.exclude(by).fill_null(0).cast(pl.Int64))
    net = pl.col("events_after") - pl.col("events_before") + pl.col("dropped") - pl.col("added")
    return counted.with_columns(moved_net=net).select(*by, *_COUNTS)


def _sides(table: pl.DataFrame) -> pl.DataFrame:
    """One row for each event and group that is a side of it."""
    sides = table.with_columns(actor=pl.concat_list("actor_a", "actor_b").list.unique()).explode("actor")
    return sides.filter(is_group(pl.col("actor"))).with_columns(group=pl.concat_str("actor", pl.lit(" @ "), "theatre"))


def _rows(table: pl.DataFrame, by: str) -> tuple[RevisionRow, ...]:
    return tuple(_row(str(row[by]), row) for row in table.to_dicts())


def _row(of: str, counts: dict[str, int] | None) -> RevisionRow:
    return RevisionRow(of, *(counts[name] for name in _COUNTS)) if counts else _empty(of)


def _empty(of: str) -> RevisionRow:
    return RevisionRow(of, *(0 for _ in _COUNTS))


def _renamings(old: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame) -> tuple[Renaming, ...]:
    """Actors of which every event that both releases hold has one and the same new name, and none the old one."""
    both = old.filter("held").join(after.select("event_id", "actor_a", "actor_b"), on="event_id", suffix="_new")
    gone, came = (
        pl.concat_list(f"actor_a{a}", f"actor_b{a}").list.set_difference(pl.concat_list(f"actor_a{b}", f"actor_b{b}"))
        for a, b in (("", "_new"), ("_new", ""))
    )
    # With both sides renamed at once it can not be told which is which.
    swapped = both.select("event_id", gone=gone, came=came).filter(
        pl.col("gone").list.len() == 1, pl.col("came").list.len() == 1
    )
    pairs = swapped.select(before=pl.col("gone").list.first(), after=pl.col("came").list.first())
    pairs = pairs.group_by("before", "after").agg(events=pl.len()).sort("before", "after")
    had = _named(before.filter("held")).group_by("actor").agg(had=pl.len())
    still = _named(after)["actor"].unique()
    found = pairs.join(had, left_on="before", right_on="actor").filter(
        pl.col("events") == pl.col("had"), ~pl.col("before").is_in(still.implode())
    )
    rows = found.sort("events", "before", descending=[True, False]).select("before", "after", "events")
    return tuple(Renaming(*row) for row in rows.iter_rows())


def _named(table: pl.DataFrame) -> pl.DataFrame:
    return table.select(actor=pl.concat_list("actor_a", "actor_b").list.unique()).explode("actor")


def _notes(place_precision_max: int, hidden: int, ends: bool) -> tuple[str, ...]:
    notes = ["Events are followed by their id; one that was given a new id counts as dropped and added."]
    if not ends:
        notes.append("One of the releases holds no last days, so that only the first day of events is compared.")
    if place_precision_max < 7:
        notes.append(
            f"Only events with a place precision code of {place_precision_max} or better are compared, as both hold "
            "them; one whose place the newer release knows better may count as added."
        )
    if hidden:
        notes.append(f"Events placed less precisely in one of the releases than that are left out ({hidden:,}).")
    return tuple(notes)
