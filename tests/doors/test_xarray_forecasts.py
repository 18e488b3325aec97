"""Forecasts as labelled arrays and as tables of draws, there and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from planted_results import planted_forecast

from tocsin.errors import InputError
from tocsin.forecast import Forecast


def same(a: Forecast, b: Forecast) -> bool:
    told = ("units", "origin", "model", "vintage", "licence")
    return np.array_equal(a.samples, b.samples) and all(getattr(a, n) == getattr(b, n) for n in told)


def test_the_array_says_what_it_is() -> None:
    made = planted_forecast()
    array = made.to_xarray()
    assert array.dims == ("unit", "step", "draw")
    assert array["step"].values.tolist() == list(range(1, 13))
    assert array["month"].dims == ("step",)
    assert array["month"].values[0] == np.datetime64(made.as_of, "ns") + np.timedelta64(1, "D")
    assert array["origin"].values == np.datetime64(made.as_of)
    assert array.attrs["units"] == "1"
    assert array.attrs["model"] == "climatology_12"
    assert array.attrs["vintage"] == "planted 1"
    assert array.attrs["licence"] == "CC0"
    assert array.attrs["as_of"] == made.as_of.isoformat()
    assert array.attrs["horizon"] == "12 months"
    # The same figures by label as by place.
    assert array.sel(unit="g1 @ Mali", step=3, draw=4).item() == made.samples[1, 2, 4]
    assert array.mean("draw").sel(step=1).values.tolist() == pytest.approx(made.samples[:, 0].mean(axis=1).tolist())


def test_xarray_there_and_back() -> None:
    made = planted_forecast()
    array = made.to_xarray()
    assert same(Forecast.from_xarray(array), made)
    assert Forecast.from_xarray(array).citation == made.citation
    assert same(Forecast.from_xarray(array.transpose("draw", "unit", "step")), made)
    assert same(Forecast.from_xarray(array.to_dataset()), made)


def test_a_part_of_an_array_is_a_forecast_of_it() -> None:
    made = planted_forecast(3)
    part = Forecast.from_xarray(made.to_xarray().isel(unit=[2, 0], step=slice(0, 4)))
    assert part.units == (made.units[2], made.units[0])
    assert np.array_equal(part.samples, made.samples[[2, 0], :4])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: a.values, "made of an xarray.DataArray, got ndarray"),
        (lambda a: a.mean("draw"), "dimensions unit, step, draw"),
        (lambda a: a.drop_vars("origin"), "missing: origin"),
        (lambda a: a.isel(step=slice(1, None)), "count from 1"),
        (lambda a: a.assign_coords(origin=np.datetime64("2020-12-30", "ns")), "last day of a month"),
        (lambda a: xr.Dataset({"other": a}), "got Dataset"),
        (lambda a: -a - 1, "not negative"),
    ],
)
def test_what_is_no_forecast_is_refused(change: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Forecast.from_xarray(change(planted_forecast().to_xarray()))


@given(st.integers(1, 4), st.integers(1, 5), st.integers(0, 10_000))
def test_draws_there_and_back_in_any_order(units: int, draws: int, seed: int) -> None:
    made = planted_forecast(units, draws)
    table = made.to_polars("draws")
    assert table.columns[:5] == ["unit", "month", "step", "draw", "deaths"]
    assert same(Forecast.from_polars(table), made)
    shuffled = Forecast.from_polars(table.sample(fraction=1.0, shuffle=True, seed=seed))
    order = [shuffled.units.index(unit) for unit in made.units]
    assert np.array_equal(shuffled.samples[order], made.samples)


def test_draws_and_summary_agree() -> None:
    made = planted_forecast(draws=50)
    by_month = made.to_polars("draws").group_by("unit", "step", maintain_order=True).agg(pl.col("deaths").mean())
    assert by_month["deaths"].to_list() == pytest.approx(made.to_polars()["mean"].to_list(), rel=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop("draw"), "missing: draw"),
        (lambda t: t.head(0), "without a row"),
        (lambda t: t.slice(1), "rows; got"),
        (lambda t: pl.concat([t.slice(1), t.slice(1, 1)]), "once"),
        (lambda t: t.with_columns(pl.lit(date(2020, 1, 1)).alias("month")), "one origin"),
        (lambda t: t.with_columns(pl.lit(None, pl.Float32).alias("deaths")), "got null"),
        (lambda t: t.with_columns(pl.col("unit").alias("model")), "is of one model"),
    ],
)
def test_tables_that_are_no_draws_are_refused(change: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Forecast.from_polars(change(planted_forecast().to_polars("draws")))


def test_models_say_the_licence_of_their_data() -> None:
    made = planted_forecast()
    assert (made.licence, made.citation) == ("CC0", "Made up for a test")
    assert "CC0" in made.citation_text()
    assert "licence" not in replace(made, licence="").citation_text().split("Result")[1]
