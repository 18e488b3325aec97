"""UCDP GED, yearly and Candidate releases: from the source's own columns to events, with every check on the way.

Follows the UCDP GED codebook (Sundberg & Melander 2013, doi:10.1177/0022343313484347) and, for preliminary events, the
Candidate Events Dataset (Hegre et al. 2020, doi:10.1177/2053168020935257). `source_original` and `source_article` are
not among the columns read, because they carry names of persons.

Rows that cannot be are *rejected*. Deaths whose low, best and high figures are out of order are the publisher's own
coding and occur in every release (1,462 of 176,579 located events of 21.1): such rows are taken in as coded and
*questioned*, that is counted and listed. Of rows that share an id the first is kept when they agree in every column
read; when they differ all are rejected, since nothing says which is right.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from tocsin.countries import theatre_by_iso3
from tocsin.errors import InputError
from tocsin.events import (
    DATE_PRECISION_DAYS,
    PLACE_PRECISIONS,
    CheckedFile,
    Found,
    Release,
    found_in,
    last_day_untold,
)
from tocsin.sources.cells import cell_text
from tocsin.sources.layout import Layout, check_columns, check_rows
from tocsin.sources.reading import TableFile, open_table
from tocsin.sources.ucdp_checks import (
    CHECKED_IF_THERE,
    GED_COLUMNS,
    KEPT_IF_THERE,
    RELEASE_COLUMNS,
    REQUIRED,
    mapped_cells,
    row_checks,
    typed_cells,
)
from tocsin.sources.ucdp_release import ged_release, release_in_file_name

WORLD_COUNTRIES = {"yearly": 50, "candidate": 20}
"""A file with events in at least so many countries is taken to speak for the whole world: a yearly release has events
in more than a hundred, a single month in some fifty."""


def read_ged(
    path: Path,
    *,
    release: str | None = None,
    published: date | None = None,
    place_precision_max: int | None = None,
    covers: str | None = None,
    covers_until: int | None = None,
    strict: bool = False,
) -> CheckedFile:
    """A file of UCDP GED events, checked row by row.

    path : CSV (plain, .gz, .zip) or Parquet, with all GED columns or only `REQUIRED` ones.
    release : as in `ged_release`; by default the one the file's name gives.
    published : the day it became available; by default the assumed one of `ged_release`.
    place_precision_max : the coarsest place precision the file holds; needed where `where_prec` was left out.
    covers : "world" or "file" (the countries in it); by default the world from `WORLD_COUNTRIES` countries on.
    covers_until : last year a yearly file speaks for. By default that of its last event: a file may have been cut, and
        silence after its last event must not be taken for peace. Its first year is likewise that of its first event.
    strict : refuse the file when any row is rejected or questioned.

    Raises `MissingFileError`, `InputError` for options that cannot be, `DataError` for a file that cannot be used.
    """
    raw = open_table(path, GED.read, standard_header=GED.standard_header)
    check_columns(raw, GED)
    is_of, note = _release_of(path, raw, release, published)
    if place_precision_max is not None and place_precision_max not in PLACE_PRECISIONS:
        raise InputError(f"--place-precision-max is 1 to 7, got {place_precision_max}")
    if "where_prec" not in raw.columns and place_precision_max is None:
        raise InputError(
            f"{raw.file} has no column where_prec, so what it holds cannot be told; say the coarsest place precision "
            "in it, e.g. --place-precision-max 2 for a file of events located within about 25 km, or 7 for all events"
        )
    rows = check_rows(raw, GED, is_of, strict=strict)
    found = found_in(rows.rows)
    countries, first, last = _coverage(found, is_of, covers, covers_until)
    return CheckedFile(
        file=raw.file,
        sha256=raw.sha256,
        release=is_of,
        events=rows.rows,
        rejected=rows.rejected,
        questioned=rows.questioned,
        findings=rows.findings,
        notes=(*raw.notes, *note, *rows.notes),
        countries=countries,
        first_day=first,
        last_day=last,
        place_precisions=_precisions(raw, found, place_precision_max),
    )


def _release_of(path: Path, raw: TableFile, asked: str | None, published: date | None) -> tuple[Release, list[str]]:
    named = release_in_file_name(raw.inner_file or "") or release_in_file_name(path.name)
    name = asked or named
    if name is None:
        raise InputError(f"the name of {path.name} does not say which release it is; give it, e.g. --release 24.1")
    differs = [f"{path.name} is named like release {named} and taken in as {name}, as asked"] if named != name else []
    return ged_release(name, published), differs if named else []


def _events(good: pl.DataFrame, release: Release) -> dict[str, pl.Expr]:
    def value(name: str) -> pl.Expr:
        return pl.col(f"_{name}") if name in good.columns else pl.lit(None)

    span, end = pl.lit(None, pl.Int16), pl.col("_date_start")
    if "date_prec" in good.columns:
        span = pl.col("_date_prec").replace_strict(DATE_PRECISION_DAYS, default=None, return_dtype=pl.Int16)
        end = last_day_untold(end, span, release)
    return {
        "event_id": pl.col("_id").cast(pl.String),
        "date": pl.col("_date_start"),
        "date_end": pl.col("_date_end") if "date_end" in good.columns else end,
        "date_precision_days": span,
        "date_precision": value("date_prec"),
        "lat": pl.col("_latitude"),
        "lon": pl.col("_longitude"),
        "place_precision": value("where_prec"),
        "clarity": value("event_clarity"),
        "country": pl.col("_iso3"),
        "theatre": pl.col("_iso3").replace_strict(theatre_by_iso3(), return_dtype=pl.String),
        "kind": pl.col("_kind"),
        "actor_a": pl.col("_side_a"),
        "actor_b": pl.col("_side_b"),
        "deaths_low": pl.col("_low"),
        "deaths_best": pl.col("_best"),
        "deaths_high": pl.col("_high"),
        "deaths_civilians": value("deaths_civilians"),
        **{name: cell_text(name) if name in good.columns else pl.lit(None) for name in KEPT_IF_THERE},
    }


GED = Layout(
    title="GED",
    id_column="id",
    required=REQUIRED,
    checked=(*CHECKED_IF_THERE, *RELEASE_COLUMNS),
    kept=KEPT_IF_THERE,
    values=typed_cells,
    mapped=mapped_cells,
    checks=row_checks,
    events=_events,
    standard_header=GED_COLUMNS,
)
"""UCDP GED's own columns, and what they mean."""


def _coverage(
    found: Found, release: Release, covers: str | None, until: int | None
) -> tuple[tuple[str, ...] | None, date, date]:
    """The countries (None for the world) and the days the file speaks for."""
    countries = found.countries
    world = covers == "world" or (covers is None and len(countries) >= WORLD_COUNTRIES[release.kind])
    if covers not in (None, "world", "file"):
        raise InputError(f"--covers is world or file, got {covers!r}")
    if release.kind == "candidate":
        if until is not None:
            raise InputError("--covers-until is for yearly releases; a Candidate release covers its months")
        return None if world else countries, release.first_day, release.last_day
    years = found.first_day.year, found.last_day.year
    if until is not None and not years[1] <= until <= release.last_day.year:
        raise InputError(
            f"--covers-until is a year from {years[1]} (the file's last event) to {release.last_day.year} (the end of "
            f"release {release.name}), got {until}"
        )
    return None if world else countries, date(years[0], 1, 1), date(until or years[1], 12, 31)


def _precisions(raw: TableFile, found: Found, most: int | None) -> tuple[int, ...]:
    """The place precisions a file holds, all up to the given or the coarsest one, since cuts are upper bounds.

    A file with events known only to their country was not cut, even when it has none at sea or in the air (7).
    """
    if "where_prec" not in raw.columns:
        return PLACE_PRECISIONS[:most]
    coarsest = found.coarsest_place or 1
    if most is not None and coarsest > most:
        raise InputError(f"{raw.file} has events of place precision {coarsest}, beyond --place-precision-max {most}")
    return PLACE_PRECISIONS[: most or (7 if coarsest == 6 else coarsest)]
