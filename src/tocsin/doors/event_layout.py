"""Events laid out as in the event table itself: what a frame of one's own must hold, and its rules.

The columns are those of `tocsin.events`; names and codes there. Needed are `REQUIRED`; `country` takes a country's ISO
code or any spelling known. What is left out: `date_end` is `date`, or the
end of its month or year where `date_precision` is 4 or 5; `deaths_low` and `deaths_high` are `deaths_best`.
"""

from __future__ import annotations

from itertools import pairwise

import polars as pl

from tocsin.countries import iso3_by_spelling, theatre_by_iso3
from tocsin.events import (
    DATE_PRECISION_DAYS,
    FIRST_DAY,
    KINDS,
    PLACE_PRECISIONS,
    Release,
    last_day_untold,
)
from tocsin.sources.cells import Check, cell_text, day_cell, is_blank, is_there, number_cell, whole_cell
from tocsin.sources.layout import Layout

REQUIRED = ("event_id", "date", "lat", "lon", "country", "kind", "actor_a", "actor_b", "deaths_best")
IF_THERE = (
    "date_end", "date_precision", "place_precision", "clarity", "deaths_low", "deaths_high", "deaths_civilians",
)  # fmt: skip
KEPT = ("source_office", "source_date", "source_headline")
_DAYS, _DECIMALS = ("date", "date_end"), ("lat", "lon")
_CODES = ("date_precision", "place_precision", "clarity")
_DEATHS = ("deaths_low", "deaths_best", "deaths_high", "deaths_civilians")
_KNOWN_CODES = {"date_precision": tuple(DATE_PRECISION_DAYS), "place_precision": PLACE_PRECISIONS, "clarity": (1, 2)}


def _values(frame: pl.DataFrame) -> list[pl.Expr]:
    made = []
    for name in (*REQUIRED, *IF_THERE):
        if name not in frame.columns:
            continue
        dtype = frame.schema[name]
        if name in _DAYS:
            value = day_cell(name, dtype)
        elif name in _DECIMALS:
            value = number_cell(name, dtype)
        elif name in (*_CODES, *_DEATHS):
            value = whole_cell(name, dtype)
        else:
            value = cell_text(name)
        made += [value.alias(f"_{name}"), *([value.alias("_id")] if name == "event_id" else [])]
    return made


def _mapped(frame: pl.DataFrame) -> list[pl.Expr]:
    names = frame.select(cell_text("country").unique().drop_nulls()).to_series()
    iso3 = pl.col("_country").replace_strict(iso3_by_spelling(names), default=None, return_dtype=pl.String)
    return [iso3.alias("_iso3")]


def _checks(frame: pl.DataFrame, release: Release) -> list[Check]:
    end = "date_end" if "date_end" in frame.columns else "date"
    checks = [
        Check("id missing", ("event_id",), is_there("event_id")),
        Check("latitude missing or not a number", ("lat",), is_there("lat")),
        Check("longitude missing or not a number", ("lon",), is_there("lon")),
        Check("latitude beyond -90 to 90", ("lat",), pl.col("_lat").is_between(-90, 90)),
        Check("longitude beyond -180 to 180", ("lon",), pl.col("_lon").is_between(-180, 180)),
        Check("an actor is not named", ("actor_a", "actor_b"), is_there("actor_a") & is_there("actor_b")),
        Check("country missing or not known", ("country",), pl.col("_iso3").is_not_null()),
        Check(f"kind is not {', '.join(KINDS)}", ("kind",), pl.col("_kind").is_in(KINDS).fill_null(False)),
        Check("date missing or not a day (YYYY-MM-DD)", ("date",), is_there("date")),
        Check(f"starts before {FIRST_DAY}", ("date",), pl.col("_date") >= FIRST_DAY),
        Check(f"before the release's first day ({release.first_day})", (end,), pl.col(f"_{end}") >= release.first_day),
        Check(f"after the release's last day ({release.last_day})", (end,), pl.col(f"_{end}") <= release.last_day),
    ]
    if end == "date_end":
        checks += [
            Check("end date missing or not a day (YYYY-MM-DD)", ("date_end",), is_there("date_end")),
            Check("ends before it starts", ("date", "date_end"), pl.col("_date_end") >= pl.col("_date")),
        ]
    return [*checks, *_death_checks(frame), *_code_checks(frame)]


def _death_checks(frame: pl.DataFrame) -> list[Check]:
    figures = tuple(name for name in _DEATHS[:3] if name in frame.columns)
    least, most = (of([f"_{name}" for name in figures]) for of in (pl.min_horizontal, pl.max_horizontal))
    checks = [Check(f"{name} missing or not a whole number", (name,), is_there(name)) for name in figures]
    checks += [Check("negative deaths", figures, least >= 0), Check("deaths beyond any count", figures, most < 2**31)]
    if len(figures) > 1:
        in_order = pl.all_horizontal(pl.col(f"_{a}") <= pl.col(f"_{b}") for a, b in pairwise(figures))
        checks.append(
            Check("deaths out of order (not low <= best <= high), kept as coded", figures, in_order, "questioned")
        )
    if "deaths_civilians" in frame.columns:
        fine = pl.col("_deaths_civilians").is_between(0, 2**31 - 1).fill_null(False) | is_blank("deaths_civilians")
        checks.append(Check("civilian deaths negative or not a whole number", ("deaths_civilians",), fine))
    return checks


def _code_checks(frame: pl.DataFrame) -> list[Check]:
    checks = []
    for name, known in _KNOWN_CODES.items():
        if name in frame.columns:
            holds = pl.col(f"_{name}").is_in(known).fill_null(False)
            # A blank place precision cannot pass: what a vintage holds decides what it may be mixed with.
            holds = holds if name == "place_precision" else holds | is_blank(name)
            checks.append(Check(f"code not in the codebook ({known[0]}-{known[-1]})", (name,), holds))
    return checks


def _events(good: pl.DataFrame, release: Release) -> dict[str, pl.Expr]:
    def value(name: str, other: str | None = None) -> pl.Expr:
        if name in good.columns:
            return pl.col(f"_{name}")
        return pl.lit(None) if other is None else pl.col(f"_{other}")

    span, end = pl.lit(None, pl.Int16), pl.col("_date")
    if "date_precision" in good.columns:
        span = pl.col("_date_precision").replace_strict(DATE_PRECISION_DAYS, default=None, return_dtype=pl.Int16)
        end = last_day_untold(end, span, release)
    return {
        "event_id": pl.col("_event_id"),
        "date": pl.col("_date"),
        "date_end": pl.col("_date_end") if "date_end" in good.columns else end,
        "date_precision_days": span,
        "date_precision": value("date_precision"),
        "lat": pl.col("_lat"),
        "lon": pl.col("_lon"),
        "place_precision": value("place_precision"),
        "clarity": value("clarity"),
        "country": pl.col("_iso3"),
        "theatre": pl.col("_iso3").replace_strict(theatre_by_iso3(), return_dtype=pl.String),
        "kind": pl.col("_kind"),
        "actor_a": pl.col("_actor_a"),
        "actor_b": pl.col("_actor_b"),
        "deaths_low": value("deaths_low", "deaths_best"),
        "deaths_best": pl.col("_deaths_best"),
        "deaths_high": value("deaths_high", "deaths_best"),
        "deaths_civilians": value("deaths_civilians"),
        **{name: cell_text(name) if name in good.columns else pl.lit(None) for name in KEPT},
    }


EVENTS = Layout(
    title="event table",
    id_column="event_id",
    required=REQUIRED,
    checked=IF_THERE,
    kept=KEPT,
    values=_values,
    mapped=_mapped,
    checks=_checks,
    events=_events,
)
"""The columns of the event table, for data frames of events."""
