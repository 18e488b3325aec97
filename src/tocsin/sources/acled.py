"""ACLED: the user's own export (of the export tool or of the API) as events, with every check on the way.

Follows the ACLED codebook; what its codes become is in `acled_mapping.py` and docs/sources.md. `notes`, `source`, the
names of places and associated actors are not among the columns read: they may name persons, and nothing here needs
them. `fatalities` is one number, which stands for the low, the best and the high count; how many of the dead were
civilians is not coded.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from tocsin.countries import iso3_by_spelling, theatre_by_iso3
from tocsin.errors import InputError
from tocsin.events import DATE_PRECISION_DAYS, PLACE_PRECISIONS, CheckedFile, Release
from tocsin.sources.acled_mapping import (
    DATE_PRECISION,
    OTHER_TYPES,
    PLACE_PRECISION,
    countries_of,
    factions_of,
    is_violent,
    named_outside,
    outside,
    party,
    sides,
    type_of_actor,
)
from tocsin.sources.cells import Check, cell_text, day_cell, is_there, number_cell, whole_cell
from tocsin.sources.layout import Layout, check_columns, check_rows
from tocsin.sources.reading import TableFile, open_table
from tocsin.sources.source import ReadOptions
from tocsin.sources.terms import packaged_terms

SOURCE = "acled"
BEGINS = date(1997, 1, 1)
"""ACLED's first day, of Africa; other countries begin later, up to 2021."""
LICENCE = "ACLED terms of use (not to be passed on)"
CITATION = (
    "ACLED (Armed Conflict Location & Event Data, acleddata.com), version {day}: Raleigh, Linke, Hegre & Karlsen "
    "(2010), Journal of Peace Research 47(5), doi:10.1177/0022343310378914; Raleigh, Kishi & Linke (2023), Humanities "
    "and Social Sciences Communications 10, 74, doi:10.1057/s41599-023-01559-4"
)
END_OF_MONTH_DAYS = 7
"""An export whose last row lies in the last so many days of a month speaks for the whole of that month, and one whose
first row lies in the first ones as well."""

_REQUIRED = (
    "event_id_cnty", "event_date", "time_precision", "event_type", "actor1", "inter1", "actor2", "inter2", "country",
    "latitude", "longitude", "geo_precision", "fatalities",
)  # fmt: skip
_PRECISIONS = ("time_precision", "geo_precision")
_CHECKED = ("year", "sub_event_type", "civilian_targeting", "timestamp")


def read_acled(path: Path, options: ReadOptions) -> CheckedFile:
    """A file of ACLED events, checked row by row.

    path : CSV (plain, .gz, .zip) or Parquet, one row per event (the export's dyadic form).
    options : `release` is what to call the export, by default its day; `published` the day it was taken, by default
        that of its latest `timestamp`; `covers_until` the last year it speaks for whole, by default it speaks for days
        up to its last row (the month's end where that is near); `covers` "world" where it is all of ACLED.

    Raises `MissingFileError`, `InputError` for options that cannot be, `DataError` for a file that cannot be used.
    """
    raw = open_table(path, ACLED.read)
    check_columns(raw, ACLED)
    if options.place_precision_max is not None and options.place_precision_max not in PLACE_PRECISIONS:
        raise InputError(f"--place-precision-max is 1 to 7, got {options.place_precision_max}")
    if options.covers not in (None, "world", "file"):
        raise InputError(f"--covers is world or file, got {options.covers!r}")
    days, taken = _days(raw)
    release = _release(raw.file, options, days, taken)
    rows = check_rows(raw, ACLED, release, strict=options.strict)
    firsts = rows.rows.lazy().group_by("country", "theatre").agg(pl.col("date").min())
    starts = firsts.sort("date", "theatre").collect()
    first, last = _period([day for day in days if day <= release.published], release, options.covers_until)
    return CheckedFile(
        file=raw.file,
        sha256=raw.sha256,
        release=release,
        rows=rows.rows,
        rejected=rows.rejected,
        questioned=rows.questioned,
        findings=rows.findings,
        notes=(*raw.notes, *rows.notes, *_notes(starts, last)),
        countries=None if options.covers == "world" else tuple(starts["country"].sort()),
        first_day=first,
        last_day=last,
        place_precisions=PLACE_PRECISIONS[: options.place_precision_max],
        begins=tuple(starts.select("country", "date").sort("country").iter_rows()),
    )


# --- the release ------------------------------------------------------------------------------------------------------


def _days(raw: TableFile) -> tuple[list[date], date | None]:
    """The days of all rows, of whatever kind, in order; and that of the latest timestamp (UTC)."""
    days: set[date] = set()
    stamps: list[date] = []
    for piece in raw.pieces(("event_date", "timestamp")):
        there = piece.schema
        found = _day("event_date", there["event_date"])
        days.update(piece.select(found.filter(found >= BEGINS).unique()).to_series())
        if "timestamp" in there:
            seconds = whole_cell("timestamp", there["timestamp"])
            stamp = pl.from_epoch(pl.when(seconds.is_between(1, 2**32)).then(seconds)).dt.date()
            latest = piece.select(pl.coalesce(stamp, day_cell("timestamp", there["timestamp"])).max()).item()
            stamps += [latest] if latest is not None else []
    return sorted(days), max(stamps, default=None)


def _release(file: str, options: ReadOptions, days: list[date], taken: date | None) -> Release:
    published = options.published or taken
    if published is None:
        raise InputError(
            f"{file} does not say when it was taken (it has no column timestamp, or none in it); ACLED changes its "
            "events every week, so say the day: --published YYYY-MM-DD"
        )
    if options.published and days and published < days[-1]:
        raise InputError(
            f"{file} has events up to {days[-1]}, so it cannot have been taken on {published}; give --published a "
            "later day"
        )
    name = options.release or published.isoformat()
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", name):
        raise InputError(f"an export is named in letters, digits, points and hyphens, got {name!r}")
    return Release(
        source=SOURCE,
        name=name,
        kind="export",
        first_day=BEGINS,
        last_day=published,
        published=published,
        published_assumed=options.published is None,
        rank=(published.toordinal(),),
        licence=LICENCE,
        citation=CITATION.format(day=published),
        redistributable=packaged_terms(SOURCE).open,
    )


def _period(days: list[date], release: Release, until: int | None) -> tuple[date, date]:
    """The days an export speaks for; silence before its first and after its last row must not be taken for peace.

    `days` are those of its rows. Where the first lies in the first days of a month, or the last in the last ones of a
    month that was over, the whole of that month is meant.
    """
    begins, ends = days[0], days[-1]
    begins = begins.replace(day=1) if begins.day <= END_OF_MONTH_DAYS else begins
    if until is not None:
        if not ends.year <= until or date(until, 12, 31) > release.published:
            raise InputError(
                f"--covers-until is a year from {ends.year} (the file's last row) that was over by {release.published} "
                f"(the day it was taken), got {until}"
            )
        return begins, date(until, 12, 31)
    month_end = ends.replace(day=monthrange(ends.year, ends.month)[1])
    near = (month_end - ends).days < END_OF_MONTH_DAYS and month_end <= release.published
    return begins, month_end if near else ends


def _notes(starts: pl.DataFrame, last: date) -> list[str]:
    """What must be known of the period; `starts` has `theatre` and the `date` of its first event, in their order."""
    notes = []
    if last.day != monthrange(last.year, last.month)[1]:
        notes.append(f"its last row is of {last}, so figures by month end with the month before")
    years = starts.select("theatre", year=pl.col("date").dt.year())
    first = years["year"][0]
    later = years.filter(pl.col("year") > first + 1)
    if later.height:
        named = ", ".join(f"{theatre} {year}" for theatre, year in later.head(6).iter_rows())
        more = f" and {later.height - 6} more" if later.height > 6 else ""
        notes.append(
            f"ACLED begins in other years in other countries, and what it does not cover looks quiet: first events in "
            f"{named}{more}, elsewhere from {first} on. Import countries that begin together, or leave early years out"
        )
    return notes


# --- the rows ---------------------------------------------------------------------------------------------------------


def _day(name: str, dtype: pl.DataType) -> pl.Expr:
    """A day as the API writes it (2024-03-15) or the export tool (15 March 2024)."""
    plain = day_cell(name, dtype)
    if dtype in (pl.Date, pl.Datetime):
        return plain
    text = pl.col(name).cast(pl.String).str.strip_chars()
    shaped = text.str.contains(r"^\d{1,2} [A-Z][a-z]+ \d{4}$")
    words = pl.when(shaped).then(text.str.zfill(2)).str.to_date("%d %B %Y", strict=False)
    return pl.coalesce(plain, words)


def _values(frame: pl.DataFrame) -> list[pl.Expr]:
    schema = frame.schema
    texts = ("event_id_cnty", "event_type", "sub_event_type", "actor1", "actor2", "inter1", "inter2", "country")
    wholes = ("time_precision", "geo_precision", "fatalities", "year")
    made = {name: cell_text(name) if name in schema else pl.lit(None, pl.String) for name in texts}
    made |= {name: whole_cell(name, schema[name]) for name in wholes if name in schema}
    made |= {name: number_cell(name, schema[name]) for name in ("latitude", "longitude")}
    flag = cell_text("civilian_targeting") if "civilian_targeting" in schema else pl.lit(None, pl.String)
    made["civilian_targeting"] = pl.when(flag.str.to_lowercase().is_in(["civilian targeting", "civilians targeted"]))\
        .then(flag)  # fmt: skip
    made["event_date"] = _day("event_date", schema["event_date"])
    # Letters of a country and a number: a shifted column may hold a person's name, which is to be no event's id.
    number = made.pop("event_id_cnty")
    made["id"] = pl.when(number.str.contains(r"^\S*\d\S*$")).then(number)
    return [
        *(value.alias(f"_{name}") for name, value in made.items()),
        type_of_actor("1", made["inter1"], made["actor1"]),
        type_of_actor("2", made["inter2"], made["actor2"]),
    ]


def _mapped(frame: pl.DataFrame) -> list[pl.Expr]:
    iso3_of = iso3_by_spelling(frame.select(cell_text("country").unique().drop_nulls()).to_series())
    iso3 = pl.col("_country").replace_strict(iso3_of, default=None, return_dtype=pl.String)
    theatre = iso3.replace_strict(theatre_by_iso3(), default=None, return_dtype=pl.String)
    names = frame.select(pl.concat_list(cell_text("actor1"), cell_text("actor2")).explode()).to_series().unique()
    named, factions = countries_of(names), factions_of(names)
    parties = (party("1", named, factions, theatre), party("2", named, factions, theatre))
    return [iso3.alias("_iso3"), theatre.alias("_theatre"), *parties]


def _derived(frame: pl.DataFrame) -> list[pl.Expr]:
    return sides(pl.col("_party1"), pl.col("_party2"))


def _outside(frame: pl.DataFrame) -> Mapping[str, pl.Expr]:
    return outside()


def _named(frame: pl.DataFrame) -> Mapping[str, pl.Expr]:
    return named_outside()


def _checks(frame: pl.DataFrame, release: Release) -> list[Check]:
    known = is_violent() | pl.col("_event_type").is_in(OTHER_TYPES)
    codes = {name: pl.col(f"_{name}").is_in([1, 2, 3]).fill_null(value=False) for name in _PRECISIONS}
    day, deaths = pl.col("_event_date"), pl.col("_fatalities")
    checks = [
        Check("id missing or none (like MLI1234)", ("event_id_cnty",), is_there("id")),
        Check("event type not one of ACLED's", ("event_type",), known.fill_null(value=False)),
        Check("date missing or not a day (2024-03-15 or 15 March 2024)", ("event_date",), is_there("event_date")),
        Check(f"before {BEGINS}, where ACLED begins", ("event_date",), day >= BEGINS),
        Check(f"after {release.last_day}, when the export was taken", ("event_date",), day <= release.last_day),
        *(Check(f"{name.replace('_', ' ')} not 1, 2 or 3", (name,), holds) for name, holds in codes.items()),
        Check("latitude missing or not a number", ("latitude",), is_there("latitude")),
        Check("longitude missing or not a number", ("longitude",), is_there("longitude")),
        Check("latitude beyond -90 to 90", ("latitude",), pl.col("_latitude").is_between(-90, 90)),
        Check("longitude beyond -180 to 180", ("longitude",), pl.col("_longitude").is_between(-180, 180)),
        Check("country missing or not known", ("country",), pl.col("_iso3").is_not_null()),
        Check("type of actor not 0-8 or one of ACLED's words", ("actor1", "inter1"), pl.col("_type1").is_not_null()),
        Check("type of actor not 0-8 or one of ACLED's words", ("actor2", "inter2"), pl.col("_type2").is_not_null()),
        Check("fatalities missing or not a whole number", ("fatalities",), is_there("fatalities")),
        Check("negative fatalities, or beyond any count", ("fatalities",), deaths.is_between(0, 2**31 - 1)),
    ]  # fmt: skip
    if "year" in frame.columns:
        same = (pl.col("_year") == day.dt.year()).fill_null(day.is_null())
        checks.append(Check("year is not that of the date", ("year", "event_date"), same))
    return checks


def _events(good: pl.DataFrame, release: Release) -> dict[str, pl.Expr]:
    code = pl.col("_time_precision").replace_strict(DATE_PRECISION, default=None, return_dtype=pl.Int8)
    return {
        "event_id": pl.col("_id"),
        "date": pl.col("_event_date"),
        "date_end": pl.col("_event_date"),
        "date_precision_days": code.replace_strict(DATE_PRECISION_DAYS, default=None, return_dtype=pl.Int16),
        "date_precision": code,
        "lat": pl.col("_latitude"),
        "lon": pl.col("_longitude"),
        "place_precision": pl.col("_geo_precision").replace_strict(PLACE_PRECISION, default=None, return_dtype=pl.Int8),
        "country": pl.col("_iso3"),
        "theatre": pl.col("_theatre"),
        "kind": pl.col("_kind"),
        "actor_a": pl.col("_actor_a"),
        "actor_b": pl.col("_actor_b"),
        **{f"deaths_{name}": pl.col("_fatalities") for name in ("low", "best", "high")},
    }


ACLED = Layout(
    title="ACLED",
    id_column="event_id_cnty",
    required=_REQUIRED,
    checked=_CHECKED,
    kept=(),
    values=_values,
    mapped=_mapped,
    derived=_derived,
    checks=_checks,
    events=_events,
    outside=_outside,
    named=_named,
)
"""ACLED's own columns, and what they mean."""
