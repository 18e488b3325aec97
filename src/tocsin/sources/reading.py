"""Reading a table from a file of unknown health: CSV (plain, gzip, zip) or Parquet, told apart by content.

Whatever makes a whole file unusable ends in one `DataError`. Rows of a CSV that are no rows (torn, too few or too many
fields) are set apart with their line numbers, and the rest is read. Cells are strings for a CSV, as typed for Parquet.
"""

from __future__ import annotations

import csv
import hashlib
import io
import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.errors import DataError, InputError, MissingFileError
from tocsin.sources.unpacking import first_line, unpack_gzip, unpack_zip

ROW = "row"
"""Name of the added column: the line of a CSV file a row begins on, or the number of a Parquet file's row, from 1."""

_CHUNK = 16 * 2**20
_LONGEST_CELL_LINES = 200

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class RawTable:
    """A table as found: `frame` has the wanted columns that exist plus `row`; `torn` has `row, reason, first_field`."""

    file: str
    inner_file: str | None  # the CSV inside a zip
    sha256: str
    columns: tuple[str, ...]  # all columns of the file
    frame: pl.DataFrame
    torn: pl.DataFrame
    row_word: str  # what `row` counts: "line" or "row"
    notes: tuple[str, ...] = ()


def read_table(path: Path, wanted: Sequence[str], *, standard_header: Sequence[str] = ()) -> RawTable:
    """The wanted columns of a CSV or Parquet file, those that it has.

    `standard_header` are the columns of a CSV that came without a header line, recognised by having exactly as many
    fields and a number as the first. Raises `MissingFileError`, `InputError` (not a file) or `DataError` (empty, cut
    off, wrong encoding, not a table, an archive that cannot be trusted).
    """
    if not path.exists():
        raise MissingFileError(f"there is no file {path}")
    if not path.is_file():
        raise InputError(f"{path} is not a file")
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            magic = file.read(8)
            if not magic:
                raise DataError(f"{path.name} is empty (0 bytes)")
            if magic[:4] == b"PAR1":
                return _read_parquet(path, sha256, wanted)
            if magic[:2] == b"\x1f\x8b":
                return _read_csv(path, None, sha256, unpack_gzip(path), wanted, standard_header)
            if magic[:4] == b"PK\x03\x04":
                inner, content = unpack_zip(path)
                return _read_csv(path, inner, sha256, content, wanted, standard_header)
            # Not closed by hand: an error on the way up may still look into it; it goes with its last reader.
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            return _read_csv(path, None, sha256, mapped, wanted, standard_header)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None


def _read_parquet(path: Path, sha256: str, wanted: Sequence[str]) -> RawTable:
    try:
        columns = tuple(pl.read_parquet_schema(path))
        frame = pl.read_parquet(path, columns=[name for name in wanted if name in columns])
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(f"{path.name} is no readable Parquet file ({first_line(error)}); download it again") from None
    frame = frame.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias(ROW))
    return RawTable(path.name, None, sha256, columns, frame, _no_torn(), "row")


def _no_torn() -> pl.DataFrame:
    return pl.DataFrame(schema={ROW: pl.UInt32, "reason": pl.String, "first_field": pl.String})


@dataclass(frozen=True, eq=False)
class _Records:
    """Where each record of a CSV lies: byte offsets [start, end), fields counted, line it begins on; all 1-d int64."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    fields: NDArray[np.int64]
    line: NDArray[np.int64]
    open_quote: bool  # the last record ends inside quotes


def _read_csv(
    path: Path,
    inner: str | None,
    sha256: str,
    content: bytes | mmap.mmap,
    wanted: Sequence[str],
    standard_header: Sequence[str],
) -> RawTable:
    name = path.name if inner is None else f"{path.name} ({inner})"
    data: Bytes = np.frombuffer(content, dtype=np.uint8)
    if not data.size:
        raise DataError(f"{name} is empty (0 bytes unpacked)")
    _check_text(name, data)
    records = _find_records(name, data)
    header, has_header = _header(name, data, records, standard_header)
    keep, torn = _sort_records(name, data, records, len(header), skip_first=has_header)
    columns = [column for column in wanted if column in header]
    source = _fed_to_parser(path if isinstance(content, mmap.mmap) else content, data, records, keep, has_header)
    frame = _parse(name, source, header, columns, has_header)
    if columns and frame.height != keep.size:
        raise DataError(f"{name} changed while it was read; try again")
    notes = () if has_header else (f"{name} has no header line; GED's {len(header)} standard columns are assumed",)
    lines = pl.Series(ROW, records.line[keep], dtype=pl.UInt32)
    frame = frame.with_columns(lines) if columns else lines.to_frame()
    return RawTable(path.name, inner, sha256, tuple(header), frame, torn, "line", notes)


def _pieces(data: Bytes) -> Iterator[tuple[int, bytes]]:
    """The content in pieces that end with a line, each with its offset."""
    at = 0
    while at < data.size:
        piece = data[at : at + _CHUNK].tobytes()
        if at + len(piece) < data.size and (cut := piece.rfind(b"\n")) >= 0:
            piece = piece[: cut + 1]
        yield at, piece
        at += len(piece)


def _check_text(name: str, data: Bytes) -> None:
    """That the content is UTF-8 text and no other kind of file; raises `DataError` with the line and byte if not."""
    head = data[:512].tobytes()
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(f"{name} is UTF-16 text; UTF-8 was expected. Convert it: iconv -f UTF-16 -t UTF-8")
    if head.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml", b"{", b"[")):
        raise DataError(f"{name} is not a table (it begins with {head.lstrip()[:15].decode('utf-8', 'replace')!r})")
    lines = 0
    for at, piece in _pieces(data):
        if b"\0" in piece:
            raise DataError(f"{name} is not a table: binary content at byte {at + piece.index(0) + 1:,}")
        try:
            piece.decode("utf-8")
        except UnicodeDecodeError as error:
            line = lines + piece.count(b"\n", 0, error.start) + 1
            raise DataError(
                f"{name} is not UTF-8: byte 0x{piece[error.start]:02x} on line {line:,} (byte {at + error.start + 1:,} "
                "of the file). It is probably Windows-1252; convert it: iconv -f WINDOWS-1252 -t UTF-8"
            ) from None
        lines += piece.count(b"\n")


def _find_records(name: str, data: Bytes) -> _Records:
    """Records and their fields, reading quotes as RFC 4180 has them: a line end or comma inside quotes is text.

    A doubled quote leaves the parity of quotes unchanged, so parity alone tells inside from outside, as long as quotes
    open and close at the edges of cells; raises `DataError` where one does not.
    """
    ends, fields, lines = [], [], []
    inside, commas, newlines = 0, 0, 0
    for at in range(0, data.size, _CHUNK):
        piece = data[at : at + _CHUNK]
        newline = np.flatnonzero(piece == 10)
        comma = np.flatnonzero(piece == 44)
        quote = np.flatnonzero(piece == 34)
        stray = _stray_quote(data, quote + at, inside)
        if stray is not None:
            where = newlines + int(np.searchsorted(newline, stray - at)) + 1
            raise DataError(
                f"{name}: line {where:,} has a quote in the middle of a cell; a cell with a quote in it must be in "
                'quotes, and the quote doubled (""). Save it again as CSV'
            )
        outside_newline = newline[(np.searchsorted(quote, newline) + inside) % 2 == 0]
        outside_comma = comma[(np.searchsorted(quote, comma) + inside) % 2 == 0]
        ends.append(outside_newline + at + 1)
        fields.append(np.searchsorted(outside_comma, outside_newline) + commas)
        lines.append(np.searchsorted(newline, outside_newline, side="right") + newlines)
        inside = (inside + quote.size) % 2
        commas += outside_comma.size
        newlines += newline.size
    end = np.concatenate(ends).astype(np.int64)
    commas_before = np.concatenate(fields).astype(np.int64)
    lines_before = np.concatenate(lines).astype(np.int64)
    if not end.size or end[-1] < data.size:  # no line end after the last record
        end, commas_before = np.append(end, data.size), np.append(commas_before, commas)
        lines_before = np.append(lines_before, newlines + 1)
    start = np.concatenate([[0], end[:-1]])
    line = np.concatenate([[1], lines_before[:-1] + 1])
    return _Records(start, end, np.diff(commas_before, prepend=0) + 1, line, bool(inside))


def _stray_quote(data: Bytes, quote: NDArray[np.int64], inside: int) -> int | None:
    """Where a quote neither opens nor closes a cell nor is one of a doubled pair; `inside` is 1 when a cell is open."""
    opening, closing = quote[inside::2], quote[1 - inside :: 2]
    begins = 3 if data[:3].tobytes() == b"\xef\xbb\xbf" else 0  # the first cell may come behind a byte order mark
    opens = (opening == begins) | np.isin(data[opening - 1], [10, 44, 34])
    closes = (closing == data.size - 1) | np.isin(data[np.minimum(closing + 1, data.size - 1)], [10, 13, 44, 34])
    wrong = np.concatenate([opening[~opens], closing[~closes]])
    return int(wrong.min()) if wrong.size else None


def _header(name: str, data: Bytes, records: _Records, standard: Sequence[str]) -> tuple[list[str], bool]:
    first = data[: records.end[0]].tobytes().decode("utf-8-sig")
    header = [field.strip() for field in next(csv.reader(io.StringIO(first, newline="")), [])]
    if len(header) < 2:
        other = next((f"{mark!r}" for mark in ("\t", ";", "|") if first.count(mark) >= 2), None)
        hint = f"its columns are separated by {other}; save it with commas" if other else "its first line is one column"
        raise DataError(f"{name} is not a comma-separated table: {hint}")
    if standard and len(header) == len(standard) and header[0].isdigit():
        return list(standard), False
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        raise DataError(f"{name} has columns of the same name: {', '.join(map(repr, twice))}")
    return header, True


def _sort_records(
    name: str, data: Bytes, records: _Records, n_columns: int, *, skip_first: bool
) -> tuple[NDArray[np.int64], pl.DataFrame]:
    """Indices of the sound records, and a table of the others with their reason; blank lines are in neither."""
    which = np.arange(int(skip_first), records.start.size)
    length = records.end[which] - records.start[which]
    blank = np.zeros(which.size, dtype=bool)
    for i in np.flatnonzero(length <= 2):
        blank[i] = not data[records.start[which[i]] : records.end[which[i]]].tobytes().strip()
    sound = records.fields[which] == n_columns
    if records.open_quote:
        sound[-1:] = False
    rows = []
    for k in which[~sound & ~blank]:
        text = data[records.start[k] : records.end[k]].tobytes().decode("utf-8", "replace")
        last = k == records.start.size - 1
        if records.open_quote and last:
            if text.count("\n") > _LONGEST_CELL_LINES:
                raise DataError(f"{name}: a quote opened on or after line {records.line[k]:,} is never closed")
            reason = f"torn: the file ends inside quotes (of {n_columns} fields)"
        else:
            torn = "torn: " if last and records.fields[k] < n_columns else ""
            reason = f"{torn}{records.fields[k]} fields where the header has {n_columns}"
        rows.append((int(records.line[k]), reason, text.split(",", 1)[0].strip()[:20]))
    return which[sound & ~blank], pl.DataFrame(rows, schema=_no_torn().schema, orient="row")


def _fed_to_parser(
    whole: Path | bytes, data: Bytes, records: _Records, keep: NDArray[np.int64], has_header: bool
) -> Path | bytes:
    """The file itself when every record is sound, else its header and sound records alone."""
    if keep.size == records.start.size - int(has_header):
        return whole
    gaps = np.flatnonzero(np.diff(keep) > 1)
    runs = zip(np.append(keep[:1], keep[gaps + 1]), np.append(keep[gaps], keep[-1:]), strict=True)
    parts = [data[records.start[a] : records.end[b]].tobytes() for a, b in runs]
    return b"".join(([data[: records.end[0]].tobytes()] if has_header else []) + parts)


def _parse(name: str, source: Path | bytes, header: list[str], columns: list[str], has_header: bool) -> pl.DataFrame:
    at = sorted(header.index(column) for column in columns)
    if not columns or not source:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    try:
        frame = pl.read_csv(source, has_header=has_header, columns=at, infer_schema_length=0)
    except pl.exceptions.PolarsError as error:
        raise DataError(f"{name} cannot be read as CSV ({first_line(error)})") from None
    frame.columns = [header[i] for i in at]
    return frame
