"""Past group-months that looked most like a group's, and what came of them in the 12 months after.

A group is compared with its like only: an ongoing group with months of ongoing groups, a group of the new-risk list
that had a death in the last 12 months with such months, a silent one with silent ones. A month of another group is a
case when its 24 months before are in the figures and its 12 months after are over by the as-of day. Months of one
silent group hardly differ from each other, so of those only one a year is a case, counted back from the as-of month.

How far two months are apart: each of `QUANTITIES` is taken as log(1 + x), so that a doubling counts the same at any
size, and its difference is divided by the standard deviation over the cases, or by log 2 where that is more (so that a
rare thing counts no more for being rare). The distance is the root of the weighted mean of the squares, the similarity
1 / (1 + distance). Of each group only its nearest month counts. Of equally near groups the first by name goes first, of
equally near months of a group the latest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tocsin.months import last_day
from tocsin.panel import CROSSING_DEATHS, FEATURES, History, Panel

Pool = Literal["ongoing", "new_risk", "silent"]
POOLS: tuple[Pool, ...] = ("ongoing", "new_risk", "silent")
POOL_WORDS: dict[Pool, str] = {
    "ongoing": "groups with 25 deaths or more in the 12 months before",
    "new_risk": "groups with fewer than 25 deaths in the 12 months before, but some",
    "silent": "groups without a death in the 12 months before",
}
BEFORE, AFTER = 24, 12  # months shown before and after a case; the after must be over by the as-of day
CASES = 30  # whose outcomes are counted: among 20 to 50 the choice hardly matters on origins of 2000-2009
SHOWN = 3
SILENT_MONTHS = 12  # a group without a death in so many months is silent
SILENT_STEP = 12  # one case in so many months of a silent group
LEAST_SCALE = float(np.log(2.0))


@dataclass(frozen=True)
class Quantity:
    """One thing compared: a column of `FEATURES`, its weight, whether it is a count not yet in logs.

    `of_the_year` marks what says nothing of a silent group, since it looks only at months without a death.
    """

    feature: str
    weight: float
    count: bool = False
    of_the_year: bool = False


# Deaths of late and mass-casualty attacks say most of what is to come and count double; age and surroundings tell apart
# what is otherwise alike and count half. Chosen among a dozen reasoned sets, which differed little, on origins of
# 2000-2009.
QUANTITIES = (
    Quantity("deaths_3m", 2.0, of_the_year=True),
    Quantity("deaths_12m", 2.0, of_the_year=True),
    Quantity("deaths_60m", 1.0),
    Quantity("active_months_12m", 1.0, count=True, of_the_year=True),
    Quantity("since_death", 1.0, count=True),
    Quantity("largest_12m", 1.0, of_the_year=True),
    Quantity("deaths_onesided_12m", 1.0, of_the_year=True),
    Quantity("deaths_onesided_60m", 1.0),
    Quantity("mass_casualty_36m", 2.0, count=True),
    Quantity("cells_12m", 1.0, count=True, of_the_year=True),
    Quantity("state_events_12m", 1.0, of_the_year=True),
    Quantity("age", 0.5, count=True),
    Quantity("theatre_deaths_12m", 0.5),
    Quantity("rival_deaths_12m", 0.5),
    Quantity("elsewhere_deaths_12m", 0.5),
)


@dataclass(frozen=True)
class Analogue:
    """A past group-month: `month` is the last day of the month it was like, `similarity` from 0 to 1 (the same).

    `deaths_before` are the deaths of the 24 months up to it, `deaths_after` those of the 12 months after, one a month;
    `mass_casualty_after` the mass-casualty attacks of those 12 months.
    """

    group: str
    month: date
    similarity: float
    deaths_before: tuple[int, ...]
    deaths_after: tuple[int, ...]
    mass_casualty_after: int


@dataclass(frozen=True)
class Analogues:
    """The `nearest` past cases, and what came of the `n` nearest, one per group, within 12 months.

    `came_deaths25` and `came_mass_casualty` of the `n` had 25 deaths or more, or a mass-casualty attack; the base rates
    are the shares among all past group-months that could have been chosen. `pool` says which those are: of the ongoing
    list, of the new-risk list with a death in the 12 months before (`new_risk`) or without one (`silent`).
    """

    nearest: tuple[Analogue, ...]
    n: int
    came_deaths25: int
    came_mass_casualty: int
    base_rate_deaths25: float
    base_rate_mass_casualty: float
    pool: Pool


@dataclass(frozen=True, eq=False)
class _Cases:
    """The cases of a pool: `group` and `month` (positions) in order; `begins` is where each group's cases begin.

    `values` has a float32 array over the cases per quantity, `asked` one over all groups at the last month.
    """

    pool: Pool
    group: NDArray[np.intp]
    month: NDArray[np.intp]
    begins: NDArray[np.intp]
    values: list[NDArray[np.float32]]
    asked: list[NDArray[np.float32]]
    came_deaths25: NDArray[np.bool_]
    came_mass_casualty: NDArray[np.bool_]


def find_analogues(history: History, units: NDArray[np.intp], *, n: int = CASES) -> list[Analogues | None]:
    """The past cases nearest to each of `units` (rows of the panel) at the end of the history, in their order.

    The `n` nearest, one per group, are counted (fewer where there are fewer groups) and three of them shown. None for a
    unit that no case can be compared with, and for one without a recorded death. The module says what a case is and
    what near means.
    """
    panel = history.panel
    pools = _pools(panel)
    found: list[Analogues | None] = [None] * len(units)
    for k, pool in enumerate(POOLS):
        mine = np.flatnonzero(pools[units, -1] == k)
        if mine.size and (cases := _cases(history, pools == k, pool)) is not None:
            for i in mine.tolist():
                found[i] = _nearest(panel, cases, int(units[i]), n)
    return found


def _pools(panel: Panel) -> NDArray[np.int8]:
    """Which of `POOLS` each group is in at each month, -1 before its first death: (group, month)."""
    silent = panel.trailing_deaths(SILENT_MONTHS) == 0
    return np.where(panel.seen, np.where(panel.ongoing, 0, np.where(silent, 2, 1)), -1).astype(np.int8)


def _cases(history: History, in_pool: NDArray[np.bool_], pool: Pool) -> _Cases | None:
    """The group-months of a pool with all of their 24 months before and 12 months after, None where there are none."""
    panel = history.panel
    first, end = BEFORE - 1, panel.n_months - AFTER
    months = np.arange(first, end)
    if pool == "silent":
        months = months[(panel.n_months - 1 - months) % SILENT_STEP == 0]
    group, at = np.nonzero(in_pool[:, months])
    if not group.size:
        return None
    month = months[at]
    values, asked = [], []
    columns = [feature.name for feature in FEATURES]
    compared = [q for q in QUANTITIES if pool != "silent" or not q.of_the_year]
    whole = sum(q.weight for q in compared)
    for q in compared:
        column = columns.index(q.feature)
        then, now = history.features[group, month, column], history.features_now[:, column]
        if q.count:
            # Never less than 0 in a group with a death; the others are not asked about.
            then, now = np.log1p(then), np.log1p(np.maximum(now, 0.0))
        unit = np.float32(np.sqrt(q.weight / whole) / max(float(then.std(dtype=np.float64)), LEAST_SCALE))
        values.append(then * unit)
        asked.append(now * unit)
    return _Cases(
        pool,
        group,
        month,
        np.flatnonzero(np.diff(group, prepend=-1)),
        values,
        asked,
        panel.future_deaths(AFTER)[group, month] >= CROSSING_DEATHS,
        panel.future_mass_casualty(AFTER)[group, month] > 0,
    )


def _nearest(panel: Panel, cases: _Cases, unit: int, n: int) -> Analogues | None:
    square = np.zeros(len(cases.group), np.float32)
    # Quantity by quantity, not by a product of matrices: the same bits however many groups are asked about.
    for value, asked in zip(cases.values, cases.asked, strict=True):
        apart = value - asked[unit]
        square += apart * apart
    others = cases.group != unit
    if not others.any():
        return None
    owners = cases.group[cases.begins]
    least = np.minimum.reduceat(square, cases.begins)
    least[owners == unit] = np.inf
    order = np.argsort(least, kind="stable")[: min(n, int((owners != unit).sum()))]
    ends = np.append(cases.begins[1:], len(square))
    at = np.array([ends[k] - 1 - square[cases.begins[k] : ends[k]][::-1].argmin() for k in order.tolist()], np.intp)
    return Analogues(
        nearest=tuple(_analogue(panel, cases, case, float(square[case])) for case in at[:SHOWN].tolist()),
        n=len(at),
        came_deaths25=int(cases.came_deaths25[at].sum()),
        came_mass_casualty=int(cases.came_mass_casualty[at].sum()),
        base_rate_deaths25=float(cases.came_deaths25[others].mean()),
        base_rate_mass_casualty=float(cases.came_mass_casualty[others].mean()),
        pool=cases.pool,
    )


def _analogue(panel: Panel, cases: _Cases, case: int, square: float) -> Analogue:
    group, month = int(cases.group[case]), int(cases.month[case])
    after = slice(month + 1, month + 1 + AFTER)
    return Analogue(
        group=panel.groups[group],
        month=last_day(panel.first_month + month),
        similarity=1.0 / (1.0 + float(np.sqrt(square))),
        deaths_before=tuple(panel.deaths[group, month + 1 - BEFORE : month + 1].tolist()),
        deaths_after=tuple(panel.deaths[group, after].tolist()),
        mass_casualty_after=int(panel.mass_casualty[group, after].sum()),
    )
