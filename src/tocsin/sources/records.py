"""Where the records of a CSV begin and end, found piece by piece, whatever its cells hold.

Quotes are read as RFC 4180 has them: a line end or comma inside quotes is text. A doubled quote leaves the parity of
quotes unchanged, so parity alone tells inside from outside, as long as quotes open and close at the edges of cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import DataError
from tocsin.sources.other_kinds import HEAD, other_kind, other_separator

LONGEST_RECORD = 64 * 2**20
"""A record of more bytes than this is no record: a quote was left open, or the file is no table."""

WITH_COMMAS = "save it with commas"
_BOM = b"\xef\xbb\xbf"

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Records:
    """Whole records, one after the other: their text, and of each where it begins and ends in it.

    `offset` is where the text begins in the file; `fields` counts the fields of each record, `line` is the line it
    begins on. `last` says that the file ends here, `open_quote` that it does so inside quotes.
    """

    text: bytes
    offset: int
    start: Numbers
    end: Numbers
    fields: Numbers
    line: Numbers
    last: bool = False
    open_quote: bool = False


def find_records(name: str, chunks: Iterable[bytes]) -> Iterator[Records]:
    """All records of a CSV that comes in chunks, in pieces of about a chunk. The last piece is marked.

    Raises `DataError` for content that is no UTF-8 text, a quote in the middle of a cell, a record without end.
    """
    held: Records | None = None
    rest = b""  # of a record that has begun
    offset, line = 0, 1  # where it begins
    for new, ends in _whole_lines(name, chunks):
        _check_text(name, new, offset + len(rest), line + rest.count(b"\n"))
        text = rest + new
        found = _found(name, text, offset, line, ends)
        done = int(found.end[-1]) if found.end.size else 0
        if len(text) - done > LONGEST_RECORD:
            raise DataError(
                f"{name}: a quote opened on or after line {line:,} is not closed in {LONGEST_RECORD:,} bytes"
            )
        rest = text[done:]
        if done:
            if held is not None:
                yield held
            held = found
            offset += done
            line += text.count(b"\n", 0, done)
    if rest:  # no line end after the last record, or it is inside quotes
        if held is not None:
            yield held
        held = _unended(name, rest, offset, line)
    if held is not None:
        yield Records(held.text, held.offset, held.start, held.end, held.fields, held.line, True, held.open_quote)


def _whole_lines(name: str, chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The chunks cut anew so that each ends with a line; the last one may not. With it, whether it is the last."""
    rest: list[bytes] = []
    size = 0
    for at, chunk in enumerate(chunks):
        if not at and (kind := other_kind(chunk[:HEAD])):
            raise DataError(f"{name} is not a table: {kind}")
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield b"".join([*rest, chunk[:cut]]), False
            rest, size = [], 0
        rest.append(chunk[cut:])
        size += len(chunk) - cut
        if size > LONGEST_RECORD:
            if b"\r" in rest[0]:
                raise _old_line_ends(name)
            raise DataError(f"{name} is not a table: a line of it has more than {LONGEST_RECORD:,} bytes")
    if size:
        yield b"".join(rest), True


def _check_text(name: str, piece: bytes, at: int, line: int) -> None:
    """That a piece is UTF-8 text and no other kind of file; raises `DataError` with the line and byte if not."""
    if at == 0:
        if piece.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise DataError(f"{name} is UTF-16 text; UTF-8 was expected. Convert it: iconv -f UTF-16 -t UTF-8")
        _check_header(name, piece.split(b"\n", 1)[0])
        head = piece[:512].lstrip()
        if head.lower().startswith((b"<!doctype", b"<html", b"<?xml", b"{", b"[")):
            raise DataError(f"{name} is not a table (it begins with {head[:15].decode('utf-8', 'replace')!r})")
    if b"\0" in piece:
        raise DataError(f"{name} is not a table: binary content at byte {at + piece.index(0) + 1:,}")
    if piece.isascii():
        return
    try:
        piece.decode("utf-8")
    except UnicodeDecodeError as error:
        where = line + piece.count(b"\n", 0, error.start)
        raise DataError(
            f"{name} is not UTF-8: byte 0x{piece[error.start]:02x} on line {where:,} (byte {at + error.start + 1:,} "
            "of the file). It is probably Windows-1252; convert it: iconv -f WINDOWS-1252 -t UTF-8"
        ) from None


def _check_header(name: str, header: bytes) -> None:
    """That a first line looks like one of a comma-separated table, before its quotes are looked at."""
    if b"\r" in re.sub(rb'"[^"]*"', b"", header).rstrip(b"\r"):
        raise _old_line_ends(name)
    other = other_separator(header.decode("utf-8", "replace")) if b"," not in header else None
    if other:
        raise DataError(f"{name} is not a comma-separated table: its columns are separated by {other}; {WITH_COMMAS}")


def _old_line_ends(name: str) -> DataError:
    return DataError(f"{name} has the line ends of old Macs (CR alone); save it as 'CSV UTF-8'")


def _found(name: str, text: bytes, offset: int, line: int, ends: bool) -> Records:
    """The records that end in a text which begins with one; what comes after the last of them is left."""
    data: Bytes = np.frombuffer(text, dtype=np.uint8)
    is_newline, is_comma = data == 10, data == 44
    newline = np.flatnonzero(is_newline)
    lines = np.arange(newline.size)
    if b'"' in text:
        is_quote = data == 34
        quote = np.flatnonzero(is_quote)
        stray = _stray_quote(data, quote, offset, ends)
        if stray is not None:
            raise DataError(
                f"{name}: line {line + text.count(10, 0, stray):,} has a quote in the middle of a cell; a cell with a "
                'quote in it must be in quotes, and the quote doubled (""). Save it again as CSV'
            )
        inside = np.bitwise_xor.accumulate(is_quote.view(np.uint8)).view(np.bool_)
        np.greater(is_comma, inside, out=is_comma)
        outside = ~inside[newline]
        newline, lines = newline[outside], lines[outside]
    end = newline + 1
    start = np.concatenate([np.zeros(1, np.int64), end[:-1]])[: end.size]
    commas = np.searchsorted(np.flatnonzero(is_comma), end)
    begins = line + np.concatenate([np.zeros(1, np.int64), lines[:-1] + 1])[: end.size]
    return Records(text, offset, start, end, np.diff(commas, prepend=0) + 1, begins)


def _unended(name: str, text: bytes, offset: int, line: int) -> Records:
    """The last record of a file, without a line end."""
    data: Bytes = np.frombuffer(text, dtype=np.uint8)
    inside = np.bitwise_xor.accumulate((data == 34).view(np.uint8)).view(np.bool_)
    commas = int(((data == 44) & ~inside).sum())
    one = np.array([0])
    return Records(text, offset, one, one + len(text), one + commas + 1, one + line, open_quote=bool(inside[-1]))


def _stray_quote(data: Bytes, quote: Numbers, offset: int, ends: bool) -> int | None:
    """Where a quote neither opens nor closes a cell nor is one of a doubled pair; the text begins outside of quotes."""
    opening, closing = quote[::2], quote[1::2]
    begins = 3 if offset == 0 and data[:3].tobytes() == _BOM else 0  # the first cell may come behind a byte order mark
    opens = (opening == begins) | np.isin(data[opening - 1], [10, 44, 34])
    closes = np.isin(data[np.minimum(closing + 1, data.size - 1)], [10, 13, 44, 34])
    if ends:
        closes |= closing == data.size - 1
    wrong = np.concatenate([opening[~opens], closing[~closes]])
    return int(wrong.min()) if wrong.size else None
