"""Reading a table from a file of unknown health: CSV (plain, gzip, zip) or Parquet, told apart by content.

Whatever makes a whole file unusable ends in one `DataError`. Rows of a CSV that are no rows (torn, too few or too many
fields) are set apart with their line numbers, and the rest is read. Cells are strings for a CSV, as typed for Parquet.

`open_table` looks through the whole file and keeps of it where its records lie; its rows are then had in pieces, as
often as wanted, so that a file of any size needs little memory. `read_table` gives them as one frame.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.errors import DataError, InputError
from tocsin.sources.parquet_trial import try_parquet
from tocsin.sources.records import Records, find_records
from tocsin.sources.unpacking import check_file, first_line, unpacked_gzip, unpacked_zip

ROW = "row"
"""Name of the added column: the line of a CSV file a row begins on, or the number of a Parquet file's row, from 1."""

MOST_COLUMNS = 4096
"""The parser of a CSV takes memory for every column, whether it is wanted or not."""

_CHUNK = 16 * 2**20
_PIECE_BYTES, _PIECE_ROWS = 64 * 2**20, 200_000
"""A piece of a table has about so many bytes of text, or so many rows, whichever is less."""
_LONGEST_CELL_LINES = 200
_BOM = b"\xef\xbb\xbf"

TORN_SCHEMA = {ROW: pl.UInt32, "reason": pl.String, "first_field": pl.String}


class Table(Protocol):
    """A table as found, whose rows can be had in pieces."""

    @property
    def file(self) -> str:
        """The file's name."""

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of the file, also those not wanted."""

    @property
    def height(self) -> int:
        """The number of rows that are rows."""

    @property
    def torn(self) -> pl.DataFrame:
        """Rows that are none: `row, reason, first_field`."""

    @property
    def row_word(self) -> str:
        """What `row` counts: "line" or "row"."""

    def pieces(self) -> Iterator[pl.DataFrame]:
        """The rows in order, one frame after the other and at least one: the wanted columns there are, and `row`."""


@dataclass(frozen=True, eq=False)
class RawTable:
    """A table in memory: `frame` has the wanted columns there are and `row`; `torn` has `row, reason, first_field`."""

    file: str
    inner_file: str | None  # the CSV inside a zip
    sha256: str
    columns: tuple[str, ...]  # all columns of the file
    frame: pl.DataFrame
    torn: pl.DataFrame
    row_word: str  # what `row` counts: "line" or "row"
    notes: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """The number of rows that are rows."""
        return self.frame.height

    def pieces(self) -> Iterator[pl.DataFrame]:
        """The rows in order, as `Table.pieces`."""
        yield from self.frame.iter_slices(_PIECE_ROWS) if self.frame.height else [self.frame]


@dataclass(frozen=True, eq=False)
class TableFile:
    """A table whose rows stay in its file until they are asked for; see `Table`."""

    file: str
    inner_file: str | None  # the CSV inside a zip
    sha256: str
    columns: tuple[str, ...]  # all columns of the file
    wanted: tuple[str, ...]  # those of them that pieces have
    height: int
    torn: pl.DataFrame
    row_word: str
    notes: tuple[str, ...]
    _read: Callable[[tuple[str, ...]], Iterator[pl.DataFrame]]

    def pieces(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """The rows in order, as `Table.pieces`; of the wanted columns only those named, if any are.

        Raises `DataError` when the file is not as it was when it was opened, or is damaged (Parquet).
        """
        names = self.wanted if columns is None else tuple(name for name in self.wanted if name in columns)
        height = 0
        for piece in self._read(names):
            height += piece.height
            yield piece
        if height != self.height:
            raise DataError(f"{self.file} changed while it was read; try again")


def read_table(path: Path, wanted: Sequence[str], *, standard_header: Sequence[str] = ()) -> RawTable:
    """The wanted columns of a CSV or Parquet file, those that it has, as one frame. See `open_table`."""
    found = open_table(path, wanted, standard_header=standard_header)
    frame = pl.concat(found.pieces(), rechunk=True)
    return RawTable(
        found.file, found.inner_file, found.sha256, found.columns, frame, found.torn, found.row_word, found.notes
    )


def open_table(path: Path, wanted: Sequence[str], *, standard_header: Sequence[str] = ()) -> TableFile:
    """A CSV or Parquet file, looked through once, of which the wanted columns can be had that it has.

    `standard_header` are the columns of a CSV that came without a header line, recognised by having exactly as many
    fields and a number as the first. Raises `MissingFileError`, `InputError` (not a file) or `DataError` (empty, cut
    off, wrong encoding, not a table, an archive that cannot be trusted).
    """
    check_file(path)
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            magic = file.read(8)
        if not magic:
            raise DataError(f"{path.name} is empty (0 bytes)")
        if magic[:4] == b"PAR1":
            return _open_parquet(path, sha256, wanted)
        if magic[:2] == b"\x1f\x8b":
            return _open_csv(path, None, sha256, partial(unpacked_gzip, path), wanted, standard_header)
        if magic[:4] == b"PK\x03\x04":
            inner, content = unpacked_zip(path)
            return _open_csv(path, inner, sha256, content, wanted, standard_header)
        return _open_csv(path, None, sha256, partial(_plain, path), wanted, standard_header)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None


# --- Parquet ----------------------------------------------------------------------------------------------------------


def _open_parquet(path: Path, sha256: str, wanted: Sequence[str]) -> TableFile:
    try_parquet(path, columns=wanted)
    try:
        columns = tuple(pl.read_parquet_schema(path))
        height = int(pl.scan_parquet(path).select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise _unreadable(path, error) from None
    there = tuple(name for name in wanted if name in columns)
    return TableFile(
        path.name, None, sha256, columns, there, height, _torn([]), "row", (), partial(_parquet_pieces, path)
    )


def _parquet_pieces(path: Path, names: tuple[str, ...]) -> Iterator[pl.DataFrame]:
    at = 0
    try:
        # Of a file with rows and none of the columns the rows are still counted.
        rows = pl.scan_parquet(path).with_row_index(ROW, 1).select(*names, pl.col(ROW).cast(pl.UInt32))
        for piece in rows.collect_batches(chunk_size=_PIECE_ROWS, engine="streaming"):
            at += piece.height
            yield piece
        if not at:
            yield rows.collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: BaseException) -> DataError:
    return DataError(f"{path.name} is no readable Parquet file ({first_line(error)}); download it again")


# --- CSV --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Piece:
    """Records of a CSV that are parsed together: how many bytes they have, the lines that sound rows begin on.

    `cuts` are the runs of sound records as byte offsets (start, end) where not all bytes belong to one.
    """

    size: int
    lines: NDArray[np.uint32]
    cuts: tuple[tuple[int, int], ...] | None


def _open_csv(
    path: Path,
    inner: str | None,
    sha256: str,
    content: Callable[[], Iterable[bytes]],
    wanted: Sequence[str],
    standard_header: Sequence[str],
) -> TableFile:
    name = path.name if inner is None else f"{path.name} ({inner})"
    header: list[str] = []
    has_header = True
    torn: list[tuple[int, str, str]] = []
    pieces: list[_Piece] = []
    for records in find_records(name, _chunked(content())):
        begins = not header
        if begins:
            header, has_header = _header(name, records, standard_header)
        pieces.append(_sorted(name, records, len(header), torn, skip_first=begins and has_header))
    if not header:
        raise DataError(f"{name} is empty (0 bytes unpacked)")
    notes = () if has_header else (f"{name} has no header line; GED's {len(header)} standard columns are assumed",)
    joined = tuple(_joined(pieces))
    return TableFile(
        file=path.name,
        inner_file=inner,
        sha256=sha256,
        columns=tuple(header),
        wanted=tuple(column for column in wanted if column in header),
        height=sum(piece.lines.size for piece in joined),
        torn=_torn(torn),
        row_word="line",
        notes=notes,
        _read=partial(_csv_pieces, name, content, tuple(header), joined),
    )


def _plain(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _chunked(content: Iterable[bytes]) -> Iterator[bytes]:
    """Chunks of no more than a certain size."""
    for chunk in content:
        for at in range(0, len(chunk), _CHUNK):
            yield chunk[at : at + _CHUNK] if len(chunk) > _CHUNK else chunk


def _torn(rows: list[tuple[int, str, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=TORN_SCHEMA, orient="row")


def _header(name: str, records: Records, standard: Sequence[str]) -> tuple[list[str], bool]:
    first = records.text[: records.end[0]].decode("utf-8-sig")
    try:
        header = [field.strip() for field in next(csv.reader(io.StringIO(first, newline="")), [])]
    except csv.Error as error:
        raise DataError(f"{name} is not a comma-separated table: its first line cannot be read ({error})") from None
    if len(header) < 2:
        raise DataError(f"{name} is not a comma-separated table: its first line is one column")
    if len(header) > MOST_COLUMNS:
        raise DataError(f"{name} has {len(header):,} columns; a table of events has no more than {MOST_COLUMNS:,}")
    if standard and len(header) == len(standard) and header[0].isdigit():
        return list(standard), False
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        raise DataError(f"{name} has columns of the same name: {', '.join(map(repr, twice))}")
    return header, True


def _sorted(
    name: str, records: Records, n_columns: int, torn: list[tuple[int, str, str]], *, skip_first: bool
) -> _Piece:
    """The sound records of a piece; the others are added to `torn` with their reason, blank lines are in neither."""
    sound = records.fields == n_columns
    if records.open_quote:
        sound[-1] = False
    blank = np.zeros(sound.size, dtype=bool)
    for k in np.flatnonzero(records.end - records.start <= 2):
        blank[k] = not records.text[records.start[k] : records.end[k]].strip()
    other = ~sound & ~blank
    sound &= ~blank
    if skip_first:
        sound[0] = other[0] = False
    for k in np.flatnonzero(other):
        last = records.last and k == sound.size - 1
        if last and records.open_quote:
            if records.text.count(b"\n", records.start[k]) > _LONGEST_CELL_LINES:
                raise DataError(f"{name}: a quote opened on or after line {records.line[k]:,} is never closed")
            reason = f"torn: the file ends inside quotes (of {n_columns} fields)"
        else:
            cut_off = "torn: " if last and records.fields[k] < n_columns else ""
            reason = f"{cut_off}{records.fields[k]} fields where the header has {n_columns}"
        text = records.text[records.start[k] : min(records.end[k], records.start[k] + 1000)].decode("utf-8", "replace")
        torn.append((int(records.line[k]), reason, text.split(",", 1)[0].strip()[:20]))
    begins = len(_BOM) if records.text.startswith(_BOM) and records.offset == 0 else 0
    keep = np.flatnonzero(sound)
    cuts: tuple[tuple[int, int], ...] | None = None
    if keep.size < sound.size or begins:
        gaps = np.flatnonzero(np.diff(keep) > 1)
        firsts, lasts = np.append(keep[:1], keep[gaps + 1]), np.append(keep[gaps], keep[-1:])
        cuts = tuple(
            (max(begins, int(records.start[a])), int(records.end[b])) for a, b in zip(firsts, lasts, strict=True)
        )
    return _Piece(int(records.end[-1]), records.line[keep].astype(np.uint32), cuts)


def _joined(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """Pieces put together until they are of a good size for the parser."""
    held: list[_Piece] = []
    for piece in pieces:
        size, rows = sum(one.size for one in held) + piece.size, sum(one.lines.size for one in held) + piece.lines.size
        if held and (size > _PIECE_BYTES or rows > _PIECE_ROWS):
            yield _one(held)
            held = []
        held.append(piece)
    if held:
        yield _one(held)


def _one(pieces: list[_Piece]) -> _Piece:
    cuts: list[tuple[int, int]] = []
    at = 0
    for piece in pieces:
        cuts += [(at + a, at + b) for a, b in ([(0, piece.size)] if piece.cuts is None else piece.cuts)]
        at += piece.size
    whole = all(piece.cuts is None for piece in pieces)
    return _Piece(at, np.concatenate([piece.lines for piece in pieces]), None if whole else tuple(cuts))


def _csv_pieces(
    name: str,
    content: Callable[[], Iterable[bytes]],
    header: tuple[str, ...],
    pieces: tuple[_Piece, ...],
    names: tuple[str, ...],
) -> Iterator[pl.DataFrame]:
    for piece, text in zip(pieces, _texts(content(), [piece.size for piece in pieces]), strict=True):
        lines = pl.Series(ROW, piece.lines)
        sound = text if piece.cuts is None else b"".join(text[a:b] for a, b in piece.cuts)
        frame = _parsed(name, sound, header, names)
        if names and (frame.height != piece.lines.size or len(text) != piece.size):
            raise DataError(f"{name} changed while it was read; try again")
        yield frame.with_columns(lines) if names else lines.to_frame()


def _texts(chunks: Iterable[bytes], sizes: Iterable[int]) -> Iterator[bytes]:
    """The content cut anew into texts of the given sizes."""
    coming = iter(chunks)
    held: list[bytes] = []
    there = 0
    for size in sizes:
        while there < size and (chunk := next(coming, b"")):
            held.append(chunk)
            there += len(chunk)
        last = held.pop() if held else b""
        over = max(there - size, 0)
        held.append(last[: len(last) - over])
        text = b"".join(held)
        held, there = ([last[len(last) - over :]], over) if over else ([], 0)
        yield text


def _parsed(name: str, text: bytes, header: tuple[str, ...], names: tuple[str, ...]) -> pl.DataFrame:
    at = sorted(header.index(column) for column in names)
    if not names or not text:
        return pl.DataFrame(schema={header[i]: pl.String for i in at})
    # Names of our own, so that nothing of the parser's depends on what stands in the header.
    own = ",".join(f"c{i}" for i in range(len(header))).encode() + b"\n"
    try:
        frame = pl.read_csv(own + text, columns=at, infer_schema_length=0)
    except pl.exceptions.PolarsError as error:
        raise DataError(f"{name} cannot be read as CSV ({first_line(error)})") from None
    frame.columns = [header[i] for i in at]
    return frame
