"""What the releases held say of how late events came: which older release had an event of the newest, at what age.

An event of the newest release that an older one covers is either in the older one or not. Each such look says that the
event's delay was at most, or more than, the months from its own month to the day the older release was published; all
looks together leave an interval. An event is followed by its id, which UCDP keeps from release to release. What a newer
release dropped never came late, and is not counted; nor is what was absent at an age of more than ten years: that is
older events coded anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from tocsin.countries import country_table
from tocsin.months import last_known_month, month_id
from tocsin.store.lag_curve import KNOTS
from tocsin.store.manifest import Part

_SPAN = ("after", "upto", "until", "events")
_FOLLOWED = {
    "event_id": pl.String,
    "kind": pl.String,
    "region": pl.String,
    "newer": pl.String,
    "month": pl.Int64,
    "published": pl.Date,
}
_SEEN = {
    "older": pl.String,
    "newer": pl.String,
    "month": pl.Int64,
    "age": pl.Int64,
    "until": pl.Int64,
    "events": pl.Int64,
    "held": pl.Int64,
}


@dataclass(frozen=True, eq=False)
class Looks:
    """What the releases say of the delays of the newest events.

    `spans`: `region, kind, after, upto, until, events`, the delay being more than `after` months, at most `upto`, and
    not seen where it is more than `until`. `seen`: `older, newer, month, age, until, events, held`, one row for each
    release looked at, month of the events and release that they are of.
    """

    spans: pl.DataFrame
    seen: pl.DataFrame


def looks_of(folder: Path, parts: Sequence[Part]) -> Looks:
    """Which events of the releases in force the older releases that cover them held, and at what age."""
    from tocsin.store.inforce import known_day, scan_in_force

    releases: dict[str, list[Part]] = {}
    for part in sorted(parts, key=lambda p: (p.release.published, p.rank)):
        releases.setdefault(part.release.vintage, []).append(part)
    if len(releases) < 2:
        return _put_together(pl.DataFrame(schema=_FOLLOWED), [])
    held = scan_in_force(folder, parts, as_of=None, mode="reconstructed", lag_days=0, place_precision_max=None)
    published = {name: of[0].release.published for name, of in releases.items()}
    followed = held.lazy().select(
        "event_id",
        "country",
        "kind",
        "date_end",
        "place_precision",
        newer=pl.col("vintage"),
        month=month_of(known_day()),
        published=pl.col("vintage").replace_strict(published, return_dtype=pl.Date),
    )
    # Older events were as old as the longest delay at every look.
    events = followed.filter(pl.col("month") >= month_id(min(published.values())) - KNOTS[-1]).collect()
    events = events.join(country_table().select(country="iso3", region="region"), on="country", how="left")
    # An event whose place the newer release does not code is one of the coarsest that it holds.
    coarsest = {
        name: min(held.place_precision_max, max(max(p.place_precisions) for p in of)) for name, of in releases.items()
    }
    precision = pl.col("place_precision").fill_null(pl.col("newer").replace_strict(coarsest, return_dtype=pl.Int8))
    found = []
    for name, of in releases.items():
        covered = pl.any_horizontal([covered_by(part) for part in of]) & (pl.col("published") > published[name])
        covered &= precision <= max(max(part.place_precisions) for part in of)
        ids = pl.concat([pl.read_parquet(folder / part.parquet, columns=["event_id"]) for part in of])
        looked = events.filter(covered).with_columns(held=pl.col("event_id").is_in(ids["event_id"].implode()))
        found.append((name, published[name], looked.select("event_id", "held")))
    return _put_together(events, found)


def month_of(day: pl.Expr) -> pl.Expr:
    """The number of a day's month, as `tocsin.months.month_id` has it."""
    return ((day.dt.year().cast(pl.Int32) - 1980) * 12 + day.dt.month()).cast(pl.Int64)


def covered_by(part: Part) -> pl.Expr:
    """Whether a part speaks for an event, by its country and last day."""
    days = pl.col("date_end").is_between(part.first_day, part.last_day)
    return days if part.countries is None else days & pl.col("country").is_in(list(part.countries))


def _put_together(events: pl.DataFrame, found: Sequence[tuple[str, date, pl.DataFrame]]) -> Looks:
    """Put the looks at each event together: the last age at which it was absent, the first at which it was there."""
    month_end = month_of(pl.col("published"))
    table = events.select("event_id", "region", "kind", "newer", "month", until=month_end - pl.col("month"))
    looks = [
        looked.join(table, on="event_id").with_columns(
            older=pl.lit(name),
            age=month_id(day) - pl.col("month"),
            gone=last_known_month(day) - pl.col("month"),  # the months that had ended: absence is of all of them
        )
        for name, day, looked in found
    ]
    if not looks:
        spans = pl.DataFrame(schema=dict.fromkeys(("region", "kind"), pl.String) | dict.fromkeys(_SPAN, pl.Int64))
        return Looks(spans, pl.DataFrame(schema=_SEEN))
    every = pl.concat(looks)
    first = every.filter("held").group_by("event_id").agg(upto=pl.col("age").min())
    table = table.join(every.select("event_id").unique(), on="event_id", how="semi")
    table = table.join(first, on="event_id", how="left").with_columns(upto=pl.min_horizontal("upto", "until"))
    last = (
        every.filter(~pl.col("held"))
        .join(table.select("event_id", "upto"), on="event_id")
        .filter(pl.col("gone") < pl.col("upto"))
        .group_by("event_id")
        .agg(after=pl.col("gone").max())
    )
    table = table.join(last, on="event_id", how="left").with_columns(pl.col("after").fill_null(-1).clip(-1))
    late = table.filter(pl.col("after") >= KNOTS[-1])
    table = table.filter(pl.col("after") < KNOTS[-1]).with_columns(
        pl.col("upto").clip(0, KNOTS[-1]), pl.col("until").clip(0, KNOTS[-1])
    )
    spans = table.group_by("region", "kind", *_SPAN[:-1]).agg(events=pl.len().cast(pl.Int64))
    seen = (
        every.join(late.select("event_id"), on="event_id", how="anti")
        .filter(pl.col("age") <= KNOTS[-1])
        .group_by("older", "newer", "month", "age", "until")
        .agg(events=pl.len().cast(pl.Int64), held=pl.col("held").sum().cast(pl.Int64))
    )
    order = ["region", "kind", *_SPAN[:-1]]
    return Looks(spans.sort(order), seen.select(*_SEEN).sort("older", "newer", "month"))
