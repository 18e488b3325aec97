"""The events of one file, however many: a few in memory, more of them in files of their own until the store has them.

Files are written piece by piece, each sorted as the store keeps events (`STORE_ORDER`), so that all of them can be
gone through in that order with little of them in memory at a time.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tocsin.errors import InputError

STORE_ORDER = ("country", "date", "event_id")
"""How the store keeps events: smaller and faster to search when sorted by place."""

IN_MEMORY = 200_000
"""So many events are kept in memory; where there are more they go, so many at a time, to temporary files."""

_PLACE = "__place"  # of an event in its file, so that the order there can be had again
_ROW_GROUP = 16_384
# Every so many-th event of a run is a sample; pieces are cut at every so many-th of all samples, put in order.
_SAMPLE_EVERY, _SAMPLES_IN_PIECE = 4_096, 24


class Waiting:
    """A folder among the temporary ones, of this user alone, that goes with this object or with the process."""

    def __init__(self) -> None:
        self.path = Path(tempfile.gettempdir()) / f"tocsin-events-{secrets.token_hex(8)}"
        # Before there is a folder, so that whatever interrupts this leaves none.
        weakref.finalize(self, _remove, self.path, os.getpid())
        self.path.mkdir(mode=0o700)


def _remove(path: Path, made_by: int) -> None:
    if os.getpid() == made_by:  # no process forked from it
        shutil.rmtree(path, ignore_errors=True)


@dataclass(frozen=True, eq=False)
class EventRows:
    """Events of one file. `runs` are Parquet files, each in `STORE_ORDER`; with none of them `held` has all events.

    The files last as long as this object, or as the process.
    """

    held: pl.DataFrame
    runs: tuple[Path, ...] = ()
    height: int = 0
    waiting: Waiting | None = None

    @classmethod
    def of(cls, events: pl.DataFrame) -> EventRows:
        """Events in memory."""
        return cls(events, (), events.height)

    def lazy(self) -> pl.LazyFrame:
        """All events, to be asked something of; in no particular order where they are in files."""
        return pl.scan_parquet([*self.runs]).drop(_PLACE) if self.runs else self.held.lazy()

    def frame(self) -> pl.DataFrame:
        """All events as one table, in the order of their file. Of many events that takes memory."""
        return pl.scan_parquet([*self.runs]).sort(_PLACE).drop(_PLACE).collect() if self.runs else self.held

    def in_store_order(self) -> Iterator[pl.DataFrame]:
        """All events in `STORE_ORDER`, in pieces."""
        if not self.runs:
            yield self.held.sort(STORE_ORDER)
            return
        bounds = _bounds(self.runs)
        starts = [_places(run, bounds) for run in self.runs]
        for piece in range(bounds.height + 1):
            slices = [
                pl.scan_parquet(run).slice(at[piece], at[piece + 1] - at[piece])
                for run, at in zip(self.runs, starts, strict=True)
                if at[piece + 1] > at[piece]
            ]
            if slices:
                yield pl.concat(slices).drop(_PLACE).collect().sort(STORE_ORDER)


def gathered(pieces: Iterable[pl.DataFrame]) -> EventRows:
    """Event tables of one schema, which come one after the other, as one.

    Raises `InputError` where many of them have to wait in the folder for temporary files and it has no room.
    """
    held: list[pl.DataFrame] = []
    runs: list[Path] = []
    waiting: Waiting | None = None
    height = 0
    for piece in pieces:
        held.append(piece)
        height += piece.height
        if sum(one.height for one in held) > IN_MEMORY:
            waiting = waiting or _waiting()
            runs.append(_write(waiting.path / f"{len(runs)}.parquet", pl.concat(held), height))
            held = [piece.clear()]
    if waiting is None:
        return EventRows.of(pl.concat(held) if held else pl.DataFrame())
    if any(one.height > 0 for one in held):
        runs.append(_write(waiting.path / f"{len(runs)}.parquet", pl.concat(held), height))
    return EventRows(held[0].clear(), (*runs,), height, waiting)


def _waiting() -> Waiting:
    try:
        return Waiting()
    except OSError as error:
        raise _no_room(Path(tempfile.gettempdir()), error) from None


def _write(path: Path, events: pl.DataFrame, up_to: int) -> Path:
    place = pl.int_range(up_to - events.height, up_to, dtype=pl.UInt32).alias(_PLACE)
    rows = events.with_columns(place).sort(STORE_ORDER)
    try:
        rows.write_parquet(path, compression="lz4", statistics=False, row_group_size=_ROW_GROUP)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise _no_room(path.parent.parent, error) from None
    return path


def _no_room(folder: Path, error: Exception) -> InputError:
    why = getattr(error, "strerror", None) or str(error).splitlines()[0]
    return InputError(
        f"events wait in {folder} until all are checked, and it cannot be written to ({why}). Make room there, or name "
        "another folder in the environment variable TMPDIR"
    )


def _bounds(runs: tuple[Path, ...]) -> pl.DataFrame:
    """The keys at which all events are cut into pieces of about equal size, in order."""
    samples = [pl.scan_parquet(run).select(STORE_ORDER).gather_every(_SAMPLE_EVERY).collect() for run in runs]
    return pl.concat(samples).sort(STORE_ORDER).gather_every(_SAMPLES_IN_PIECE, _SAMPLES_IN_PIECE)


def _places(run: Path, bounds: pl.DataFrame) -> list[int]:
    """Where each piece begins in a run, and the run's end."""
    keys = pl.read_parquet(run, columns=list(STORE_ORDER))
    country, day, event_id = (pl.col(name) for name in STORE_ORDER)
    before = [
        ((country < c) | ((country == c) & ((day < d) | ((day == d) & (event_id < e))))).sum().alias(str(at))
        for at, (c, d, e) in enumerate(bounds.iter_rows())
    ]
    return [0, *(keys.select(before).row(0) if before else ()), keys.height]
