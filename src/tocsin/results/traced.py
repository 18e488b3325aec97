"""Where a result comes from, and the columns that say so in every table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import polars as pl

TRACE: dict[str, type[pl.DataType]] = {
    "vintage": pl.String,
    "model": pl.String,
    "as_of": pl.Date,
    "data_until": pl.Date,
    "licence": pl.String,
}
"""The columns that stand at the end of every table; null where a result has no such thing."""


@dataclass(frozen=True)
class Traced:
    """What a figure can be traced by.

    `what` says in words what the result is; `vintage` the releases of the data, `model` what made the figures (None
    where they are counts), `as_of` the day after which nothing was used, `data_until` the last day of the figures,
    `horizon` the months ahead in words, `licence` and `citation` those of the data. `caution` is said above all else.
    """

    what: str
    vintage: str | None
    model: str | None = None
    as_of: date | None = None
    data_until: date | None = None
    licence: str | None = None
    citation: str | None = None
    horizon: str | None = None
    caution: str | None = None


def traced(table: pl.DataFrame, told: Traced) -> pl.DataFrame:
    """The table with the columns of `TRACE` that it has not yet, at its end."""
    values: dict[str, Any] = {name: getattr(told, name) or None for name in TRACE}
    return table.with_columns(
        pl.lit(values[name], dtype).alias(name) for name, dtype in TRACE.items() if name not in table.columns
    )


def rows_of(kind: type[Any], rows: Iterable[Any]) -> pl.DataFrame:
    """A table with a column per field of the dataclass `kind` and a row per object; no row keeps the types.

    Of a field that may be absent the type is that of what is there; fields that are neither text, number, truth value
    nor day are texts, sequences of them joined by `; `.
    """
    schema = {field.name: _dtype(str(field.type)) for field in fields(kind)}
    columns: dict[str, list[Any]] = {name: [] for name in schema}
    for row in rows:
        for name, dtype in schema.items():
            value = getattr(row, name)
            columns[name].append(_text(value) if dtype == pl.String and value is not None else value)
    return pl.DataFrame(columns, schema=schema)


_DTYPES: dict[str, type[pl.DataType]] = {
    "float": pl.Float64,
    "int": pl.Int64,
    "bool": pl.Boolean,
    "date": pl.Date,
}


def _dtype(annotation: str) -> type[pl.DataType]:
    return _DTYPES.get(annotation.removesuffix(" | None"), pl.String)


def _text(value: Any) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
