"""The lines of an assessment: each group's probabilities, level, reasons and record, from one situation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.forecast.deaths_ahead import DeathsAhead, deaths_ahead
from tocsin.forecast.model import TARGETS, Target
from tocsin.forecast.trees import count_forecast
from tocsin.panel import History
from tocsin.settings import Settings
from tocsin.warn import confidence
from tocsin.warn.analogues import find_analogues
from tocsin.warn.assessment import GroupAssessment
from tocsin.warn.drivers import find_drivers
from tocsin.warn.headline import shown
from tocsin.warn.levels import (
    HOLD_MONTHS,
    LEVELS,
    VIEW_WORDS,
    Entered,
    level_sentence,
    ranked,
    resurgent,
    standing,
    view_levels,
)
from tocsin.warn.record import Record
from tocsin.warn.situation import Situation
from tocsin.warn.wording import load_wording

SPARK_MONTHS = 24
DEATHS_DRAWS = 1000

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AtMonth:
    """What the models say at one month: groups seen by then (rows of its panel), lists, probabilities, levels entered.

    `p` is (3, group) by target: probability and the bounds of its interval; `base` the base rate of each group's list;
    `entered` the level of each view by target, by this month's figures alone.
    """

    history: History
    horizon: int
    seen: NDArray[np.intp]
    ongoing: NDArray[np.bool_]
    p: dict[Target, Floats]
    base: dict[Target, Floats]
    entered: dict[Target, NDArray[np.int64]]
    rank: dict[Target, NDArray[np.int64]]

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each group is, by name."""
        return {self.history.panel.groups[g]: i for i, g in enumerate(self.seen)}

    def entries(self, i: int) -> list[Entered]:
        """The levels entered by the i-th group, one of each view that it is in."""
        return [
            Entered(
                level=LEVELS[self.entered[target][i]],
                target=target,
                month=self.history.month,
                rank=int(self.rank[target][i]),
                p=float(self.p[target][0, i]),
                base_rate=float(self.base[target][i]),
                low=float(self.p[target][1, i]),
                high=float(self.p[target][2, i]),
            )
            for target in TARGETS
            if self.rank[target][i] > 0
        ]


def at_month(situation: Situation, history: History, horizon: int) -> AtMonth:
    """What the situation's models say at the end of a history, levels by its figures alone."""
    panel, settings = history.panel, situation.settings
    seen = np.flatnonzero(panel.seen[:, -1])
    ongoing = panel.ongoing[seen, -1]
    p = {target: model.predict(history, horizon)[:, seen] for target, model in situation.models.items()}
    rates = {target: model.at(horizon).base_rates for target, model in situation.models.items()}
    base = {target: np.where(ongoing, old, new) for target, (new, old) in rates.items()}
    # That an ongoing war goes on is no news: only new risks are looked at for 25 deaths.
    in_view: dict[Target, NDArray[np.bool_]] = {"deaths25": ~ongoing, "mass_casualty": np.ones(len(seen), bool)}
    budgets = {"watch_budget": settings.watch_budget, "warning_budget": settings.warning_budget}
    entered = {target: view_levels(p[target][0], base[target], in_view[target], **budgets) for target in TARGETS}
    rank = {target: ranked(p[target][0], in_view[target]) for target in TARGETS}
    return AtMonth(history, horizon, seen, ongoing, p, base, entered, rank)


def read_months(situation: Situation, horizon: int) -> list[AtMonth]:
    """What the models say at the as-of month and at those before it whose levels may still stand, the latest first."""
    history = situation.history
    months = range(history.month, max(history.panel.first_month - 1, history.month - HOLD_MONTHS), -1)
    return [at_month(situation, history.up_to(month), horizon) for month in months]


def standing_levels(now: AtMonth, earlier: list[AtMonth]) -> list[Entered | None]:
    """The level that each group seen by now stands on, entered now or in an earlier month; None for no level."""
    entries: dict[str, list[Entered]] = {}
    for at in (now, *earlier):
        for i, g in enumerate(at.seen.tolist()):
            entries.setdefault(at.history.panel.groups[g], []).extend(at.entries(i))
    return [standing(entries[now.history.panel.groups[g]]) for g in now.seen]


def group_lines(situation: Situation, horizon: int, *, only: str | None = None) -> list[GroupAssessment]:
    """A line for every group seen, of the theatre asked for where there is one; new risks first, then by rank.

    With `only` that group's line alone, the same as it is among the others.
    """
    history = situation.history
    panel, view = history.panel, situation.view
    now, *earlier = read_months(situation, horizon)
    seen = now.seen
    # Ranks and levels are the world's: a view's groups take part in it in place of their countries' own.
    names = [panel.groups[g] for g in seen]
    theatres = [panel.theatres[g] for g in seen]
    told = [
        i
        for i, (name, theatre) in enumerate(zip(names, theatres, strict=True))
        if (view is None or theatre == view.name) and (only is None or name == only)
    ]
    ahead = expected_deaths(situation, horizon).ahead
    by_deaths = ranked(ahead.expected[seen], now.ongoing)
    stands = standing_levels(now, earlier)
    before = earlier[0].history if earlier else None
    settings, record = situation.settings, situation.record(horizon)
    drivers = find_drivers(situation.models, history, before, seen[told], horizon)
    alike = find_analogues(history, seen[told])
    back = resurgent(panel.deaths[seen])
    last_3, last_12 = (panel.trailing_deaths(months)[seen, -1] for months in (3, 12))
    lines = []
    for k, i in enumerate(told):
        of = [_said(settings, record, now, target, i) for target in TARGETS]
        reasons: dict[str, Any] = {
            name: value
            for target, found in drivers[k].items()
            for name, value in ((f"drivers_{target}", found.drivers), (f"reference_{target}", found.reference))
        }
        lines.append(
            GroupAssessment(
                group=names[i],
                actor=panel.actors[seen[i]],
                theatre=theatres[i],
                list="ongoing" if now.ongoing[i] else "new_risk",
                previously_crossed=bool(panel.crossed_before[seen[i], -1]),
                resurgent=bool(back[i]),
                level=found.level if (found := stands[i]) else "none",
                level_target=found.target if found else None,
                level_sentence=level_sentence(found, now.entries(i), horizon),
                expected_deaths=float(ahead.expected[seen[i]]),
                expected_deaths_low=float(ahead.low[seen[i]]),
                expected_deaths_high=float(ahead.high[seen[i]]),
                deaths_last_3m=int(last_3[i]),
                deaths_last_12m=int(last_12[i]),
                p_deaths25_previous=_previous(earlier, names[i]),
                rank_new_risk=int(now.rank["deaths25"][i]) or None,
                rank_ongoing=int(by_deaths[i]) or None,
                rank_mass_casualty=int(now.rank["mass_casualty"][i]),
                recent_deaths=tuple(panel.deaths[seen[i], -SPARK_MONTHS:].tolist()),
                confidence=confidence.lower(*(sure.confidence for _, sure in of)),
                # What both weigh alike, the time in the figures, is said once.
                confidence_reasons=tuple(dict.fromkeys(reason for _, sure in of for reason in sure.reasons)),
                analogues=alike[k],
                **{name: value for fields, _ in of for name, value in fields.items()},
                **reasons,
            )
        )
    return sorted(lines, key=lambda line: (line.list, line.rank_new_risk or 0, line.rank_ongoing or 0))


def _said(
    settings: Settings, record: Record, now: AtMonth, target: Target, i: int
) -> tuple[dict[str, Any], confidence.Weighed]:
    """The fields of a line that one probability fills, and the confidence in it."""
    p, low, high = (float(value) for value in now.p[target][:, i])
    came = record.of(p, target=target, horizon=now.horizon, list="ongoing" if now.ongoing[i] else "new_risk")
    seen = now.history.panel.seen[now.seen[i]]
    sure = confidence.weigh(
        VIEW_WORDS[target],
        low=low,
        high=high,
        record_n=came.n if came else None,
        horizon=now.horizon,
        months_seen=int(len(seen) - 1 - seen.argmax()),
    )
    fields: dict[str, Any] = {
        f"p_{target}": p,
        f"p_{target}_low": low,
        f"p_{target}_high": high,
        f"base_rate_{target}": float(now.base[target][i]),
        f"record_{target}_n": came.n if came else None,
        f"record_{target}_share": came.share if came else None,
        f"words_{target}": load_wording(settings.wording, settings.language).words(shown(p)),
        f"confidence_{target}": sure.confidence,
    }
    return fields, sure


def _previous(earlier: list[AtMonth], group: str) -> float | None:
    """P(25 deaths) on the figures of a month before; None where the group was not seen by then."""
    if not earlier:
        return None
    at = earlier[0]
    row = at.place.get(group)
    return None if row is None else float(at.p["deaths25"][0, row])


@dataclass(frozen=True, eq=False)
class Drawn:
    """Draws of every group's monthly deaths, (unit, step, draw), P(25 deaths), and what they come to together."""

    samples: NDArray[np.float32]
    p: Floats
    ahead: DeathsAhead


def expected_deaths(situation: Situation, horizon: int) -> Drawn:
    """Deaths ahead of every group of the situation's history; the same question gets the same answer."""
    history = situation.history
    rng = np.random.default_rng([history.month, DEATHS_DRAWS])  # the seed is the month alone
    draws = count_forecast(
        "trees", situation.counts, history, draws=DEATHS_DRAWS, rng=rng, steps=horizon, stratified=True
    )
    p = situation.models["deaths25"].predict(history, horizon)[0]
    return Drawn(draws.samples, p, deaths_ahead(draws.totals(horizon), p))
