"""The rules a row of UCDP GED must keep, as polars expressions, and the columns they look at."""

from __future__ import annotations

import re

import polars as pl

from tocsin.countries import iso3_by_spelling
from tocsin.events import DATE_PRECISION_DAYS, FIRST_DAY, PLACE_PRECISIONS, Release
from tocsin.sources.cells import Check, cell_text, day_cell, is_blank, is_there, number_cell, whole_cell
from tocsin.sources.ucdp_release import release_in_file_name

REQUIRED = (
    "id", "type_of_violence", "side_a", "side_b", "latitude", "longitude", "country", "date_start", "best", "high",
    "low",
)  # fmt: skip
CHECKED_IF_THERE = ("year", "code_status", "date_end", "date_prec", "where_prec", "event_clarity", "deaths_civilians")
KEPT_IF_THERE = ("source_office", "source_date", "source_headline")
RELEASE_COLUMNS = ("release", "version")
"""A file that was put together from several releases may say in such a column which one each row is of."""

GED_COLUMNS = (
    "id", "relid", "year", "active_year", "code_status", "type_of_violence", "conflict_dset_id", "conflict_new_id",
    "conflict_name", "dyad_dset_id", "dyad_new_id", "dyad_name", "side_a_dset_id", "side_a_new_id", "side_a",
    "side_b_dset_id", "side_b_new_id", "side_b", "number_of_sources", "source_article", "source_office", "source_date",
    "source_headline", "source_original", "where_prec", "where_coordinates", "where_description", "adm_1", "adm_2",
    "latitude", "longitude", "geom_wkt", "priogrid_gid", "country", "country_id", "region", "event_clarity",
    "date_prec", "date_start", "date_end", "deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "best",
    "high", "low", "gwnoa", "gwnob",
)  # fmt: skip
"""The columns of a GED file in their published order; Candidate files have been published without a header line."""

KIND_OF_TYPE = {1: "state", 2: "nonstate", 3: "onesided"}


def typed_cells(frame: pl.DataFrame) -> list[pl.Expr]:
    """Beside each raw column its value, named with a leading underscore; null where the cell does not hold one."""
    schema = frame.schema
    there = [name for name in (*REQUIRED, *CHECKED_IF_THERE) if name in schema]
    days = {"date_start", "date_end"}
    texts = {"side_a", "side_b", "country", "code_status"}
    decimals = {"latitude", "longitude"}
    made = []
    for name in there:
        if name in days:
            made.append(day_cell(name, schema[name]).alias(f"_{name}"))
        elif name in texts:
            made.append(cell_text(name).alias(f"_{name}"))
        elif name in decimals:
            made.append(number_cell(name, schema[name]).alias(f"_{name}"))
        else:
            made.append(whole_cell(name, schema[name]).alias(f"_{name}"))
    return made


def mapped_cells(frame: pl.DataFrame) -> list[pl.Expr]:
    """Country code and kind of violence of each row; null where the source's value is not known."""
    names = frame.select(cell_text("country").unique().drop_nulls()).to_series()
    iso3 = pl.col("_country").replace_strict(iso3_by_spelling(names), default=None, return_dtype=pl.String)
    kind = pl.col("_type_of_violence").replace_strict(KIND_OF_TYPE, default=None, return_dtype=pl.String)
    return [iso3.alias("_iso3"), kind.alias("_kind")]


def row_checks(frame: pl.DataFrame, release: Release) -> list[Check]:
    """All rules for the rows of a file, given its typed and mapped cells; those of columns it lacks are left out."""
    return [
        *_value_checks(),
        *_date_checks(frame, release),
        *_death_checks(frame),
        *_code_checks(frame),
        *_release_checks(frame, release),
    ]


def _value_checks() -> list[Check]:
    return [
        Check("id missing or not a whole number", ("id",), is_there("id")),
        Check("latitude missing or not a number", ("latitude",), is_there("latitude")),
        Check("longitude missing or not a number", ("longitude",), is_there("longitude")),
        Check("latitude beyond -90 to 90", ("latitude",), pl.col("_latitude").is_between(-90, 90)),
        Check("longitude beyond -180 to 180", ("longitude",), pl.col("_longitude").is_between(-180, 180)),
        Check("an actor is not named", ("side_a", "side_b"), is_there("side_a") & is_there("side_b")),
        Check("country missing or not known", ("country",), pl.col("_iso3").is_not_null()),
        Check("type of violence not 1, 2 or 3", ("type_of_violence",), pl.col("_kind").is_not_null()),
    ]


def _date_checks(frame: pl.DataFrame, release: Release) -> list[Check]:
    start = pl.col("_date_start")
    end_column = "date_end" if "date_end" in frame.columns else "date_start"
    end = pl.col(f"_{end_column}")
    checks = [
        Check("start date missing or not a day (YYYY-MM-DD)", ("date_start",), is_there("date_start")),
        Check(f"starts before {FIRST_DAY}, where GED begins", ("date_start",), start >= FIRST_DAY),
        Check(f"after the end of release {release.name} ({release.last_day})", (end_column,), end <= release.last_day),
    ]
    if end_column == "date_end":
        checks += [
            Check("end date missing or not a day (YYYY-MM-DD)", ("date_end",), is_there("date_end")),
            Check("ends before it starts", ("date_start", "date_end"), end >= start),
        ]
    if "year" in frame.columns:
        same = (pl.col("_year") == start.dt.year()).fill_null(start.is_null())
        checks.append(Check("year is not that of the start date", ("year", "date_start"), same))
    if release.kind == "candidate":
        too_early = f"before the months of release {release.name} (from {release.first_day})"
        checks.append(Check(too_early, (end_column,), end >= release.first_day))
    return checks


def _death_checks(frame: pl.DataFrame) -> list[Check]:
    figures = ("low", "best", "high")
    least, most = pl.min_horizontal("_low", "_best", "_high"), pl.max_horizontal("_low", "_best", "_high")
    checks = [Check(f"deaths ({name}) missing or not a whole number", (name,), is_there(name)) for name in figures]
    checks += [
        Check("negative deaths", figures, least >= 0),
        Check("deaths beyond any count", figures, most < 2**31),
        Check(
            "deaths out of order (not low <= best <= high), kept as coded",
            figures,
            (pl.col("_low") <= pl.col("_best")) & (pl.col("_best") <= pl.col("_high")),
            "questioned",
        ),
    ]
    if "deaths_civilians" in frame.columns:
        fine = pl.col("_deaths_civilians").is_between(0, 2**31 - 1).fill_null(False) | is_blank("deaths_civilians")
        checks.append(Check("civilian deaths negative or not a whole number", ("deaths_civilians",), fine))
    return checks


def _code_checks(frame: pl.DataFrame) -> list[Check]:
    codes = {"where_prec": PLACE_PRECISIONS, "date_prec": tuple(DATE_PRECISION_DAYS), "event_clarity": (1, 2)}
    checks = []
    for name, known in codes.items():
        if name in frame.columns:
            holds = pl.col(f"_{name}").is_in(known).fill_null(False)
            # A blank place precision cannot pass: what a vintage holds decides what it may be mixed with.
            holds = holds if name == "where_prec" else holds | is_blank(name)
            checks.append(Check(f"code not in the codebook ({known[0]}-{known[-1]})", (name,), holds))
    return checks


def _release_checks(frame: pl.DataFrame, release: Release) -> list[Check]:
    """Rows that say themselves that they are of another release."""
    checks = []
    if "code_status" in frame.columns and release.kind == "yearly":
        clear = (pl.col("_code_status").str.to_lowercase() == "clear") | pl.col("_code_status").is_null()
        checks.append(Check("a Candidate event (not Clear) in a yearly release", ("code_status",), clear))
    for name in RELEASE_COLUMNS:
        if name in frame.columns:
            said = frame.select(cell_text(name).unique().drop_nulls()).to_series()
            known = {text: _same_release(text, release.name) for text in said}
            holds = cell_text(name).replace_strict(known, default=True, return_dtype=pl.Boolean)
            checks.append(Check(f"of another release than {release.name}", (name,), holds))
    return checks


def _same_release(said: str, name: str) -> bool:
    """Whether a cell names this release, as it is written there (`24.1`, `ged24_1`, `GEDEvent_v24_1`).

    >>> _same_release("ged24_1", "24.1"), _same_release("23.1", "24.1"), _same_release("v24.01.24.03", "24.01.24.03")
    (True, False, True)
    """
    return re.findall(r"\d+", said) == name.split(".") or release_in_file_name(said) == name
