"""Which groups to be on the watch for, and which of them to act on.

The first rule, on purpose a plain one. In a month and view a fixed number of groups can be followed: the alert budget.
A group is on *watch* when it is among the `watch_budget` highest of its view and its probability is at least twice the
base rate; on *warning* when it is among the `warning_budget` highest and its probability is at least five times the
base rate or at least one half. The views are *new risk* (P(>= 25 deaths), new-risk groups only) and *mass casualty*
(P(mass-casualty attack), both lists). A group's level is the higher of the two; an ongoing war therefore has a level
only through the mass-casualty view, since that it goes on is no news. Ranks are always of the world's groups, also
where only one theatre is shown.

A level that is entered stands for three months: that month and the two after it, so that it does not flap. On origins
of 2005-2009 a level by the month alone changed and changed back within two months in 18% of the months; held, in 1.3%.
It goes by the figures and the model of the as-of day alone: the two months before are read again with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tocsin.forecast.model import Target
from tocsin.months import month_words
from tocsin.warn.headline import between, percent

Level = Literal["none", "watch", "warning"]
LEVELS: tuple[Level, ...] = ("none", "watch", "warning")
WATCH_RATIO, WARNING_RATIO, WARNING_PROBABILITY = 2.0, 5.0, 0.5
HOLD_MONTHS = 3
VIEW_WORDS: dict[Target, str] = {"deaths25": "25 deaths or more", "mass_casualty": "a mass-casualty attack"}
MEANING: dict[Level, str] = {
    "watch": "prepare: follow the group month by month, and know what would be done",
    "warning": "act: decide now, for this group, on the measures prepared",
}


@dataclass(frozen=True)
class Entered:
    """The level one view gives a group by one month's figures: its rank in the view from 1, probability, base rate.

    `low` and `high` bound the 90% interval of the probability; None where it was not asked for.
    """

    level: Level
    target: Target
    month: int
    rank: int
    p: float
    base_rate: float
    low: float | None = None
    high: float | None = None


def view_levels(
    p: NDArray[np.float64],
    base_rate: NDArray[np.float64],
    in_view: NDArray[np.bool_],
    *,
    watch_budget: int,
    warning_budget: int,
) -> NDArray[np.int64]:
    """Level per group in one view (0 none, 1 watch, 2 warning); all arguments are arrays of one entry per group."""
    rank = ranked(p, in_view)
    watch = in_view & (rank <= watch_budget) & (p >= WATCH_RATIO * base_rate)
    strong = (p >= WARNING_RATIO * base_rate) | (p >= WARNING_PROBABILITY)
    return np.where(watch & (rank <= warning_budget) & strong, 2, np.where(watch, 1, 0))


def standing(entered: Sequence[Entered]) -> Entered | None:
    """Of the levels entered in the last `HOLD_MONTHS` months the one a group stands on; None where it is on none.

    The highest; of several the latest, then the one highest above its base rate.
    """
    found = [e for e in entered if e.level != "none"]
    return max(found, key=lambda e: (LEVELS.index(e.level), e.month, e.p / max(e.base_rate, 1e-9)), default=None)


def level_sentence(stands: Entered | None, now: Sequence[Entered], horizon: int) -> str:
    """Why a group is on its level, in one sentence or two; `now` are this month's of each view it is in."""
    month = now[0].month
    if stands is None:
        best = max(now, key=lambda e: e.p / max(e.base_rate, 1e-9))
        return f"No level: {_placed(best, horizon)}. The mark for watch is not reached."
    name, meaning = stands.level, MEANING[stands.level].split(":")[0]
    said = f"{name.capitalize()} ({meaning}): {_placed(stands, horizon)}"
    if stands.month == month:
        return f"{said}."
    left = HOLD_MONTHS - (month - stands.month)
    until = "this month is the last" if left == 1 else f"it stands for {left} months, this one included"
    return f"{said}, by the figures of {month_words(stands.month)}; not reached since, and {until}."


def _placed(e: Entered, horizon: int) -> str:
    said = f"number {e.rank:,} by the probability of {VIEW_WORDS[e.target]} within {horizon} months"
    base = f"base rate {percent(e.base_rate)}"
    if e.base_rate > 0:
        ratio = e.p / e.base_rate
        times = f"{ratio:.1f} times it" if ratio < 9.95 else f"{ratio:,.0f} times it"
        base += f", so {times if ratio >= 1 else 'below it'}"
    interval = "" if e.low is None or e.high is None else f"{between(e.low, e.high)}; "
    return f"{said}: {percent(e.p)} ({interval}{base})"


def ranked(p: NDArray[np.float64], in_view: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Rank from 1 by probability, the highest first, among the marked groups; 0 for the others."""
    rank = np.zeros(len(p), np.int64)
    listed = np.flatnonzero(in_view)
    rank[listed[np.argsort(-p[listed], kind="stable")]] = np.arange(1, len(listed) + 1)
    return rank


def resurgent(deaths: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Whether each group is well above its own recent level after a decline; `deaths` is (group, month).

    Three conditions: at least 10 deaths in the last 6 months; that is at least twice the average of 6 months over the
    18 months before; and this average is at most half of the most deaths in any 6 months up to those 18 months,
    which must have held 10 deaths: a group that was never much heard of is new, not back.
    """
    n = deaths.shape[1]
    if n < 30:
        return np.zeros(len(deaths), bool)
    total = np.concatenate([np.zeros((len(deaths), 1), np.int64), np.cumsum(deaths, axis=1, dtype=np.int64)], axis=1)
    recent = total[:, n] - total[:, n - 6]
    before = (total[:, n - 6] - total[:, n - 24]) / 3.0
    peak = (total[:, 6 : n - 23] - total[:, : n - 29]).max(axis=1)
    return np.asarray((recent >= 10) & (recent >= 2 * before) & (before <= peak / 2.0) & (peak >= 10))
