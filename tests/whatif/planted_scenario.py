"""Small made-up scenarios, built of parts: a toy theatre with all there is, and a bare one that a test adds to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from tocsin.months import month_id
from tocsin.whatif.catalogue import LEVER_DEFAULTS, MECHANISM_NAMES, Lever, RelationKind, ShockKind
from tocsin.whatif.parameters import GROUP, THEATRE, Quantity
from tocsin.whatif.scenario import DO_NOTHING, Kind, Link, Option, Relation, Scenario, Shock, Side

FIRST = month_id(date(2021, 9, 1))
AS_OF = date(2021, 8, 31)
Number = float | tuple[float, float] | Quantity
# What only data can tell, and a range has no default for.
UNKNOWN: dict[str, Number] = {"members": 2000.0, "attack_rate": 8.0, "mass_casualty_share": 0.05}
# Each number at a value under which its mechanism shows, and none of them at random.
PLAIN: dict[str, float] = {
    **{p.name: (p.default.low * p.default.high) ** 0.5 if p.default.low > 0 else (p.default.low + p.default.high) / 2
       for p in THEATRE if p.default is not None},
    "replacement": 1.0,
    "strike_response": -0.3,
}  # fmt: skip

# Nothing but chance moves attacks, and their number does not hang on how many people a side has.
STILL: dict[str, Number] = {"driver_sd": 0.0, "size_elasticity": 0.0}


def quantity(value: Number) -> Quantity:
    """A number known for sure, or a range of which nothing is known but its ends."""
    if isinstance(value, Quantity):
        return value
    low, high = value if isinstance(value, tuple) else (value, value)
    return Quantity(low, high, source="made up for a test")


def theatre_numbers(changes: Mapping[str, Number] | None = None, *, ranges: bool = False) -> dict[str, Quantity]:
    """All numbers of a theatre: fixed ones (`PLAIN`) or the defaults' ranges, but for the changes."""
    found = {p.name: p.default if ranges and p.default is not None else quantity(PLAIN[p.name]) for p in THEATRE}
    return _changed(found, changes)


def side(
    name: str,
    *,
    kind: Kind = "group",
    ideology: tuple[float, float] = (0.3, 0.3),
    external: bool = False,
    talks: bool = False,
    ranges: bool = False,
    **numbers: Number,
) -> Side:
    """A side with the defaults but for the numbers given; `ranges` keeps the ranges of the defaults."""
    found = {}
    for parameter in GROUP:
        default = parameter.default
        if default is None:
            found[parameter.name] = quantity(UNKNOWN[parameter.name])
        else:
            found[parameter.name] = default if ranges else quantity((default.low + default.high) / 2)
    return Side(name, kind, ideology, external, talks, _changed(found, numbers))


def state(name: str = "State", **numbers: Number) -> Side:
    """A state that only fights."""
    return side(name, kind="state", **{"attack_rate": 0.0, "mass_casualty_share": 0.0, **numbers})  # type: ignore[arg-type]


def shock(
    kind: ShockKind,
    month: int | tuple[int, int],
    *,
    group: str | None = None,
    size: Number = 0.0,
    probability: Number = 1.0,
) -> Shock:
    """A shock in a simulated month (0 is the first), or in some month of two, both in it."""
    first, last = month if isinstance(month, tuple) else (month, month)
    return Shock(kind, FIRST + first, FIRST + last, quantity(probability), quantity(size), group)


def option(name: str, months: tuple[int, int] = (0, 599), **levers: float) -> Option:
    """An option from one simulated month to another, both in it."""
    known: dict[Lever, float] = {lever: levers[lever] for lever in LEVER_DEFAULTS if lever in levers}
    assert len(known) == len(levers)
    return Option(name, name.replace("_", " ").capitalize(), known, FIRST + months[0], FIRST + months[1])


def scenario(
    sides: Sequence[Side],
    *,
    ruler: str | None = None,
    months: int = 12,
    enemies: Sequence[tuple[str, str]] = (),
    allies: Sequence[tuple[str, str]] = (),
    links: Mapping[tuple[str, str], Number] | None = None,
    quantities: Mapping[str, Number] | None = None,
    ranges: bool = False,
    levers: Mapping[Lever, float] | None = None,
    shocks: Sequence[Shock] = (),
    options: Sequence[Option] = (),
    off: Sequence[str] = (),
    foreign_presence: bool = False,
    draws: int = 100,
    seed: int = 7,
) -> Scenario:
    """A scenario of these sides; links are given as (source, target); doing nothing is put before the options."""
    pairs: list[tuple[tuple[str, str], RelationKind]] = [(pair, "enemies") for pair in enemies]
    pairs += [(pair, "allies") for pair in allies]
    return Scenario(
        name="toy",
        title="Toy",
        about="Made up for a test.",
        theatre="Nowhere",
        as_of=AS_OF,
        first=FIRST,
        months=months,
        horizons=(*(h for h in (6, 12, 36) if h < months), months),
        draws=draws,
        seed=seed,
        ruler=ruler,
        foreign_presence=foreign_presence,
        sides=tuple(sides),
        relations=tuple(Relation(pair, kind) for pair, kind in pairs),
        links=tuple(Link(source, target, quantity(v)) for (source, target), v in (links or {}).items()),
        quantities=theatre_numbers(quantities, ranges=ranges),
        levers={**LEVER_DEFAULTS, **(levers or {})},
        shocks=tuple(shocks),
        options=(Option(DO_NOTHING, "Do nothing", {}, FIRST, FIRST + months - 1), *options),
        variants=("fitted", "match", "deter", "none"),
        off=tuple(off),
    )


def toy(
    *, sides: int = 5, ruler: str | None = "North", months: int = 12, ranges: bool = True, draws: int = 100
) -> Scenario:
    """A theatre with all there is: 2 to 5 sides (North, South, State, East, West), shocks of every kind, every lever.

    North rules unless said otherwise, `State` or nobody; South, which attacks abroad, is its enemy and East its ally.
    With `State` ruling and 3 sides or more, North takes over in some of the draws.
    """
    everyone = (
        side("North", talks=True, ranges=ranges, members=(18000.0, 30000.0), attack_rate=(9.0, 14.0),
             mass_casualty_share=0.04, own_response=0.2, prisoners=500.0, pressure=0.2, clash_rate=30.0,
             cohesion=(0.7, 0.9), attack_swing=0.3),
        side("South", ideology=(0.8, 0.8), external=True, ranges=ranges, members=(1500.0, 4000.0),
             attack_rate=(4.0, 9.0), mass_casualty_share=(0.1, 0.3), own_response=0.3, urban_share=(0.2, 0.6),
             prisoners=(800.0, 2000.0), clash_rate=8.0, clash_swing=-0.5, external_rate=(0.05, 0.6)),
        state(members=60000.0, clash_rate=25.0, clash_deaths=4.0, attack_rate=2.0, mass_casualty_share=0.02),
        side("East", ideology=(0.6, 0.4), external=True, ranges=ranges, members=900.0, attack_rate=1.5,
             mass_casualty_share=0.1, external_rate=0.1, small_deaths=3.5),
        side("West", ideology=(0.35, 0.35), talks=True, ranges=ranges, members=400.0, attack_rate=0.4,
             mass_casualty_share=0.0, urban_share=1.0, pressure=0.5),
    )[:sides]  # fmt: skip
    names = {one.name for one in everyone}
    enemies = [("North", "South"), ("North", "State"), ("South", "State"), ("South", "West")]
    links = {("North", "South"): (0.0, 0.4), ("South", "North"): 0.3, ("South", "West"): 0.1, ("East", "North"): 0.2}
    shocks = [
        shock("withdrawal", (1, 4), probability=(0.5, 1.0)),
        shock("jail_break", (0, months - 1), group="South", size=(0.2, 0.9), probability=0.7),
        shock("amnesty", 2, group="North", size=0.05, probability=0.4),
        shock("leader_lost", (0, 3), group="North", size=(0.1, 0.4), probability=0.6),
        shock("leader_lost", 5, group="South", size=1.0, probability=0.3),
    ]
    if ruler != "North":
        shocks.append(shock("take_over", (0, months // 2), group="North", probability=0.7))
    options = (
        option("share_intelligence", (1, 8), intelligence=1.0, strikes=0.5),
        option("strikes_alone", (0, 5), strikes=1.0),
        option("policing_and_prisons", policing=1.0, prisons=1.0, operations=1.3),
        option("amnesty_and_talks", (0, 9), reintegration=1.0, mediation=0.7, operations=0.5),
    )
    return scenario(
        everyone,
        ruler=ruler,
        months=months,
        enemies=[pair for pair in enemies if names.issuperset(pair)],
        allies=[pair for pair in [("North", "East")] if names.issuperset(pair)],
        links={pair: value for pair, value in links.items() if names.issuperset(pair)},
        ranges=ranges,
        levers={"strikes": 0.4, "policing": 0.1},
        shocks=[one for one in shocks if one.group is None or one.group in names],
        options=options,
        foreign_presence=True,
        draws=draws,
    )


def off_but(*names: str) -> tuple[str, ...]:
    """All mechanisms but these, to switch off."""
    assert set(names) <= set(MECHANISM_NAMES)
    return tuple(name for name in MECHANISM_NAMES if name not in names)


def bare(sides: Sequence[Side], *on: str, quantities: Mapping[str, Number] | None = None, **more: Any) -> Scenario:
    """A scenario in which only these mechanisms are at work, and all else is `STILL`; `more` as `scenario` has it.

    Sides that are not given a `swing_sd` of their own do not swing.
    """
    plain = side("anybody").numbers["swing_sd"]
    still = [
        replace(one, numbers={**one.numbers, "swing_sd": quantity(0.0)}) if one.numbers["swing_sd"] == plain else one
        for one in sides
    ]
    return scenario(still, quantities={**STILL, **(quantities or {})}, off=off_but(*on), **more)


def with_quantities(base: Scenario, **changes: Number) -> Scenario:
    """The scenario with other numbers of the theatre."""
    return replace(base, quantities=_changed(dict(base.quantities), changes))


def _changed(found: dict[str, Quantity], changes: Mapping[str, Number] | None) -> dict[str, Quantity]:
    for name, value in (changes or {}).items():
        assert name in found, name
        found[name] = quantity(value)
    return found
