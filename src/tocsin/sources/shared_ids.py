"""Rows that share an id, told apart by whether they agree in every column read.

Rows come in pieces and may lie far apart, so that a file is looked through for ids first; only where some are shared is
there more to do. Cells are compared by a hash of 128 bits of each row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from tocsin.sources.cells import Check
from tocsin.sources.reading import ROW

_SEEDS = (1989, 1946)


@dataclass(frozen=True, eq=False)
class SeenIds:
    """The ids seen so far: twelve bytes a row."""

    pieces: list[pl.DataFrame] = field(default_factory=list)
    twice: list[bool] = field(default_factory=list)  # whether each piece by itself holds an id twice

    def see(self, frame: pl.DataFrame) -> bool:
        """Take note of the ids of a piece, in its column `_id`; whether some are known to be shared by now."""
        named = frame.lazy().filter(pl.col("_id").is_not_null())
        ids = named.select(ROW, pl.col("_id").hash().alias("id")).collect()
        self.pieces.append(ids)
        self.twice.append(ids["id"].n_unique() < ids.height)
        return any(self.twice)

    def shared(self) -> pl.Series | None:
        """The rows that may share their id with another one; nothing where none do."""
        seen = pl.concat(self.pieces)
        if seen["id"].n_unique() == seen.height:
            return None
        return seen.filter(pl.col("id").is_duplicated())[ROW]


@dataclass(frozen=True, eq=False)
class SharedIds:
    """Rows that repeat an earlier one, and rows whose id others have that differ."""

    repeated: pl.Series
    differing: pl.Series


def compared(rows: pl.Series, frames: Iterable[pl.DataFrame]) -> SharedIds:
    """The rows that may share an id, as they stand in the pieces of a table, compared."""
    found = []
    for frame in frames:
        some = frame.filter(pl.col(ROW).is_in(rows.implode()) & pl.col("_id").is_not_null())
        cells = some.select(name for name in some.columns if name != ROW and not name.startswith("_"))
        hashes = [cells.hash_rows(seed).alias(f"hash_{seed}") for seed in _SEEDS]
        found.append(some.select(ROW, "_id").with_columns(hashes))
    shared = pl.concat(found, how="vertical_relaxed").filter(pl.col("_id").is_duplicated())
    variants = pl.struct(f"hash_{seed}" for seed in _SEEDS).n_unique().over("_id")
    first = pl.col(ROW).min().over("_id")
    marked = shared.with_columns(variants.alias("variants"), (pl.col(ROW) == first).alias("first"))
    return SharedIds(
        repeated=marked.filter((pl.col("variants") == 1) & ~pl.col("first"))[ROW],
        differing=marked.filter(pl.col("variants") > 1)[ROW],
    )


def id_checks(shared: SharedIds, id_column: str) -> list[Check]:
    """The rules for them."""
    column = (id_column,)
    return [
        Check("repeats an earlier row; the first one is kept", column, ~pl.col(ROW).is_in(shared.repeated.implode())),
        Check("id shared by rows that differ; none is kept", column, ~pl.col(ROW).is_in(shared.differing.implode())),
    ]
