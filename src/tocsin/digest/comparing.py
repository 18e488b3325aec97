"""Two sources, or two releases, side by side: what each counts in the same months and countries, and of whom.

Figures are those that models are given, of the monthly table, so that the packaged ones can be compared as well. A
theatre is compared from January of the first year in which both have an event there: a source may begin later in some
countries than in others. What explains differences is told in docs/sources.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from tocsin.actors import is_group
from tocsin.digest.load import load_digest
from tocsin.digest.tables import Digest, theatre_totals
from tocsin.errors import InputError, NotHeldError
from tocsin.groups.organisations import same_names
from tocsin.groups.theatres import Theatre
from tocsin.months import first_day, last_day, last_known_month, month_id
from tocsin.settings import Settings

FEWEST_MONTHS = 24
"""A correlation over fewer months is not told."""

_KIND_WORDS = ("state", "nonstate", "onesided")


@dataclass(frozen=True)
class ComparedSide:
    """One of the two: what was asked for, the releases its figures are of, and where they are from."""

    asked: str
    source: str
    vintage: str
    licence: str
    citation: str
    place_precision: str
    redistributable: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class YearCompared:
    """Events and deaths (best estimates) of one kind in a theatre and year, by either; every event counts once."""

    theatre: str
    year: int
    kind: str
    events_a: int
    events_b: int
    deaths_a: int
    deaths_b: int


@dataclass(frozen=True)
class Agreement:
    """How alike the months are: Pearson's correlation of log(1 + count); None where either never changes.

    `theatre` is None for all of them, month by month in each theatre.
    """

    theatre: str | None
    first_month: date
    months: int
    events: float | None
    deaths: float | None


@dataclass(frozen=True)
class GroupsCompared:
    """One organisation in a theatre, under the names that either has for it; no names where it has none."""

    theatre: str
    names_a: tuple[str, ...]
    names_b: tuple[str, ...]
    events_a: int
    events_b: int
    deaths_a: int
    deaths_b: int


@dataclass(frozen=True)
class SourcesCompared:
    """Two sources side by side, over the months `first_day` to `last_day` and the theatres that both cover."""

    a: ComparedSide
    b: ComparedSide
    first_day: date
    last_day: date
    theatres: tuple[str, ...]
    years: tuple[YearCompared, ...]
    agreement: tuple[Agreement, ...]
    groups: tuple[GroupsCompared, ...]
    notes: tuple[str, ...]


def compare_sources(
    a: str,
    b: str,
    settings: Settings,
    *,
    theatre: Theatre | None = None,
    first: date | None = None,
    last: date | None = None,
) -> SourcesCompared:
    """Compare two sources (`ucdp-ged`, `acled`) or releases (`ucdp-ged 21.1`), in one theatre or wherever both cover.

    `first` and `last` bound the days; only whole months count. Raises `InputError` where both are the same or a source
    asks for an acknowledgement that was not given, `NotHeldError` for one that is not held, or no month or country that
    both cover.
    """
    if a.split() == b.split():
        raise InputError(f"{a!r} is compared with itself; name two sources, or two releases of one")
    digests = [_figures(asked, settings) for asked in (a, b)]
    begins, ends = _months(digests, first, last)
    places = _theatres(digests, theatre)
    starts, missing = _starts(digests, places, begins, ends)
    if not starts:
        raise NotHeldError(f"{a} and {b} have no country in which both have an event in the months compared")
    tables = [_within(digest.monthly, starts, ends) for digest in digests]
    notes = []
    later = sorted(place for place, month in starts.items() if month > begins)
    if later:
        notes.append(
            f"From the first year in which both have an event, later than {first_day(begins)}: {_listed(later)}."
        )
    if missing:
        notes.append(f"Only one of them has events in {_listed(missing)}: not compared.")
    if digests[0].provenance.place_precision != digests[1].provenance.place_precision:
        notes.append(
            f"They hold events of different precision of place: {a} {digests[0].provenance.place_precision}; {b} "
            f"{digests[1].provenance.place_precision}."
        )
    return SourcesCompared(
        a=_side(a, digests[0]),
        b=_side(b, digests[1]),
        first_day=first_day(begins),
        last_day=last_day(ends),
        theatres=tuple(sorted(starts)),
        years=_years(tables),
        agreement=_agreement(tables, starts, ends),
        groups=_groups(tables),
        notes=tuple(notes),
    )


def _figures(asked: str, settings: Settings) -> Digest:
    source, _, release = asked.strip().partition(" ")
    return load_digest(settings.model_copy(update={"source": source, "release": release.strip()}))


def _side(asked: str, digest: Digest) -> ComparedSide:
    of = digest.provenance
    return ComparedSide(
        asked, of.source, of.vintage, of.licence, of.citation, of.place_precision, of.redistributable, of.notes
    )


# --- what both cover --------------------------------------------------------------------------------------------------


def _months(digests: Sequence[Digest], first: date | None, last: date | None) -> tuple[int, int]:
    begins = max(digest.provenance.first_month for digest in digests)
    ends = min(digest.provenance.last_month for digest in digests)
    if first is not None:
        begins = max(begins, month_id(first) + (first.day > 1))
    if last is not None:
        ends = min(ends, last_known_month(last))
    if ends < begins:
        covered = [
            f"{d.provenance.vintage} {first_day(d.provenance.first_month)} to {last_day(d.provenance.last_month)}"
            for d in digests
        ]
        raise NotHeldError(f"no month is covered by both, of those asked for: {'; '.join(covered)}")
    return begins, ends


def _theatres(digests: Sequence[Digest], theatre: Theatre | None) -> set[str]:
    """The countries that either may be asked about: a source of the world about all, another about those it has."""
    named = [set(digest.monthly["theatre"].cast(pl.String).unique()) for digest in digests]
    world = [digest.provenance.covers_world for digest in digests]
    places = named[0] | named[1] if all(world) else named[world.index(False)] if any(world) else named[0] & named[1]
    return places if theatre is None else places & set(theatre.countries)


def _starts(digests: Sequence[Digest], places: set[str], begins: int, ends: int) -> tuple[dict[str, int], list[str]]:
    """The month from which on each theatre is compared, and the theatres where only one has an event."""
    found = []
    for digest in digests:
        rows = digest.monthly.group_by(pl.col("theatre").cast(pl.String)).agg(pl.col("period").min())
        found.append({place: month_id(date(period.year, 1, 1)) for place, period in rows.iter_rows()})
    both = places & found[0].keys() & found[1].keys()
    starts = {place: max(begins, *(one[place] for one in found)) for place in both}
    starts = {place: month for place, month in starts.items() if month <= ends}
    return starts, sorted(places & (found[0].keys() | found[1].keys()) - starts.keys())


def _within(monthly: pl.DataFrame, starts: dict[str, int], ends: int) -> pl.DataFrame:
    table = monthly.with_columns(pl.col("theatre", "actor", "kind", "opponent").cast(pl.String))
    since = pl.col("theatre").replace_strict(
        {place: first_day(month) for place, month in starts.items()}, default=None, return_dtype=pl.Date
    )
    return table.filter(pl.col("period").is_between(since, pl.lit(first_day(ends))).fill_null(value=False))


# --- the figures ------------------------------------------------------------------------------------------------------


def _totals(table: pl.DataFrame, kind: str) -> pl.DataFrame:
    return theatre_totals(table.filter(pl.col("kind") == kind)).select("theatre", "period", "events", "deaths_best")


def _years(tables: Sequence[pl.DataFrame]) -> tuple[YearCompared, ...]:
    keys = ["theatre", "year", "kind"]
    sides = [
        pl.concat([_totals(table, kind).with_columns(kind=pl.lit(kind)) for kind in _KIND_WORDS])
        .group_by("theatre", pl.col("period").dt.year().alias("year"), "kind")
        .agg(pl.col("events", "deaths_best").sum())
        for table in tables
    ]
    joined = sides[0].join(sides[1], on=keys, how="full", coalesce=True, suffix="_b").fill_null(0).sort(keys)
    return tuple(
        YearCompared(*row)
        for row in joined.select(*keys, "events", "events_b", "deaths_best", "deaths_best_b").iter_rows()
    )


def _agreement(tables: Sequence[pl.DataFrame], starts: dict[str, int], ends: int) -> tuple[Agreement, ...]:
    months = pl.concat(
        pl.DataFrame({"theatre": place, "period": [first_day(month) for month in range(begins, ends + 1)]})
        for place, begins in sorted(starts.items())
    )
    for name, table in zip("ab", tables, strict=True):
        counts = theatre_totals(table).select(
            "theatre", "period", pl.col("events").alias(f"events_{name}"), pl.col("deaths_best").alias(f"deaths_{name}")
        )
        months = months.join(counts, on=["theatre", "period"], how="left")
    months = months.fill_null(0)
    found = [_agree(None, months)]
    if len(starts) > 1:
        found += [_agree(str(place), rows) for (place,), rows in months.group_by("theatre", maintain_order=True)]
    else:
        found = [replace(found[0], theatre=next(iter(starts)))]
    return tuple(found)


def _agree(theatre: str | None, months: pl.DataFrame) -> Agreement:
    return Agreement(
        theatre=theatre,
        first_month=months.select(pl.col("period").min()).item(),
        months=months["period"].n_unique(),
        events=_correlation(months, "events"),
        deaths=_correlation(months, "deaths"),
    )


def _correlation(months: pl.DataFrame, what: str) -> float | None:
    a, b = (np.log1p(months[f"{what}_{name}"].to_numpy().astype(float)) for name in "ab")
    if months["period"].n_unique() < FEWEST_MONTHS or np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


# --- the groups -------------------------------------------------------------------------------------------------------


def _groups(tables: Sequence[pl.DataFrame]) -> tuple[GroupsCompared, ...]:
    """The groups of each theatre, those of one organisation together, the deadliest first."""
    counted = [
        {
            (theatre, actor): (events, deaths)
            for theatre, actor, events, deaths in table.filter(is_group(pl.col("actor")))
            .group_by("theatre", "actor")
            .agg(pl.col("events").cast(pl.Int64).sum(), pl.col("deaths_best").cast(pl.Int64).sum())
            .sort("theatre", "actor")
            .iter_rows()
        }
        for table in tables
    ]
    found = []
    for place in sorted({theatre for names in counted for theatre, _ in names}):
        names = [[actor for theatre, actor in side if theatre == place] for side in counted]
        for a, b in _matched(names[0], names[1], place):
            sums = [
                [sum(side[place, name][at] for name in both) for side, both in ((counted[0], a), (counted[1], b))]
                for at in (0, 1)
            ]
            found.append(GroupsCompared(place, a, b, *sums[0], *sums[1]))
    return tuple(
        sorted(found, key=lambda one: (-max(one.deaths_a, one.deaths_b), one.theatre, one.names_a, one.names_b))
    )


def _matched(a: list[str], b: list[str], theatre: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Names of either that stand for one organisation, gathered; each name stands in one of them."""
    partners = {name: set(same_names(name, b, theatre)) for name in a}
    for name in b:
        for other in same_names(name, a, theatre):
            partners[other].add(name)
    gathered: list[tuple[set[str], set[str]]] = []
    for name, others in partners.items():
        mine, theirs = {name}, set(others)
        for group in [group for group in gathered if group[1] & theirs]:
            mine |= group[0]
            theirs |= group[1]
            gathered.remove(group)
        gathered.append((mine, theirs))
    alone = set(b).difference(*(theirs for _, theirs in gathered))
    gathered += [(set(), {name}) for name in alone]
    return [(tuple(sorted(mine)), tuple(sorted(theirs))) for mine, theirs in gathered]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
