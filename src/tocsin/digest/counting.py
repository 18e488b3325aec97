"""The events in force counted into the three tables of a digest: here, or in parts on a cluster with the same result.

A task counts the events of some countries. Counts, sums and largest values of whole numbers put together are exactly
those of all events, so that how the work is split does not show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from tocsin.actors import is_unidentified
from tocsin.digest.tables import Digest, Provenance, make_cells, make_digest, sum_cells, sum_up
from tocsin.errors import InputError, NotHeldError
from tocsin.months import first_day, last_known_month, month_id
from tocsin.scale import run_tasks
from tocsin.store.inforce import EventsInForce, ScannedEvents

TASKS = 32
"""A cluster is given about so many tasks of the same size."""

Tables = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]


@dataclass(frozen=True, eq=False)
class Counted:
    """Which events go into a digest: those held but for theatres that end early and days before `first_day`."""

    held: EventsInForce | ScannedEvents
    ended: tuple[str, ...]
    first_day: date

    def lazy(self) -> pl.LazyFrame:
        """These events."""
        current = self.held.lazy().filter(~pl.col("theatre").is_in(self.ended))
        return current.filter(pl.col("date_end") >= self.first_day)


def digest_events(held: EventsInForce | ScannedEvents, *, fingerprint: str, cluster: str | None = None) -> Digest:
    """Count events into the three tables, with the provenance of their vintages.

    Figures begin with the first month all of whose days are covered. Events before it are left out, and so, where only
    single countries are held, are those whose coverage ends before the last day; a note says so. A month there would
    look quiet, or quieter than it was, where it is unknown.

    `cluster` is the address of a Dask scheduler whose workers count; they need to see the store's folder under the same
    path. The tables are the same to the bit. Raises `NotHeldError` when there is no event or no whole month; with a
    cluster what `run_tasks` does, and `InputError` where its workers do not see the folder.
    """
    vintages = held.vintages
    notes = list(held.notes)
    covers_world = any(v.countries == "world" for v in vintages)
    ended = sorted(t for t, last in held.last_days.items() if last < held.last_day and not covers_world)
    if ended:
        notes.append(
            f"Left out, since nothing is held of them up to {held.last_day}: {', '.join(ended)}. An earlier as-of day "
            "brings them back."
        )
    begins = _whole_from(held.first_day)
    counted = Counted(held, tuple(ended), begins)
    early, left_out = ((pl.col("date_end") < day).sum() for day in (held.first_day, begins))
    unknown = is_unidentified(pl.col("actor_a")) | is_unidentified(pl.col("actor_b"))
    unnamed = (unknown & (pl.col("date_end") >= begins)).sum()
    counts = {"all": pl.len(), "early": early, "left_out": left_out, "unnamed": unnamed}
    current = held.lazy().filter(~pl.col("theatre").is_in(ended)).select(**counts)
    height, earlier, left, nameless = current.collect(engine="streaming").row(0)
    if earlier:
        notes.append(
            f"Events held from before {held.first_day}, the first day covered without a gap, are left out "
            f"({earlier:,})."
        )
    if begins > held.first_day:
        notes.append(
            f"Figures begin with {begins:%B %Y}: of the month before only the days from {held.first_day} are covered"
            + (f", and their events are left out ({left - earlier:,})." if left > earlier else ".")
        )
    if nameless:
        notes.append(
            f"{nameless:,} of {height - left:,} events are of unidentified parties, which are no group: they count in "
            "the figures of theatres and in no list, level or link."
        )
    if height == earlier:
        raise NotHeldError("no event was known by that day in the releases that are held")
    if height == left or last_known_month(held.last_day) < month_id(begins):
        raise NotHeldError(
            f"no whole month with an event is covered: what is held is of {held.first_day} to {held.last_day}"
        )
    names = [f"{v.source} {v.release}" for v in vintages]
    monthly, weekly, cells = _count(counted.lazy()) if cluster is None else _on_cluster(counted, cluster)
    return Digest(
        monthly=monthly,
        weekly=weekly,
        cells=cells,
        provenance=Provenance(
            vintage=", ".join(names),
            source=", ".join(dict.fromkeys(v.source for v in vintages)),
            licence=", ".join(dict.fromkeys(v.licence for v in vintages)),
            citation="; ".join(dict.fromkeys(v.citation for v in vintages)),
            first_month=month_id(begins),
            # A month is in the figures when all its days are covered.
            last_month=last_known_month(held.last_day),
            place_precision=_precision_words(held.place_precision_max),
            notes=tuple(notes),
            redistributable=all(v.redistributable for v in vintages),
            covers_world=covers_world,
            fingerprint=fingerprint,
        ),
    )


def _whole_from(day: date) -> date:
    """The first day of the first month that begins on or after a day."""
    return day if day.day == 1 else first_day(month_id(day) + 1)


def _count(events: pl.LazyFrame) -> Tables:
    return make_digest(events, "month"), make_digest(events, "week"), make_cells(events)


def _count_countries(counted: Counted, countries: tuple[str, ...]) -> Tables:
    """One task: the tables of some countries' events."""
    if isinstance(counted.held, ScannedEvents):
        for one in counted.held.slices:
            if not one.path.is_file():
                raise InputError(
                    f"a worker of the cluster does not see {one.path}: the store's folder has to be on a disk that all "
                    "of them share, under the same path. Hint: name such a folder in TOCSIN_HOME"
                )
    return _count(counted.lazy().filter(pl.col("country").is_in(countries)))


def _on_cluster(counted: Counted, cluster: str) -> Tables:
    """The same tables from tasks that are done elsewhere."""
    parts = [tables for _, tables in run_tasks(_count_countries, _tasks(counted), counted, cluster=cluster)]
    monthly, weekly, cells = (pl.concat(tables) for tables in zip(*parts, strict=True))
    return sum_up(monthly), sum_up(weekly), sum_cells(cells)


def _tasks(counted: Counted) -> list[tuple[str, ...]]:
    """Countries in the order in which parts hold them, put together until a task has its share of all events."""
    sizes = counted.lazy().group_by("country").len().sort("country").collect(engine="streaming")
    share = sizes["len"].sum() / TASKS
    before = (pl.col("len").cum_sum() - pl.col("len")) / share
    tasks = sizes.with_columns(task=before.floor()).group_by("task", maintain_order=True).agg("country")
    return [tuple(countries) for countries in tasks["country"]]


def _precision_words(place_precision_max: int) -> str:
    if place_precision_max >= 7:
        return "all events, whatever the precision of their place"
    if place_precision_max <= 2:
        return "located events only (the exact place, or within about 25 km)"
    return f"events with a place precision code of {place_precision_max} or better"
