"""The brief: what goes into the document that is handed over, gathered at an as-of day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from tocsin.actors import is_group
from tocsin.groups.theatres import Theatre
from tocsin.settings import Settings, load_settings
from tocsin.warn.assess import assess_situation
from tocsin.warn.assessment import Assessment
from tocsin.warn.explain import Around, cells_of, explanation_of, offshoots_of, theatre_links
from tocsin.warn.explanation import CellFigures, Explanation
from tocsin.warn.level_record import LevelRecord
from tocsin.warn.lines import expected_deaths
from tocsin.warn.past import PastPeriod, levels_known, past_period
from tocsin.warn.situation import check_horizon, load_situation


@dataclass(frozen=True)
class Brief:
    """An assessment, everything about each group on warning, the last period's record, and the ground fought over.

    `cells` are those of every group in the theatres shown, the last 12 months; `covered` the theatres (countries) with
    a recorded event of a group by the as-of day: of the others the figures say nothing. `past` is None where nothing
    could be said a horizon ago, `levels` (what came of levels in the packaged replay) where nothing of it was known.
    """

    assessment: Assessment
    explanations: tuple[Explanation, ...]
    past: PastPeriod | None
    levels: LevelRecord | None
    cells: tuple[CellFigures, ...]
    covered: tuple[str, ...]


def make_brief(
    *,
    as_of: date | None = None,
    theatre: str | None = None,
    horizon: int = 6,
    settings: Settings | None = None,
    progress: Callable[[str], None] | None = None,
) -> Brief:
    """Gather a brief for the world or one theatre as of a day (default: the end of the data).

    Raises as `assess` does.
    """
    check_horizon(horizon)
    situation = load_situation(as_of, theatre, settings or load_settings(), progress)
    assessment = assess_situation(situation, horizon)
    warned = [line for line in assessment.groups if line.level == "warning"]
    view = situation.view
    places = {name: view if view else Theatre(name, (name,)) for name in {line.theatre for line in warned}}
    drawn = expected_deaths(situation, horizon)
    around = {
        name: Around(place, drawn, offshoots_of(situation, name), theatre_links(situation, place))
        for name, place in sorted(places.items())
    }
    groups = situation.digest.monthly.filter(is_group(pl.col("actor").cast(pl.String)))
    return Brief(
        assessment=assessment,
        explanations=tuple(
            explanation_of(situation, replace(assessment, groups=(line,)), around[line.theatre]) for line in warned
        ),
        past=past_period(situation, horizon),
        levels=levels_known(situation),
        cells=cells_of(situation, view.name if view else None),
        covered=tuple(sorted(set(groups["theatre"].cast(pl.String)))),
    )
