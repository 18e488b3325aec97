"""What `tocsin groups` prints for people: rich tables on a terminal, plain aligned text elsewhere."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tocsin.actors import STATE
from tocsin.plain import printable

if TYPE_CHECKING:
    import polars as pl

    from tocsin.groups import Group

Row = tuple[str, ...]
TextTable = tuple[str, Row, list[Row]]  # heading, columns, rows
# A terminal shows the first rows of a group's long tables; piped output and JSON hold them all.
_MOST_ROWS = 10
# Numbers and spans of months stay on one line; names may wrap.
_NEVER_WRAPPED = len("2017-03 to 2020-12")


def show_list(table: pl.DataFrame, where: str, active: bool, head: dict[str, Any]) -> None:
    """Print a `group_table`; `head` is the provenance that every output begins with."""
    what = f"{table.height:,} {'active ' if active else ''}{'group' if table.height == 1 else 'groups'} in {where}"
    rows: list[Row] = [
        (
            r["group"],
            _span(r["first_seen"], r["last_seen"]),
            f"{r['deaths_last_12m']:,}",
            f"{r['deaths']:,}",
            *(f"{r[f'deaths_{kind}']:,}" for kind in ("state", "nonstate", "onesided")),
            f"{r['events']:,}",
        )
        for r in table.iter_rows(named=True)
    ]
    columns = ("Group", "Seen", "Last 12 months", "Deaths", "state", "groups", "civilians", "Events")
    _print_text(
        f"{what}, as of {head['as_of']}",
        [f"Counted: {head['deaths_are']}; all, then those in events with a state, other groups, civilians."],
        [("", columns, rows)] if rows else [],
        [_source_line(head), *head["notes"]],
        most=None,
    )


def show_facts(group: Group, head: dict[str, Any]) -> None:
    """Print what is known of one group; `head` is the provenance that every output begins with."""
    _print_text(
        f"{group.group}, as of {head['as_of']}",
        _facts_lines(group, head["deaths_are"]),
        _facts_tables(group),
        [_source_line(head), *head["notes"]],
        most=_MOST_ROWS,
    )


def _source_line(head: dict[str, Any]) -> str:
    known = f"what is known: {head['as_of_mode']}, lag {head['lag_days']} days"
    return f"Figures: {head['vintage']} ({head['licence']}), months up to {head['as_of_month']}; {known}."


def _span(first: date | None, last: date | None) -> str:
    return f"{first:%Y-%m} to {last:%Y-%m}" if first and last else "no recorded death"


def _facts_lines(group: Group, deaths_are: str) -> list[str]:
    lines = [f"Also called: {', '.join(group.also_called)}"] if group.also_called else []
    if group.members:
        lines.append(f"A coalition of: {', '.join(group.members)}")
    if group.theatre.is_view:
        lines.append(f"A view of {', '.join(group.theatre.countries)} as one theatre")
    return [
        *lines,
        f"Seen (recorded deaths): {_span(group.first_seen, group.last_seen)}; "
        f"{'active' if group.active else 'no recorded death'} in the last 12 months",
        f"Recorded events: {group.events:,}, {_span(group.first_event, group.last_event)}; "
        f"{group.events_last_12m:,} in the last 12 months",
        f"Deaths: {group.deaths:,} (low {group.deaths_low:,}, high {group.deaths_high:,}); "
        f"{group.deaths_last_12m:,} in the last 12 months; largest event {group.largest_event_deaths:,}",
        f"Mass-casualty attacks (20 or more killed in one attack on civilians): {group.mass_casualty_events:,}",
        f"Counted: {deaths_are}.",
    ]


def _facts_tables(group: Group) -> list[TextTable]:
    kinds = {"state": "with a state", "nonstate": "with other groups", "onesided": "against civilians"}
    tables: list[TextTable] = [
        (
            "By kind",
            ("Violence", "Events", "Deaths", "Last 12 months"),
            [(kinds[k.kind], f"{k.events:,}", f"{k.deaths:,}", f"{k.deaths_last_12m:,}") for k in group.by_kind],
        ),
        (
            "Clashes with",
            ("Opponent", "Events", "Deaths", "Between"),
            [
                (
                    "a state" if o.actor == STATE else o.actor,
                    f"{o.events:,}",
                    f"{o.deaths:,}",
                    _span(o.first_event, o.last_event),
                )
                for o in group.opponents
            ],
        ),
        (
            "Beside, in coalitions",
            ("Ally", "Coalitions", "Events", "Deaths", "Last"),
            [
                (a.actor, f"{a.coalitions:,}", f"{a.events:,}", f"{a.deaths:,}", f"{a.last_event:%Y-%m}")
                for a in group.allies
            ],
        ),
        (
            "Shares enemies with (states apart; the rarer the enemy, the more it weighs)",
            ("Group", "Weight", "Last", "Enemies"),
            [
                (
                    s.actor + (" (a rival too)" if s.rivals else "") + (" (an ally too)" if s.allies else ""),
                    f"{s.weight:.1f}",
                    f"{s.last_event:%Y-%m}",
                    ", ".join(s.enemies),
                )
                for s in group.shared_enemies
            ],
        ),
        (
            "The same actor elsewhere",
            ("Group", "Events", "Deaths", "Last 12 months", "Between"),
            [
                (
                    e.group,
                    f"{e.events:,}",
                    f"{e.deaths:,}",
                    f"{e.deaths_last_12m:,}",
                    _span(e.first_event, e.last_event),
                )
                for e in group.elsewhere
            ],
        ),
    ]
    return [(heading, columns, rows) for heading, columns, rows in tables if rows]


def _print_text(title: str, lines: list[str], tables: list[TextTable], notes: list[str], *, most: int | None) -> None:
    """Rich on a terminal; elsewhere plain text with whole cells, aligned, so that it can be searched and cut."""
    console = Console()
    title, lines, notes = printable(title), list(map(printable, lines)), list(map(printable, notes))
    tables = [
        (printable(heading), columns, [tuple(map(printable, row)) for row in rows]) for heading, columns, rows in tables
    ]
    if console.is_terminal:
        _print_rich(console, title, lines, tables, notes, most)
        return
    parts = ["\n".join([title, *lines])]
    for heading, columns, rows in tables:
        widths = [max(len(row[at]) for row in [columns, *rows]) for at in range(len(columns))]
        aligned = [
            "  ".join(
                cell.rjust(width) if _is_number(rows, at) else cell.ljust(width)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in [columns, *rows]
        ]
        parts.append("\n".join([heading] * bool(heading) + aligned))
    typer.echo("\n\n".join([*parts, "\n".join(notes)]))


def _print_rich(
    console: Console, title: str, lines: list[str], tables: list[TextTable], notes: list[str], most: int | None
) -> None:
    console.print(Text(title, style="bold"))
    for line in lines:
        console.print(Text(line))
    for heading, columns, rows in tables:
        shown = rows[:most] if most else rows
        table = Table(
            title=Text(heading) if heading else None, title_justify="left", title_style="bold", box=SIMPLE_HEAD
        )
        for at, column in enumerate(columns):
            number, short = _is_number(rows, at), all(len(row[at]) <= _NEVER_WRAPPED for row in rows)
            table.add_column(column, justify="right" if number else "left", no_wrap=short)
        for row in shown:
            table.add_row(*map(Text, row))
        console.print(table)
        if len(shown) < len(rows):
            console.print(Text(f"  and {len(rows) - len(shown)} more: --format json", style="dim"))
    for note in notes:
        console.print(Text(note, style="dim"))


def _is_number(rows: list[Row], at: int) -> bool:
    return all(row[at].replace(",", "").replace(".", "").isdigit() for row in rows)
