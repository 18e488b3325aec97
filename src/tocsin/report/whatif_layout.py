"""How what-if tables are laid out: heads, tables, lines that stand back, and what a scenario is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from tocsin.report.layout import table_of
from tocsin.report.terminal import safe
from tocsin.report.whatif_words import capital, data_words, title_of, what_it_is
from tocsin.whatif.scenario import Scenario

Cell = str | Text
TITLE, WIDE_TITLE = 22, 40


def print_head(scenario: Scenario, console: Console, *, run: str = "") -> None:
    """The title, what a scenario is, and what it stands on."""
    console.print()
    console.print(Text(safe(scenario.title), style="bold"))
    console.print(Text(what_it_is(scenario), style="bold yellow"))
    console.print(Text(safe(f"{data_words(scenario)}.{f' {capital(run)}.' if run else ''}")))


def rows_with(rows: Sequence[Any], **wanted: Any) -> list[Any]:
    """The rows whose fields are as wanted."""
    return [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]


def option_cell(scenario: Scenario, name: str) -> Text:
    """An option by its title."""
    return Text(safe(title_of(scenario, name)))


def title(console: Console, words: str) -> None:
    """Print the head of a part."""
    console.print()
    console.print(Text(safe(words), style="bold cyan"))


def dim(console: Console, lines: Iterable[str]) -> None:
    """Print lines that stand back."""
    for line in lines:
        console.print(Text(safe(line), style="dim" if console.is_terminal else ""))


def put_table(
    console: Console,
    heads: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    widths: Sequence[int] = (),
) -> None:
    """Print a table; `>` before a head sets its column to the right, a width of 0 leaves it to the table."""
    table = table_of(console)
    for place, head in enumerate(heads):
        width = widths[place] if place < len(widths) else 0
        right = head.startswith(">")
        table.add_column(
            head.removeprefix(">"),
            justify="right" if right else "left",
            overflow="fold",
            no_wrap=right and console.width >= 100,
            max_width=width or None,
            min_width=min(width, 12) or None,
        )
    for row in rows:
        table.add_row(*row)
    console.print(table)
