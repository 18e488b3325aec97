"""The levels of a replay: who would have been on watch or warning, what came of it, how early emergences were on one.

Levels are those of `tocsin.warn.levels` at every origin, base rates those of each fit month, and a level that is
entered stands for three months. One thing differs from an assessment: at the first two origins after a new fit the
months before are taken as they were said at the time, by the models of the year before. At the first two origins of all
there is nothing before, so that a few levels more may have stood.

Random alerts are what the same attention gives without a model: each month as many groups of the new-risk list with a
death in the last 12 months stand as were on a level (no ongoing group can emerge, and that those long silent are silent
needs no model), and each stands for three months.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.errors import InputError
from tocsin.forecast.model import TARGETS, Target
from tocsin.forecast.outcomes import base_rates, outcomes
from tocsin.panel import CROSSING_DEATHS, Panel
from tocsin.replay.result import Replay
from tocsin.replay.score import column
from tocsin.verify import Emergences, emergences, lead_times
from tocsin.warn.level_record import HORIZON, LEADS, EmergenceRow, LevelCount, LevelRecord
from tocsin.warn.levels import HOLD_MONTHS, LEVELS, Entered, Level, ranked, standing, view_levels

DRAWS = 200

Rates = Mapping[Target, tuple[float, float]]


@dataclass(frozen=True, eq=False)
class ReplayLevels:
    """Levels of a replay's groups at consecutive origins, (group, origin): 0 none, 1 watch, 2 warning.

    `by` is the place in `TARGETS` of the view a level stands by, -1 for none. `new_risk` says who is on that list,
    `active` who had a death in the last 12 months. `came` holds for each target 1 where its outcome came within 6
    months, 0 where not, -1 where that is not known.
    """

    units: tuple[str, ...]
    origins: range
    level: NDArray[np.int8]
    by: NDArray[np.int8]
    new_risk: NDArray[np.bool_]
    active: NDArray[np.bool_]
    came: dict[Target, NDArray[np.int8]]


def level_record_of(
    replay: Replay, model: str, truth: Panel, *, watch_budget: int, warning_budget: int, draws: int = DRAWS
) -> LevelRecord:
    """The record of the levels that a model of a replay of groups gives; `truth` are the figures it was made from.

    Raises `InputError` where the replay does not hold the model's probabilities for 6 months ahead, and for one in
    strict mode or with a lag, whose base rates cannot be had from the newest figures.
    """
    plan, manifest = replay.plan, replay.manifest
    rates = rates_at(replay, truth)
    levels = levels_of(replay.cells(), model, rates, truth, watch_budget=watch_budget, warning_budget=warning_budget)
    emerged = emergences_of(levels.units, truth)
    return LevelRecord(
        model=f"{model} ({manifest['models'][model]})",
        vintage=manifest["vintage"],
        first=plan.first,
        last=plan.last,
        watch_budget=watch_budget,
        warning_budget=warning_budget,
        counts=count_levels(levels),
        emergences=emergence_rows(levels, emerged, draws=draws, seed=plan.seed),
    )


def rates_at(replay: Replay, truth: Panel) -> dict[int, Rates]:
    """The base rates that the models in use at each origin of a replay hold for 6 months ahead.

    Raises `InputError` for a replay whose base rates cannot be had from the newest figures, `truth`.
    """
    plan = replay.plan
    if plan.unit != "group" or plan.as_of_mode != "reconstructed" or plan.lag_days:
        raise InputError("a record of levels is made from a replay of groups, reconstructed and without a lag")
    return {
        origin: rates for fit, origins in plan.tasks().items() for rates in [_rates(truth, fit)] for origin in origins
    }


def levels_of(
    cells: pl.DataFrame, model: str, rates: Mapping[int, Rates], truth: Panel, *, watch_budget: int, warning_budget: int
) -> ReplayLevels:
    """The levels of all groups of a replay's cells and of `truth`, as in `replay_levels`."""
    # A group that nobody had seen by the last origin can emerge as well.
    units = tuple(sorted({*truth.groups, *cells["unit"].unique()}))
    return replay_levels(cells, model, rates, units, watch_budget=watch_budget, warning_budget=warning_budget)


def replay_levels(
    cells: pl.DataFrame,
    model: str,
    rates: Mapping[int, Rates],
    units: tuple[str, ...],
    *,
    watch_budget: int,
    warning_budget: int,
) -> ReplayLevels:
    """The levels that `units` (every group of the cells, and others) stand on at the origins of a replay's cells.

    `rates` holds for each origin and target the base rates of new risk and of ongoing. Raises `InputError` where the
    cells lack the model's probabilities.
    """
    names = {target: column(model, "p", target, HORIZON) for target in TARGETS}
    if missing := [name for name in names.values() if name not in cells.columns]:
        raise InputError(f"the replay has no probabilities of {model}: {', '.join(missing)}")
    place = {unit: g for g, unit in enumerate(units)}
    origins = range(min(rates), max(rates) + 1)
    shape = (len(units), len(origins))
    level, by = np.zeros(shape, np.int8), np.full(shape, -1, np.int8)
    new_risk, active = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    came = {target: np.full(shape, -1, np.int8) for target in TARGETS}
    entered: dict[int, list[Entered]] = {}
    for (origin,), at in cells.filter("seen").partition_by("origin", as_dict=True, maintain_order=True).items():
        t = origin - origins[0]
        rows = np.array([place[unit] for unit in at["unit"]], np.intp)
        ongoing = at["ongoing"].to_numpy()
        new_risk[rows, t], active[rows, t] = ~ongoing, at["active"].to_numpy()
        for target in TARGETS:
            p = at[names[target]].to_numpy()
            new, old = rates[origin][target]
            base = np.where(ongoing, old, new)
            in_view = ~ongoing if target == "deaths25" else np.ones(len(rows), np.bool_)
            found = view_levels(p, base, in_view, watch_budget=watch_budget, warning_budget=warning_budget)
            rank = ranked(p, in_view)
            for i in np.flatnonzero(found):
                one = Entered(LEVELS[found[i]], target, origin, int(rank[i]), float(p[i]), float(base[i]))
                entered.setdefault(int(rows[i]), []).append(one)
            came[target][rows, t] = _came(at, target)
        for g, entries in entered.items():
            stands = standing([e for e in entries[-2 * HOLD_MONTHS :] if e.month > origin - HOLD_MONTHS])
            if stands is not None:
                level[g, t], by[g, t] = LEVELS.index(stands.level), TARGETS.index(stands.target)
    return ReplayLevels(units, origins, level, by, new_risk, active, came)


def count_levels(levels: ReplayLevels) -> tuple[LevelCount, ...]:
    """What came of the levels, by year of the origins; a year's counts wait for the last of its outcomes."""
    n: Counter[tuple[int, Level, Target]] = Counter()
    came: Counter[tuple[int, Level, Target]] = Counter()
    known_by: dict[int, int] = {}
    for t, origin in enumerate(levels.origins):
        year = (origin - 1) // 12
        for k, target in enumerate(TARGETS):
            for name in LEVELS[1:]:
                on = (levels.level[:, t] == LEVELS.index(name)) & (levels.by[:, t] == k)
                known = levels.came[target][on, t]
                if counted := int((known >= 0).sum()):
                    n[year, name, target] += counted
                    came[year, name, target] += int((known == 1).sum())
                    known_by[year] = origin + HORIZON
    return tuple(LevelCount(known_by[key[0]], key[1], key[2], n[key], came[key]) for key in sorted(n))


def emergence_rows(levels: ReplayLevels, emerged: Emergences, *, draws: int, seed: int) -> tuple[EmergenceRow, ...]:
    """The leads of every emergence whose 12 months before are all origins, beside those of random alerts."""
    origins = np.array(levels.origins)
    found = {k: lead_times(levels.level >= k, origins, emerged, horizon=LEADS) for k in (1, 2)}
    scored = found[1].emergence
    share = np.zeros((len(scored), LEADS))
    for alerts in random_alerts(levels, draws=draws, seed=seed):
        lead = lead_times(alerts, origins, emerged, horizon=LEADS).lead
        share += lead[:, None] >= np.arange(1, LEADS + 1)  # NaN, no alert, is never as much
    rows = [
        EmergenceRow(
            month=int(emerged.month[e]),
            seen_before=bool(emerged.seen_before[e]),
            level=_whole(found[1].lead[i]),
            warning=_whole(found[2].lead[i]),
            random=tuple(round(float(value), 3) for value in share[i] / draws),
        )
        for i, e in enumerate(scored)
    ]
    return tuple(sorted(rows, key=lambda row: row.month))


def random_alerts(levels: ReplayLevels, *, draws: int, seed: int) -> list[NDArray[np.bool_]]:
    """Alerts (group, origin) on as many active groups at new risk as were on a level, each for three months."""
    many = ((levels.level > 0) & levels.new_risk).sum(axis=0)
    found = []
    for draw in range(draws):
        rng = np.random.default_rng([seed, draw])
        stand = np.zeros(levels.level.shape, np.bool_)
        left = np.zeros(len(levels.units), np.int64)  # months that a group still stands
        for t, wanted in enumerate(many):
            listed = levels.new_risk[:, t] & levels.active[:, t]
            left = np.where(listed, np.maximum(left - 1, 0), 0)
            free = np.flatnonzero(listed & (left == 0))
            fresh = min(len(free), max(0, int(wanted) - int((left > 0).sum())))
            left[rng.choice(free, fresh, replace=False)] = HOLD_MONTHS
            stand[:, t] = left > 0
        found.append(stand)
    return found


def _rates(truth: Panel, fit_month: int) -> Rates:
    """The base rates that models fitted at a month's end hold for 6 months ahead."""
    panel = truth.up_to(fit_month)
    return {target: base_rates(panel, outcomes(panel, target, HORIZON)) for target in TARGETS}


def _came(at: pl.DataFrame, target: Target) -> NDArray[np.int8]:
    least = CROSSING_DEATHS if target == "deaths25" else 1
    name = f"deaths|{HORIZON}" if target == "deaths25" else f"mass_casualty|{HORIZON}"
    return at.select((pl.col(name) >= least).cast(pl.Int8).fill_null(-1)).to_series().to_numpy()


def emergences_of(units: tuple[str, ...], truth: Panel) -> Emergences:
    """The emergences in the figures, a row for each of `units`; one that is not in the figures has no deaths."""
    rows = [truth.row(unit) for unit in units]
    deaths = np.array([truth.deaths[row] if row is not None else np.zeros(truth.n_months) for row in rows])
    return emergences(deaths, first_month=truth.first_month, threshold=float(CROSSING_DEATHS))


def _whole(lead: float) -> int | None:
    return int(lead) if np.isfinite(lead) else None
