"""The brief: what goes into the document that is handed over, gathered at an as-of day."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.warn.assessment import Assessment
from tocsin.warn.explanation import CellFigures, Explanation
from tocsin.warn.past import LeadCurve, PastPeriod


@dataclass(frozen=True)
class Brief:
    """An assessment, everything about each group on warning, the last period's record, and the ground fought over.

    `cells` are those of every group in the theatres shown, the last 12 months; `covered` the theatres (countries) with
    a recorded event of a group by the as-of day: of the others the figures say nothing. `past` is None where nothing
    could be said a horizon ago, `leads` where no replay was known by the as-of day.
    """

    assessment: Assessment
    explanations: tuple[Explanation, ...]
    past: PastPeriod | None
    leads: LeadCurve | None
    cells: tuple[CellFigures, ...]
    covered: tuple[str, ...]
