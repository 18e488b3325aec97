"""Where figures are read from: the packaged ones, a folder written earlier, or the user's store."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import polars as pl

from tocsin.countries import find_country
from tocsin.digest.counting import digest_events as digest_events  # handed on
from tocsin.digest.tables import CELL_SCHEMA, DIGEST_SCHEMA, Digest, Provenance
from tocsin.digest.used import not_held
from tocsin.errors import DataError, MissingFileError, NotHeldError
from tocsin.months import first_day, last_day, last_known_month
from tocsin.settings import Settings, packaged_folder
from tocsin.sources.acknowledged import check_acknowledged
from tocsin.sources.parquet_trial import try_parquet
from tocsin.sources.unpacking import first_line
from tocsin.spreadsheet import printable_expr
from tocsin.store import Store
from tocsin.typed import typed

# The packaged release and the day it came out: UCDP published GED 21.1 in June 2021, so the month's end is safe.
PACKAGED_PUBLISHED = date(2021, 6, 30)
PACKAGED_SOURCE, PACKAGED_RELEASE = "ucdp-ged", "21.1"
_ENUMERATED = ("theatre", "actor", "kind", "opponent")
_NULLABLE = ("mass_civilian_harm_events",)  # not every source tells
_LAST_MONTH = 2400  # December 2179
_LARGE = 500_000  # rows
_TABLES = {"monthly": DIGEST_SCHEMA, "weekly": DIGEST_SCHEMA, "cells": CELL_SCHEMA}


def load_digest(settings: Settings, *, as_of: date | None = None, cluster: str | None = None) -> Digest:
    """The figures in force: from the user's store, or the packaged ones while nothing is imported.

    The events of one source are used, the one that `settings.source` names, and of it one release alone where
    `settings.release` names it; the packaged figures answer for UCDP GED while nothing of it is held.

    Events are counted on the workers of a Dask scheduler where `cluster` is its address; see `digest_events`.

    With `as_of` only what was known on that day goes in, by `settings.as_of_mode` and `settings.lag_days`; months not
    wholly known are cut off. Raises `NotHeldError` when nothing was known by then, in strict mode when no release was
    published by then, and in lagged mode while nothing is imported.
    """
    store, source, release = Store.open(settings.home), settings.source, settings.release or None
    sources = store.sources()
    if source in sources:
        check_acknowledged(settings.home, source)
        fingerprint = store.fingerprint(source=source, release=release)
        digest = store.ask(
            lambda held: digest_events(held, fingerprint=fingerprint, cluster=cluster),
            as_of=as_of,
            mode=settings.as_of_mode,
            lag_days=settings.lag_days,
            source=source,
            release=release,
        )
        return _cut(digest, as_of, settings.lag_days)
    if source != PACKAGED_SOURCE or release not in (None, PACKAGED_RELEASE):
        raise not_held(source, release, sources)
    if settings.as_of_mode == "lagged":
        raise NotHeldError(
            "the packaged figures hold no events and no releases of other days, which the as-of mode 'lagged' needs. "
            "Hint: use the as-of mode 'reconstructed', or bring events in with: tocsin data import FILE"
        )
    if as_of is not None and settings.as_of_mode == "strict" and as_of < PACKAGED_PUBLISHED:
        raise NotHeldError(
            f"no release was published by {as_of}: the packaged figures are of {PACKAGED_PUBLISHED}. Hint: use the "
            "as-of mode 'reconstructed', or import a release of that time"
        )
    packaged = packaged_digest()
    if sources:
        note = f"Events of {', '.join(sources)} are held and not used here: the setting 'source' says what is."
        packaged = replace(packaged, provenance=replace(packaged.provenance, notes=(*packaged.provenance.notes, note)))
    return _cut(packaged, as_of, settings.lag_days)


@cache
def packaged_digest() -> Digest:
    """The figures inside the package: UCDP GED 21.1, located events, worldwide, 1989-2020."""
    return _read_digest(packaged_folder() / "digest")


def write_digest(digest: Digest, folder: Path) -> dict[str, int]:
    """Write the three tables and `provenance.json` to a folder; gives the size of each file in bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {}
    for name in _TABLES:
        table: pl.DataFrame = getattr(digest, name)
        enumerated = [column for column in _ENUMERATED if column in table.columns]
        # A column that this source cannot fill takes no room in the file; reading puts it back as nulls.
        kept = [column for column in table.columns if table[column].null_count() < table.height or table.is_empty()]
        path = folder / f"{name}.parquet"
        # The highest level takes long for a few per cent less, which is well spent on small tables only.
        level = 19 if table.height <= _LARGE else 9
        table.select(kept).with_columns(pl.col(enumerated).cast(pl.Categorical)).write_parquet(
            path, compression="zstd", compression_level=level, statistics=False, row_group_size=1_000_000
        )
        sizes[path.name] = path.stat().st_size
    path = folder / "provenance.json"
    path.write_text(json.dumps(asdict(digest.provenance), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return sizes | {path.name: path.stat().st_size}


def read_digest(folder: Path) -> Digest:
    """Read what `write_digest` wrote. Raises `MissingFileError` or `DataError` with the file's name."""
    there = [path for name in _TABLES if (path := folder / f"{name}.parquet").is_file()]
    try_parquet(*there, columns=[*DIGEST_SCHEMA, *CELL_SCHEMA])
    return _read_digest(folder)


def _read_digest(folder: Path) -> Digest:
    tables = {}
    for name, schema in _TABLES.items():
        path = folder / f"{name}.parquet"
        if not path.is_file():
            raise MissingFileError(
                f"{path}: not there, so {folder} holds no digest. Hint: 'tocsin data digest' makes one"
            )
        tables[name] = _read_table(path, schema)
    path = folder / "provenance.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        provenance = typed(Provenance, {**raw, "notes": raw["notes"]})
        if not 1 <= provenance.first_month <= provenance.last_month <= _LAST_MONTH:
            raise ValueError(f"months {provenance.first_month} to {provenance.last_month} are no period")
    except FileNotFoundError:
        raise MissingFileError(f"{path}: not there, so where the figures come from is not known") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(f"{path}: does not say where the figures come from ({error})") from None
    begin, end = (
        first_day(provenance.first_month) - timedelta(days=6),
        last_day(provenance.last_month),
    )  # weeks reach back
    for name, table in tables.items():
        if table.filter(~pl.col("period").is_between(begin, end)).height:
            raise DataError(f"{folder / name}.parquet: has periods outside of those that {path.name} speaks of")
    return Digest(**tables, provenance=provenance)


def _read_table(path: Path, schema: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """A table of a digest; raises `DataError` where it is none, whatever else it may be."""
    try:
        table = pl.read_parquet(path)
        missing = [c for c in schema if c not in table.columns and c not in _NULLABLE]
        if missing:
            raise DataError(f"{path}: lacks the column(s) {', '.join(missing)}")
        table = table.select(
            (pl.col(column) if column in table.columns else pl.lit(None).alias(column)).cast(dtype)
            for column, dtype in schema.items()
        ).with_columns(printable_expr(pl.col(pl.String)))
        # A cast goes into the fields of a struct and the items of a list, and leaves them what they are.
        odd = [name for name, dtype in schema.items() if table.schema[name] != dtype]
        if odd:
            raise DataError(f"{path}: the column(s) {', '.join(odd)} are of a type that no digest has")
        wrong = [name for name in schema if name not in _NULLABLE and table[name].null_count()]
        figures = [name for name, dtype in schema.items() if dtype == pl.Int32]
        wrong += [name for name in figures if (table[name] < 0).any()]
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise DataError(f"{path}: cannot be read as a table of a digest ({first_line(error)})") from None
    if wrong:
        raise DataError(f"{path}: has empty cells or negative figures in the column(s) {', '.join(wrong)}")
    unknown = [name for name in table["theatre"].unique().sort() if find_country(name) is None]
    if unknown:
        raise DataError(f"{path}: names theatres that are no country ({', '.join(unknown[:3])})")
    return table


def urban_cells() -> Sequence[int]:
    """PRIO-GRID numbers of the half-degree cells that hold the centre of a city of 100,000 people or more."""
    cells: list[int] = pl.read_parquet(packaged_folder() / "urban_cells.parquet")["cell"].to_list()
    return cells


def _cut(digest: Digest, as_of: date | None, lag_days: int) -> Digest:
    """Drop the months that are not wholly known at `as_of`, and what lies beyond the data's own end."""
    if as_of is None:
        last = digest.provenance.last_month
    else:
        last = min(last_known_month(as_of, lag_days=lag_days), digest.provenance.last_month)
        if last < digest.provenance.first_month:
            raise NotHeldError(
                f"nothing was known on {as_of}: the figures begin in {first_day(digest.provenance.first_month):%B %Y}"
            )
    return digest.up_to(last)


def end_of_data(digest: Digest) -> date:
    """The last day that the figures cover."""
    return last_day(digest.provenance.last_month)
