"""A document as blocks: what is in it, without a word on how it is written; see `html` and `pdf` for that."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal, TypeAlias

Align = Literal["left", "right"]
Tone = Literal["plain", "watch", "warning"]
Style = Literal["plain", "lead", "small"]


@dataclass(frozen=True)
class Heading:
    """A heading of level 2 or below (1 is the document's title); no level is left out on the way down."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """Some sentences; `term` stands before them in bold."""

    text: str
    term: str = ""
    style: Style = "plain"


@dataclass(frozen=True)
class BulletList:
    """Short items, one a line."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """What stands in a table's cell, `note` small below it; `tone` adds colour to what the text says already."""

    text: str
    note: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True)
class Column:
    """A column: its head, how its cells are set, and its width as a share of all the widths together."""

    title: str
    align: Align = "left"
    width: float = 1.0


@dataclass(frozen=True)
class Table:
    """A table with a caption; the first cell of a row is the row's head. Each row has a cell for each column."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of {self.caption!r} has not {len(self.columns)} cells")


@dataclass(frozen=True)
class Figure:
    """A drawing: `svg` is a standalone SVG, `alt` tells what it shows in words, `data` holds its figures."""

    svg: str
    alt: str
    caption: str
    data: Table


@dataclass(frozen=True)
class SideBySide:
    """Blocks in two columns, the left one's `share` of the width from 0 to 1; below each other where it is narrow."""

    left: tuple[Block, ...]
    right: tuple[Block, ...]
    share: float = 0.5


@dataclass(frozen=True)
class PageBreak:
    """On paper what follows begins a new page."""


Block: TypeAlias = "Heading | Paragraph | BulletList | Table | Figure | SideBySide | PageBreak"


@dataclass(frozen=True)
class Document:
    """A title, the line at the foot of each page, and the blocks in order. `language` is a code like `en`."""

    title: str
    foot: str
    language: str
    blocks: tuple[Block, ...]


def plain(part: Any) -> Any:
    """A document, or a part of it, as dictionaries, lists, strings and numbers: what both writers' templates read.

    Each dictionary names the class of its block under `block`. Characters that cannot be seen but steer the text
    around them (controls, and marks of direction) are left out, since names come from data files.
    """
    if is_dataclass(part) and not isinstance(part, type):
        named = {field.name: plain(getattr(part, field.name)) for field in fields(part)}
        return {"block": type(part).__name__, **named}
    if isinstance(part, tuple):
        return [plain(item) for item in part]
    return visible(part) if isinstance(part, str) else part


def visible(text: str) -> str:
    """Text without control characters, marks of direction and halves of letters; line breaks become spaces.

    >>> visible("A\\x1b[31mB\\u202eC\\nD")
    'A[31mBC D'
    """
    return "".join(
        c for c in text.replace("\n", " ").replace("\t", " ") if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co")
    )
