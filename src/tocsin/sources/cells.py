"""Cells of files from elsewhere as values: a null where a cell does not hold one, never an error.

Beside a raw column `name` its value stands as `_name`; the rules of a source look at both.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tocsin.events import Verdict
from tocsin.spreadsheet import printable_expr


@dataclass(frozen=True, eq=False)
class Check:
    """One rule. `holds` is true for good rows; null counts as good, since a missing value has its own rule."""

    reason: str
    columns: tuple[str, ...]
    holds: pl.Expr
    verdict: Verdict = "rejected"


def cell_text(name: str) -> pl.Expr:
    """A cell as text without blanks around it; null when nothing is left.

    Characters that steer a terminal or cannot be seen are dropped: two names that look the same are the same.
    """
    stripped = printable_expr(pl.col(name).cast(pl.String)).str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def number_cell(name: str, dtype: pl.DataType) -> pl.Expr:
    """A cell as a finite Float64, null when it is none."""
    if dtype.is_numeric():
        value = pl.col(name).cast(pl.Float64)
    else:
        value = pl.col(name).cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(value)


def whole_cell(name: str, dtype: pl.DataType) -> pl.Expr:
    """A cell as Int64, null when it is no whole number; GED has `438.0` for 438."""
    value = number_cell(name, dtype)
    return pl.when((value == value.floor()) & (value.abs() < 2**53)).then(value).cast(pl.Int64)


def day_cell(name: str, dtype: pl.DataType) -> pl.Expr:
    """A cell as Date, null when it is none: `1992-02-29`, alone or with a time of day behind it."""
    if dtype in (pl.Date, pl.Datetime):
        return pl.col(name).cast(pl.Date)
    plain = pl.col(name).cast(pl.String).str.strip_chars()
    shaped = plain.str.contains(r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?)?$")
    return pl.when(shaped).then(plain.str.slice(0, 10)).str.to_date("%Y-%m-%d", strict=False)


def is_there(name: str) -> pl.Expr:
    """Whether the cell holds a value."""
    return pl.col(f"_{name}").is_not_null()


def is_blank(name: str) -> pl.Expr:
    """An empty cell, or R's mark for one."""
    return cell_text(name).is_null() | (cell_text(name) == "NA").fill_null(False)
