"""Reading a file of country-months: its columns, and everything that is wrong with it reported at once.

The columns are described in `tocsin.panel.country`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from tocsin.errors import DataError, did_you_mean
from tocsin.events import Finding
from tocsin.months import month_label
from tocsin.sources.reading import ROW, RawTable, read_table
from tocsin.sources.unpacking import first_line

KINDS = {"state": "sb", "nonstate": "ns", "onesided": "os"}
"""Kind of violence, and how the names of its columns end."""

_FIGURES = tuple(f"{prefix}{kind}" for prefix in ("ged_", "ged_count_") for kind in KINDS.values())
_TEXTS = ("name", "isoab", "source")
_LAST_MONTH = 1200  # December 2079: a month written as 202012 is not one counted from January 1980
# Sums of shares of an event's deaths may miss a whole number in the last bits of a float.
_ROUNDING = 1e-6
_MOST_DEATHS = 2**31 - 1
_EXAMPLES = 3


@dataclass(frozen=True, eq=False)
class CountryFile:
    """A checked file: `rows` has `unit` (text), `month` (Int32), `name`, `isoab`, `source` (String, null where not
    given), and the figures as Int32, each named with a leading underscore. `vintage` names the sources of the rows.
    """

    raw: RawTable
    rows: pl.DataFrame
    vintage: str


def read_country_file(path: Path, target: str, *, whole: bool = False) -> CountryFile:
    """Read and check a file of country-months whose deaths are in the column `target`.

    With `whole` each country has each month of the file, else each month from its own first to its own last. Raises
    `MissingFileError`, `InputError` (not a file), or one `DataError` that says everything that is wrong.
    """
    raw = read_table(path, tuple(dict.fromkeys(("month_id", "country_id", *_TEXTS, *_FIGURES, target))))
    unit = "isoab" if "isoab" in raw.columns and "country_id" not in raw.columns else "country_id"
    needed = ("month_id", unit, target)
    there = [name for name in needed if name in raw.columns]
    figures = [name for name in dict.fromkeys((target, *_FIGURES)) if name in raw.columns]
    try:
        typed = raw.frame.with_columns(
            *(_number(name).alias("month") for name in there if name == "month_id"),
            *(_id(name).alias("unit") for name in there if name == unit),
            *(_number(name).alias(f"_{name}") for name in figures),
            *(_text(name) if name in raw.columns else pl.lit(None, pl.String).alias(name) for name in _TEXTS),
        )
    except pl.exceptions.PolarsError as error:
        raise DataError(f"{raw.file} has a column of a type that no figures have ({first_line(error)})") from None
    problems = [_missing(name, raw) for name in needed if name not in there]
    problems += map(str, [*_torn(raw), *_cell_findings(typed, raw, unit, figures)])
    rows = pl.DataFrame()
    if "month" in typed.columns and "unit" in typed.columns:
        month = pl.col("month")
        rows = typed.filter(pl.col("unit").is_not_null() & (month == month.round()) & month.is_between(1, _LAST_MONTH))
        rows = rows.with_columns(month.cast(pl.Int32))
        problems += map(str, _row_findings(rows, raw, unit, whole=whole))
        if typed.is_empty():
            problems.append("it has no rows")
    if problems:
        raise DataError(f"{raw.file} cannot be used: {' | '.join(problems)}")
    rows = rows.with_columns(pl.col(f"_{name}").round().cast(pl.Int32) for name in figures)
    vintage = _vintage(rows, raw) if "source" in raw.columns else f"{raw.file} (sha256 {raw.sha256[:12]})"
    return CountryFile(raw, rows, vintage)


def _missing(name: str, raw: RawTable) -> str:
    asked = "country_id (or isoab)" if name == "country_id" else name
    return f"there is no column {asked} among {', '.join(raw.columns)}.{did_you_mean(name, raw.columns)}"


def _number(name: str) -> pl.Expr:
    """A cell as a finite Float64, null when it is none."""
    value = pl.col(name).cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(value)


def _text(name: str) -> pl.Expr:
    stripped = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(stripped != "").then(stripped).alias(name)


def _id(column: str) -> pl.Expr:
    """The name of a unit: a whole number as text (Parquet may hold it as a float), an ISO code in capitals."""
    if column == "isoab":
        return _text(column).str.to_uppercase()
    number = _number(column)
    return pl.when((number == number.round()) & number.is_between(0, 2**31)).then(number).cast(pl.Int64).cast(pl.String)


def _torn(raw: RawTable) -> list[Finding]:
    if raw.torn.is_empty():
        return []
    examples = tuple(f"{raw.row_word} {row:,}: {why}" for row, why, _ in raw.torn.head(_EXAMPLES).iter_rows())
    return [Finding("rejected", "torn or misshapen row", ("the whole row",), raw.torn.height, examples)]


def _cell_findings(typed: pl.DataFrame, raw: RawTable, unit: str, figures: list[str]) -> list[Finding]:
    rules: list[tuple[str, str, pl.Expr]] = []
    if "month" in typed.columns:
        month = pl.col("month")
        wrong_month = month.is_null() | (month != month.round()) | ~month.is_between(1, _LAST_MONTH)
        rules.append(("no whole number of months from January 1980, which is 1", "month_id", wrong_month))
    if "unit" in typed.columns:
        no_unit = "no whole number to name the country by" if unit == "country_id" else "no ISO code"
        rules.append((no_unit, unit, pl.col("unit").is_null()))
    for name in figures:
        value = pl.col(f"_{name}")
        rules += [
            ("no number", name, value.is_null()),
            ("negative", name, value < 0),
            ("not a whole number", name, (value - value.round()).abs() > _ROUNDING),
            ("more than can be", name, value > _MOST_DEATHS),
        ]
    found = []
    for reason, column, wrong in rules:
        rows = typed.filter(wrong)
        if rows.height:
            cells = rows.head(_EXAMPLES).select(ROW, column).iter_rows()
            examples = tuple(f"{raw.row_word} {row:,}: {column}={_short(cell)}" for row, cell in cells)
            found.append(Finding("rejected", reason, (column,), rows.height, examples))
    return found


def _short(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return repr(text[:30]) if isinstance(cell, str) or cell is None else text


def _row_findings(sound: pl.DataFrame, raw: RawTable, unit: str, *, whole: bool) -> list[Finding]:
    """Country-months given twice, and months missing between a country's first and last, or the file's if `whole`."""
    if sound.is_empty():
        return []
    found = []
    again = sound.filter(~pl.struct("unit", "month").is_first_distinct())
    if again.height:
        cells = again.head(_EXAMPLES).select(ROW, "unit", "month").iter_rows()
        examples = tuple(f"{raw.row_word} {row:,}: {unit}={who}, month_id={month}" for row, who, month in cells)
        found.append(Finding("rejected", "a country-month given before", (unit, "month_id"), again.height, examples))
    first, last = sound.select(pl.col("month").min().alias("a"), pl.col("month").max().alias("b")).row(0)
    spans = sound.group_by("unit", maintain_order=True).agg(
        pl.lit(first).alias("a") if whole else pl.col("month").min().alias("a"),
        pl.lit(last).alias("b") if whole else pl.col("month").max().alias("b"),
        pl.col("month").unique().sort().alias("held"),
    )
    gaps = []
    for who, a, b, held in spans.filter(pl.col("b") - pl.col("a") + 1 > pl.col("held").list.len()).iter_rows():
        lacking = sorted(set(range(a, b + 1)) - set(held))
        more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
        gaps.append((len(lacking), f"{unit}={who} lacks {month_label(lacking[0])} ({lacking[0]}){more}"))
    if gaps:
        examples = tuple(text for _, text in gaps[:_EXAMPLES])
        reason = "months missing for a country" if whole else "months missing between a country's first and last"
        found.append(Finding("rejected", reason, ("month_id",), sum(n for n, _ in gaps), examples))
    return found


def _vintage(rows: pl.DataFrame, raw: RawTable) -> str:
    """Each source with the months it speaks for: `views-2020 (1989-01 to 2017-10), views-2023 (2017-11 to ...)`."""
    spans = []
    for (source,), part in rows.group_by("source", maintain_order=True):
        months = part["month"].unique().sort().to_numpy()
        runs = np.split(months, np.flatnonzero(np.diff(months) > 1) + 1)
        text = ", ".join(f"{month_label(int(run[0]))} to {month_label(int(run[-1]))}" for run in runs)
        spans.append((int(months[0]), f"{source or raw.file} ({text})"))
    return ", ".join(text for _, text in sorted(spans))
