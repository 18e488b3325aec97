"""How much of an option's effect goes through which mechanism: the same runs with mechanisms switched off.

Structural variants are of competition alone. What carries a result may be any other mechanism, and most of these are
assumed. So each one that an option's effect could go through is switched off in turn, and all at once that are side
effects: neither what the option works by, nor with a number that is estimated from data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tocsin.whatif.catalogue import LEVER_DEFAULTS, MECHANISM_NAMES, Variant
from tocsin.whatif.check.idle import LEVER_MECHANISMS, idle_lever, idle_mechanisms
from tocsin.whatif.comparison.differences import borrowed_interval, mean_interval
from tocsin.whatif.comparison.reduce import Row
from tocsin.whatif.comparison.result import Difference, Effect, WithoutMechanism
from tocsin.whatif.parameters import THEATRE
from tocsin.whatif.scenario import Option, Scenario

Floats = NDArray[np.float64]
Off = tuple[str, ...]

ROW = Row("civilian_deaths", None)
# What levers do by themselves: the harm of strikes is no side effect that a better world could do without.
_DIRECT = {lever: mechanisms[:1] for lever, mechanisms in LEVER_MECHANISMS.items()} | {
    "strikes": ("attrition", "strike_harm")
}
# Attacks abroad kill nobody in the theatre.
_ELSEWHERE = ("external_reach",)
_MUCH = 0.5


def to_middle(scenario: Scenario) -> Scenario:
    """The scenario up to the middle one of its horizons; until then its runs are the same."""
    horizon = sorted(scenario.horizons)[len(scenario.horizons) // 2]
    return replace(scenario, months=horizon, horizons=(horizon,))


def live_mechanisms(scenario: Scenario, option: Option, variant: Variant) -> tuple[str, ...]:
    """The mechanisms through which an option could have an effect on civilian deaths, in the catalogue's order."""
    pair = replace(scenario, options=(scenario.options[0], option), variants=(variant,))
    if all(idle_lever(pair, lever) is not None for lever in option.levers):
        first = scenario.options[0].levers
        if all(idle_lever(pair, lever) is not None for lever in first):
            return ()
    silent = {*scenario.off, *idle_mechanisms(pair), *_ELSEWHERE}
    return tuple(name for name in MECHANISM_NAMES if name not in silent)


def side_effects(scenario: Scenario, option: Option, live: Sequence[str]) -> Off:
    """Of the `live` mechanisms, those that an option does not work by and none of whose numbers is estimated."""
    first = scenario.options[0]
    works_by = {
        name
        for one, other in ((option, first), (first, option))
        for lever, value in one.levers.items()
        for name in _DIRECT[lever]
        if value != other.levers.get(lever, scenario.levers.get(lever, LEVER_DEFAULTS[lever]))
    }
    return tuple(name for name in live if name not in works_by and _is_assumed(scenario, name))


def switched_off(scenario: Scenario, variant: Variant) -> dict[int, list[Off]]:
    """What is switched off, besides what the scenario does, for each option (by its place) but the first.

    The last one of each option is that of all its side effects, where there are two or more.
    """
    found: dict[int, list[Off]] = {}
    for place, option in enumerate(scenario.options[1:], 1):
        live = live_mechanisms(scenario, option, variant)
        each: list[Off] = [(name,) for name in live]
        beside = side_effects(scenario, option, live)
        found[place] = [*each, beside] if len(beside) > 1 else each
    return found


def without_mechanism(
    variant: Variant, off: Off, on: Difference, few: Floats, main: Floats, replicates: int
) -> WithoutMechanism:
    """An option without mechanisms, against doing nothing.

    `on` is its difference with them, `main` (draw) the expected differences in all those runs, `few` (draw) those
    without the mechanisms in the first ones of these.
    """
    mean, low, high = (float(one) for one in borrowed_interval(few, main, replicates))
    paired = few - main[: few.shape[-1]]
    change, change_low, change_high = (float(one) for one in mean_interval(paired, replicates))
    return WithoutMechanism(
        variant=variant,
        option=on.option,
        outcome=on.outcome,
        horizon=on.horizon,
        off=off,
        side_effects=len(off) > 1,
        mean=mean,
        mean_low=low,
        mean_high=high,
        change=change,
        change_low=change_low,
        change_high=change_high,
        effect=_effect(on, mean, (low, high), (change_low, change_high)),
    )


def _effect(on: Difference, mean: float, interval: tuple[float, float], change: tuple[float, float]) -> Effect:
    before, after, moved = _sign(on.mean_low, on.mean_high), *(_sign(*i) for i in (interval, change))
    if before * after < 0:
        return "turns"
    if not moved:
        return "little"
    # Half of a mean that cannot be told from 0 is nothing to measure by.
    if before == 0:
        return "a sign shows" if after else "little"
    return "more than half" if abs(mean - on.mean) > _MUCH * abs(on.mean) else "little"


def _sign(low: float, high: float) -> int:
    """-1 or 1 where an interval is below or above 0, else 0."""
    return -1 if high < 0 else int(low > 0)


def _is_assumed(scenario: Scenario, mechanism: str) -> bool:
    """Whether a mechanism has numbers of its own, and none of them is estimated from data."""
    numbers = [scenario.quantities[p.name] for p in THEATRE if p.mechanism == mechanism]
    return bool(numbers) and all(number.evidence != "estimated" for number in numbers)
