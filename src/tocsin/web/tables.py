"""Figures of a page to take away, as CSV, Parquet and JSON; each says where it is from and what must be known of it."""

from __future__ import annotations

import io
import json
from typing import Any

import polars as pl

from tocsin.groups import DEATHS_ARE
from tocsin.spreadsheet import csv_text
from tocsin.web.page import Download, Found
from tocsin.web.page_sources import PageSources
from tocsin.whatif.scenario import NOT_A_FORECAST

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
    "toml": "application/toml",
}


# A CSV says the same in every row, so it says it in short.
IN_SHORT = f"A group's deaths are {DEATHS_ARE}; all notes: in the Parquet file"
IN_SHORT_OF_SCENARIO = f"{NOT_A_FORECAST.capitalize()}; all notes: at the foot of the page, or in the Parquet file"


def write_download(download: Download, form: str, found: Found, sources: PageSources | None) -> bytes:
    """The file; what the page's sources say is a column, a key or a line of it, where it has none of its own.

    Raises `KeyError` for a form that the download does not have.
    """
    if form not in download.forms:
        raise KeyError(form)
    if download.text is not None and form == download.ending:
        return f"# {sources.line if sources else ''}\n{download.text(found)}".encode()
    if form == "json":
        assert download.document is not None
        document = _told(sources) | download.document(found)
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, default=str, separators=(",", ":"))
        return f"{text}\n".encode()
    assert download.table is not None
    frame = download.table(found)
    if sources:
        short = IN_SHORT_OF_SCENARIO if sources.own_day else IN_SHORT
        frame = _sourced(frame, sources, short if form == "csv" else " ".join(sources.all_notes))
    return _csv(frame) if form == "csv" else _parquet(frame)


def _told(sources: PageSources | None) -> dict[str, Any]:
    """The keys that every document has."""
    if sources is None:
        return {}
    told = {
        "source": sources.line,
        "as_of": sources.as_of.isoformat(),
        "as_of_mode": sources.as_of_mode,
        "data_until": sources.data_until and sources.data_until.isoformat(),
        "notes": list(sources.all_notes),
    }
    return told if sources.own_day else told | {"deaths_are": DEATHS_ARE}


def _sourced(frame: pl.DataFrame, sources: PageSources, notes: str) -> pl.DataFrame:
    """The table with the columns that every table has; a table with a citation names its source already."""
    held = set(frame.columns)
    columns = {
        "as_of": pl.lit(sources.as_of),
        "as_of_mode": pl.lit(sources.as_of_mode),
        "data_until": pl.lit(sources.data_until, pl.Date),
        "notes": pl.lit(notes),
    }
    if "citation" not in held:
        columns["source"] = pl.lit(sources.line)
    return frame.with_columns(column.alias(name) for name, column in columns.items() if name not in held)


def _csv(frame: pl.DataFrame) -> bytes:
    return csv_text(frame).encode()


def _parquet(frame: pl.DataFrame) -> bytes:
    packed = io.BytesIO()
    frame.write_parquet(packed)
    return packed.getvalue()


def plain_rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as plain values, days as ISO strings."""
    return [
        {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
        for row in frame.iter_rows(named=True)
    ]
