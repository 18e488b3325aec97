"""Real files damaged on purpose: one kind of damage after another, each drawn from a seed.

A `Mutant` says which rows its damage may have touched. `TOUCHES_ALL` means any of them.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

Rows = list[list[str]]  # a header and rows
PERSON = "Zebulon Quistgaard-Planted"
"""A name in columns that real files fill with persons; it must turn up nowhere."""
TOUCHES_ALL = frozenset({"*"})

CELLS = (
    "99999999999999999999999", "1e308", "-1", "-0", "nan", "inf", "-inf", "0x10", "1,5", "12 000", "٣", "1_000", "NA",
    "", " ", "NULL", "#REF!", "=1+1", "=cmd|' /C calc'!A0", "@SUM(1)", "+1", "true", "1992-02-30", "0000-00-00",
    "9999-12-31", "1992-13-01", "02/03/1992", "1992-02-29T25:99:99", "-292277022657-01-27", "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07", "a\u202eb", "a\u200bb", "[red]x[/red]", "[link=http://x]y[/link]", "<script>alert(1)</script>",
    "é" * 200, "🙂", "\ufeff", "a\rb", "a\nb", "\x7f", "\x85", "x" * 70_000, "x" * 200_000, "';DROP TABLE events;--",
    "../../etc/passwd", "\\", "\ud7ff",
)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A damaged file: its name, content, what was done to it, and the ids of the rows that may have changed."""

    name: str
    content: bytes
    what: str
    touched: frozenset[str]


def mutants(name: str, rows: Rows, *, seed: int, count: int) -> Iterator[Mutant]:
    """So many damaged files made of one table; the same for the same seed."""
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        kind = KINDS[number % len(KINDS)]
        yield kind(rng, name, [list(row) for row in rows])


def text_of(rows: Rows, *, delimiter: str = ",", end: str = "\n", quote_all: bool = False) -> str:
    """The rows as RFC 4180 has them."""
    special = {delimiter, '"', "\r", "\n"}

    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if quote_all or special & set(text) else text

    return "".join(delimiter.join(map(cell, row)) + end for row in rows)


def _ids(rows: Rows, which: list[int]) -> frozenset[str]:
    return frozenset(rows[i][0] for i in which)


def _some_row(rng: np.random.Generator, rows: Rows) -> int:
    return int(rng.integers(1, len(rows)))


# --- bytes ------------------------------------------------------------------------------------------------------------


def byte_flips(rng: np.random.Generator, name: str, rows: Rows) -> Mutant:
    data = bytearray(text_of(rows).encode())
    lines = np.cumsum([len(text_of([row]).encode()) for row in rows])
    at = rng.integers(0, len(data), size=int(rng.integers(1, 4)))
    for one in at:
        data[one] = int(rng.integers(0, 256))
    hit = {int(np.searchsorted(lines, one, side="right")) for one in at}
    if 0 in hit or {10, 13, 34} & {data[one] for one in at}:
        return Mutant(name, bytes(data), "byte flips", TOUCHES_ALL)
    # A line end that went missing joins a row to the next.
    return Mutant(name, bytes(data), "byte flips", _ids(rows, [i for h in hit for i in (h, h + 1) if i < len(rows)]))


def cut_off(rng: np.random.Generator, name: str, rows: Rows) -> Mutant:
    data = text_of(rows).encode()
    data = data[: int(rng.integers(0, len(data)))]
    return Mutant(name, data, "cut off", _ids(rows, [min(data.count(b"\n") + d, len(rows) - 1) for d in (-1, 0)]))


def nuls(rng: np.random.Generator, name: str, rows: Rows) -> Mutant:
    data = bytearray(text_of(rows).encode())
    at = int(rng.integers(0, len(data)))
    data[at : at + int(rng.integers(0, 2))] = bytes(int(rng.integers(1, 600)))
    return Mutant(name, bytes(data), "NULs", TOUCHES_ALL)


def quotes_put_in(rng: np.random.Generator, name: str, rows: Rows) -> Mutant:
    data = bytearray(text_of(rows).encode())
    commas = [i for i, byte in enumerate(data) if byte in b",\n"]
    for _ in range(int(rng.integers(1, 4))):
        at = (
            int(rng.choice(commas)) + int(rng.integers(0, 2)) if rng.random() < 0.6 else int(rng.integers(0, len(data)))
        )
        data[at:at] = b'"'
    return Mutant(name, bytes(data), "quotes put in", TOUCHES_ALL)


def encoded(rng: np.random.Generator, name: str, rows: Rows) -> Mutant:
    rows[_some_row(rng, rows)][_column(rows, "side_b")] = "Société Générale’s Front"
    text = text_of(rows)
    how = str(rng.choice(["utf-16", "utf-16-le", "utf-32", "cp1252", "utf-7", "mixed", "utf-8-sig", "bom twice"]))
    if how == "mixed":
        content = text[: len(text) // 2].encode() + text[len(text) // 2 :].encode("cp1252")
    elif how == "bom twice":
        content = b"\xef\xbb\xbf" * 2 + text.encode()
    else:
        content = text.encode(how)
    return Mutant(name, content, f"encoded as {how}", TOUCHES_ALL)


def line_ends(rng: np.random.Generator, name: str, rows: Rows) -> Mutant:
    how = int(rng.integers(0, 4))
    text = text_of(rows, end=["\r\n", "\r", "\n\n", "\r\r\n"][how])
    return Mutant(name, text.encode(), "line ends", frozenset())


def in_front(rng: np.random.Generator, name: str, rows: Rows) -> Mutant:
    front = ["<!DOCTYPE html><html>", "\n\n", "# GED 24.1\n", "sep=,\n", "{}", "\ufeff\n", "  <HTML>\n", "UCDP,GED\n"]
    return Mutant(name, (str(rng.choice(front)) + text_of(rows)).encode(), "something in front", TOUCHES_ALL)


def behind(rng: np.random.Generator, name: str, rows: Rows) -> Mutant:
    text = text_of(rows)
    more = [
        text,
        "\x1a",
        "Total,200\n",
        "\n\n\n",
        ",\n" * 9,
        "<html>rate limited</html>",
        text_of(rows[1:9]),
        "id,a,b\n1,2",
    ]
    chosen = int(rng.integers(0, len(more)))
    touched = frozenset() if chosen != 0 else TOUCHES_ALL
    return Mutant(name, (text + more[chosen]).encode(), "something behind", touched)


# --- columns and cells ------------------------------------------------------------------------------------------------


def _column(rows: Rows, name: str) -> int:
    return rows[0].index(name) if name in rows[0] else len(rows[0]) // 2


def columns_changed(rng: np.random.Generator, name: str, rows: Rows) -> Mutant:
    how = int(rng.integers(0, 6))
    at, other = (int(i) for i in rng.choice(len(rows[0]), 2, replace=False))
    if how == 0:
        rows = [row[:at] + row[at + 1 :] for row in rows]
    elif how == 1:
        rows = [[*row, row[at]] for row in rows]
    elif how == 2:
        order = rng.permutation(len(rows[0]))
        rows = [[row[i] for i in order] for row in rows]
    elif how == 3:
        rows[0] = [cell.upper() if rng.random() < 0.5 else f" {cell} " for cell in rows[0]]
    elif how == 4:
        rows[0][at] = str(rng.choice(["", "lat\nitude", 'la"t', "x" * 150_000, "\x1b[2Jid", "=id", "_id", "row"]))
    else:
        # A column of names under the heading of another text would be that text, whoever reads it.
        persons = {i for i in (at, other) if any(PERSON in row[i] for row in rows)}
        texts = {i for i in (at, other) if not rows[1][i][:1].isdigit()}
        at = 0 if persons and len(texts) == 2 else at
        rows[0][at], rows[0][other] = rows[0][other], rows[0][at]
        return Mutant(name, text_of(rows).encode(), "columns changed", TOUCHES_ALL)
    dropped_or_renamed = TOUCHES_ALL if how in (0, 4) else frozenset[str]()
    return Mutant(name, text_of(rows).encode(), "columns changed", dropped_or_renamed)


def cells_changed(rng: np.random.Generator, name: str, rows: Rows) -> Mutant:
    hit = [_some_row(rng, rows) for _ in range(int(rng.integers(1, 6)))]
    touched = set(_ids(rows, hit))
    for i in hit:
        rows[i][int(rng.integers(0, len(rows[0])))] = str(rng.choice(CELLS))
        touched.add(rows[i][0])
    return Mutant(name, text_of(rows).encode(), "cells changed", frozenset(touched))


def a_column_changed(rng: np.random.Generator, name: str, rows: Rows) -> Mutant:
    at, cell = int(rng.integers(0, len(rows[0]))), str(rng.choice(CELLS))
    for row in rows[1:]:
        row[at] = cell
    return Mutant(name, text_of(rows).encode(), "a whole column changed", TOUCHES_ALL)


def rows_changed(rng: np.random.Generator, name: str, rows: Rows) -> Mutant:
    how, i = int(rng.integers(0, 6)), _some_row(rng, rows)
    touched: frozenset[str] = frozenset()
    if how == 0:
        rows[i] = rows[i][: int(rng.integers(0, len(rows[i])))]
        touched = TOUCHES_ALL
    elif how == 1:
        rows[i] = rows[i] * 2
        touched = _ids(rows, [i])
    elif how == 2:
        rows.append(list(rows[i]))
    elif how == 3:
        other = list(rows[i])
        other[_column(rows, "best")] = "77"
        rows.append(other)
        touched = _ids(rows, [i])
    elif how == 4:
        rows = [rows[0], *(rows[j] for j in 1 + rng.permutation(len(rows) - 1))]
    else:
        rows.insert(1, [f"#{cell}+code" if rng.random() < 0.5 else "" for cell in rows[0]])
        rows[1][0] = "#id"
    return Mutant(name, text_of(rows).encode(), "rows changed", touched)


def separators(rng: np.random.Generator, name: str, rows: Rows) -> Mutant:
    how = str(rng.choice(["\t", ";", "|", "all quoted", "one row"]))
    if how == "all quoted":
        return Mutant(name, text_of(rows, quote_all=True).encode(), "all quoted", frozenset())
    if how == "one row":
        i = _some_row(rng, rows)
        parts = [text_of([row], delimiter=";" if n == i else ",") for n, row in enumerate(rows)]
        return Mutant(name, "".join(parts).encode(), "separators", _ids(rows, [i]))
    return Mutant(name, text_of(rows, delimiter=how).encode(), "separators", TOUCHES_ALL)


# --- packed -----------------------------------------------------------------------------------------------------------


def damaged_gzip(rng: np.random.Generator, name: str, rows: Rows) -> Mutant:
    return Mutant(f"{name}.gz", _damaged(rng, gzip.compress(text_of(rows).encode(), mtime=0)), "gzip", frozenset())


def damaged_zip(rng: np.random.Generator, name: str, rows: Rows) -> Mutant:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), text_of(rows).encode(), zipfile.ZIP_DEFLATED)
    return Mutant(name.replace(".csv", "-csv.zip"), _damaged(rng, out.getvalue()), "zip", frozenset())


def _damaged(rng: np.random.Generator, packed: bytes) -> bytes:
    """A checksum guards what is packed, so that whatever can still be unpacked is the original."""
    data = bytearray(packed)
    if rng.random() < 0.2:
        return bytes(data[: int(rng.integers(0, len(data)))])
    # The ends hold what the format needs to find its way: they are hit more often than their size would have it.
    near = rng.random() < 0.6
    for _ in range(int(rng.integers(1, 4))):
        at = int(rng.choice([rng.integers(0, 40), len(data) - 1 - rng.integers(0, 120)])) if near else None
        data[int(rng.integers(0, len(data))) if at is None else at % len(data)] ^= 1 << int(rng.integers(0, 8))
    return bytes(data)


KINDS: tuple[Callable[[np.random.Generator, str, Rows], Mutant], ...] = (
    byte_flips, cut_off, nuls, quotes_put_in, encoded, line_ends, in_front, behind, columns_changed, cells_changed,
    a_column_changed, rows_changed, separators, damaged_gzip, damaged_zip, byte_flips, cells_changed, columns_changed,
)  # fmt: skip
