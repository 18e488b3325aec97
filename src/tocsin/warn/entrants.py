"""The chance of new groups, theatre by theatre, each with the figures that raise or lower it most."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tocsin.forecast.newcomers import FEATURES, HORIZON, NEVER, TheatreFigures, theatre_figures
from tocsin.warn.assessment import NewEntrant
from tocsin.warn.situation import Situation
from tocsin.warn.statements import counted

REASONS = 3
# Shares of the log-odds below this are no reason: they move the odds by less than a tenth.
LEAST_SHARE = float(np.log(1.1))


def new_entrants(situation: Situation) -> tuple[NewEntrant, ...]:
    """The theatres of the situation by their chance of a new group, the highest first; none without a model of it."""
    model, view = situation.newcomers, situation.view
    if model is None:
        return ()
    history = situation.history
    theatres, p = model.predict(history)
    shares, figures = model.contributions(history), theatre_figures(history.panel)
    found = [
        NewEntrant(
            theatre=theatre,
            horizon_months=HORIZON,
            p_new_group=float(p[0, k]),
            p_new_group_low=float(p[1, k]),
            p_new_group_high=float(p[2, k]),
            base_rate=model.base_rate,
            reasons=_reasons(dict(zip(FEATURES, shares[k].tolist(), strict=True)), figures, theatre),
        )
        for k, theatre in enumerate(theatres)
        if view is None or theatre == view.name
    ]
    return tuple(sorted(found, key=lambda entrant: (-entrant.p_new_group, entrant.theatre)))


def _reasons(share: dict[str, float], figures: TheatreFigures, theatre: str) -> tuple[str, ...]:
    row = figures.theatres.index(theatre)
    now = {name: float(value[row, -1]) for name, value in figures.counts.items()}
    weights = [sum(share[name] for name in names) for names, _ in _SENTENCES]
    said: list[str] = []
    for k in np.argsort(-np.abs(weights), kind="stable").tolist():
        if abs(weights[k]) < LEAST_SHARE or len(said) == REASONS:
            break
        direction = "raises" if weights[k] > 0 else "lowers"
        said.append(f"{_SENTENCES[k][1](now)} ({direction} the odds x{np.exp(weights[k]):.2g}).")
    return tuple(said)


def _violence(now: dict[str, float]) -> str:
    recent = _number(now["deaths_3m"], "death")
    year, five = f"{now['deaths_12m']:,.0f} in the last 12", f"{now['deaths_60m']:,.0f} in five years"
    return f"{recent} of its groups in the last 3 months, {year} and {five}"


def _groups(now: dict[str, float]) -> str:
    return (
        f"{_number(now['active_groups'], 'group')} with a death in the last 12 months, {now['ongoing_groups']:,.0f} of "
        "them with 25 or more"
    )


def _appeared(now: dict[str, float]) -> str:
    if now["since_appeared"] == NEVER:
        return "No group with a recorded death so far"
    since = "this month" if now["since_appeared"] == 0 else f"{_number(now['since_appeared'], 'month').lower()} ago"
    return (
        f"{_number(now['appeared_24m'], 'group')} seen for the first time in the last 24 months, "
        f"{now['appeared_120m']:,.0f} in ten years, the last {since}"
    )


def _crossed(now: dict[str, float]) -> str:
    return (
        f"{_number(now['crossed_24m'], 'group')} had 25 deaths in 12 months for the first time in the last 24 months, "
        f"{now['crossed_120m']:,.0f} in ten years"
    )


def _between(now: dict[str, float]) -> str:
    # A clash stands in the figures of both its sides.
    return f"{_number(now['deaths_nonstate_24m'] // 2, 'death')} in clashes between its groups in the last 24 months"


def _state(now: dict[str, float]) -> str:
    return f"{_number(now['state_onesided_12m'], 'death')} in states' attacks on civilians in the last 12 months"


def _region(now: dict[str, float]) -> str:
    return (
        f"{_number(now['region_deaths_12m'], 'death')} of groups elsewhere in its region in the last 12 months, and "
        f"{_number(now['region_crossed_24m'], 'group').lower()} there that had 25 for the first time in the last 24"
    )


def _number(n: float, noun: str) -> str:
    said = counted(int(n), noun)
    return said[0].upper() + said[1:]


# What is the same everywhere at one month, `world_crossed_24m`, sets no theatre apart.
_SENTENCES: tuple[tuple[tuple[str, ...], Callable[[dict[str, float]], str]], ...] = (
    (("deaths_3m", "deaths_12m", "deaths_60m", "trend"), _violence),
    (("active_groups", "ongoing_groups"), _groups),
    (("appeared_24m", "appeared_120m", "since_appeared"), _appeared),
    (("crossed_24m", "crossed_120m"), _crossed),
    (("deaths_nonstate_24m",), _between),
    (("state_onesided_12m",), _state),
    (("region_deaths_12m", "region_crossed_24m"), _region),
)
