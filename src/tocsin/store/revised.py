"""Two releases of the store side by side: which they are, what both cover, and what the newer changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Literal

import polars as pl

from tocsin.countries import theatre_by_iso3
from tocsin.errors import InputError, NotHeldError
from tocsin.store.inforce import scan_in_force
from tocsin.store.lag_looks import covered_by
from tocsin.store.manifest import Part, Vintage, chosen, vintages_of
from tocsin.store.reporting_lag import LagModel, lag_model
from tocsin.store.revisions import COMPARED, Revisions, revisions
from tocsin.store.store import Store

Ground = Literal["then", "later", "assumed"]


def compare_releases(
    store: Store,
    older: str | None = None,
    newer: str | None = None,
    *,
    source: str | None = None,
    theatres: Sequence[str] = (),
    first: date | None = None,
    last: date | None = None,
) -> Revisions:
    """What a release held changed of an older one, where both speak; by default the two newest that overlap.

    `theatres` are short names of countries; `first` and `last` bound the days. Raises `InputError` where one release is
    named alone or the same twice, `NotHeldError` for a release that is not held and for two that share no day of a
    country.
    """

    def read(parts: tuple[Part, ...]) -> tuple[list[Vintage], list[list[Part]], tuple[date, date], list[pl.DataFrame]]:
        held = _of_source(parts, source)
        pair = pair_of(held, older, newer)
        of_each = [of_release(held, vintage) for vintage in pair]
        days = shared_days(of_each[0], of_each[1], theatres)
        if days is None:
            where = f" of {', '.join(theatres)}" if theatres else ""
            names = " and ".join(vintage.label for vintage in pair)
            raise NotHeldError(f"{names} do not cover the same days{where}, so nothing compares")
        return [*pair], of_each, days, [_events(store.folder, one) for one in of_each]

    (before, after), (parts_before, parts_after), days, tables = store.ask_parts(read)
    coarsest = min(max(before.place_precisions), max(after.place_precisions))
    notes = [f"The day of publication of {v.label} is assumed." for v in (before, after) if v.published_assumed]
    return revisions(
        *tables,
        covered_by_older=_covered(parts_before),
        covered_by_newer=_covered(parts_after),
        first=max(days[0], first or days[0]),
        last=min(days[1], last or days[1]),
        names=(before.label, after.label),
        theatres=theatres,
        place_precision_max=coarsest,
        licence=", ".join(dict.fromkeys((before.licence, after.licence))),
        citation="; ".join(dict.fromkeys((before.citation, after.citation))),
        redistributable=before.redistributable and after.redistributable,
        notes=notes,
    )


def reporting_lag(store: Store, *, source: str | None = None, as_of: date | None = None) -> LagModel:
    """How late events come into the record, by the releases held of a source, or those of them published by a day.

    Raises `NotHeldError` where nothing is held.
    """
    return store.ask_parts(lambda parts: lag_model(store.folder, _ranked(_of_source(parts, source)), as_of))


def delays_by(
    store: Store, days: Sequence[date], *, source: str | None = None, release: str | None = None
) -> tuple[Ground, ...]:
    """What the delays of the as-of mode `lagged` rest on at each of some days.

    `then`: a curve estimated from releases published by the day; `later`: from releases of later days, since none was
    published by then; `assumed`: the assumed curve. Raises `NotHeldError` where nothing is held.
    """

    def grounds(held: tuple[Part, ...]) -> tuple[Ground, ...]:
        parts = _ranked(chosen(_of_source(held, source), source, release, one_source=True))
        published = sorted({part.release.published for part in parts})
        found: list[Ground] = []
        for day in days:
            newest = max((out for out in published if out <= day), default=None)
            estimated = lag_model(store.folder, parts, newest).basis == "estimated"
            found.append("assumed" if not estimated else "later" if newest is None else "then")
        return tuple(found)

    return store.ask_parts(grounds)


def releases_compared(
    store: Store, older: str | None = None, newer: str | None = None, *, source: str | None = None
) -> tuple[Vintage, Vintage]:
    """The two releases held that are meant: those named, or the two newest that overlap; as `compare_releases`."""
    return store.ask_parts(lambda parts: pair_of(_of_source(parts, source), older, newer))


def _ranked(parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda part: part.rank))


def _of_source(parts: tuple[Part, ...], source: str | None) -> tuple[Part, ...]:
    if not parts:
        raise NotHeldError("the store is empty; bring events in with: tocsin data import FILE")
    return chosen(parts, source, None, one_source=True)


def pair_of(parts: Sequence[Part], older: str | None = None, newer: str | None = None) -> tuple[Vintage, Vintage]:
    """The two releases meant: those named, or the two newest that overlap. Raises as `compare_releases`."""
    if (older is None) != (newer is None):
        raise InputError("name two releases to compare, the older one first, or none for the two newest that overlap")
    if older is not None and newer is not None:
        one, other = (vintages_of(chosen(parts, None, name, one_source=True))[0] for name in (older, newer))
        if one.label == other.label:
            raise InputError(f"two different releases are compared, got {one.label} twice")
        return one, other
    vintages = vintages_of(parts)[::-1]
    for at, after in enumerate(vintages):
        for before in vintages[at + 1 :]:
            if shared_days(of_release(parts, before), of_release(parts, after)):
                return before, after
    names = ", ".join(vintage.label for vintage in vintages[::-1])
    raise NotHeldError(
        f"no two releases held cover the same days of a country; held: {names}. Hint: import an older or a newer one"
    )


def of_release(parts: Sequence[Part], vintage: Vintage) -> list[Part]:
    """The parts of one release."""
    return [part for part in parts if part.release.vintage == vintage.label]


def shared_days(older: Sequence[Part], newer: Sequence[Part], theatres: Sequence[str] = ()) -> tuple[date, date] | None:
    """The first and the last day that both cover of some country asked for; None where there is none."""
    asked = {iso3 for iso3, name in theatre_by_iso3().items() if name in theatres} if theatres else None
    spans = [
        (max(a.first_day, b.first_day), min(a.last_day, b.last_day))
        for a in older
        for b in newer
        if (countries := _common(_common(a.countries, b.countries), asked)) is None or countries
    ]
    spans = [span for span in spans if span[0] <= span[1]]
    return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None


def _common(one: Sequence[str] | set[str] | None, other: Sequence[str] | set[str] | None) -> set[str] | None:
    """Countries of both, None being the world."""
    if one is None or other is None:
        return set(one) if one is not None else set(other) if other is not None else None
    return set(one) & set(other)


def _covered(parts: Sequence[Part]) -> pl.Expr:
    return reduce(lambda a, b: a | b, (covered_by(part) for part in parts))


def _events(folder: Path, parts: Sequence[Part]) -> pl.DataFrame:
    """All events of one release, whatever their place precision; of their columns those that are compared."""
    held = scan_in_force(folder, parts, as_of=None, mode="reconstructed", lag_days=0, place_precision_max=7)
    return held.lazy().select(COMPARED).collect()
