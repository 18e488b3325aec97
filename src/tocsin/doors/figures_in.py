"""A digest from monthly figures of one's own, without events."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from tocsin.actors import AGAINST_CIVILIANS, CIVILIANS, STATE, is_government, is_group
from tocsin.countries import find_country
from tocsin.digest import CELL_SCHEMA, DIGEST_SCHEMA, MASS_CASUALTY_DEATHS, Digest, Provenance, prio_grid_cell
from tocsin.doors.frames import as_polars, plain_columns
from tocsin.errors import DataError, InputError, did_you_mean
from tocsin.events import FIRST_DAY, KINDS
from tocsin.months import last_day, month_id
from tocsin.sources.cells import cell_text, day_cell, is_blank, number_cell

REQUIRED = ("theatre", "actor", "month", "events", "deaths_best")
KEYS = ["theatre", "actor", "period", "kind", "opponent"]
_COUNTS = tuple(name for name, dtype in DIGEST_SCHEMA.items() if dtype == pl.Int32)
CELLS = 360 * 720
NO_WEEKS = "Figures a user gave by group and month: there are none by week."
NO_PLACES = (
    "There are no figures by half-degree cell, so models take the groups for groups that are nowhere and near nobody: "
    "probabilities and expected deaths come out too low, though in much the same order."
)


def digest_from(
    frame: Any,
    *,
    source: str,
    release: str,
    licence: str,
    citation: str,
    cells: Any = None,
    last_month: date | None = None,
    covers_world: bool = False,
    redistributable: bool = False,
    place_precision: str = "events as the user counted them",
) -> Digest:
    """Figures per group and month as a `Digest`, from which `build_panel` makes what the models take.

    frame : whatever `events_from` takes, one row per group and month, or finer, by kind of violence and opponent.
        Needed: `theatre` (a country's name or code), `actor`, `month` (any day of it), `events`, `deaths_best`. May be
        there: `kind` (by default `state`), `opponent` (by default `state`, or `civilians` of one-sided violence; a row
        of kind `nonstate` needs the other group, in whose row the same events stand again, so that totals count them
        once), `deaths_low` and `deaths_high` (by default the best estimate), `largest_event_deaths` (by default the
        deaths where there is one event, else no more than is sure: their mean, rounded up), `mass_casualty_events` (by
        default one where the largest event of one-sided violence has 20 deaths or more, else none) and
        `mass_civilian_harm_events` (by default not known).
    cells : the same by half-degree cell and month, where it is known: `theatre`, `actor`, `month`, `events`,
        `deaths_best`, and `cell` (the PRIO-GRID number) or `lat` and `lon`. Without it models do not know where a
        group is, and say too little of it.
    last_month : the last month that the figures cover, any day of it; by default that of the last row. An empty month
        before it is quiet, not unknown.
    covers_world : whether no theatre with events is missing; only then can models be fitted on it.

    Raises `InputError` for options that cannot be, `DataError` naming the columns and rows that are wrong.
    """
    for what, text in (("source", source), ("release", release), ("licence", licence), ("citation", citation)):
        if not text.strip():
            raise InputError(f"say the {what} of the figures: it stands beside everything made of them")
    table = _typed(as_polars(frame), "the frame", ("kind", "opponent"), _COUNTS)
    places = pl.DataFrame(schema=CELL_SCHEMA) if cells is None else _cells(as_polars(cells))
    monthly = _with_defaults(table).group_by(KEYS).agg(
        pl.col("events", "deaths_low", "deaths_best", "deaths_high", "mass_casualty_events").sum(),
        pl.col("largest_event_deaths").max(),
        pl.when(pl.col("mass_civilian_harm_events").is_null().all())
        .then(None)
        .otherwise(pl.col("mass_civilian_harm_events").sum())
        .alias("mass_civilian_harm_events"),
    )  # fmt: skip
    monthly = _counted(monthly.sort(KEYS), DIGEST_SCHEMA)
    first, last = month_id(monthly["period"].min()), month_id(monthly["period"].max())  # type: ignore[arg-type]
    if not places.is_empty() and not places["period"].is_in(monthly["period"].implode()).all():
        raise DataError("cells hold months in which the frame has no figures")
    if last_month is not None:
        if month_id(last_month) < last:
            raise InputError(f"figures go to {last_day(last):%Y-%m}, beyond the last month said, {last_month:%Y-%m}")
        last = month_id(last_month)
    return Digest(
        monthly=monthly,
        weekly=pl.DataFrame(schema=DIGEST_SCHEMA),
        cells=places,
        provenance=Provenance(
            vintage=f"{source} {release}",
            source=source,
            licence=licence,
            citation=citation,
            first_month=first,
            last_month=last,
            place_precision=place_precision,
            notes=(NO_WEEKS, *([NO_PLACES] if places.is_empty() else [])),
            redistributable=redistributable,
            covers_world=covers_world,
            fingerprint=hashlib.sha256((monthly.write_csv() + places.write_csv()).encode()).hexdigest(),
        ),
    )


def _cells(table: pl.DataFrame) -> pl.DataFrame:
    """Figures by half-degree cell (`CELL_SCHEMA`), the cell by its number or from a point in it."""
    if "cell" not in table.columns and {"lat", "lon"} <= set(table.columns):
        point = plain_columns(table, ["lat", "lon"])
        lat, lon = (number_cell(name, point.schema[name]) for name in ("lat", "lon"))
        there = lat.is_between(-90, 90) & lon.is_between(-180, 180)
        table = table.with_columns(point.select(pl.when(there).then(prio_grid_cell(lat, lon)).alias("cell")))
    made = _typed(table, "the frame of cells", (), ("cell", "events", "deaths_best"))
    wrong = made.filter(~pl.col("cell").is_between(1, CELLS).fill_null(False))["row"]
    if len(wrong):
        raise DataError(
            f"a cell is a number from 1 to {CELLS:,} or a point: {len(wrong):,} row(s), the first {wrong[0]}"
        )
    keys = ["theatre", "actor", "period", "cell"]
    made = made.with_columns(pl.col("month").dt.truncate("1mo").alias("period"))
    return _counted(made.group_by(keys).agg(pl.col("events", "deaths_best").sum()).sort(keys), CELL_SCHEMA)


def _counted(table: pl.DataFrame, schema: Mapping[str, Any]) -> pl.DataFrame:
    """Sums in the types of a digest's table. Raises `DataError` for one beyond any count."""
    counts = [name for name, dtype in schema.items() if dtype == pl.Int32]
    if table.select(pl.max_horizontal(pl.col(counts).max().fill_null(0))).item() >= 2**31:
        raise DataError("the rows of one group and month add up to figures beyond any count")
    return table.select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def _typed(table: pl.DataFrame, what: str, texts: Sequence[str], counts: Sequence[str]) -> pl.DataFrame:
    """The known columns in their types. Raises `DataError` naming all rows that do not hold what they should."""
    required = (*REQUIRED, *(["cell"] if "cell" in counts else []))
    if missing := [name for name in required if name not in table.columns]:
        hints = "".join(did_you_mean(name, table.columns, most=1) for name in missing)
        raise DataError(f"{what} lacks the column(s) {', '.join(missing)}; it has {', '.join(table.columns)}.{hints}")
    if table.is_empty():
        raise DataError(f"{what} has no row")
    raw = plain_columns(table, [*REQUIRED, *texts, *counts]).with_row_index("row", offset=1)
    numbers = [name for name in counts if name in raw.columns]
    spellings = raw.select(cell_text("theatre").unique().drop_nulls()).to_series()
    known = {name: found.name for name in spellings if (found := find_country(name))}
    unread = raw.select(
        pl.any_horizontal(~is_blank(name) & number_cell(name, raw.schema[name]).is_null() for name in numbers)
    ).to_series()
    made = raw.with_columns(
        cell_text("theatre").replace_strict(known, default=None, return_dtype=pl.String),
        cell_text("actor"),
        day_cell("month", raw.schema["month"]),
        *(number_cell(name, raw.schema[name]).alias(name) for name in numbers),
        *(cell_text(name) for name in texts if name in raw.columns),
    )
    rules = {
        "theatre is no country that is known": pl.col("theatre").is_null(),
        "no actor": pl.col("actor").is_null(),
        f"month missing, not a day, or before {FIRST_DAY}": pl.col("month").is_null() | (pl.col("month") < FIRST_DAY),
        "events or deaths missing": pl.any_horizontal(pl.col("events", "deaths_best").is_null()),
        "a figure is no number": pl.lit(unread),
        "a figure is negative, no whole number or beyond any count": pl.any_horizontal(
            (pl.col(name) < 0) | (pl.col(name) != pl.col(name).floor()) | (pl.col(name) >= 2**31) for name in numbers
        ),
    }
    if "kind" in made.columns:
        rules[f"kind is not {', '.join(KINDS)}"] = ~pl.col("kind").is_in(KINDS)
        # Totals take a clash of two groups to stand in a row of each; a row against a state or civilians counts whole.
        group = pl.col("opponent") if "opponent" in made.columns else pl.lit(None, pl.String)
        none = group.is_null() | is_government(group) | group.is_in([STATE, AGAINST_CIVILIANS, CIVILIANS])
        rules["a row of kind nonstate needs a group as its opponent"] = (pl.col("kind") == "nonstate") & none
    wrong = []
    for reason, bad in rules.items():
        rows = made.filter(bad.fill_null(False))["row"]
        if len(rows):
            wrong.append(f"{reason}: {len(rows):,} row(s), the first {', '.join(map(str, rows[:3]))}")
    if wrong:
        raise DataError(f"{what} cannot be used: {'; '.join(wrong)}")
    return made


def _with_defaults(table: pl.DataFrame) -> pl.DataFrame:
    def given(name: str, default: pl.Expr) -> pl.Expr:
        return (pl.col(name).fill_null(default) if name in table.columns else default).alias(name)

    mean = (pl.col("deaths_best") / pl.max_horizontal("events", pl.lit(1))).ceil()
    made = table.with_columns(
        pl.col("month").dt.truncate("1mo").alias("period"),
        given("kind", pl.lit("state")),
        given("deaths_low", pl.col("deaths_best")),
        given("deaths_high", pl.col("deaths_best")),
        given("largest_event_deaths", mean),
        given("mass_civilian_harm_events", pl.lit(None, pl.Float64)),
    )
    onesided = pl.col("kind") == "onesided"
    against = pl.when(onesided).then(pl.lit(AGAINST_CIVILIANS)).otherwise(pl.lit(STATE))
    # The largest event has at least so many deaths, so that one mass-casualty event is sure, and no second one.
    sure = onesided & (pl.col("events") > 0) & (pl.col("largest_event_deaths") >= MASS_CASUALTY_DEATHS)
    made = made.with_columns(
        given("opponent", against),
        given("mass_casualty_events", sure.cast(pl.Int32)),
    ).filter(pl.col("actor") != CIVILIANS)
    if not made.select(is_group(pl.col("actor")).any()).item():
        raise DataError("the frame holds figures of governments only, and warnings are of groups")
    return made
