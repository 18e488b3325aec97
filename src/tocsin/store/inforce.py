"""Which of the events held count on a given day: releases that supersede each other, and what was known when.

A part speaks for its countries from its first to its last day. Whatever a part of lower rank holds there gives way, row
by row: not by event id, so that an event the newer release dropped is gone. An event lies on its last day, which is
when it can first be known whole. As UCDP keeps an event's id from release to release, an id that is in force in two
parts (its country or date was revised) counts once, in the part of higher rank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Literal, get_args

import polars as pl

from tocsin.countries import theatre_by_iso3
from tocsin.errors import InputError, NotHeldError
from tocsin.events import empty_events
from tocsin.store.manifest import Part, Vintage, vintages_of
from tocsin.store.slices import Slice, known_day, rows_of, slices_of

__all__ = ["AsOfMode", "EventsInForce", "ScannedEvents", "events_in_force", "known_day", "scan_in_force"]

AsOfMode = Literal["reconstructed", "strict", "lagged"]
Span = tuple[date, date]

_MOST_TOLD = 6
_PLACES = {
    1: "at their exact place",
    2: "within about 25 km",
    3: "to a district (second-order division)",
    4: "to a province (first-order division)",
    5: "to a line or vague area",
    6: "to a country",
}


@dataclass(frozen=True, eq=False)
class EventsInForce:
    """The events that count as known, and what must be said beside them.

    `events` follows `EVENT_SCHEMA`, ordered by date and id. `first_day` and `last_day` bound the days covered: an empty
    day between them is a quiet day, a day outside them is unknown. `last_days` has the theatres that differ.
    `place_precision_max` is the coarsest place precision used; 7 is no restriction.
    """

    events: pl.DataFrame
    vintages: tuple[Vintage, ...]
    notes: tuple[str, ...]
    place_precision_max: int
    first_day: date
    last_day: date
    as_of: date | None
    mode: AsOfMode
    lag_days: int
    last_days: dict[str, date] = field(default_factory=dict)

    def last_day_of(self, theatre: str) -> date:
        """The last day covered in one theatre."""
        return self.last_days.get(theatre, self.last_day)

    def lazy(self) -> pl.LazyFrame:
        """The events, to be asked something of."""
        return self.events.lazy()


@dataclass(frozen=True, eq=False)
class ScannedEvents:
    """As `EventsInForce`, the events still in the store's files: `slices` say which of them count.

    It is plain data, and good as long as the store is not written to.
    """

    slices: tuple[Slice, ...]
    vintages: tuple[Vintage, ...]
    notes: tuple[str, ...]
    place_precision_max: int
    first_day: date
    last_day: date
    as_of: date | None
    mode: AsOfMode
    lag_days: int
    last_days: dict[str, date] = field(default_factory=dict)

    def lazy(self) -> pl.LazyFrame:
        """The events in no particular order, to be asked something of; `EVENT_SCHEMA`."""
        return pl.concat([one.lazy() for one in self.slices]) if self.slices else empty_events().lazy()

    def read(self) -> EventsInForce:
        """The same with all events in memory."""
        told = {name.name: getattr(self, name.name) for name in fields(self) if name.name != "slices"}
        return EventsInForce(events=self.lazy().sort("date", "event_id").collect(), **told)


def events_in_force(
    folder: Path,
    parts: Sequence[Part],
    *,
    as_of: date | None,
    mode: AsOfMode,
    lag_days: int,
    place_precision_max: int | None,
) -> EventsInForce:
    """See `Store.events`; `folder` is where the parts' Parquet paths begin."""
    given = {"as_of": as_of, "lag_days": lag_days, "place_precision_max": place_precision_max}
    if mode == "lagged" and parts:
        _check_options(mode, lag_days, place_precision_max)
        from tocsin.store.lagged import lagged_in_force  # it asks here for the other modes

        return lagged_in_force(folder, parts, **given)  # type: ignore[arg-type]
    return scan_in_force(folder, parts, mode=mode, **given).read()  # type: ignore[arg-type]


def scan_in_force(
    folder: Path,
    parts: Sequence[Part],
    *,
    as_of: date | None,
    mode: AsOfMode,
    lag_days: int,
    place_precision_max: int | None,
) -> ScannedEvents:
    """See `Store.ask`; in all modes but `lagged`."""
    _check_options(mode, lag_days, place_precision_max)
    if not parts:
        raise NotHeldError("the store is empty; bring events in with: tocsin data import FILE")
    available = _available(parts, as_of, mode)
    slices = slices_of(folder, available)
    used = [part for part in available if rows_of(slices[part])]
    coarsest, notes = _common_precision(used, place_precision_max)
    known_to = None if as_of is None else as_of - timedelta(days=lag_days)
    scanned = ScannedEvents(
        slices=tuple(replace(_located(slices[part], part, coarsest), known_to=known_to) for part in used),
        vintages=vintages_of(used),
        notes=(),
        place_precision_max=coarsest,
        first_day=date.min,
        last_day=date.max,
        as_of=as_of,
        mode=mode,
        lag_days=lag_days,
    )
    first, last, last_days, coverage_notes = _coverage(available, known_to)
    further = _further_notes(scanned.lazy(), used, mode, as_of)
    return replace(
        scanned, notes=(*notes, *coverage_notes, *further), first_day=first, last_day=last, last_days=last_days
    )


def _check_options(mode: AsOfMode, lag_days: int, place_precision_max: int | None) -> None:
    if mode not in get_args(AsOfMode):
        raise InputError(f"an as-of mode is reconstructed, strict or lagged, got {mode!r}")
    if lag_days < 0:
        raise InputError(f"lag_days is 0 or more, got {lag_days}")
    if place_precision_max is not None and not 1 <= place_precision_max <= 7:
        raise InputError(f"a place precision is 1 to 7, got {place_precision_max}")


def _available(parts: Sequence[Part], as_of: date | None, mode: AsOfMode) -> list[Part]:
    if mode == "reconstructed" or as_of is None:
        return list(parts)
    published = [part for part in parts if part.release.published <= as_of]
    if not published:
        earliest = min((part.release for part in parts), key=lambda release: release.published)
        assumed = " (a day assumed)" if earliest.published_assumed else ""
        raise NotHeldError(
            f"no release held was published by {as_of}; the earliest is {earliest.vintage}, published on "
            f"{earliest.published}{assumed}. Import an older release, or use --as-of-mode reconstructed"
        )
    return published


def _common_precision(used: Sequence[Part], forced: int | None) -> tuple[int, list[str]]:
    """The coarsest place precision to use, and what to say about it."""
    held = {part: max(part.place_precisions) for part in used}
    common = min(held.values(), default=7)
    coarsest = forced or common
    notes = []
    fewer = sorted({part.release.vintage for part in used if held[part] < coarsest})
    if fewer:
        notes.append(
            f"Events of every place precision up to {coarsest} are used as asked, although {', '.join(fewer)} holds "
            f"none coarser than {common}: where releases meet, jumps may be false."
        )
    elif coarsest < 7:
        finest = sorted({part.release.vintage for part in used if held[part] == common})
        if coarsest == max(held.values()):
            why = "no others are held"
        elif forced is None:
            why = f"{', '.join(finest)} holds no others, and mixing would make a false jump"
        else:
            why = "as asked"
        notes.append(
            f"Only events located {_PLACES[coarsest]} or better are used ({why}); events placed less precisely, "
            "often rural ones, are missing."
        )
    return coarsest, notes


def _located(rows: Slice, part: Part, coarsest: int) -> Slice:
    if max(part.place_precisions) <= coarsest:
        return rows
    if rows.lazy().select(pl.col("place_precision").is_null().any()).collect(engine="streaming").item():
        raise NotHeldError(
            f"{part.release.vintage} ({part.file}) does not code how precisely each event is placed, so that it cannot "
            f"be cut at {coarsest}; use {max(part.place_precisions)}"
        )
    return replace(rows, place_precision_max=coarsest)


# --- the days covered -------------------------------------------------------------------------------------------------


def _coverage(parts: Sequence[Part], known_to: date | None) -> tuple[date, date, dict[str, date], list[str]]:
    """First and last day covered, the last day of theatres that differ, and sentences about gaps.

    Where some part covers the world, the days are those of the world without a gap. Otherwise each country stands alone
    and the days reach from the first to the last of them.
    """
    world = _merged([(part.first_day, part.last_day) for part in parts if part.countries is None])
    spans = {
        iso3: _longest(_merged([*world, *((p.first_day, p.last_day) for p in parts if iso3 in (p.countries or ()))]))
        for iso3 in sorted({iso3 for part in parts for iso3 in part.countries or ()})
    }
    theatres = theatre_by_iso3()
    notes = []
    if world:
        first, last = _longest(world)
        notes += [
            f"Nothing is held for {_day_after(a[1])} to {_day_before(b[0])}; figures end on {last}."
            for a, b in pairwise(world)
            if a[1] == last
        ]
        further = [theatres[iso3] for iso3, span in spans.items() if span[1] > last]
        if further:
            notes.append(f"{_listed(further)} covered beyond {last}, the last day covered for the whole world.")
    else:
        first, last = min(span[0] for span in spans.values()), max(span[1] for span in spans.values())
        notes.append(f"Only these countries are covered: {', '.join(sorted(theatres[iso3] for iso3 in spans))}.")
        notes += [
            f"{theatres[iso3]} is covered only to {span[1]}; nothing is known after it."
            for iso3, span in spans.items()
            if span[1] < last
        ]
    last_days = {theatres[iso3]: span[1] for iso3, span in spans.items() if span[1] != last}
    if known_to is not None:
        if known_to < first:
            raise NotHeldError(f"nothing is held before {first}; asked for what was known of events to {known_to}")
        if known_to > last and world:
            notes.append(f"Nothing is held after {last}; the days from then to {known_to} are unknown, not quiet.")
        last = min(last, known_to)
        last_days = {theatre: min(day, known_to) for theatre, day in last_days.items() if min(day, known_to) != last}
    held_from = {} if world else {iso3: span[0] for iso3, span in spans.items()}
    notes += _begin_later(parts, held_from, first, known_to)
    return first, last, last_days, notes


def _begin_later(parts: Sequence[Part], held_from: dict[str, date], first: date, known_to: date | None) -> list[str]:
    """What to say where some countries begin two years or more after the first: their years before look quiet.

    `held_from` is the first day covered of each country that stands alone. Days after `known_to` are not told.
    """
    begins: dict[str, date] = {}
    for iso3, day in (one for part in parts for one in part.begins):
        begins[iso3] = min(day, begins.get(iso3, day))
    begins |= {iso3: max(day, begins.get(iso3, day)) for iso3, day in held_from.items()}
    theatres = theatre_by_iso3()
    late = sorted((day, theatres[iso3]) for iso3, day in begins.items() if day.year > first.year + 1)
    told = [f"{name} {day.year}" for day, name in late if known_to is None or day <= known_to]
    if not told:
        return []
    shown = ", ".join(told[:_MOST_TOLD]) + (f" and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else "")
    return [
        f"Countries begin in different years, and what was not covered looks quiet: first events held of {shown}, "
        f"elsewhere from {first.year} on. Lists, base rates and models take the years before for peace."
    ]


def _listed(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"{shown} {'is' if len(names) == 1 else 'are'}"


def _merged(spans: Sequence[Span]) -> list[Span]:
    """Spans of days in order, those that touch or overlap made one."""
    merged: list[Span] = []
    for first, last in sorted(spans):
        if merged and first <= _day_after(merged[-1][1]):
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def _longest(spans: Sequence[Span]) -> Span:
    return max(spans, key=lambda span: span[1] - span[0])


def _day_after(day: date) -> date:
    return day + timedelta(days=1)


def _day_before(day: date) -> date:
    return day - timedelta(days=1)


def _further_notes(events: pl.LazyFrame, used: Sequence[Part], mode: AsOfMode, as_of: date | None) -> list[str]:
    asked = events.select(
        pl.col("preliminary").sum(), pl.len().alias("events"), pl.col("date_precision_days").is_null().any()
    )
    preliminary, height, no_date_precision = asked.collect(engine="streaming").row(0)
    notes = []
    if preliminary:
        notes.append(f"{preliminary:,} of {height:,} events are preliminary (Candidate releases).")
    assumed = sorted({part.release.vintage for part in used if part.release.published_assumed})
    if mode == "strict" and assumed:
        notes.append(f"The day of publication of {', '.join(assumed)} is assumed.")
    mid_month = as_of is not None and _day_after(as_of).day != 1
    if mid_month and no_date_precision:
        notes.append(
            "Some events carry no date precision; those known only to their month count from the day coded, often the "
            "first of the month. As of the end of a month this does not matter."
        )
    return notes
