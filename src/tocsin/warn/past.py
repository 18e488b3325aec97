"""The assessment of the last period against what happened since, misses first; and how early levels were in the replay.

What was said a horizon before the last known month is made again from what was known then, by models fitted then, and
by the rule of levels of any other day. Two outcomes are looked at: 25 deaths or more, of groups at new risk then, and a
mass-casualty attack, of every group.

- *came*: a group on a level in any view to which one of its outcomes came;
- *missed*: a group on no level to which one came;
- *did not come*: a group on a level to which neither came, told by the view it stood on the level by.

A group to which both came is told twice, once for each. A level that a group entered as a new risk, before it moved to
the ongoing list, still promised 25 deaths, so that these count as its outcome too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np

from tocsin.errors import NotHeldError
from tocsin.forecast.model import TARGETS, Target
from tocsin.forecast.risk import MODEL_VERSION
from tocsin.months import first_day, last_day, month_label
from tocsin.panel import CROSSING_DEATHS
from tocsin.warn.level_record import LEADS, LevelRecord, packaged_level_record
from tocsin.warn.levels import Entered, Level
from tocsin.warn.lines import AtMonth, read_months, standing_levels
from tocsin.warn.situation import Situation, fit_month_for, load_situation
from tocsin.warn.warning_record import record_month


@dataclass(frozen=True)
class PastLine:
    """One group of the last period's assessment: what was said of it, and what came within the horizon since.

    `level` is what it stood on; `target` the outcome in question (25 deaths, for a group at new risk or one that
    entered its level as one, or a mass-casualty attack), `p` its probability, `base_rate` that
    of the list the group was on, `rank` its place among the groups of that view in the world.
    """

    group: str
    list: Literal["new_risk", "ongoing"]
    level: Level
    target: Target
    p: float
    base_rate: float
    rank: int
    deaths_since: int
    mass_casualty_since: int


@dataclass(frozen=True)
class PastPeriod:
    """What was said `horizon_months` before, as of `as_of`, by models fitted then, and what came up to `until`.

    `missed`: the outcome came to a group on no level; `came`: to one on a level; `did_not_come`: on a level, and it did
    not. `unseen` are groups without a recorded death by then that had 25 deaths or more since, with those deaths:
    nothing was or could be said of them by name.
    """

    as_of: date
    until: date
    horizon_months: int
    model: str
    missed: tuple[PastLine, ...]
    came: tuple[PastLine, ...]
    did_not_come: tuple[PastLine, ...]
    unseen: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class LeadCurve:
    """How early emergences were on a level, in the replay: entry k is the share alerted k + 1 months or more before.

    `on_level` and `on_warning` are tocsin's; `random` is what as many groups at new risk give, drawn each month at
    random from those with a death in the last 12. `emergences` is how many there were, `never_seen` the share of them
    without any recorded death before, which nobody could name.
    """

    first: date
    last: date
    emergences: int
    never_seen: float
    on_level: tuple[float, ...]
    on_warning: tuple[float, ...]
    random: tuple[float, ...]


def past_period(situation: Situation, horizon: int) -> PastPeriod | None:
    """What was said `horizon` months before the situation's last month, by models fitted then, and what came since.

    In reconstructed mode the figures are the newest ones cut at that month, else those known then; of
    the theatre asked for where there is one, ranks being the world's. None where nothing could be said so early.
    """
    try:
        then = _situation_then(situation, situation.month - horizon)
        at, *earlier = read_months(then, horizon)
    except NotHeldError:
        return None
    stands, panel = standing_levels(at, earlier), then.history.panel
    since = _Since(situation, then.month, horizon)
    missed: list[PastLine] = []
    came: list[PastLine] = []
    did_not_come: list[PastLine] = []
    for i, g in enumerate(at.seen.tolist()):
        if situation.view is not None and panel.theatres[g] != situation.view.name:
            continue
        group, stand = panel.groups[g], stands[i]
        deaths, attacks = since.of(group)
        promised = not at.ongoing[i] or (stand is not None and stand.target == "deaths25")
        happened: dict[Target, bool] = {
            "deaths25": promised and deaths >= CROSSING_DEATHS,
            "mass_casualty": attacks > 0,
        }
        for target in TARGETS:
            if happened[target]:
                (missed if stand is None else came).append(_line(at, i, stand, target, deaths, attacks))
        if stand is not None and not any(happened.values()):
            did_not_come.append(_line(at, i, stand, stand.target, deaths, attacks))
    return PastPeriod(
        as_of=last_day(then.month),
        until=last_day(then.month + horizon),
        horizon_months=horizon,
        model=f"{MODEL_VERSION}, fitted on figures to {month_label(then.models['deaths25'].month)}",
        missed=tuple(sorted(missed, key=lambda line: (-line.deaths_since, line.group, line.target))),
        came=tuple(sorted(came, key=lambda line: (-line.p, line.group, line.target))),
        did_not_come=tuple(sorted(did_not_come, key=lambda line: (-line.p, line.group))),
        unseen=since.unseen(at),
    )


def _situation_then(situation: Situation, month: int) -> Situation:
    if month < situation.history.panel.first_month:
        raise NotHeldError(f"no figures are held of {month_label(month)}")
    day = last_day(month)
    if situation.settings.as_of_mode != "reconstructed":
        view = situation.view.name if situation.view else None
        return load_situation(day, view, situation.settings, situation.progress)
    past = situation.past.up_to(min(fit_month_for(month), situation.past.month))
    return replace(situation, as_of=day, history=situation.history.up_to(month), past=past)


class _Since:
    """What came to each group of a situation in the months after `month`, as far as the horizon."""

    def __init__(self, situation: Situation, month: int, horizon: int) -> None:
        self.situation, self.panel = situation, situation.history.panel
        start = month + 1 - self.panel.first_month
        self.deaths = self.panel.deaths[:, start : start + horizon].sum(axis=1)
        self.attacks = self.panel.mass_casualty[:, start : start + horizon].sum(axis=1)

    def of(self, group: str) -> tuple[int, int]:
        """Deaths and mass-casualty attacks; none where a later release dropped the group."""
        row = self.panel.row(group)
        return (0, 0) if row is None else (int(self.deaths[row]), int(self.attacks[row]))

    def unseen(self, at: AtMonth) -> tuple[tuple[str, int], ...]:
        """Groups that had no recorded death then and had 25 or more since, the deadliest first."""
        view = self.situation.view
        found = [
            (self.panel.groups[g], int(self.deaths[g]))
            for g in np.flatnonzero(self.deaths >= CROSSING_DEATHS)
            if self.panel.groups[g] not in at.place and (view is None or self.panel.theatres[g] == view.name)
        ]
        return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0])))


def _line(at: AtMonth, i: int, stand: Entered | None, target: Target, deaths: int, attacks: int) -> PastLine:
    # A group that entered its level as a new risk and is ongoing by now has no rank in that view any more.
    by_entry = stand is not None and stand.target == target and not at.rank[target][i]
    return PastLine(
        group=at.history.panel.groups[at.seen[i]],
        list="ongoing" if at.ongoing[i] else "new_risk",
        level=stand.level if stand else "none",
        target=target,
        p=float(at.p[target][0, i]),
        base_rate=float(at.base[target][i]),
        rank=stand.rank if stand is not None and by_entry else int(at.rank[target][i]),
        deaths_since=deaths,
        mass_casualty_since=attacks,
    )


def levels_known(situation: Situation) -> LevelRecord | None:
    """What of the packaged replay's levels was known by the situation's last month.

    None where that was nothing, as in the modes strict and lagged before the figures of the replay were published, and
    for figures of another source than the replay's.
    """
    if not situation.as_replayed:
        return None
    month = record_month(situation.as_of, situation.month, situation.settings.as_of_mode)
    record = packaged_level_record().known_by(month)
    return record if record.counts and record.emergences else None


def lead_curve(record: LevelRecord) -> LeadCurve:
    """The curve of a record's emergences, of which there is one at least."""
    rows = record.emergences
    months = range(1, LEADS + 1)
    return LeadCurve(
        first=first_day(rows[0].month),
        last=last_day(rows[-1].month),
        emergences=len(rows),
        never_seen=sum(not row.seen_before for row in rows) / len(rows),
        on_level=tuple(sum((row.level or 0) >= m for row in rows) / len(rows) for m in months),
        on_warning=tuple(sum((row.warning or 0) >= m for row in rows) / len(rows) for m in months),
        random=tuple(sum(row.random[m - 1] for row in rows) / len(rows) for m in months),
    )
