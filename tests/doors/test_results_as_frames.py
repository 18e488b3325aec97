"""Every result as a data frame of others: pandas, pyarrow, DuckDB and narwhals see what polars sees."""

from __future__ import annotations

import importlib
from datetime import date
from typing import Any

import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from planted_results import KINDS, planted_results

from planted_lines import assessment
from planted_rivalry import planted_rivalry
from tocsin.errors import InputError
from tocsin.results import TRACE

PARTS = [
    (kind, part) for kind in KINDS for part in planted_results()[kind].PARTS if (kind, part) != ("Replay", "cells")
]


def test_there_is_one_of_each_kind() -> None:
    assert set(planted_results()) == set(KINDS)


@pytest.mark.parametrize(("kind", "part"), PARTS)
def test_every_table_says_where_it_is_from(kind: str, part: str) -> None:
    result = planted_results()[kind]
    table = result.to_polars(part)
    assert {name: table.schema[name] for name in TRACE} == TRACE
    assert len(set(table.columns)) == len(table.columns)
    # Nothing that a reader would have to unpack.
    nested = [name for name, dtype in table.schema.items() if dtype.is_nested() or dtype == pl.Object]
    assert nested in ([], ["recent_deaths"])
    if table.height:
        told = result.comes_from
        assert table["vintage"].unique().to_list() == [told.vintage]
        assert table["as_of"].unique().to_list() == [told.as_of]
        assert table["as_of"].null_count() == 0


@pytest.mark.parametrize(("kind", "part"), PARTS)
def test_pyarrow_and_pandas_hold_the_same(kind: str, part: str) -> None:
    result = planted_results()[kind]
    table = result.to_polars(part)
    arrow = result.to_arrow(part)
    assert isinstance(arrow, pa.Table)
    assert pl.DataFrame(arrow).equals(table)
    frame = result.to_pandas(part)
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.columns) == table.columns
    assert len(frame) == table.height
    for name in table.columns:
        numbers = table[name].dtype.is_float()
        if numbers and table.height:
            assert frame[name].sum() == pytest.approx(table[name].sum(), nan_ok=True)


@pytest.mark.parametrize("kind", KINDS)
def test_others_take_the_result_itself(kind: str) -> None:
    result = planted_results()[kind]
    table = result.to_polars()
    assert pl.DataFrame(result).equals(table)
    assert pa.table(result).num_rows == table.height
    assert pa.table(result).column_names == table.columns
    assert list(pd.DataFrame.from_arrow(result).columns) == table.columns
    assert nw.from_arrow(result, backend="pyarrow").shape == table.shape


def test_days_are_days() -> None:
    assert planted_results()["Assessment"].to_pandas()["as_of"].iloc[0] == pd.Timestamp(2020, 12, 31)


def test_duckdb_asks_a_result_by_its_name_in_python() -> None:
    duckdb: Any = pytest.importorskip("duckdb")
    result = planted_results()["Assessment"]
    told = duckdb.sql("select count(*), min(as_of), min(vintage) from result").fetchall()
    assert told == [(result.to_polars().height, date(2020, 12, 31), "ucdp-ged 21.1")]
    made: Any = planted_results()["Forecast"]
    draws = made.to_polars("draws")
    assert draws.height
    told = duckdb.sql("select unit, step, avg(deaths) m from draws group by all order by unit, step").fetchall()
    means = made.samples.mean(axis=2)
    assert [m for _, _, m in told] == pytest.approx(means.ravel().tolist(), rel=1e-6)


def test_the_same_columns_whether_there_are_rows_or_none() -> None:
    empty = planted_rivalry(links={}, theatre="Other")
    full = planted_results()["Rivalry"]
    for part in full.PARTS:
        assert empty.to_polars(part).clear().schema == full.to_polars(part).schema
    assert assessment().to_polars("new_entrants").height == 0


def test_an_unknown_part_is_refused_with_what_there_is() -> None:
    with pytest.raises(InputError, match=r"no part 'link' in this Rivalry; there is: links, groups, driver.*links\?"):
        planted_results()["Rivalry"].to_polars("link")


@pytest.mark.parametrize(("method", "package"), [("to_pandas", "pandas"), ("to_arrow", "pyarrow")])
def test_a_missing_package_is_named(method: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def gone(name: str, *rest: Any) -> Any:
        if name == package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *rest)

    monkeypatch.setattr("tocsin.results.result.import_module", gone)
    with pytest.raises(InputError, match=f"{method} needs the package {package}.*pip install.*to_polars"):
        getattr(planted_results()["Digest"], method)()
