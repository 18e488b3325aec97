"""A replay's warnings, each with what came of it, and the emergences that no warning preceded."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.forecast.model import TARGETS, Target
from tocsin.panel import CROSSING_DEATHS, Panel
from tocsin.replay.level_record import Rates, ReplayLevels, emergences_of, levels_of, rates_at
from tocsin.replay.result import Replay
from tocsin.replay.score import column
from tocsin.verify import lead_times
from tocsin.warn.level_record import LEADS
from tocsin.warn.levels import LEVELS
from tocsin.warn.warning_record import HORIZON, MissRow, WarningRecord, WarningRow

WARNING = LEVELS.index("warning")


def warning_record_of(
    replay: Replay, model: str, truth: Panel, *, watch_budget: int, warning_budget: int
) -> WarningRecord:
    """The warnings that a model of a replay of groups gives; `truth` are the figures it was made from.

    Levels are those of `level_record_of`, and the same is raised.
    """
    rates, cells = rates_at(replay, truth), replay.cells()
    levels = levels_of(cells, model, rates, truth, watch_budget=watch_budget, warning_budget=warning_budget)
    plan, manifest = replay.plan, replay.manifest
    said = probabilities(cells, model)
    return WarningRecord(
        model=f"{model} ({manifest['models'][model]})",
        vintage=manifest["vintage"],
        first=plan.first,
        last=plan.last,
        watch_budget=watch_budget,
        warning_budget=warning_budget,
        warnings=warning_rows(levels, said, rates, truth),
        misses=miss_rows(levels, said, rates, truth),
    )


Said = Mapping[tuple[str, int], dict[Target, float]]


def probabilities(cells: pl.DataFrame, model: str) -> Said:
    """What the model said of each seen group at each origin, for each outcome within 6 months."""
    names = [column(model, "p", target, HORIZON) for target in TARGETS]
    seen = cells.filter("seen").select("unit", "origin", *names)
    return {(unit, origin): dict(zip(TARGETS, p, strict=True)) for unit, origin, *p in seen.iter_rows()}


def warning_rows(levels: ReplayLevels, said: Said, rates: Mapping[int, Rates], truth: Panel) -> tuple[WarningRow, ...]:
    """Every unbroken run of months on warning, in order of its first month and group."""
    on = levels.level == WARNING
    begins = on & ~_before(on)
    rows = []
    for g, t in np.argwhere(begins):
        unit, first = levels.units[g], levels.origins[t]
        length = int(np.argmin(np.append(on[g, t:], False)))
        target = TARGETS[levels.by[g, t]]
        new_risk = bool(levels.new_risk[g, t])
        last = first + length - 1
        rows.append(
            WarningRow(
                group=unit,
                theatre=theatre_of(unit),
                list="new_risk" if new_risk else "ongoing",
                target=target,
                first=first,
                last=last,
                p=round(said[unit, first][target], 4),
                base_rate=round(rates[first][target][0 if new_risk else 1], 4),
                came=came_in(monthly(truth, unit, target), truth.first_month, first, last, target),
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.first, row.group)))


def came_in(figures: NDArray[np.integer], begin: int, first: int, last: int, target: Target) -> int | None:
    """The first month in which the outcome came within 6 months of a month on warning, `first` to `last`.

    `figures` are monthly deaths, or attacks, from the month `begin` on. For 25 deaths it is the month in which the
    deaths since a month on warning, 6 months of them at most, reach 25.
    """
    least = CROSSING_DEATHS if target == "deaths25" else 1
    for month in range(first + 1, min(last + HORIZON, begin + len(figures) - 1) + 1):
        since = max(first, month - HORIZON)  # the earliest month on warning that still speaks of this one
        if figures[since + 1 - begin : month + 1 - begin].sum() >= least:
            return month
    return None


def miss_rows(levels: ReplayLevels, said: Said, rates: Mapping[int, Rates], truth: Panel) -> tuple[MissRow, ...]:
    """The emergences whose 12 months before are all origins, without one of them on warning, by month and group."""
    emerged, origins = emergences_of(levels.units, truth), np.array(levels.origins)
    warned = lead_times(levels.level >= WARNING, origins, emerged, horizon=LEADS)
    watched = lead_times(levels.level > 0, origins, emerged, horizon=LEADS)
    rows = []
    for e, hit, lead in zip(warned.emergence, warned.hit, watched.lead, strict=True):
        if hit:
            continue
        unit, month = levels.units[emerged.group[e]], int(emerged.month[e])
        # A group that emerges had fewer than 25 deaths in the 12 months before: it was on the list of new risks.
        p = said.get((unit, month - 1))
        deaths = monthly(truth, unit, "deaths25")
        place = month - truth.first_month
        rows.append(
            MissRow(
                group=unit,
                theatre=theatre_of(unit),
                month=month,
                deaths=int(deaths[max(0, place - 11) : place + 1].sum()),
                watch=int(lead) if np.isfinite(lead) else None,
                p=None if p is None else round(p["deaths25"], 4),
                base_rate=None if p is None else round(rates[month - 1]["deaths25"][0], 4),
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.month, row.group)))


def monthly(truth: Panel, unit: str, target: Target) -> NDArray[np.integer]:
    """Deaths, or mass-casualty attacks, of a group in each month of the figures; none where these do not have it."""
    row = truth.row(unit)
    figures = truth.deaths if target == "deaths25" else truth.mass_casualty
    return np.zeros(truth.n_months, np.int64) if row is None else figures[row]


def theatre_of(unit: str) -> str:
    """The theatre in a group's name.

    >>> theatre_of("IS @ Afghanistan")
    'Afghanistan'
    """
    return unit.rpartition(" @ ")[2]


def _before(on: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.concatenate([np.zeros((len(on), 1), np.bool_), on[:, :-1]], axis=1)
