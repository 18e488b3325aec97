"""Figures of a theatre's page to take away."""

from __future__ import annotations

import polars as pl

from tocsin.months import last_day
from tocsin.results import rows_of
from tocsin.rivalry.result import PREDICTIVE, Link, Rivalry
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
    """The links, one a row, with the columns of `tocsin.rivalry.Link`; no row without a fit.

    `group_from` and `group_to` are its `source` and `target`. How links are to be read, and how often one shows where
    there is none (null where that is not known), stands in each row.
    """
    frame = rows_of(Link, rivalry.links if rivalry else ())
    return frame.rename({"source": "group_from", "target": "group_to"}).with_columns(
        pl.lit(PREDICTIVE).alias("reading"),
        pl.lit(rivalry and rivalry.null_false_positive_rate, pl.Float64).alias("null_false_positive_rate"),
        pl.lit(rivalry and rivalry.last, pl.Date).alias("data_until"),
    )
