"""The charts of a group's page: its past by month, the months ahead, and its ground."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.digest.tables import cell_centre
from tocsin.report.brief.document import Cell, Column, Table
from tocsin.report.brief.figures import centre
from tocsin.report.brief.words import whole_day, whole_month
from tocsin.warn.explanation import CellFigures, Explanation, MonthAhead
from tocsin.warn.headline import counted
from tocsin.web.chart import Chart

PAST_MONTHS = 24
CELLS_IN_TABLE = 60
# Degrees: a map shows this much around the cells, and is never smaller across than the second.
AROUND, LEAST_ACROSS = 1.5, 8.0
# Times the typical month: from here on a linear axis would hide most months.
LOG_FROM = 12

Box = tuple[float, float, float, float]


def history_chart(explanation: Explanation, source: str) -> Chart | None:
    """Deaths a month by kind of violence, mass-casualty attacks marked; None where no month may be shown."""
    months, name = explanation.history, explanation.line.group
    if not months:
        return None
    peak = max(months, key=lambda m: m.deaths)
    kinds = {
        "clashes with a state": sum(m.deaths_state for m in months),
        "fights between groups": sum(m.deaths_nonstate for m in months),
        "attacks on civilians": sum(m.deaths_onesided for m in months),
    }
    attacks = sum(m.mass_casualty_events for m in months)
    first, last = whole_month(months[0].month), whole_month(months[-1].month)
    said = f"Deaths a month of {name}, {first} to {last}, by kind: "
    said += ", ".join(f"{deaths:,} in {kind}" for kind, deaths in kinds.items())
    said += f". Most in {whole_month(peak.month)}: {peak.deaths:,}" if peak.deaths else ". None in any month"
    said += f". {counted(attacks, 'mass-casualty attack')}."
    heads = ("With a state", "Between groups", "On civilians", "Deaths", "Events", "Mass-casualty attacks")
    rows = tuple(
        tuple(
            Cell(text)
            for text in (
                whole_month(m.month),
                *(f"{n:,}" for n in (m.deaths_state, m.deaths_nonstate, m.deaths_onesided, m.deaths, m.events)),
                f"{m.mass_casualty_events:,}",
            )
        )
        for m in reversed(months)
        if m.events
    )
    return Chart(
        kind="group-history",
        name="deaths-a-month",
        figures={
            "months": [
                [m.month.isoformat(), m.deaths_state, m.deaths_nonstate, m.deaths_onesided, m.mass_casualty_events]
                for m in months
            ],
            "until": explanation.assessment.data_until.isoformat(),
        },
        alt=said,
        caption=(
            "Deaths a month by kind of violence: all events with the group as a side, its own dead included (best "
            f"estimate). Triangles mark months with a mass-casualty attack. Data end on "
            f"{whole_day(explanation.assessment.data_until)}."
        ),
        data=Table(
            f"{name}: deaths and events by month, the latest first; months without an event are left out",
            (Column("Month"), *(Column(head, "right") for head in heads)),
            rows,
        ),
        source=source,
    )


def fan_chart(explanation: Explanation, source: str) -> Chart | None:
    """Deaths of the last 24 months and those ahead: median and 80% interval beside the last 12 months' own."""
    ahead, name = explanation.ahead, explanation.line.group
    if not ahead:
        return None
    past = explanation.history[-PAST_MONTHS:]
    highest = max([float(m.deaths) for m in past] + [m.high for m in ahead] + [m.baseline_high or 0.0 for m in ahead])
    typical = sorted([float(m.deaths) for m in past if m.deaths] + [m.expected for m in ahead])
    logarithmic = highest > max(20.0, LOG_FROM * typical[len(typical) // 2])
    low, high = min(m.low for m in ahead), max(m.high for m in ahead)
    medians = (min(m.median for m in ahead), max(m.median for m in ahead))
    first, last = whole_month(ahead[0].month), whole_month(ahead[-1].month)
    said = (
        f"Deaths a month of {name} ahead, {first} to {last}: median {_from_to(*medians)}, 80% interval from "
        f"{_deaths(low)} to {_deaths(high)} a month."
    )
    based = ahead[0].baseline is not None
    if based:
        said += (
            " Baseline, the mean of the last 12 months: "
            f"{_deaths(ahead[0].baseline)} a month{_baseline_interval(ahead[0])}."
        )
    if past:
        said += f" The {len(past)} months before had {sum(m.deaths for m in past):,} deaths."
    heads = ("Expected", "Median", "80% interval", "Mean of the last 12 months", "80% of these months")
    rows = tuple(
        (
            Cell(whole_month(m.month)),
            Cell(f"{m.expected:,.1f}"),
            Cell(f"{m.median:,.0f}"),
            Cell(f"{m.low:,.0f} to {m.high:,.0f}"),
            Cell("not shown" if m.baseline is None else f"{m.baseline:,.1f}"),
            Cell("not shown" if m.baseline_low is None else f"{m.baseline_low:,.0f} to {m.baseline_high:,.0f}"),
        )
        for m in ahead
    )
    return Chart(
        kind="group-ahead",
        name="months-ahead",
        figures={
            "past": [[m.month.isoformat(), m.deaths] for m in past],
            "ahead": [
                {
                    "month": m.month.isoformat(),
                    "low": m.low,
                    "median": m.median,
                    "high": m.high,
                    "expected": m.expected,
                    "baseline": m.baseline,
                    "baseline_low": m.baseline_low,
                    "baseline_high": m.baseline_high,
                }
                for m in ahead
            ],
            "logarithmic": logarithmic,
            "until": explanation.assessment.data_until.isoformat(),
        },
        alt=said,
        caption=(
            "Deaths a month ahead by the model of monthly deaths: median, mean (expected) and the interval that holds "
            f"80% of the draws{', beside the baseline, the mean of the last 12 months' if based else ''}"
            f"{'' if ahead[0].baseline_low is None else ' and the interval that held 80% of them'}. "
            f"{'Log scale.' if logarithmic else 'Linear scale.'}"
        ),
        data=Table(
            f"{name}: deaths a month, expected{' and by the last 12 months' if based else ''}",
            (Column("Month"), *(Column(head, "right") for head in heads)),
            rows,
        ),
        source=source,
    )


def ground_chart(explanation: Explanation, source: str) -> Chart | None:
    """Half-degree cells with events in the last 12 months, on the land around them; None where there are none."""
    cells, name = explanation.cells, explanation.line.group
    if not cells:
        return None
    ordered = sorted(cells, key=lambda at: (-at.deaths, -at.events, at.cell))
    most, until = ordered[0], whole_day(explanation.assessment.data_until)
    return Chart(
        kind="group-ground",
        name="ground",
        figures={
            "cells": [[*cell_centre(at.cell), at.deaths, at.events] for at in ordered],
            "box": list(box_around(cells)),
        },
        alt=(
            f"Map of {counted(len(cells), 'half-degree cell')} with events of {name} in the 12 months to {until}, "
            f"{counted(sum(at.deaths for at in cells), 'death')} in all. The deadliest is at {centre(most.cell)}, with "
            f"{counted(most.deaths, 'death')} in {counted(most.events, 'event')}."
        ),
        caption=(
            f"Deaths by half-degree cell (about 55 km) in the 12 months to {until}. Outlines are for orientation and "
            "say nothing on the status of any territory."
        ),
        data=_cell_table(ordered),
        source=source,
        land=box_around(cells),
    )


def box_around(cells: Sequence[CellFigures]) -> Box:
    """West, south, east, north of a map of the cells, in degrees: some room around them, and not too long either way.

    >>> box_around([CellFigures(180 * 720 + 361, 1, 1)])
    (-3.75, -3.75, 4.25, 4.25)
    """
    lats, lons = zip(*(cell_centre(at.cell) for at in cells), strict=True)
    west, east = _stretched(min(lons), max(lons), LEAST_ACROSS)
    south, north = _stretched(min(lats), max(lats), LEAST_ACROSS)
    # No more than twice as wide as tall, or the other way round.
    west, east = _stretched(west + AROUND, east - AROUND, (north - south) / 2)
    south, north = _stretched(south + AROUND, north - AROUND, (east - west) / 2)
    return max(west, -180.0), max(south, -85.0), min(east, 180.0), min(north, 85.0)


def _stretched(low: float, high: float, least: float) -> tuple[float, float]:
    middle, half = (low + high) / 2, max((high - low) / 2 + AROUND, least / 2)
    return middle - half, middle + half


def _cell_table(cells: Sequence[CellFigures]) -> Table:
    shown, rest = cells[:CELLS_IN_TABLE], cells[CELLS_IN_TABLE:]
    rows = [(Cell(centre(c.cell)), Cell(str(c.cell)), Cell(f"{c.events:,}"), Cell(f"{c.deaths:,}")) for c in shown]
    if rest:
        events, deaths = sum(cell.events for cell in rest), sum(cell.deaths for cell in rest)
        rows.append((Cell(f"{counted(len(rest), 'further cell')}"), Cell(""), Cell(f"{events:,}"), Cell(f"{deaths:,}")))
    columns = (
        Column("Centre of the cell"),
        Column("PRIO-GRID number", "right"),
        Column("Events", "right"),
        Column("Deaths", "right"),
    )
    return Table("Events and deaths by half-degree cell, the deadliest first", columns, tuple(rows))


def _baseline_interval(month: MonthAhead) -> str:
    if month.baseline_low is None:
        return ""
    return f" (80% of these months from {_deaths(month.baseline_low)} to {_deaths(month.baseline_high)})"


def _from_to(low: float, high: float) -> str:
    return _deaths(low) if _deaths(low) == _deaths(high) else f"{_deaths(low)} to {_deaths(high)}"


def _deaths(value: float) -> str:
    """Deaths that need not be whole.

    >>> _deaths(3.24), _deaths(12.4), _deaths(2.0)
    ('3.2', '12', '2')
    """
    return f"{value:,.1f}" if value < 9.95 and round(value, 1) % 1 else f"{value:,.0f}"
