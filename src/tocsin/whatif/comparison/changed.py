"""A scenario with some of its numbers set anew by whoever asks, each within the limits of its file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from tocsin.errors import InputError, did_you_mean
from tocsin.whatif.files.parts import OF_A_SIZE
from tocsin.whatif.parameters import Quantity
from tocsin.whatif.quantities import NamedQuantity, named_quantities
from tocsin.whatif.scenario import Scenario, Shock, Side

SET_BY_YOU: Final = "set by you"


def changeable(scenario: Scenario) -> tuple[NamedQuantity, ...]:
    """The numbers of a scenario that mean something in it: all but the sizes of shocks that have none."""
    sizeless = {f"shock.{n}.size" for n, shock in enumerate(scenario.shocks, 1) if shock.kind not in OF_A_SIZE}
    return tuple(named for named in named_quantities(scenario) if named.name not in sizeless)


def fault_of(named: NamedQuantity, low: float, high: float) -> str:
    """What is wrong with a range for a number, in words; empty where nothing is."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "a number is expected"
    for end in (low, high):
        if not named.least <= end <= named.most:
            return f"{_said(end)} is out of what is allowed, {_said(named.least)} to {_said(named.most)}"
    return f"the lower end, {_said(low)}, is above the upper one, {_said(high)}" if low > high else ""


def with_numbers(scenario: Scenario, changes: Mapping[str, tuple[float, float]]) -> Scenario:
    """The scenario with other ranges (low, high; twice the same for a number known for sure) for the numbers named.

    Names are those of `named_quantities`. A changed number is assumed, its source is `SET_BY_YOU`, and it is drawn
    evenly over its range, on the scale it had (linear where the range begins at 0 or below). A range that is the one
    there was changes nothing. Raises `InputError` for unknown names and for ranges that are none or out of limits.
    """
    known = {named.name: named for named in changeable(scenario)}
    made: dict[str, Quantity] = {}
    for name, (low, high) in changes.items():
        if name not in known:
            raise InputError(f"the scenario {scenario.name} has no number {name!r}.{did_you_mean(name, known)}")
        if fault := fault_of(known[name], low, high):
            raise InputError(f"{name}: {fault}")
        was = known[name].quantity
        if (low, high) != (was.low, was.high):
            scale = "linear" if low < high and low <= 0 else was.scale
            made[name] = Quantity(low, high, "assumed", SET_BY_YOU, scale)
    return replace(
        scenario,
        quantities={name: made.get(name, was) for name, was in scenario.quantities.items()},
        sides=tuple(_side(side, made) for side in scenario.sides),
        links=tuple(
            replace(link, response=made.get(f"link.{link.source}>{link.target}", link.response))
            for link in scenario.links
        ),
        shocks=tuple(_shock(number, shock, made) for number, shock in enumerate(scenario.shocks, 1)),
    )


def _said(value: float) -> str:
    return f"{value:,.10g}"


def _side(side: Side, made: Mapping[str, Quantity]) -> Side:
    return replace(side, numbers={name: made.get(f"{side.name}.{name}", was) for name, was in side.numbers.items()})


def _shock(number: int, shock: Shock, made: Mapping[str, Quantity]) -> Shock:
    return replace(
        shock,
        probability=made.get(f"shock.{number}.probability", shock.probability),
        size=made.get(f"shock.{number}.size", shock.size),
    )
