"""The whole simulation a second time, in numpy and without a kernel, to hold the compiled one against.

Written from the model's description and not from the compiled code. It is slower by some hundred times.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from tocsin.whatif.catalogue import Variant
from tocsin.whatif.engine.columns import SIDE_MEASURES, THEATRE_MEASURES
from tocsin.whatif.engine.sampling import Draws
from tocsin.whatif.engine.simulate import Paths
from tocsin.whatif.scenario import Scenario
from tocsin.whatif.twin.attacks import attack, behind, effective, foiled, remember, stability
from tocsin.whatif.twin.draws import FloatArray
from tocsin.whatif.twin.people import displace, flow, jail, lead, lose
from tocsin.whatif.twin.pressure import bind, cooperation, facing, load, pressure, strike, strikes_flown
from tocsin.whatif.twin.start import Start, Theatre, World, make_theatre, make_world


def simulate_numpy(
    scenario: Scenario,
    draws: Draws,
    *,
    variant: Variant = "fitted",
    option: int = 0,
    off: Collection[str] | None = None,
    settled: bool = False,
    seed: int | None = None,
) -> Paths:
    """What `simulate` does with the same arguments, in numpy: equal counts, and all else to rounding."""
    theatre = make_theatre(
        scenario,
        draws,
        variant=variant,
        option=option,
        off=frozenset(scenario.off if off is None else off),
        seed=scenario.seed if seed is None else seed,
    )
    world = make_world(theatre, settled=settled)
    start = _start(theatre, world)
    n, sides, months = len(draws.numbers), len(scenario.sides), scenario.months
    of_sides = np.zeros((len(SIDE_MEASURES), n, sides, months), np.float32)
    of_theatre = np.zeros((len(THEATRE_MEASURES), n, months), np.float32)
    for month in range(months):
        found = _step(theatre, world, start, month)
        for place, name in enumerate(SIDE_MEASURES):
            of_sides[place, :, :, month] = found[name].T
        for place, name in enumerate(THEATRE_MEASURES):
            of_theatre[place, :, month] = found[name]
    return Paths(of_sides, of_theatre)


def _start(theatre: Theatre, world: World) -> Start:
    """The figures of the start, under the scenario's own levers and before any shock."""
    levers = theatre.base[0]
    strikes = np.full(world.pool.shape, levers[0])
    before = pressure(theatre, world, levers, strikes)
    before.lead = lead(theatre, before.share, world.members)
    turnover = (theatre.p["leaving"] + load(world, before)) * world.members
    if theatre.on("policing"):
        for g in theatre.groups:
            hunted = facing(world.ruler, theatre.enemies, g)
            turnover[g] += np.where(hunted, theatre.p["capture"] * world.policing * world.urban[g], 0.0)
    in_cities = np.where(world.members > 0, world.urban_share(), theatre.of["urban_share"])
    return Start(
        members=world.members,
        effective=effective(theatre, world),
        standing=world.standing.copy(),
        pressure=before,
        foiled=foiled(theatre, world, in_cities),
        behind=behind(theatre, world.standing),
        load=load(world, before),
        urban_share=in_cities,
        shock_memory=world.shock_memory.copy(),
        pool=world.pool.copy(),
        turnover=turnover,
        ruler=-1 if theatre.scenario.ruler is None else theatre.scenario.names.index(theatre.scenario.ruler),
    )


def _step(theatre: Theatre, world: World, start: Start, month: int) -> dict[str, FloatArray]:
    """A month: everything in its order, and what is to be kept of it by measure."""
    strike(theatre, world, month)
    levers = theatre.levers[month]
    bind(theatre, world, month, cooperation(theatre, world, levers))
    now = pressure(theatre, world, levers, strikes_flown(theatre, world, month))
    lose(theatre, world, now, month)
    jail(theatre, world, month)
    displace(theatre, world, now, start, month)
    now.lead = lead(theatre, now.share, world.members)
    flow(theatre, world, now, start, month)
    done = attack(theatre, world, now, start, month)
    remember(theatre, world, done["attacks"], done["mass"])
    return {
        "attacks": done["attacks"],
        "deaths": done["deaths"],
        "expected_deaths": done["expected"],
        "mass_casualty": done["mass"],
        "external": done["external"],
        "clashes": done["clashes"],
        "clash_deaths": done["clash_deaths"],
        "members": world.members.astype(np.float64),
        "urban": world.urban.astype(np.float64),
        "cohesion": world.cohesion,
        "standing": world.standing,
        "strike_deaths": done["strike_deaths"],
        "policing": world.policing,
        "stability": stability(theatre, world, start),
        "ruler": world.ruler.astype(np.float64),
        "pool": world.pool.astype(np.float64),
        "gone": world.gone.astype(np.float64),
        "prisoners": world.jailed.sum(axis=0).astype(np.float64),
    }
