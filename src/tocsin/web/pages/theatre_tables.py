"""Figures of a theatre's page to take away."""

from __future__ import annotations

from dataclasses import fields

import polars as pl

from tocsin.months import last_day
from tocsin.rivalry.result import Link, Rivalry
from tocsin.web.questions.theatre import TheatreAnswer

_MONTHS = {"group": pl.String, "theatre": pl.String, "month": pl.Date} | dict.fromkeys(
    ("events", "deaths_state", "deaths_nonstate", "deaths_onesided", "deaths"), pl.Int64
)


def months_table(answer: TheatreAnswer) -> pl.DataFrame:
    """See `TheatrePast.to_polars`; no row where the terms of a source do not allow it."""
    if answer.past is None:
        return pl.DataFrame(schema=_MONTHS | {"data_until": pl.Date})
    return answer.past.to_polars().with_columns(pl.lit(last_day(answer.past.last_month)).alias("data_until"))


def links_table(rivalry: Rivalry | None) -> pl.DataFrame:
    """The links, one a row, with the columns of `tocsin.rivalry.Link`; no row without a fit."""
    if rivalry is None:
        return pl.DataFrame(schema={field.name: pl.String for field in fields(Link)})
    return rivalry.to_polars().with_columns(pl.lit(rivalry.last).alias("data_until"))
