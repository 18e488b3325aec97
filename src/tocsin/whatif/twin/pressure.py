"""The twin's first steps of a month: dated shocks, the ruling side's cohesion and policing, the pressure on all."""

from __future__ import annotations

import numpy as np

from tocsin.whatif.catalogue import LEVER_NAMES
from tocsin.whatif.twin.draws import FloatArray, IntArray, binomial
from tocsin.whatif.twin.start import LEAST_COHESION, Mask, Pressure, Theatre, World

# Two shocks of a kind may hit a side in one month: each has cells of its own, behind all months.
SHOCK_CELLS = 100_000


def strike(theatre: Theatre, world: World, month: int) -> None:
    """Let the shocks due happen, in the scenario's order."""
    if not theatre.on("shocks"):
        return
    for number, shock in enumerate(theatre.scenario.shocks):
        due = theatre.when[:, number] == month
        g = None if shock.group is None else theatre.scenario.names.index(shock.group)
        size, cell = theatre.sizes[:, number], month + SHOCK_CELLS * number
        if shock.kind == "withdrawal":
            world.presence[due] = 0.0
            world.withdrawn |= due
            world.turmoil[due] = 1.0
        elif g is None:
            raise ValueError(f"a shock of kind {shock.kind} is about a group")
        elif shock.kind == "take_over":
            _take_over(theatre, world, due & (world.ruler != g), g)
            world.triumph[g, due] = 1.0
            world.turmoil[due] = 1.0
        elif shock.kind == "jail_break":
            _free(theatre, world, due, g, size, month, cell)
        elif shock.kind == "amnesty":
            rural = binomial(np.where(due, world.rural[g], 0), size, theatre.cells("amnesty_rural", g, cell))
            urban = binomial(np.where(due, world.urban[g], 0), size, theatre.cells("amnesty_urban", g, cell))
            world.rural[g] -= rural
            world.urban[g] -= urban
            world.gone += rural + urban
        elif theatre.on("cohesion"):
            lower = np.maximum(LEAST_COHESION, world.cohesion[g] - size)
            world.cohesion[g] = np.where(due, lower, world.cohesion[g])


def _take_over(theatre: Theatre, world: World, due: Mask, g: int) -> None:
    for h in theatre.sides:
        if theatre.is_state[h]:
            falls = due & (world.ruler == h)
            world.gone += np.where(falls, world.members[h], 0)
            world.rural[h, falls] = world.urban[h, falls] = 0
            world.dissolved[h] |= falls
    world.ruler[due] = g
    world.policing[due] = theatre.p["policing_start"][due]


def _free(theatre: Theatre, world: World, due: Mask, g: int, size: FloatArray, month: int, cell: int) -> None:
    held = theatre.p["prison_gain"] * theatre.lever(month, "prisons") if theatre.on("policing") else 0.0
    jailed = np.where(due, world.jailed[g], 0)
    freed = binomial(jailed, size * (1.0 - held), theatre.cells("jail_break", g, cell))
    to_city = binomial(freed, theatre.of["urban_share"][g], theatre.cells("jail_break_place", g, cell))
    world.jailed[g] -= freed
    world.urban[g] += to_city
    world.rural[g] += freed - to_city
    world.turmoil[due] = 1.0


def bind(theatre: Theatre, world: World, month: int, coop: FloatArray) -> None:
    """Move each side's cohesion, and the ruling side's policing."""
    p = theatre.p
    if theatre.on("cohesion"):
        usual = theatre.of["cohesion"]
        world.cohesion += p["cohesion_repair"] * (usual - world.cohesion)
        for g in theatre.groups:
            world.cohesion[g] -= np.where(world.ruler == g, p["divisions"] * coop, 0.0)
        world.cohesion = np.clip(world.cohesion, LEAST_COHESION, 1.0)
    if theatre.on("policing"):
        growth = p["policing_growth"] * (1.0 + p["policing_gain"] * theatre.lever(month, "policing"))
        grown = np.minimum(1.0, world.policing + growth * (1.0 - world.policing))
        world.policing = np.where(world.ruler >= 0, grown, world.policing)


def cooperation(theatre: Theatre, world: World, levers: FloatArray) -> FloatArray:
    """How far (draw) intelligence is shared with a ruling side."""
    return np.where(world.ruler >= 0, float(levers[LEVER_NAMES.index("intelligence")]), 0.0)


def strikes_flown(theatre: Theatre, world: World, month: int) -> FloatArray:
    """Strikes (draw) of a month: those of the scenario end when the soldiers leave, those of an option do not."""
    cut = world.withdrawn & (not theatre.own_strikes[month])
    return np.where(cut, 0.0, theatre.lever(month, "strikes"))


def facing(ruler: IntArray, matrix: Mask, g: int) -> Mask:
    """Whether (draw) a side is related to the ruling side as the matrix (side, side) says; no without one."""
    return np.where(ruler >= 0, matrix[g][np.maximum(ruler, 0)], False)


def pressure(theatre: Theatre, world: World, levers: FloatArray, strikes: FloatArray) -> Pressure:
    """What each side is up against, from who is there now; levers (of `LEVER_NAMES`), strikes (draw)."""
    p, of = theatre.p, theatre.of
    coop = cooperation(theatre, world, levers)
    gain = 1.0 + p["intelligence_gain"] * coop if theatre.on("intelligence") else np.ones(coop.shape)
    share = world.shares()
    ground, struck = np.empty(share.shape), np.empty(share.shape)
    for g in theatre.sides:
        ground[g] = of["pressure"][g]
        for h in theatre.sides:
            if theatre.enemies[g, h]:
                led = levers[LEVER_NAMES.index("operations")] * (world.cohesion[h] / of["cohesion"][h]) * gain
                ground[g] += np.where(world.ruler == h, led, 1.0) * share[h]
        targeted = (world.ruler < 0) | facing(world.ruler, theatre.enemies, g)
        struck[g] = np.where(targeted & (not theatre.is_state[g]), strikes * gain, 0.0)
    rural = p["attrition"] * ground + p["strike_attrition"] * struck if theatre.on("attrition") else 0.0 * ground
    urban = p["urban_cover"] * rural
    return Pressure(coop, strikes, share, ground, struck, rural, urban, np.zeros(share.shape))


def load(world: World, now: Pressure) -> FloatArray:
    """The hazard (side, draw) of being killed, of a member on average; 0 without members."""
    return (now.rural * world.rural + now.urban * world.urban) / np.maximum(world.members, 1)
