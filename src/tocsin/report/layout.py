"""What the text of a report is printed on: a console as wide as the page in a file, tables with the same rules."""

from __future__ import annotations

from typing import IO

from rich import box
from rich.console import Console
from rich.table import Table

WIDTH = 120


def console_of(file: IO[str] | None) -> Console:
    """Standard output or a file: coloured and as wide as it is on a terminal, plain and `WIDTH` columns elsewhere."""
    console = Console(file=file, highlight=False)
    return console if console.is_terminal else Console(file=file, highlight=False, width=WIDTH, no_color=True)


def table_of(console: Console) -> Table:
    """A table without a frame; its columns come closer where the console is narrow."""
    style = box.SIMPLE_HEAD if console.is_terminal else box.ASCII2
    # Not `collapse_padding`: with it the last column can lose its last letter.
    padding = (0, 1) if console.width >= WIDTH else 0
    return Table(box=style, pad_edge=False, show_edge=False, padding=padding)
