"""The drawings of a theatre's page: deaths of its groups over time, and the ground they fought over."""

from __future__ import annotations

from datetime import date

import numpy as np

from tocsin.countries import find_country
from tocsin.digest.tables import cell_centre
from tocsin.months import last_day
from tocsin.report.brief.document import Cell, Column, Table
from tocsin.report.brief.figures import cell_table
from tocsin.report.brief.map import CLASSES, DISCLAIMER
from tocsin.report.brief.words import whole_day, whole_month
from tocsin.report.land import LAND_SOURCE, Points, outlines
from tocsin.rivalry.words import actor_of
from tocsin.warn.headline import counted
from tocsin.warn.theatre import OverTime, TheatrePast
from tocsin.web.chart import Chart
from tocsin.web.filed import slug_of
from tocsin.web.questions.theatre import TheatreAnswer

YEARS: dict[str, tuple[int | None, int]] = {"5": (60, 1), "10": (120, 1), "all": (None, 3)}
"""Months shown, and months of a period, by the parameter `years`."""
ALL_GROUPS = "All groups, each event once"
_CLEAR = 1.0  # degrees shown around cells and land at least
_WIDEST = 50.0  # degrees: of larger countries only the ground fought over is shown, with its surroundings
_AROUND = 4.0
_LEAST_SIDE = 5.0


def months_chart(past: TheatrePast, years: str, source: str, *, same_scale: bool = False) -> Chart:
    """Deaths of the largest groups, of the others together and of all, one above the other on one axis of time."""
    months, step = YEARS[years]
    shown = past.over_time(months if months is None or months <= past.n_months else None, step=step)
    names = [actor_of(group.group) for group in shown.groups]
    rows = [("total", ALL_GROUPS, shown.total)]
    rows += [("group", name, group.deaths) for name, group in zip(names, shown.groups, strict=True)]
    if shown.n_others:
        rows.append(("others", _others(shown), shown.others))
    changes = [change for change in past.government_changes if change.day >= shown.starts[0]]
    where, until = past.theatre.name, whole_month(last_day(past.last_month))
    span = "a month" if step == 1 else f"in {step} months"
    scales = "all on one scale" if same_scale else "each on its own scale"
    marked = " Dashed lines: changes of government." if changes else ""
    return Chart(
        kind="theatre-months",
        name=f"{slug_of(where)}-deaths-by-group",
        figures={
            "starts": [start.isoformat() for start in shown.starts],
            "step": step,
            "rows": [{"kind": kind, "name": name, "deaths": list(deaths)} for kind, name, deaths in rows],
            "changes": [change.day.isoformat() for change in changes],
            "same": same_scale,
        },
        alt=_in_words(shown, where, until, span, names),
        caption=(
            f"Deaths {span}, {where}, {whole_month(shown.starts[0])} to {until}; {scales}. A group's deaths are those "
            "of all events with it as a side, its own dead included; a clash of two groups is in the figures of both, "
            f"so that rows do not add up to the first one.{marked}"
        ),
        data=_months_table(shown, rows, where, span),
        source=source,
    )


def _others(shown: OverTime) -> str:
    if shown.n_others == 1:
        return "1 other group"
    return f"{shown.n_others} other groups together, each event once"


def _in_words(shown: OverTime, where: str, until: str, span: str, names: list[str]) -> str:
    said = []
    for name, group in zip(names, shown.groups, strict=True):
        most = max(group.deaths)
        at = whole_month(shown.starts[group.deaths.index(most)])
        when = f"in {at}" if shown.step == 1 else f"in the {shown.step} months from {at}"
        said.append(f"{name} {sum(group.deaths):,}, at most {most:,} {when}")
    if shown.n_others:
        said.append(f"{_others(shown)} {sum(shown.others):,}")
    groups = "; ".join(said) or "no group had any"
    return (
        f"Deaths {span} in {where}, {whole_month(shown.starts[0])} to {until}: {sum(shown.total):,} in all, each event "
        f"once. By group: {groups}."
    )


def _months_table(shown: OverTime, rows: list[tuple[str, str, tuple[int, ...]]], where: str, span: str) -> Table:
    held = [k for k in range(len(shown.starts)) if any(deaths[k] for _, _, deaths in rows)]
    columns = (
        Column("Month" if shown.step == 1 else f"{shown.step} months from"),
        *(Column(name, "right") for _, name, _ in rows),
    )
    table = tuple(
        (Cell(whole_month(shown.starts[k])), *(Cell(f"{deaths[k]:,}") for _, _, deaths in rows)) for k in held
    )
    return Table(f"Deaths {span} in {where}; times without a death are left out", columns, table)


def ground_chart(answer: TheatreAnswer, until: date, source: str) -> Chart:
    """The half-degree cells with an event of a group in the last 12 months."""
    cells = sorted(answer.cells, key=lambda c: (-c.deaths, -c.events, c.cell))
    where = answer.theatre.name
    codes = [country.iso3 for name in answer.theatre.countries if (country := find_country(name))]
    most = cells[0] if cells else None
    worst = ""
    if most is not None:
        lat, lon = cell_centre(most.cell)
        worst = f" The most, {counted(most.deaths, 'death')}, in the cell around latitude {lat}, longitude {lon}."
    return Chart(
        kind="theatre-map",
        name=f"{slug_of(where)}-ground",
        figures={
            # The deadliest last, so that they are drawn on top.
            "cells": [[*reversed(cell_centre(cell.cell)), _class(cell.deaths)] for cell in reversed(cells)],
            "classes": [words for _, words, _ in CLASSES],
            "inside": codes,
            "box": list(box := box_of(codes, [cell.cell for cell in cells])),
        },
        alt=(
            f"Map of {where}: {counted(len(cells), 'half-degree cell')} with events of groups in the 12 months to "
            f"{whole_day(until)}, {counted(sum(cell.deaths for cell in cells), 'death')} in all, those of clashes of "
            f"two groups counted for both.{worst} {DISCLAIMER}"
        ),
        caption=(
            f"Deaths in events of armed groups in the 12 months to {whole_day(until)}, by half-degree cell (about 55 "
            f"km); those of a clash of two groups count for both. Of the land around nothing is shown. {DISCLAIMER}"
        ),
        data=cell_table(cells),
        source=f"{source}. Land: {LAND_SOURCE}",
        land=box,
    )


def box_of(codes: list[str], cells: list[int]) -> tuple[float, float, float, float]:
    """West, south, east and north, in degrees, of the cells and of the countries, unless these are very large.

    Of a country's pieces those of a twentieth of its largest or more count, so that no far island sets the scale.
    """
    centres = np.array([cell_centre(cell)[::-1] for cell in cells], dtype=np.float64).reshape(-1, 2)
    own = [np.array([centres.min(axis=0) - 0.25, centres.max(axis=0) + 0.25])] if len(centres) else []
    held, land = outlines(), []
    for code in codes:
        spans = [np.array([piece[0].min(axis=0), piece[0].max(axis=0)]) for piece in held.get(code, [])]
        sizes = [float(np.prod(span[1] - span[0])) for span in spans]
        land += [span for span, size in zip(spans, sizes, strict=True) if size >= max(sizes) / 20]
    whole = _around(land) if land else None
    if whole is None or ((whole[1] - whole[0]) > _WIDEST).any():
        found, clear = (_around(own), _AROUND) if own else (whole, 0.0)
    else:
        found, clear = _around([whole, *own]), _CLEAR
    if found is None:
        return (-180.0, -90.0, 180.0, 90.0)
    side = np.maximum(found[1] - found[0] + 2 * clear, _LEAST_SIDE)
    middle = found.mean(axis=0)
    west, south = np.maximum(middle - side / 2, (-180.0, -90.0)).round(2).tolist()
    east, north = np.minimum(middle + side / 2, (180.0, 90.0)).round(2).tolist()
    return (west, south, east, north)


def _around(spans: list[Points]) -> Points:
    return np.array([np.min([span[0] for span in spans], axis=0), np.max([span[1] for span in spans], axis=0)])


def _class(deaths: int) -> int:
    """The last class that the deaths reach."""
    return max(k for k, (least, _, _) in enumerate(CLASSES) if deaths >= least)
