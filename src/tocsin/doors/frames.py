"""Anybody's data frame as a polars one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from tocsin.errors import InputError


def as_polars(frame: Any) -> pl.DataFrame:
    """A pandas, polars, pyarrow, Modin, ... data frame, a DuckDB relation or anything that Arrow can read, as polars.

    What is lazy is collected. Raises `InputError` for what is no data frame, and for columns that Arrow cannot hold.
    """
    import narwhals as nw

    try:
        if isinstance(frame, pl.DataFrame):
            return frame
        if isinstance(frame, pl.LazyFrame):
            return frame.collect()
        known: Any = nw.from_native(frame, pass_through=True)
        if isinstance(known, nw.LazyFrame):
            collected: pl.DataFrame = known.collect("polars").to_native()
            return collected
        if isinstance(known, nw.DataFrame):
            _check_names(known.columns)
            return known.to_polars()
        if hasattr(frame, "__arrow_c_stream__"):
            return pl.DataFrame(frame)
    except ModuleNotFoundError as error:
        raise InputError(f"this data frame can be read with the package {error.name}. Hint: pip install it") from None
    except (TypeError, ValueError, ArithmeticError, pl.exceptions.PolarsError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"this data frame cannot be read: {str(error).splitlines()[0]}") from None
    raise InputError(
        f"expected a data frame (pandas, polars, pyarrow, Modin, a DuckDB relation, ...), got {type(frame).__name__}"
    )


def _check_names(names: list[Any]) -> None:
    if wrong := [name for name in names if not isinstance(name, str)]:
        raise InputError(f"columns have names; got {wrong[0]!r}")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"two columns of the frame are called {twice[0]!r}")


def plain_columns(table: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """The named columns that the table has, as text, numbers, truth values or days without a time zone.

    Raises `InputError` naming every other kind of column.
    """
    kept, wrong = [], []
    for name in dict.fromkeys(names):
        if name not in table.columns:
            continue
        dtype = table.schema[name]
        column = pl.col(name)
        if isinstance(dtype, pl.Categorical | pl.Enum) or dtype == pl.Null:
            column = column.cast(pl.String)
        elif isinstance(dtype, pl.Decimal):
            column = column.cast(pl.Float64)
        elif isinstance(dtype, pl.Datetime):
            column = column.dt.replace_time_zone(None)
        elif not (dtype.is_numeric() or dtype in (pl.String, pl.Boolean, pl.Date)):
            wrong.append(f"{name} ({dtype})")
        kept.append(column)
    if wrong:
        raise InputError(f"columns hold text, numbers or days; got {', '.join(wrong)}")
    return table.select(kept)
