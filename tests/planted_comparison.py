"""A made-up comparison of options: every figure given, none simulated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from tocsin.months import month_id
from tocsin.whatif.catalogue import LEVER_DEFAULTS, OUTCOMES, Lever, Variant
from tocsin.whatif.comparison.result import (
    Band,
    Choice,
    Comparison,
    Conclusion,
    Decisive,
    Difference,
    Effect,
    Flip,
    Outcome,
    WithoutMechanism,
)
from tocsin.whatif.parameters import GROUP, THEATRE, Quantity
from tocsin.whatif.scenario import DO_NOTHING, Kind, Option, Relation, Scenario, Side

FIRST = month_id(date(2021, 9, 1))
VARIANTS: tuple[Variant, ...] = ("fitted", "match", "deter", "none")
HORIZONS = (6, 12, 36)
LEVERS: dict[str, dict[Lever, float]] = {
    "share_intelligence": {"intelligence": 1.0, "strikes": 1.0},
    "policing": {"policing": 1.0, "prisons": 1.0},
}
# By how much an option changes civilian deaths of a month, by variant: sharing is worse where nobody competes.
CHANGE = {
    DO_NOTHING: dict.fromkeys(VARIANTS, 0.0),
    "share_intelligence": {"fitted": -2.0, "match": -1.0, "deter": -3.0, "none": 1.0},
    "policing": {"fitted": -4.0, "match": -4.0, "deter": -5.0, "none": -3.0},
}
MONTHLY = {"civilian_deaths": 20.0, "attacks": 5.0, "mass_casualty_attacks": 0.25, "external_attacks": 0.05,
           "fighting_deaths": 100.0}  # fmt: skip
MEMBERS = {"North": 60000.0, "South": 2000.0, "East": 900.0}


def planted_side(name: str, *, kind: Kind = "group", external: bool = False, talks: bool = False) -> Side:
    """A side with the defaults, and 1,000 members, 2 attacks a month and 5% of them mass-casualty."""
    given = {"members": 1000.0, "attack_rate": 2.0, "mass_casualty_share": 0.05}
    numbers = {p.name: p.default or Quantity(given[p.name], given[p.name], "estimated", "planted 1") for p in GROUP}
    return Side(name, kind, (0.3, 0.6), external, talks, numbers)


def planted_scenario_of(options: Sequence[str] = tuple(LEVERS), **changes: object) -> Scenario:
    """North rules, South is its enemy, East its ally; other fields as changed."""
    months = 36
    first: tuple[int, int] = (FIRST, FIRST + months - 1)
    found = Scenario(
        name="planted",
        title="Planted: North rules and South contests it",
        about="Made up for a test.",
        theatre="Nowhere",
        as_of=date(2021, 8, 31),
        first=FIRST,
        months=months,
        horizons=HORIZONS,
        draws=1000,
        seed=7,
        ruler="North",
        foreign_presence=False,
        sides=(planted_side("North", talks=True), planted_side("South", external=True), planted_side("East")),
        relations=(Relation(("North", "South"), "enemies"), Relation(("North", "East"), "allies")),
        links=(),
        quantities={p.name: p.default for p in THEATRE if p.default is not None},
        levers=LEVER_DEFAULTS,
        shocks=(),
        options=(
            Option(DO_NOTHING, "Do nothing", {}, *first),
            *(Option(name, name.replace("_", " ").capitalize(), LEVERS[name], *first) for name in options),
        ),
        variants=VARIANTS,
        data_until=date(2020, 12, 31),
        vintage="planted 1",
        citation="Planted (2024)",
        notes=("A note on the scenario.",),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def planted_comparison(options: Sequence[str] = tuple(LEVERS), *, sensitivity: bool = True) -> Comparison:
    """1,000 runs of 100 points: means grow by the month, intervals are half and twice the mean."""
    scenario = planted_scenario_of(options)
    every = [(variant, option.name) for variant in VARIANTS for option in scenario.options]
    return Comparison(
        scenario=scenario,
        draws=1000,
        points=100,
        outcomes=tuple(row for pair in every for row in _outcomes(*pair)),
        differences=tuple(row for pair in every if pair[1] != DO_NOTHING for row in _differences(*pair)),
        choices=tuple(row for pair in every for row in _choices(*pair)),
        decisive=tuple(row for name in options for row in _decisive(name)) if sensitivity else (),
        flips=tuple(_flip(name) for name in options) if sensitivity else (),
        conclusions=tuple(_conclusion(name, sensitivity) for name in options),
        bands=tuple(row for option in scenario.options for row in _bands("fitted", option.name)),
        replicates=10,
        variants={"fitted": 1000, "match": 200, "deter": 200, "none": 200},
        left_out=() if sensitivity else ("What decides was not looked into: --no-sensitivity.",),
        trajectories=20 if sensitivity else 0,
        without=tuple(row for name in options for row in _without(name)) if sensitivity else (),
    )


def mean_of(variant: Variant, option: str, outcome: str, group: str | None, horizon: int) -> float:
    """The planted mean."""
    if outcome == "members":
        return MEMBERS[group] if group else sum(MEMBERS.values())
    if outcome == "ruler_stability":
        return 0.9
    change = CHANGE[option][variant] if outcome == "civilian_deaths" else 0.0
    return (MONTHLY[outcome] + change) * horizon


def _outcomes(variant: Variant, option: str) -> list[Outcome]:
    rows = []
    for outcome in OUTCOMES:
        groups: tuple[str | None, ...] = (None,) if outcome == "ruler_stability" else (None, *MEMBERS)
        for group in groups:
            for horizon in HORIZONS:
                m = mean_of(variant, option, outcome, group, horizon)
                rows.append(Outcome(variant, option, outcome, group, horizon, m, 0.95 * m, 0.5 * m, 2 * m))
    return rows


def _differences(variant: Variant, option: str) -> list[Difference]:
    rows = []
    for outcome in OUTCOMES:
        for horizon in HORIZONS:
            change = CHANGE[option][variant] * horizon if outcome == "civilian_deaths" else 0.0
            less = 0.7 if change < 0 else 0.2
            mean = (change, change - 1.5, change + 1.5, change - 60, change + 60)
            rows.append(
                Difference(
                    variant,
                    option,
                    outcome,
                    None,
                    horizon,
                    *mean,
                    less,
                    0.9 - less,
                    0.1 if change else None,
                    *((0.95, 0.05) if change < 0 else (0.05, 0.95)),
                    variant != "fitted",
                )
            )
    return rows


def _choices(variant: Variant, option: str) -> list[Choice]:
    least = min(found[variant] for found in CHANGE.values())
    rows = []
    for horizon in HORIZONS:
        change = CHANGE[option][variant]
        best = change == least
        regret = (change - least) * horizon
        p_best = 0.75 if best else 0.125
        expected = (MONTHLY["civilian_deaths"] + change) * horizon
        rows.append(
            Choice(
                variant, option, "civilian_deaths", horizon, expected, p_best, regret, 2 * regret, 3 * regret + 1, best
            )
        )
    return rows


def _decisive(option: str) -> list[Decisive]:
    found = (
        ("strike_response", "literature", 80.0, 12.0, 75.0),
        ("South.attack_rate", "estimated", 40.0, 8.0, -38.0),
        ("divisions", "assumed", 20.0, 5.0, 1.0),
        ("policing_gain", "assumed", 2.0, 1.0, -2.0),
    )
    return [
        Decisive(
            "fitted",
            option,
            "civilian_deaths",
            horizon,
            name,
            evidence,
            star,
            half,
            mu,
            star / 2,
            0.9 * star,
            star / 142.0,
        )
        for horizon in HORIZONS
        for name, evidence, star, half, mu in found
    ]


def _flip(option: str) -> Flip:
    limits = {"strike_response": (0.1, 0.53), "divisions": (0.05, 0.1)} if option == "share_intelligence" else {}
    shares = (0.9, 0.6, 0.3) if limits else (0.1, 1.0, 0.1)
    return Flip("fitted", option, "civilian_deaths", 12, "more", limits, *shares, 0.01 if limits else None)


def _conclusion(option: str, sensitivity: bool) -> Conclusion:
    robust = option == "policing"
    holds = VARIANTS if robust else ("fitted", "match", "deter")
    text = f"{option.replace('_', ' ').capitalize()}: fewer civilian deaths within 12 months than doing nothing."
    rests = (("strike_response", "literature"), ("South.attack_rate", "estimated"), ("divisions", "assumed"))
    shares = (0.12, 0.31, 0.57) if sensitivity else (None, None, None)
    return Conclusion(
        option, "civilian_deaths", 12, text, "fewer", robust, holds, rests if sensitivity else (), *shares
    )


def _without(option: str) -> list[WithoutMechanism]:
    """Four single mechanisms that carry sharing intelligence, one of which turns it; nothing carries policing."""
    effects: tuple[Effect, ...] = ("more than half", "turns", "more than half", "more than half", "little")
    every: tuple[Effect, ...] = effects if option == "share_intelligence" else ("little",) * 5
    mechanisms = (("intelligence",), ("strike_response",), ("grievance",), ("cohesion",), ("grievance", "hedging"))
    mean = 12 * CHANGE[option]["fitted"]
    return [
        WithoutMechanism(
            "fitted",
            option,
            "civilian_deaths",
            12,
            off,
            len(off) > 1,
            mean + shift,
            mean + shift - 2,
            mean + shift + 2,
            shift,
            shift - 1,
            shift + 1,
            effect,
        )
        for off, shift, effect in zip(mechanisms, (20.0, 36.0, -16.0, 14.0, 2.0), every, strict=True)
    ]


def _bands(variant: Variant, option: str) -> list[Band]:
    months = np.ones(36)
    deaths = (MONTHLY["civilian_deaths"] + CHANGE[option][variant]) * months
    rows = [Band(variant, option, "civilian_deaths", None, deaths, 0.5 * deaths, 0.95 * deaths, 2 * deaths)]
    for name, members in MEMBERS.items():
        path = members * np.linspace(1.0, 0.8, 36)
        rows.append(Band(variant, option, "members", name, path, 0.5 * path, 0.95 * path, 2 * path))
    return rows
