"""The names of a file's columns, from its first line alone, to tell which source it is of."""

from __future__ import annotations

import csv
import gzip
import lzma
import zipfile
import zlib
from pathlib import Path

from tocsin.errors import DataError
from tocsin.sources.parquet_trial import try_parquet
from tocsin.sources.unpacking import tables_in

_MOST = 64 * 1024  # bytes of a header line


def columns_of(path: Path) -> tuple[str, ...]:
    """The columns of a CSV (plain, gzip, zip) or Parquet file; none where its beginning is no table.

    Nothing is checked here: reading the file does that, and says what is wrong with it.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_MOST)
        if head[:4] == b"PAR1":
            return _parquet_columns(path)
        if head[:2] == b"\x1f\x8b":
            with gzip.open(path) as unpacked:
                head = unpacked.read(_MOST)
        elif head[:4] == b"PK\x03\x04":
            head = _head_in_zip(path)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError, ValueError):
        return ()
    first = head.decode("utf-8-sig", errors="replace").splitlines()[:1]
    try:
        return tuple(field.strip() for field in next(csv.reader(first), []))
    except csv.Error:
        return ()


def _parquet_columns(path: Path) -> tuple[str, ...]:
    import polars as pl

    try:
        try_parquet(path, columns=())
        return tuple(pl.read_parquet_schema(path))
    except (DataError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return ()


def _head_in_zip(path: Path) -> bytes:
    """The beginning of the one table in an archive."""
    with zipfile.ZipFile(path) as archive:
        tables = tables_in(archive)
        if len(tables) != 1:
            return b""
        with archive.open(tables[0]) as unpacked:
            return unpacked.read(_MOST)
