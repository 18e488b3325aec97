"""A worked example: the made-up Ledger of Armed Incidents as a source of events for tocsin.

Its files are CSV with these columns: `entry` (a number), `day` (2024-03-15), `country`, `lat`, `lon`, `group`,
`against` (`army`, `people`, or another group) and `dead`. Each file is one year and says so in its name:
`ledger-2024.csv`. Nobody forbids to pass it on.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import polars as pl

from tocsin.actors import CIVILIANS, GOVERNMENT
from tocsin.countries import iso3_by_spelling, theatre_by_iso3
from tocsin.errors import InputError
from tocsin.events import PLACE_PRECISIONS, CheckedFile, Release
from tocsin.sources.cells import Check, cell_text, day_cell, is_there, number_cell, whole_cell
from tocsin.sources.layout import Layout, check_rows
from tocsin.sources.reading import open_table
from tocsin.sources.source import ReadOptions, Source
from tocsin.sources.terms import Terms

NAME = "ledger"
COLUMNS = ("entry", "day", "country", "lat", "lon", "group", "against", "dead")


def _values(frame: pl.DataFrame) -> list[pl.Expr]:
    """Beside each cell its value, `_name`, null where it holds none. The value of the id is called `_id`."""
    schema = frame.schema
    return [
        whole_cell("entry", schema["entry"]).alias("_id"),
        day_cell("day", schema["day"]).alias("_day"),
        number_cell("lat", schema["lat"]).alias("_lat"),
        number_cell("lon", schema["lon"]).alias("_lon"),
        whole_cell("dead", schema["dead"]).alias("_dead"),
        *(cell_text(name).alias(f"_{name}") for name in ("country", "group", "against")),
    ]


def _mapped(frame: pl.DataFrame) -> list[pl.Expr]:
    """What needs the different values of a column."""
    names = frame.select(cell_text("country").unique().drop_nulls()).to_series()
    return [
        pl.col("_country").replace_strict(iso3_by_spelling(names), default=None, return_dtype=pl.String).alias("_iso3")
    ]


def _checks(frame: pl.DataFrame, release: Release) -> list[Check]:
    """The rules of a row; one that breaks any is written to the list of rejected rows, with the reason."""
    return [
        Check("entry missing or not a whole number", ("entry",), is_there("id")),
        Check("day missing or not a day", ("day",), is_there("day")),
        Check("not of the year of the file", ("day",), pl.col("_day").is_between(release.first_day, release.last_day)),
        Check("country missing or not known", ("country",), pl.col("_iso3").is_not_null()),
        Check("latitude beyond -90 to 90", ("lat",), pl.col("_lat").is_between(-90, 90).fill_null(value=False)),
        Check("longitude beyond -180 to 180", ("lon",), pl.col("_lon").is_between(-180, 180).fill_null(value=False)),
        Check("a side is not named", ("group", "against"), is_there("group") & is_there("against")),
        Check("dead missing or not a count", ("dead",), (pl.col("_dead") >= 0).fill_null(value=False)),
    ]


def _events(good: pl.DataFrame, release: Release) -> dict[str, pl.Expr]:
    """Good rows as events: what the source codes of the columns of `tocsin.events.EVENT_SCHEMA`."""
    theatre = pl.col("_iso3").replace_strict(theatre_by_iso3(), return_dtype=pl.String)
    against = pl.col("_against")
    army, people = against == "army", against == "people"
    return {
        "event_id": pl.col("_id").cast(pl.String),
        "date": pl.col("_day"),
        "date_end": pl.col("_day"),
        "lat": pl.col("_lat"),
        "lon": pl.col("_lon"),
        "place_precision": pl.lit(1),
        "country": pl.col("_iso3"),
        "theatre": theatre,
        "kind": pl.when(army).then(pl.lit("state")).when(people).then(pl.lit("onesided")).otherwise(pl.lit("nonstate")),
        "actor_a": pl.when(army).then(pl.format(f"{GOVERNMENT} {{}}", theatre)).otherwise(pl.col("_group")),
        "actor_b": pl.when(army).then(pl.col("_group")).when(people).then(pl.lit(CIVILIANS)).otherwise(against),
        "deaths_low": pl.col("_dead"),
        "deaths_best": pl.col("_dead"),
        "deaths_high": pl.col("_dead"),
    }


LAYOUT = Layout(
    title="Ledger",
    id_column="entry",
    required=COLUMNS,
    checked=(),
    kept=(),
    values=_values,
    mapped=_mapped,
    checks=_checks,
    events=_events,
)


def read(path: Path, options: ReadOptions) -> CheckedFile:
    """A file of the Ledger, checked row by row."""
    found = re.search(r"(\d{4})", options.release or path.name)
    if found is None:
        raise InputError(f"the name of {path.name} does not say which year it is; give it, e.g. --release 2024")
    if options.place_precision_max is not None or options.covers_until is not None:
        raise InputError("a Ledger file is of one year, and places every event exactly: neither can be said of it")
    year = int(found[1])
    release = Release(
        source=NAME,
        name=str(year),
        kind="yearly",
        first_day=date(year, 1, 1),
        last_day=date(year, 12, 31),
        published=options.published or date(year + 1, 3, 31),
        published_assumed=options.published is None,
        rank=(year,),
        licence="CC0",
        citation=f"The Ledger of Armed Incidents, {year}",
        redistributable=True,
    )
    raw = open_table(path, LAYOUT.read)
    rows = check_rows(raw, LAYOUT, release, strict=options.strict)
    return CheckedFile(
        file=raw.file,
        sha256=raw.sha256,
        release=release,
        rows=rows.rows,
        rejected=rows.rejected,
        questioned=rows.questioned,
        findings=rows.findings,
        notes=(*raw.notes, *rows.notes),
        countries=None
        if options.covers == "world"
        else tuple(rows.rows.lazy().select(pl.col("country").unique().sort()).collect()["country"]),
        first_day=release.first_day,
        last_day=release.last_day,
        place_precisions=PLACE_PRECISIONS,
    )


SOURCE = Source(
    name=NAME,
    title="Ledger of Armed Incidents",
    terms=Terms((NAME,), event_rows=True, reversible=True, why="The Ledger is in the public domain (CC0)."),
    read=read,
    recognises=lambda name, columns: set(COLUMNS) <= set(columns),
)
