"""What counts of each part held, said without reading it whole: what of it gives way to parts of higher rank.

Only ids are ever compared between parts, so that parts of any size stay where they are until something is asked of
them. What is here is plain data: another process that can read the store's folder can ask it as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from tocsin.errors import DataError
from tocsin.store.manifest import Part

Spoken = tuple[date, date, tuple[str, ...] | None]
"""First and last day, and the countries (None: the world), that a part of higher rank speaks for."""


@dataclass(frozen=True, eq=False)
class Slice:
    """The rows of a part's file that count: none that others speak for, none of the ids dropped, none placed worse."""

    path: Path
    spoken_for: tuple[Spoken, ...] = ()
    dropped: pl.Series | None = None
    place_precision_max: int | None = None
    known_to: date | None = None

    def lazy(self) -> pl.LazyFrame:
        """These rows, to be asked something of."""
        rows = pl.scan_parquet(self.path)
        for first, last, countries in self.spoken_for:
            spoken_for = pl.col("date_end").is_between(first, last)
            if countries is not None:
                spoken_for &= pl.col("country").is_in(countries)
            rows = rows.filter(~spoken_for)
        if self.dropped is not None and self.dropped.len():
            rows = rows.filter(~pl.col("event_id").is_in(self.dropped.implode()))
        if self.place_precision_max is not None:
            rows = rows.filter(pl.col("place_precision") <= self.place_precision_max)
        return rows if self.known_to is None else rows.filter(known_day() <= self.known_to)


def known_day() -> pl.Expr:
    """The day an event is known: its last one, or the end of that month when the date is no finer than a month.

    It lies in the month in which the event is counted.
    """
    last = pl.col("date_end")
    return pl.when(pl.col("date_precision_days") >= 31).then(last.dt.month_end()).otherwise(last)


def slices_of(folder: Path, parts: Sequence[Part]) -> dict[Part, Slice]:
    """Each part's rows that no part of higher rank of the same source speaks for, or has under the same id."""
    ordered = sorted(parts, key=lambda part: part.rank, reverse=True)
    made: dict[Part, Slice] = {}
    for at, part in enumerate(ordered):
        higher = [one for one in ordered[:at] if one.release.source == part.release.source]
        spoken = tuple((one.first_day, one.last_day, one.countries) for one in higher)
        own = Slice(_checked_path(folder, part), spoken)
        if higher and rows_of(own):
            ids = pl.concat([made[one].lazy().select("event_id") for one in higher])
            # Those of the part that are left are few as a rule, and it is they that are kept in memory.
            again = ids.join(own.lazy().select("event_id"), on="event_id", how="semi").unique()
            own = replace(own, dropped=again.collect(engine="streaming").to_series())
        made[part] = own
    return made


def rows_of(one: Slice) -> int:
    """How many rows of a part count."""
    return int(one.lazy().select(pl.len()).collect(engine="streaming").item())


def _checked_path(folder: Path, part: Part) -> Path:
    path = folder / part.parquet
    if path.stat().st_size != part.parquet_bytes:
        raise DataError(
            f"{path} is damaged: {path.stat().st_size} bytes where {part.parquet_bytes} were written; "
            f"import {part.file} again"
        )
    return path


def damaged(folder: Path, parts: Sequence[Part], error: Exception) -> DataError:
    """The error to raise when the rows of some part cannot be read: it names the part that is not as it was written."""
    why = str(error).splitlines()[0] if str(error) else type(error).__name__
    for part in parts:
        path = folder / part.parquet
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != part.parquet_sha256:
                return DataError(f"{path} is damaged ({why}); import {part.file} again")
    return DataError(f"the store at {folder} cannot be read ({why})")
