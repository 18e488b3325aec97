"""The map of the world for the overview: cells by deaths, land without a record, theatres with groups on warning."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from tocsin.countries import find_country
from tocsin.digest.tables import cell_centre
from tocsin.report.brief.figures import cell_table
from tocsin.report.brief.map import CLASSES, DISCLAIMER, NO_RECORD
from tocsin.report.brief.words import whole_day
from tocsin.report.land import LAND_SOURCE
from tocsin.warn.assessment import Assessment, GroupAssessment
from tocsin.warn.headline import counted
from tocsin.warn.levels import VIEW_WORDS
from tocsin.web.chart import Chart
from tocsin.web.questions.assessed import WorldAnswer
from tocsin.web.world import NEUTRAL, WORLD, places_of


@dataclass(frozen=True)
class Marked:
    """A theatre that is marked with a number on the map, and its groups on warning."""

    number: int
    theatre: str
    groups: tuple[GroupAssessment, ...]


def marked(told: Assessment) -> tuple[Marked, ...]:
    """The theatres with groups on warning: those with the most of them first, then by name."""
    warned = sorted((line for line in told.groups if line.level == "warning"), key=lambda line: line.theatre)
    found = [(name, tuple(lines)) for name, lines in groupby(warned, key=lambda line: line.theatre)]
    found.sort(key=lambda one: (-len(one[1]), one[0]))
    return tuple(Marked(k, name, lines) for k, (name, lines) in enumerate(found, 1))


def world_map(answer: WorldAnswer, source: str) -> Chart:
    """The ground fought over in the last 12 months, and the numbers of the theatres with a group on warning.

    Cells that the terms of the source hold back are not in it, which the caption says.
    """
    told, cells = answer.assessment, sorted(answer.cells, key=lambda c: (-c.deaths, -c.events, c.cell))
    marks = marked(told)
    places = places_of([mark.theatre for mark in marks], answer.cells)
    until = whole_day(told.data_until)
    if answer.redistributable:
        caption = (
            f"Deaths in events of armed groups in the 12 months to {until}, by half-degree cell (about 55 km); "
            "those of a clash of two groups count for both. A mark is larger than its cell."
        )
    else:
        caption = (
            "The terms of the sources held do not allow half-degree cells to be shown: there are none on this map."
        )
    named = ", ".join(f"{mark.number} {mark.theatre}" for mark in marks)
    caption += f" Hatched land has {NO_RECORD}. Theatres with a group on warning: {named or 'none'}. {DISCLAIMER}"
    return Chart(
        kind="world-map",
        name=f"map-{told.data_until}",
        figures={
            # The deadliest last, so that they are drawn on top.
            "cells": [[*_lon_lat(cell.cell), _class(cell.deaths)] for cell in reversed(cells)],
            "classes": [words for _, words, _ in CLASSES],
            "marks": [[mark.number, *places[mark.theatre]] for mark in marks if mark.theatre in places],
            "covered": sorted(country.iso3 for name in answer.covered if (country := find_country(name))),
            "neutral": list(NEUTRAL),
            "head": "Deaths in a half-degree cell (about 55 km), last 12 months:",
            "none": NO_RECORD,
            "mark": "theatre with a group on warning",
        },
        alt=_in_words(answer, marks),
        caption=caption,
        data=cell_table(cells),
        source=f"{source}. Land: {LAND_SOURCE}",
        land=WORLD,
    )


def _lon_lat(cell: int) -> tuple[float, float]:
    lat, lon = cell_centre(cell)
    return lon, lat


def _class(deaths: int) -> int:
    """The last class that the deaths reach."""
    return max(k for k, (least, _, _) in enumerate(CLASSES) if deaths >= least)


def _in_words(answer: WorldAnswer, marks: tuple[Marked, ...]) -> str:
    """What the map shows, in words."""
    told, cells = answer.assessment, answer.cells
    named = "; ".join(
        f"{mark.number} {mark.theatre} ({', '.join(f'{line.actor}: {aim(line)}' for line in mark.groups)})"
        for mark in marks
    )
    return (
        f"Map of the world: {counted(len(cells), 'half-degree cell')} with events of groups in the 12 months to "
        f"{whole_day(told.data_until)}, by deaths ({sum(cell.deaths for cell in cells):,} in all, those of "
        f"clashes of two groups counted for both). Land of "
        f"{counted(len(answer.covered), 'country', 'countries')} has a record; hatched land has {NO_RECORD}. Theatres "
        f"with a group on warning: {named or 'none'}. {DISCLAIMER}"
    )


def aim(line: GroupAssessment) -> str:
    """The outcome that a group is on its level for."""
    return VIEW_WORDS[line.level_target or "deaths25"]
