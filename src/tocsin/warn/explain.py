"""Everything about one group, gathered: its line and reasons, its past, what is expected, its rivals, its ground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tocsin.actors import is_group
from tocsin.errors import InputError, NotHeldError
from tocsin.forecast.deaths_ahead import weigh_draws, weighted_quantiles
from tocsin.groups import group_facts, resolve_group
from tocsin.groups.offshoots import Offshoot, possible_offshoots
from tocsin.groups.theatres import Theatre
from tocsin.months import first_day
from tocsin.settings import Settings, load_settings
from tocsin.warn.assess import assess_situation
from tocsin.warn.assessment import Assessment
from tocsin.warn.explanation import CellFigures, Explanation, MonthAhead, MonthFigures
from tocsin.warn.lines import Drawn, expected_deaths
from tocsin.warn.situation import Situation, check_horizon, load_situation

if TYPE_CHECKING:
    from tocsin.rivalry import Rivalry

HISTORY_MONTHS = 120
CELL_MONTHS = BASELINE_MONTHS = 12
INTERVAL = (0.1, 0.5, 0.9)


def explain(
    group: str,
    *,
    as_of: date | None = None,
    horizon: int = 6,
    rivalry: bool = True,
    settings: Settings | None = None,
    progress: Callable[[str], None] | None = None,
) -> Explanation:
    """Everything about one group as of a day (default: the end of the data); `horizon` is 3, 6 or 12 months.

    `group` is a name as `tocsin.groups.resolve_group` takes it, also of a named theatre (`JNIM @ Sahel`). With
    `rivalry` the links of its theatre are estimated, which takes some seconds. Raises `InputError` for an option that
    cannot be, `NotHeldError` where nothing, or no death, is recorded of the group by the day.
    """
    check_horizon(horizon)
    settings = settings or load_settings()
    situation = load_situation(as_of, None, settings, progress)
    found = resolve_group(group, situation.digest.monthly, settings, as_of_month=situation.month)
    if found.theatre.is_view:
        situation = load_situation(as_of, found.theatre.name, settings, progress)
    name = f"{found.actor} @ {found.theatre.name}"
    row = situation.history.panel.row(name)
    if row is None or not situation.history.panel.seen[row, -1]:
        raise NotHeldError(
            f"{name} has no recorded death by {situation.data_until}, so nothing is said of what is to come. Hint: "
            f"'tocsin groups show \"{name}\"' has what is known of it"
        )
    assessment = assess_situation(situation, horizon, only=name)
    if found.note:
        assessment = replace(assessment, notes=(*assessment.notes, found.note))
    around = Around(
        theatre=found.theatre,
        drawn=expected_deaths(situation, horizon),
        offshoots=offshoots_of(situation, found.theatre.name),
        rivalry=theatre_links(situation, found.theatre) if rivalry else None,
    )
    return explanation_of(situation, assessment, around)


@dataclass(frozen=True, eq=False)
class Around:
    """What the groups of a theatre share: the draws of monthly deaths, possible off-shoots, links between groups."""

    theatre: Theatre
    drawn: Drawn
    offshoots: tuple[Offshoot, ...]
    rivalry: Rivalry | None


def explanation_of(situation: Situation, assessment: Assessment, around: Around) -> Explanation:
    """The explanation of the first group of an assessment of the situation, which is one of the theatre `around` it."""
    line = assessment.groups[0]
    digest, month = situation.shown, situation.month
    facts = group_facts(digest.monthly, line.actor, around.theatre, month)
    return Explanation(
        assessment=replace(assessment, groups=(line,), new_entrants=()),
        facts=facts,
        history=_history(situation, line.group),
        ahead=_ahead(situation, line.group, around.drawn),
        cells=cells_of(situation, around.theatre.name, line.actor),
        offshoots=tuple(o for o in around.offshoots if line.group in (o.group, o.parent)),
        rivalry=around.rivalry,
    )


def theatre_links(situation: Situation, theatre: Theatre) -> Rivalry | None:
    """Who answers whom in a theatre, by the figures of the situation; None where too few attacks are recorded.

    Months held apart are not scored: nothing is said of them here, and it is half the time.
    """
    from tocsin.rivalry import fit_rivalry  # compiles kernels, which only this needs

    try:
        return fit_rivalry(situation.digest, theatre, held_apart=False)
    except (InputError, NotHeldError):
        return None


def offshoots_of(situation: Situation, theatre: str) -> tuple[Offshoot, ...]:
    """The new names of a theatre that may be off-shoots."""
    digest = situation.shown
    return possible_offshoots(digest.monthly, digest.cells, theatre, situation.month)


def cells_of(situation: Situation, theatre: str | None = None, actor: str | None = None) -> tuple[CellFigures, ...]:
    """Events and deaths of groups per half-degree cell, the last 12 months; a clash of two groups counts for both."""
    rows = situation.shown.cells.filter(
        pl.col("period").is_between(first_day(situation.month - CELL_MONTHS + 1), first_day(situation.month)),
        is_group(pl.col("actor")),
    )
    if theatre is not None:
        rows = rows.filter(pl.col("theatre").cast(pl.String) == theatre)
    if actor is not None:
        rows = rows.filter(pl.col("actor").cast(pl.String) == actor)
    summed = rows.group_by("cell").agg(pl.col("events").sum(), pl.col("deaths_best").sum()).sort("cell")
    return tuple(CellFigures(*row) for row in summed.iter_rows())


def _history(situation: Situation, group: str) -> tuple[MonthFigures, ...]:
    panel = situation.history.panel
    row = panel.index_of(group)
    counts = panel.counts
    first = int(np.flatnonzero(counts["events"][row])[0])
    return tuple(
        MonthFigures(
            month=first_day(panel.first_month + t),
            deaths_state=int(counts["deaths_state"][row, t]),
            deaths_nonstate=int(counts["deaths_nonstate"][row, t]),
            deaths_onesided=int(counts["deaths_onesided"][row, t]),
            events=int(counts["events"][row, t]),
            mass_casualty_events=int(counts["mass_casualty"][row, t]),
        )
        for t in range(max(first, panel.n_months - HISTORY_MONTHS), panel.n_months)
    )


def _ahead(situation: Situation, group: str, drawn: Drawn) -> tuple[MonthAhead, ...]:
    panel = situation.history.panel
    row = panel.index_of(group)
    samples = drawn.samples[row].astype(np.float64)
    weight = weigh_draws(samples.sum(axis=0)[None], drawn.p[row : row + 1])
    past = panel.deaths[row, -BASELINE_MONTHS:]
    bounds = np.quantile(past, INTERVAL)
    weights = np.broadcast_to(weight, samples.shape)
    low, median, high = weighted_quantiles(samples, weights, INTERVAL)
    return tuple(
        MonthAhead(
            month=first_day(panel.last_month + 1 + step),
            expected=float((samples[step] * weight[0]).sum()),
            low=float(low[step]),
            median=float(median[step]),
            high=float(high[step]),
            baseline=float(past.mean()),
            baseline_low=float(bounds[0]),
            baseline_high=float(bounds[2]),
        )
        for step in range(len(samples))
    )
