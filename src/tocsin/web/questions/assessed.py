"""The assessment of the world or of a theatre, with the ground fought over and what came of past levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from tocsin.actors import is_group
from tocsin.settings import Settings
from tocsin.warn.assessment import Assessment
from tocsin.warn.explain import cells_of
from tocsin.warn.explanation import CellFigures
from tocsin.warn.level_record import LevelRecord
from tocsin.warn.past import levels_known
from tocsin.web.asked import Asked
from tocsin.web.question import Lane, Tell
from tocsin.web.questions.situations import assessment_of, situation_of


@dataclass(frozen=True)
class WorldAnswer:
    """`assessment` has every seen group; `cells` of the last 12 months; `covered`, `levels` as in `tocsin.warn.Brief`.

    `redistributable` is whether the terms of every source allow cells and months of a single group on a page.
    """

    assessment: Assessment
    cells: tuple[CellFigures, ...]
    covered: tuple[str, ...]
    levels: LevelRecord | None
    redistributable: bool


@dataclass(frozen=True)
class Assessed:
    """Which groups will do harm: of the world, or of one theatre, by name as `resolve_theatre` takes it."""

    asked: Asked
    theatre: str | None = None
    lane: ClassVar[Lane] = "figures"

    def answer(self, settings: Settings, tell: Tell) -> WorldAnswer:
        """Raises as `tocsin.assess`."""
        situation = situation_of(self.asked, self.theatre, settings, tell)
        view = situation.view
        groups = situation.digest.monthly.filter(is_group(pl.col("actor").cast(pl.String)))
        return WorldAnswer(
            assessment=assessment_of(situation, self.asked.horizon),
            cells=cells_of(situation, view.name if view else None),
            covered=tuple(sorted(set(groups["theatre"].cast(pl.String)))),
            levels=levels_known(situation),
            redistributable=situation.digest.provenance.redistributable,
        )
