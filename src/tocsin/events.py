"""The event table: one row per incident of organised violence, whatever source it came from.

Columns and their types are `EVENT_SCHEMA`; what must hold between them is `event_schema()`. Files of a source become a
`CheckedFile` (good rows as events, bad rows apart with the reason), which the store takes in.

Codes follow the UCDP GED codebook (Sundberg & Melander 2013, doi:10.1177/0022343313484347):

- `date_precision` 1 exact day, 2 within 2-6 days, 3 a week, 4 8-31 days, 5 more than a month, at most a year;
- `place_precision` 1 exact place, 2 within about 25 km of a known point, 3 second-order and 4 first-order
  administrative division, 5 a line or vague area, 6 country only, 7 at sea or in the air;
- `clarity` 1 events reported one by one, 2 figures summed over several incidents.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Literal

import polars as pl

from tocsin.errors import DataError
from tocsin.event_rows import EventRows

if TYPE_CHECKING:
    from pandera.errors import SchemaError
    from pandera.polars import DataFrameSchema

Verdict = Literal["rejected", "questioned"]
Kind = Literal["state", "nonstate", "onesided"]
ReleaseKind = Literal["yearly", "candidate", "export"]
"""A yearly release; a preliminary one of some months (UCDP Candidate); what a user took out of a living database."""
KINDS: tuple[Kind, ...] = ("state", "nonstate", "onesided")

FIRST_DAY = date(1989, 1, 1)
"""UCDP GED begins here; nothing earlier can be an event of it."""

EVENT_SCHEMA: dict[str, type[pl.DataType]] = {
    "event_id": pl.String,  # the source's own id
    "source": pl.String,  # "ucdp-ged"
    "vintage": pl.String,  # source and release, "ucdp-ged 21.1"
    "date": pl.Date,  # first day
    "date_end": pl.Date,  # last day; `last_day_untold` where the file has no such column
    "date_precision_days": pl.Int16,  # longest span the code stands for; null where the column was left out
    "date_precision": pl.Int8,  # the source's code, 1-5
    "lat": pl.Float64,  # degrees north
    "lon": pl.Float64,  # degrees east
    "place_precision": pl.Int8,  # the source's code, 1-7; null where the column was left out
    "clarity": pl.Int8,  # the source's code, 1-2
    "country": pl.String,  # ISO 3166-1 alpha-3
    "theatre": pl.String,  # the country's short name
    "kind": pl.String,  # one of KINDS
    "actor_a": pl.String,
    "actor_b": pl.String,
    "deaths_low": pl.Int32,
    "deaths_best": pl.Int32,
    "deaths_high": pl.Int32,
    "deaths_civilians": pl.Int32,
    "preliminary": pl.Boolean,
    "source_office": pl.String,
    "source_date": pl.String,
    "source_headline": pl.String,
}

DATE_PRECISION_DAYS = {1: 1, 2: 6, 3: 7, 4: 31, 5: 366}
"""UCDP's date code -> the longest span in days it stands for."""

PLACE_PRECISIONS = (1, 2, 3, 4, 5, 6, 7)

_NULLABLE = {
    "date_precision_days",
    "date_precision",
    "place_precision",
    "clarity",
    "deaths_civilians",
    "source_office",
    "source_date",
    "source_headline",
}


@cache
def event_schema() -> DataFrameSchema:
    """The pandera schema of an event table: types, ranges, categories and the order of dates.

    That `deaths_low <= deaths_best <= deaths_high` is not demanded: every real release of UCDP GED holds rows, about
    eight in a thousand, where it fails, and they are kept as coded (a file's report counts them as questioned).
    """
    import pandera.polars as pa

    ranges = {
        "date": pa.Check.ge(FIRST_DAY),
        "date_precision_days": pa.Check.isin(sorted(DATE_PRECISION_DAYS.values())),
        "date_precision": pa.Check.in_range(1, 5),
        "lat": pa.Check.in_range(-90, 90),
        "lon": pa.Check.in_range(-180, 180),
        "place_precision": pa.Check.in_range(1, 7),
        "clarity": pa.Check.in_range(1, 2),
        "country": pa.Check.str_length(3, 3),
        "kind": pa.Check.isin(list(KINDS)),
        "actor_a": pa.Check.str_length(min_value=1),
        "actor_b": pa.Check.str_length(min_value=1),
        **{name: pa.Check.ge(0) for name in EVENT_SCHEMA if name.startswith("deaths_")},
    }
    return pa.DataFrameSchema(
        {
            name: pa.Column(dtype, checks=ranges.get(name), nullable=name in _NULLABLE, unique=name == "event_id")
            for name, dtype in EVENT_SCHEMA.items()
        },
        checks=pa.Check(
            lambda data: data.lazyframe.select(pl.col("date_end") >= pl.col("date")), name="date_end >= date"
        ),
        strict=True,
        ordered=True,
    )


def last_day_untold(first: pl.Expr, days: pl.Expr, release: Release) -> pl.Expr:
    """The last day of events whose file does not tell it, by the longest span in days that their date code stands for.

    An event known to a month ends with the month, one known to a year with the year, so that it is counted in no month
    before the day from which it is known; neither after the days that the release speaks for. Others end on their first
    day: at most a week is uncertain there.
    """
    of_year = pl.date(first.dt.year(), 12, 31)
    of_month = first.dt.month_end()
    ends = pl.when(days > DATE_PRECISION_DAYS[4]).then(of_year).when(days == DATE_PRECISION_DAYS[4]).then(of_month)
    return pl.max_horizontal(first, pl.min_horizontal(ends.otherwise(first), pl.lit(release.last_day)))


def empty_events() -> pl.DataFrame:
    """An event table of no rows."""
    return pl.DataFrame(schema=EVENT_SCHEMA)


def validate_events(events: pl.DataFrame) -> pl.DataFrame:
    """The same table when it is a valid event table of one file; raises `DataError` naming all that is wrong."""
    from pandera.errors import SchemaError, SchemaErrors

    try:
        event_schema().validate(events, lazy=True)
    except SchemaErrors as errors:
        cases = {_case(error) for error in errors.schema_errors if isinstance(error, SchemaError)}
        wrong = "; ".join(sorted(cases)) or str(errors)
        raise DataError(f"not a valid event table: {wrong}") from None
    return events


def _case(error: SchemaError) -> str:
    """What is wrong, with the column: pandera names it in one place for its values, in another for its presence."""
    column = getattr(error.schema, "name", None) or error.failure_cases
    return f"{column}: {error.check}"


@dataclass(frozen=True)
class Release:
    """One release of a source: what it is called, the period it speaks for, the day it became available."""

    source: str
    name: str
    kind: ReleaseKind
    first_day: date
    last_day: date
    published: date
    published_assumed: bool
    rank: tuple[int, ...]  # of two releases of a source that cover the same day, the higher rank is in force
    licence: str
    citation: str
    redistributable: bool

    @property
    def vintage(self) -> str:
        """Source and release, as events carry it: `ucdp-ged 21.1`."""
        return f"{self.source} {self.name}"


@dataclass(frozen=True)
class Finding:
    """One thing wrong with rows of a file."""

    verdict: Verdict
    reason: str
    columns: tuple[str, ...]
    count: int
    examples: tuple[str, ...]  # up to three, each with its row number and the values found

    def __str__(self) -> str:
        where = f"{'column' if len(self.columns) == 1 else 'columns'} {', '.join(self.columns)}"
        return f"{self.count:,} {self.verdict}: {self.reason} ({where}; {'; '.join(self.examples)})"


@dataclass(frozen=True)
class Found:
    """What a file's events range over: `countries` as ISO codes in order; days of `date` and `date_end`."""

    countries: tuple[str, ...]
    first_day: date
    last_day: date
    coarsest_place: int | None  # place precision; None where it was left out


def found_in(rows: EventRows) -> Found:
    """What events range over, without having all of them in memory; there is at least one."""
    asked = rows.lazy().select(
        pl.col("country").unique().sort().implode(),
        pl.col("date").min(),
        pl.col("date_end").max(),
        pl.col("place_precision").max(),
    )
    countries, first, last, coarsest = asked.collect(engine="streaming").row(0)
    return Found(tuple(countries), first, last, coarsest)


@dataclass(frozen=True, eq=False, init=False)
class CheckedFile:
    """A file of events after all checks: what can go into the store, and all that was wrong with the rest.

    `rows` are the events, which follow `EVENT_SCHEMA`; a file is made with them or a table, as `events`. `rejected` and
    `questioned` hold the rows as found (String columns): `row` (the line of a CSV, the row of a Parquet file),
    `reason`, then the columns that were checked. `countries` are ISO codes, or None for the whole world; with
    `first_day` and `last_day` they say what the file speaks for. `begins` has the day of the first event of each
    country, of a source that began to gather in other years in other countries; it stays beside the events.
    """

    file: str
    sha256: str
    release: Release
    rows: EventRows
    rejected: pl.DataFrame
    questioned: pl.DataFrame
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    countries: tuple[str, ...] | None
    first_day: date
    last_day: date
    place_precisions: tuple[int, ...]  # held in the rows, or 1..n where the column was left out
    begins: tuple[tuple[str, date], ...] = ()

    def __init__(
        self,
        *,
        file: str,
        sha256: str,
        release: Release,
        events: pl.DataFrame | EventRows | None = None,
        rows: EventRows | None = None,
        rejected: pl.DataFrame,
        questioned: pl.DataFrame,
        findings: tuple[Finding, ...],
        notes: tuple[str, ...],
        countries: tuple[str, ...] | None,
        first_day: date,
        last_day: date,
        place_precisions: tuple[int, ...],
        begins: tuple[tuple[str, date], ...] = (),
    ) -> None:
        given = {name: value for name, value in locals().items() if name not in ("self", "events")}
        given["rows"] = EventRows.of(events) if isinstance(events, pl.DataFrame) else events or rows
        if given["rows"] is None:
            raise TypeError("a CheckedFile is made with events")
        for name, value in given.items():
            object.__setattr__(self, name, value)

    @property
    def events(self) -> pl.DataFrame:
        """All events as one table, in the order of the file; of a very large file that takes much memory."""
        return self.rows.frame()
