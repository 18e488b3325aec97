"""Everything about one group at an as-of day: what `tocsin explain` tells and a page of the brief shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, ClassVar

import polars as pl

from tocsin.groups.facts import Group
from tocsin.groups.offshoots import Offshoot
from tocsin.results import Card, Result, Traced, rows_of
from tocsin.warn.assessment import Assessment, GroupAssessment

if TYPE_CHECKING:
    from tocsin.rivalry import Rivalry


@dataclass(frozen=True)
class MonthFigures:
    """One month of a group's past, given by its first day: deaths by kind of violence, and events."""

    month: date
    deaths_state: int
    deaths_nonstate: int
    deaths_onesided: int
    events: int
    mass_casualty_events: int

    @property
    def deaths(self) -> int:
        """Deaths of all three kinds."""
        return self.deaths_state + self.deaths_nonstate + self.deaths_onesided


@dataclass(frozen=True)
class MonthAhead:
    """Deaths expected in one month to come, by the model of monthly deaths, with an 80% interval.

    `baseline` is the mean of the last 12 months, `baseline_low` and `baseline_high` bound 80% of them (climatology).
    """

    month: date
    expected: float
    low: float
    median: float
    high: float
    baseline: float
    baseline_low: float
    baseline_high: float


@dataclass(frozen=True)
class CellFigures:
    """Events and deaths of groups in one half-degree cell (PRIO-GRID number) over the last 12 months."""

    cell: int
    events: int
    deaths: int


@dataclass(frozen=True)
class Explanation(Result):
    """One group: its line in the assessment (which holds no other), who it is, its past, what is expected, where it is.

    `history` reaches back ten years at most; `ahead` has the horizon's months; `cells` those of the last 12 months;
    `offshoots` holds what it may have split from and what may have split from it; `rivalry` the estimated links of its
    theatre, None where there were too few attacks to fit any or none was asked for.
    """

    assessment: Assessment
    facts: Group
    history: tuple[MonthFigures, ...]
    ahead: tuple[MonthAhead, ...]
    cells: tuple[CellFigures, ...]
    offshoots: tuple[Offshoot, ...]
    rivalry: Rivalry | None

    PARTS: ClassVar[tuple[str, ...]] = ("history", "ahead", "cells", "line", "offshoots", "links")

    @property
    def comes_from(self) -> Traced:
        """The data, model and day of the assessment that the line is of."""
        return replace(self.assessment.comes_from, what=f"Explanation of the assessment of {self.line.group}")

    def _table(self, part: str) -> pl.DataFrame:
        """`history`, `ahead` and `cells` with the group's name; `line` as in an assessment; `links` of the theatre."""
        if part == "line":
            return self.assessment.to_polars()
        if part == "links":
            from tocsin.rivalry import Link

            return rows_of(Link, () if self.rivalry is None else self.rivalry.links)
        if part == "offshoots":
            return rows_of(Offshoot, self.offshoots)
        kinds = {"history": MonthFigures, "ahead": MonthAhead, "cells": CellFigures}
        table = rows_of(kinds[part], getattr(self, part))
        return table.select(pl.lit(self.line.group).alias("group"), pl.all())

    def _card(self) -> Card:
        from tocsin.warn.cards import explanation_card

        return explanation_card(self)

    @property
    def line(self) -> GroupAssessment:
        """The group's line."""
        return self.assessment.groups[0]
