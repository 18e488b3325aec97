"""The twin's steps in which people move: who is killed, jailed or displaced, leaves, changes sides, joins."""

from __future__ import annotations

import numpy as np

from tocsin.whatif.twin.draws import FloatArray, IntArray, binomial, leavers, multinomial
from tocsin.whatif.twin.pressure import facing
from tocsin.whatif.twin.start import Pressure, Start, Theatre, World

_HALF = 0.5


def lose(theatre: Theatre, world: World, now: Pressure, month: int) -> None:
    """Attrition, of groups."""
    for g in theatre.groups:
        for people, hazard, stream in (
            (world.rural, now.rural, "killed_rural"),
            (world.urban, now.urban, "killed_urban"),
        ):
            killed = binomial(people[g], -np.expm1(-hazard[g]), theatre.cells(stream, g, month))
            people[g] -= killed
            world.gone += killed


def jail(theatre: Theatre, world: World, month: int) -> None:
    """Captures of the ruling side's enemies in cities; of those who sat before, some come back."""
    if not theatre.on("policing"):
        return
    p = theatre.p
    leak = p["prison_leak"] * (1.0 - p["prison_gain"] * theatre.lever(month, "prisons"))
    for g in theatre.groups:
        at_risk = np.where(facing(world.ruler, theatre.enemies, g), world.urban[g], 0)
        captured = binomial(at_risk, -np.expm1(-p["capture"] * world.policing), theatre.cells("captured", g, month))
        back = binomial(world.jailed[g], -np.expm1(-leak), theatre.cells("leak", g, month))
        world.urban[g] += back - captured
        world.jailed[g] += captured - back


def displace(theatre: Theatre, world: World, now: Pressure, start: Start, month: int) -> None:
    """Members of groups move to where it has become safer than at the start, country or city."""
    if not theatre.on("displacement"):
        return
    ease = theatre.p["displacement"]
    for g in theatre.groups:
        wider = (now.rural[g] - now.urban[g]) - (start.pressure.rural[g] - start.pressure.urban[g])
        into, out = ease * np.maximum(0.0, wider), ease * np.maximum(0.0, -wider)
        to_city = binomial(world.rural[g], -np.expm1(-into), theatre.cells("to_city", g, month))
        to_country = binomial(world.urban[g], -np.expm1(-out), theatre.cells("to_country", g, month))
        world.rural[g] += to_country - to_city
        world.urban[g] += to_city - to_country


def name_ratio(theatre: Theatre, world: World, start: Start, g: int) -> FloatArray:
    """A group's share of all groups' names (draw) against that of the start; 1 where names do not count."""
    if theatre.variant == "none":
        return np.ones(world.pool.shape)
    now = _all_names(theatre, world.standing, world.members)
    then = _all_names(theatre, start.standing, start.members)
    at_start = np.divide(start.standing[g] + _HALF, then, out=np.ones(then.shape), where=then > 0.0)
    share = np.divide(world.standing[g] + _HALF, now, out=at_start.copy(), where=world.members[g] > 0)
    return np.asarray(np.clip(share / at_start, 0.2, 5.0))


def _all_names(theatre: Theatre, standing: FloatArray, members: IntArray) -> FloatArray:
    total = np.zeros(standing.shape[1])
    for h in theatre.groups:
        total += np.where(members[h] > 0, standing[h] + _HALF, 0.0)
    return total


def hazards(theatre: Theatre, world: World, now: Pressure, start: Start, month: int, g: int) -> FloatArray:
    """Monthly hazards (destination, draw) of a member of a group: to the pool, for good, to each side in order."""
    p, n = theatre.p, len(world.pool)
    found = np.zeros((2 + len(theatre.sides), n))
    lost = theatre.of["cohesion"][g] - world.cohesion[g]
    loose = np.exp(p["cohesion_effect"] * lost) if theatre.on("cohesion") else np.ones(n)
    if theatre.on("recruitment"):
        found[0] = p["leaving"] / name_ratio(theatre, world, start, g) ** p["visibility"] * loose
    if theatre.on("reintegration"):
        running = p["reintegration_rate"] * theatre.lever(month, "reintegration")
        found[1] = np.where(world.ruler == g, 0.0, running)
    for h in theatre.groups:
        if h != g:
            to_h = _attraction(theatre, world, now, month, g, h, loose)
            found[2 + h] = np.where(world.members[h] > 0, to_h, 0.0)
    return found


def _attraction(
    theatre: Theatre, world: World, now: Pressure, month: int, g: int, h: int, loose: FloatArray
) -> FloatArray:
    p, near, scenario = theatre.p, theatre.near[g, h], theatre.scenario
    name = world.standing + _HALF
    rules = world.ruler == g
    total = np.zeros(loose.shape)
    reach = np.minimum(1.0, world.members[h] / np.maximum(world.members[g], 1))
    if theatre.on("defection"):
        better = 1.0 if theatre.variant == "none" else 2.0 * name[h] / (name[g] + name[h])
        defect = p["defection"] * near * better * reach * loose
        if theatre.on("mediation") and scenario.sides[g].talks and not scenario.sides[h].talks:
            defect = defect * (1.0 + p["mediation_splits"] * theatre.lever(month, "mediation"))
        total = total + defect
    if theatre.on("bandwagon") and not theatre.enemies[g, h]:
        ahead = np.maximum(0.0, now.share[h] - now.share[g])
        total = total + np.where(strongest(theatre, world.members) == h, p["bandwagon"] * near * ahead, 0.0)
    if theatre.on("grievance") and not theatre.allies[g, h]:
        total = total + np.where(rules, p["grievance"] * now.coop * near, 0.0)
    if theatre.on("hedging"):
        hedges = facing(world.ruler, theatre.allies, g) & facing(world.ruler, theatre.enemies, h)
        hedges = hedges & (not theatre.enemies[g, h])
        others = np.zeros(loose.shape)
        for k in theatre.groups:
            others += np.where(facing(world.ruler, theatre.enemies, k), name[k], 0.0)
        share = np.divide(name[h], others, out=np.zeros(loose.shape), where=others > 0.0)
        total = total + np.where(hedges, p["hedging"] * near * now.coop * share * reach, 0.0)
    return total


def strongest(theatre: Theatre, size: IntArray | FloatArray) -> IntArray:
    """The place (draw) of the largest group, the first of equals; -1 without groups."""
    if not theatre.groups:
        return np.full(size.shape[1], -1)
    return np.asarray(np.array(theatre.groups)[np.argmax(size[theatre.groups], axis=0)])


def lead(theatre: Theatre, share: FloatArray, size: IntArray | FloatArray) -> FloatArray:
    """How much larger (side, draw) the largest group's share is than a group's own; 0 for states."""
    top = np.maximum(strongest(theatre, size), 0)
    ahead = np.zeros(share.shape)
    for g in theatre.groups:
        ahead[g] = np.take_along_axis(share, top[None, :], axis=0)[0] - share[g]
    return ahead


def deterred(theatre: Theatre, world: World, now: Pressure, start: Start, g: int) -> FloatArray:
    """The log factor (draw) by which the strongest group holds another one down; 0 unless that is the variant."""
    if theatre.variant != "deter" or not theatre.on("outbidding_number") or theatre.is_state[g]:
        return np.zeros(world.pool.shape)
    wider = now.lead[g] - start.pressure.lead[g]
    return np.asarray(-theatre.p["deterrence"] * np.maximum(0.0, wider))


def emboldened(theatre: Theatre, world: World, g: int) -> FloatArray:
    """The factor (draw) of a side whose own or whose ally's triumph is fresh."""
    if not theatre.on("demonstration"):
        return np.ones(world.pool.shape)
    friends = theatre.allies[g].copy()
    friends[g] = True
    return np.asarray(1.0 + theatre.p["embolden"] * world.triumph[friends].max(axis=0))


def flow(theatre: Theatre, world: World, now: Pressure, start: Start, month: int) -> None:
    """Those who leave groups, for the pool, for good or for another group, and those who join; all at once."""
    out = [hazards(theatre, world, now, start, month, g) for g in theatre.sides]
    weights, waiting = join_weights(theatre, world, now, start), world.pool.copy()
    to_sides = [f"side:{name}" for name in theatre.scenario.names]
    for people, stream in ((world.rural, "flow_rural"), (world.urban, "flow_urban")):
        change = np.zeros(people.shape, np.int64)
        for g in theatre.groups:
            movers = leavers(people[g], out[g], ["way:pool", "way:gone", *to_sides], theatre.cells(stream, g, month))
            change[g] -= movers.sum(axis=0)
            change += movers[2:]
            world.pool += movers[0]
            world.gone += movers[1]
        people += change
    if theatre.on("recruitment"):
        _join(theatre, world, start, weights, waiting, month)


def join_weights(theatre: Theatre, world: World, now: Pressure, start: Start) -> FloatArray:
    """How many (side, draw) would join each group in a month if recruits made up for all losses."""
    weights = np.zeros(start.turnover.shape)
    for g in theatre.groups:
        grown = np.divide(
            world.members[g], start.members[g], out=np.zeros(world.pool.shape), where=start.members[g] > 0
        )
        draw = name_ratio(theatre, world, start, g) ** theatre.p["visibility"]
        held = np.exp(deterred(theatre, world, now, start, g))
        weights[g] = start.turnover[g] * grown * draw * emboldened(theatre, world, g) * held
    return weights


def _join(theatre: Theatre, world: World, start: Start, weights: FloatArray, waiting: IntArray, month: int) -> None:
    total = weights.sum(axis=0)
    # Without a pool at the start, whoever is in it later comes back at once.
    inflow = theatre.p["replacement"] * total
    full = np.where(inflow > 0.0, np.inf, 0.0)
    hazard = np.divide(inflow, start.pool, out=full, where=start.pool > 0)
    joiners = binomial(waiting, -np.expm1(-hazard), theatre.cells("joining", None, month))
    names = [f"side:{name}" for name in theatre.scenario.names]
    where = multinomial(joiners, weights, names, theatre.cells("joining_where", None, month))
    for g in theatre.sides:
        to_city = binomial(where[g], theatre.of["urban_share"][g], theatre.cells("joining_place", g, month))
        world.urban[g] += to_city
        world.rural[g] += where[g] - to_city
        world.pool -= where[g]
