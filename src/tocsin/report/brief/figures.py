"""The brief's drawings as blocks: each with what it shows in words and with its figures as a table."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.digest.tables import cell_centre
from tocsin.report.brief import charts
from tocsin.report.brief.document import Cell, Column, Figure, Table
from tocsin.report.brief.drawing import text_alternative
from tocsin.report.brief.map import map_of
from tocsin.report.brief.words import whole_day, whole_month
from tocsin.warn import percent
from tocsin.warn.brief import Brief
from tocsin.warn.explanation import CellFigures, Explanation
from tocsin.warn.headline import counted
from tocsin.warn.past import LeadCurve

# A table of every cell of the world would be longer than the brief.
CELLS_IN_TABLE = 60
# Points: as wide as its place beside the misses, so that its letters are printed as large as it says.
MAP_WIDTH = 305.0


def map_figure(brief: Brief) -> Figure:
    """The ground fought over in the last 12 months, in half-degree cells."""
    svg = map_of(brief, MAP_WIDTH, key=False)
    return Figure(
        svg=svg,
        alt=text_alternative(svg),
        caption=f"Deaths in events of armed groups in the 12 months to {whole_day(brief.assessment.data_until)}, by "
        "half-degree cell (about 55 km); those of a clash of two groups count for both.",
        data=cell_table(sorted(brief.cells, key=lambda cell: (-cell.deaths, -cell.events, cell.cell))),
    )


def cell_table(cells: Sequence[CellFigures]) -> Table:
    """Events and deaths of cells in the order given, the first `CELLS_IN_TABLE` one by one and the others together.

    Both are sums over the groups of a cell, so that a clash of two of them counts for both, which the caption says.
    """
    shown, rest = cells[:CELLS_IN_TABLE], cells[CELLS_IN_TABLE:]
    rows = [(Cell(centre(c.cell)), Cell(str(c.cell)), Cell(f"{c.events:,}"), Cell(f"{c.deaths:,}")) for c in shown]
    if rest:
        events, deaths = sum(cell.events for cell in rest), sum(cell.deaths for cell in rest)
        rows.append(
            (Cell(f"the other {counted(len(rest), 'cell')}"), Cell(""), Cell(f"{events:,}"), Cell(f"{deaths:,}"))
        )
    columns = (
        Column("Centre of the cell", width=2),
        Column("PRIO-GRID number", "right"),
        Column("Events", "right"),
        Column("Deaths", "right"),
    )
    caption = "Events and deaths by half-degree cell, the deadliest first; a clash of two groups counts for both"
    return Table(caption, columns, tuple(rows))


def centre(cell: int) -> str:
    """The centre of a half-degree cell by its PRIO-GRID number in words.

    >>> centre(1), centre(179779)
    ('89.75° S, 179.75° W', '34.75° N, 69.25° E')
    """
    lat, lon = cell_centre(cell)
    return f"{abs(lat):.2f}° {'N' if lat > 0 else 'S'}, {abs(lon):.2f}° {'E' if lon > 0 else 'W'}"


def history_figure(explanation: Explanation) -> Figure:
    """Deaths a month of one group, ten years back at most."""
    months, name = explanation.history, explanation.line.group
    told = [month for month in months if month.events]
    rows = tuple(
        tuple(
            Cell(text)
            for text in (
                whole_month(m.month),
                *(f"{n:,}" for n in (m.deaths_state, m.deaths_nonstate, m.deaths_onesided, m.deaths, m.events)),
                f"{m.mass_casualty_events:,}",
            )
        )
        for m in told
    )
    heads = ("With a state", "Between groups", "On civilians", "Deaths", "Events", "Mass-casualty attacks")
    table = Table(
        f"{name}: deaths and events by month; months without an event are left out",
        (Column("Month", width=1.2), *(Column(head, "right") for head in heads)),
        rows,
    )
    caption = (
        "Deaths a month by kind of violence, all events with the group as a side, its own dead included. "
        "Marked: mass-casualty attacks."
    )
    svg = charts.history_chart(explanation)
    return Figure(svg, text_alternative(svg), caption, table)


def fan_figure(explanation: Explanation) -> Figure:
    """Deaths expected in the months ahead, beside what the last 12 months alone would say."""
    ahead, name = explanation.ahead, explanation.line.group
    rows = tuple(
        (
            Cell(whole_month(m.month)),
            Cell(f"{m.expected:,.1f}"),
            Cell(f"{m.median:,.0f}"),
            Cell(f"{m.low:,.0f} to {m.high:,.0f}"),
            Cell(f"{m.baseline:,.1f}"),
            Cell(f"{m.baseline_low:,.0f} to {m.baseline_high:,.0f}"),
        )
        for m in ahead
    )
    heads = ("Expected", "Median", "80% of draws", "Mean of the last 12 months", "80% of these months")
    table = Table(
        f"{name}: deaths a month, expected and by the last 12 months",
        (Column("Month", width=1.2), *(Column(head, "right") for head in heads)),
        rows,
    )
    caption = "Deaths a month ahead: expected with an 80% interval, beside the mean of the last 12 months (baseline)."
    svg = charts.fan_chart(explanation)
    return Figure(svg, text_alternative(svg), caption, table)


def lead_figure(leads: LeadCurve) -> Figure:
    """How early emergences were on a level in the replay."""
    rows = tuple(
        (Cell(f"{k + 1}"), Cell(percent(level)), Cell(percent(warning)), Cell(percent(chance)))
        for k, (level, warning, chance) in enumerate(zip(leads.on_level, leads.on_warning, leads.random, strict=True))
    )
    heads = ("On a level", "On warning", "As many groups at random")
    table = Table(
        "Share of emergences that were alerted so many months before, or more",
        (Column("Months before"), *(Column(head, "right") for head in heads)),
        rows,
    )
    caption = (
        f"Share of emergences on a level so many months before, or more, in the replay from "
        f"{whole_month(leads.first)} to {whole_month(leads.last)}; beside it as many groups at random, of those "
        "at new risk with a death in the last 12 months."
    )
    svg = charts.lead_chart(leads)
    return Figure(svg, text_alternative(svg), caption, table)
