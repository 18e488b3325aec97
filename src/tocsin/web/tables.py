"""Figures of a page to take away, as CSV, Parquet and JSON; each says where it is from."""

from __future__ import annotations

import io
import json
from typing import Any

import polars as pl

from tocsin.web.page import Download, Found

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
    "toml": "application/toml",
}


def write_download(download: Download, form: str, found: Found, source: str) -> bytes:
    """The file; a table gets a column `source` with the citation where it has none of its own, others a key or a line.

    Raises `KeyError` for a form that the download does not have.
    """
    if form not in download.forms:
        raise KeyError(form)
    if download.text is not None and form == download.ending:
        return f"# {source}\n{download.text(found)}".encode()
    if form == "json":
        assert download.document is not None
        document = {"source": source} | download.document(found)
        return (json.dumps(document, ensure_ascii=False, allow_nan=False, default=str) + "\n").encode()
    assert download.table is not None
    frame = download.table(found)
    if not {"source", "citation"} & set(frame.columns):
        frame = frame.with_columns(pl.lit(source).alias("source"))
    return _csv(frame) if form == "csv" else _parquet(frame)


def _csv(frame: pl.DataFrame) -> bytes:
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    joined = [pl.col(name).cast(pl.List(pl.String)).list.join(" ") for name in lists]
    # No character of a name may steer a terminal, and no cell may be run by a spreadsheet as a formula.
    text = pl.col(pl.String).str.replace_all(r"[\p{Cc}\p{Cf}]", "").str.replace(r"^([=+\-@\t\r])", "'$1")
    return frame.with_columns(joined).with_columns(text).write_csv().encode()


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
