"""Events from a data frame in memory, with the same checks and the same report as a file's."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any, Literal

import polars as pl

from tocsin.doors.event_layout import EVENTS
from tocsin.doors.frames import as_polars, plain_columns
from tocsin.errors import InputError
from tocsin.events import PLACE_PRECISIONS, CheckedFile, Release
from tocsin.sources.acknowledged import OWN
from tocsin.sources.layout import Layout, check_columns, check_rows
from tocsin.sources.reading import ROW, RawTable
from tocsin.sources.registry import sources
from tocsin.sources.terms import terms_of
from tocsin.sources.ucdp import GED, WORLD_COUNTRIES
from tocsin.sources.ucdp_checks import REQUIRED as GED_REQUIRED
from tocsin.sources.ucdp_release import SOURCE as UCDP
from tocsin.sources.ucdp_release import ged_release


def events_from(
    frame: Any,
    *,
    source: str,
    release: str,
    published: date | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    covers: Literal["world", "file"] | None = None,
    place_precision_max: int | None = None,
    licence: str | None = None,
    citation: str | None = None,
    strict: bool = False,
    name: str = "data frame",
) -> CheckedFile:
    """Events of a data frame, checked row by row, for `Store.add`.

    frame : whatever narwhals knows: pandas, polars, pyarrow, Modin, a DuckDB relation. Its columns are those of the
        event table (`tocsin.doors.event_layout`) or those of UCDP GED; others are not looked at.
    source : `ucdp-ged`, another source that tocsin knows, or a name of your own that begins with `own-`.
    release : of `ucdp-ged` the name of one (`24.1`); else what you call this state of the data.
    published : the day it became available. Of another source by default today, marked as assumed: rather too late than
        too early, since the as-of modes `strict` and `lagged` take nothing as known before it.
    first_day, last_day : what the frame speaks for; by default the whole years of its first and last event.
    covers : "world", or "file" for the countries in it; by default told by their number.
    place_precision_max : the coarsest place precision in it; needed where there is no column of it.
    licence, citation : needed but for `ucdp-ged`, whose are known. `own-` sources are never passed on.
    strict : refuse the frame when any row is rejected or questioned.

    Rows are numbered from 1 in the order of the frame. The same rows give the same `sha256` from any kind of frame.
    Raises `InputError` for options that cannot be, `DataError` for a frame that cannot be used.
    """
    table = as_polars(frame)
    layout = _layout_of(table)
    raw = RawTable(
        file=name,
        inner_file=None,
        sha256="",
        columns=tuple(table.columns),
        frame=plain_columns(table, layout.read).with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias(ROW)),
        torn=pl.DataFrame(schema={ROW: pl.UInt32, "reason": pl.String, "first_field": pl.String}),
        row_word="row",
    )
    check_columns(raw, layout)
    precision = "where_prec" if layout is GED else "place_precision"
    if place_precision_max is not None and place_precision_max not in PLACE_PRECISIONS:
        raise InputError(f"place_precision_max is 1 to 7, got {place_precision_max}")
    if precision not in raw.columns and place_precision_max is None:
        raise InputError(
            f"{name} has no column {precision}, so what it holds cannot be told; say the coarsest place precision in "
            "it, e.g. place_precision_max=2 for events located within about 25 km, or 7 for all events"
        )
    said = _days_said(raw.frame, layout, first_day, last_day)
    of = _release(source, release, published, said, licence, citation)
    rows = check_rows(raw, layout, of, strict=strict)
    countries, first, last = _coverage(rows.events, of, covers, first_day, last_day)
    return CheckedFile(
        file=name,
        sha256=_sha256(rows.events, rows.rejected),
        release=of,
        events=rows.events,
        rejected=rows.rejected,
        questioned=rows.questioned,
        findings=rows.findings,
        notes=rows.notes,
        countries=countries,
        first_day=first,
        last_day=last,
        place_precisions=_precisions(rows.events, name, place_precision_max),
    )


def _layout_of(table: pl.DataFrame) -> Layout:
    """GED's columns where the frame has more of them than of the event table's."""
    ged = sum(name in table.columns for name in GED_REQUIRED) / len(GED_REQUIRED)
    own = sum(name in table.columns for name in EVENTS.required) / len(EVENTS.required)
    return GED if ged > own else EVENTS


def _days_said(frame: pl.DataFrame, layout: Layout, first: date | None, last: date | None) -> tuple[date, date]:
    """The days that a source of one's own speaks for: as said, else the whole years of what dates there are."""
    start, end = ("date_start", "date_end") if layout is GED else ("date", "date_end")
    seen = frame.select(layout.values(frame)).select(
        pl.col(f"_{start}").min().alias("first"),
        pl.col(f"_{end if end in frame.columns else start}").max().alias("last"),
    )
    begins, ends = seen.row(0)
    begins, ends = begins or date(1989, 1, 1), ends or date(1989, 12, 31)
    found = first or date(begins.year, 1, 1), last or date(ends.year, 12, 31)
    if found[0] > found[1]:
        raise InputError(f"the first day, {found[0]}, is after the last, {found[1]}")
    return found


def _release(
    source: str,
    name: str,
    published: date | None,
    days: tuple[date, date],
    licence: str | None,
    citation: str | None,
) -> Release:
    if source == UCDP:
        return ged_release(name, published)
    if source not in sources() and not source.startswith(OWN):
        raise InputError(
            f"no source is called {source!r}; there are {', '.join(sources())}. Hint: a source of your own has a name "
            f"that begins with {OWN!r}"
        )
    if not licence or not citation:
        raise InputError(f"say the licence and the citation of {source}: they stand beside every figure made of it")
    if not name.strip():
        raise InputError("a release has a name; got none")
    if published is not None and published < days[1]:
        raise InputError(f"events to {days[1]} cannot have been published on {published}; give a later day")
    when = published or max(_today(), days[1])
    return Release(
        source=source,
        name=name,
        kind="export",
        first_day=days[0],
        last_day=days[1],
        published=when,
        published_assumed=published is None,
        # Of days that are assumed none says which release is the newer one; the last day of the data does.
        rank=((published or days[1]).toordinal(),),
        licence=licence,
        citation=citation,
        redistributable=terms_of(source).open,
    )


def _today() -> date:
    return date.today()


def _coverage(
    events: pl.DataFrame, release: Release, covers: str | None, first: date | None, last: date | None
) -> tuple[tuple[str, ...] | None, date, date]:
    if covers not in (None, "world", "file"):
        raise InputError(f"covers is world or file, got {covers!r}")
    countries = tuple(events["country"].unique().sort())
    many = len(countries) >= WORLD_COUNTRIES.get(release.kind, WORLD_COUNTRIES["yearly"])
    whole = None if covers == "world" or (covers is None and many) else countries
    if release.kind != "yearly":
        return whole, release.first_day, release.last_day
    years = events.select(pl.col("date").dt.year().min(), pl.col("date_end").dt.year().max()).row(0)
    begins, ends = first or date(years[0], 1, 1), last or date(years[1], 12, 31)
    if begins > events["date_end"].min() or ends < events["date_end"].max() or ends > release.last_day:  # type: ignore[operator]
        raise InputError(f"first_day and last_day bound the events and lie within release {release.name}")
    return whole, begins, ends


def _precisions(events: pl.DataFrame, name: str, most: int | None) -> tuple[int, ...]:
    """All place precisions up to the given or the coarsest one; events known to their country only were not cut."""
    codes = events["place_precision"].drop_nulls().to_list()
    if not codes:
        return PLACE_PRECISIONS[:most]
    coarsest: int = max(codes)
    if most is not None and coarsest > most:
        raise InputError(f"{name} has events of place precision {coarsest}, beyond {most}")
    return PLACE_PRECISIONS[: most or (7 if coarsest == 6 else coarsest)]


def _sha256(events: pl.DataFrame, rejected: pl.DataFrame) -> str:
    digest = hashlib.sha256()
    for table in (events, rejected.drop(ROW)):
        digest.update(table.write_csv().encode())
    return digest.hexdigest()
