"""Forecasts to and from the forms of others: a table of draws, and labelled arrays (xarray)."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import polars as pl

from tocsin.errors import InputError
from tocsin.forecast.forecast import Forecast
from tocsin.months import first_day, last_day, month_id, month_label

DIMENSIONS = ("unit", "step", "draw")


def draws_table(forecast: Forecast) -> pl.DataFrame:
    """One row per unit, step and draw, sorted by them: `unit, month, step, draw` (from 0) and `deaths` (Float32)."""
    units, steps, draws = forecast.samples.shape
    months = pl.Series([first_day(forecast.origin + 1 + s) for s in range(steps)], dtype=pl.Date)
    step = np.tile(np.repeat(np.arange(1, steps + 1, dtype=np.int32), draws), units)
    return pl.DataFrame(
        {
            "unit": pl.Series(forecast.units, dtype=pl.String).gather(np.repeat(np.arange(units), steps * draws)),
            "month": months.gather(step - 1),
            "step": step,
            "draw": np.tile(np.arange(draws, dtype=np.int32), units * steps),
            "deaths": forecast.samples.ravel(),
        }
    )


def forecast_from_draws(table: pl.DataFrame) -> Forecast:
    """The forecast of a table as `to_polars("draws")` gives it, its rows in any order, units in their first order.

    Needed columns are `unit, month, step, draw, deaths`; `model`, `vintage` and `licence` are taken over where they are
    there. Raises `InputError` for missing columns, a unit, step or draw that is missing or there twice, and months that
    do not go with the steps.
    """
    needed = ("unit", "month", "step", "draw", "deaths")
    if missing := [name for name in needed if name not in table.columns]:
        raise InputError(f"a forecast's draws have the columns {', '.join(needed)}; missing: {', '.join(missing)}")
    if table.is_empty():
        raise InputError("a table of draws without a row does not say how many steps and draws a forecast has")
    if any(table[name].null_count() for name in needed):
        raise InputError("a table of draws has a value in every row; got null")
    units = tuple(table["unit"].cast(pl.String).unique(maintain_order=True))
    steps, draws = int(table["step"].max()), int(table["draw"].max()) + 1  # type: ignore[arg-type]
    keys = table.select("unit", "step", "draw")
    ranges = table["step"].min() == 1 and table["draw"].min() == 0
    if not ranges or table.height != len(units) * steps * draws or keys.is_duplicated().any():
        raise InputError(
            f"a table of draws has each of {len(units)} units, steps 1 to {steps} and draws 0 to {draws - 1} once: "
            f"{len(units) * steps * draws:,} rows; got {table.height:,}"
        )
    origins = table.select(
        ((pl.col("month").dt.year() - 1980) * 12 + pl.col("month").dt.month().cast(pl.Int32) - pl.col("step")).unique()
    ).to_series()
    if len(origins) != 1:
        raise InputError("month less step must be one origin, the same in every row")
    place = pl.col("unit").cast(pl.String).replace_strict({u: i for i, u in enumerate(units)}, return_dtype=pl.Int64)
    samples = table.sort(place, "step", "draw")["deaths"].to_numpy().reshape(len(units), steps, draws)
    told = {name: _one(table, name) for name in ("model", "vintage", "licence")}
    return Forecast(samples, units, int(origins[0]), told["model"], told["vintage"], told["licence"])


def forecast_to_xarray(forecast: Forecast) -> Any:
    """An `xarray.DataArray` "deaths" over (unit, step, draw), with the coordinates `month` (step) and `origin`.

    `origin` and `month` are days: the as-of day, and the first day of the month forecast. Attributes say model,
    vintage, as-of day, horizon, licence and citation, with CF's names for units. Raises `InputError` without xarray.
    """
    _, steps, draws = forecast.samples.shape
    months = np.array([first_day(forecast.origin + 1 + s) for s in range(steps)], "datetime64[ns]")
    array: Any = _xarray().DataArray(
        forecast.samples,
        dims=DIMENSIONS,
        coords={
            "unit": list(forecast.units),
            "step": ("step", np.arange(1, steps + 1), {"long_name": "months after the origin", "units": "months"}),
            "draw": ("draw", np.arange(draws), {"long_name": "number of the draw"}),
            "month": ("step", months, {"long_name": "first day of the month forecast"}),
            "origin": ((), np.datetime64(forecast.as_of, "ns"), {"long_name": "day after which nothing was used"}),
        },
        name="deaths",
        attrs={
            "long_name": "deaths in the month (best estimate)",
            "units": "1",
            "cell_methods": "step: sum",
            "model": forecast.model,
            "vintage": forecast.vintage,
            "as_of": forecast.as_of.isoformat(),
            "horizon": f"{steps} months",
            "licence": forecast.licence,
            "references": forecast.citation,
        },
    )
    return array


def forecast_from_xarray(array: Any) -> Forecast:
    """The forecast of an array as `forecast_to_xarray` gives it, its dimensions in any order.

    Raises `InputError` for another kind of object, other dimensions, steps that do not count from 1, or an origin that
    is no last day of a month.
    """
    xarray = _xarray()
    if isinstance(array, xarray.Dataset):
        array = array.get("deaths", array)
    if not isinstance(array, xarray.DataArray):
        raise InputError(f"a forecast is made of an xarray.DataArray, got {type(array).__name__}")
    missing = [name for name in ("unit", "step", "origin") if name not in array.coords]
    if set(array.dims) != set(DIMENSIONS) or missing:
        raise InputError(
            f"the array has the dimensions {', '.join(DIMENSIONS)} and the coordinates unit, step and origin; "
            f"got {', '.join(map(str, array.dims))}{'; missing: ' + ', '.join(missing) if missing else ''}"
        )
    array = array.transpose(*DIMENSIONS)
    steps = np.asarray(array["step"].values)
    if not np.array_equal(steps, np.arange(1, len(steps) + 1)):
        raise InputError("the steps of a forecast count from 1, each once and in order")
    day = np.datetime64(array["origin"].values, "D").item()
    origin = month_id(day)
    if day != last_day(origin):
        raise InputError(f"an origin is the last day of a month, got {day} in {month_label(origin)}")
    told = {name: str(array.attrs.get(name, "")) for name in ("model", "vintage", "licence", "references")}
    return Forecast(np.asarray(array.values), tuple(map(str, array["unit"].values)), origin, *told.values())


def _xarray() -> Any:
    try:
        return import_module("xarray")
    except ModuleNotFoundError:
        raise InputError("this needs the package xarray. Hint: pip install 'tocsin[notebook]'") from None


def _one(table: pl.DataFrame, name: str) -> str:
    """The one value of a column, empty where there is none. Raises `InputError` for several."""
    if name not in table.columns:
        return ""
    found = table[name].unique().drop_nulls().to_list()
    if len(found) > 1:
        raise InputError(f"a forecast is of one {name}, got {', '.join(sorted(map(str, found))[:3])}")
    return str(found[0]) if found else ""
