"""A month's members: who is killed, jailed, and moves; who leaves, goes over, and joins."""

from __future__ import annotations

import math

import numpy as np

from tocsin.rivalry import path_kernel
from tocsin.rivalry.compiled import compiled_from
from tocsin.whatif import catalogue, parameters
from tocsin.whatif.engine import columns, draws, mechanisms, sides
from tocsin.whatif.engine.columns import (
    ENEMIES,
    LEVER,
    NOW,
    ON,
    PEOPLE,
    START,
    STREAM,
    THEATRE,
    TOTAL,
    TRAIT,
    VARIANT,
    P,
    Q,
)
from tocsin.whatif.engine.draws import (
    at,
    binomial,
    by_hazard,
    leave_by,
    split,
)
from tocsin.whatif.engine.mechanisms import (
    UNKNOWN,
    appeal,
    bandwagon,
    defection,
    deterred,
    displacement,
    division,
    grievance,
    hedging,
    joining,
    leaving,
    nearness,
    renown,
)
from tocsin.whatif.engine.sides import (
    all_names,
    allied,
    strongest,
    triumph_near,
)
from tocsin.whatif.engine.story import (
    Codes,
    Flags,
    Floats,
    Ints,
    States,
)

# What the copy on disk of the compiled code is made from.
_compiled = compiled_from(path_kernel, catalogue, columns, draws, mechanisms, parameters, sides, inline=True)


@_compiled
def reached(n: int, hazard: float, cell: np.uint64, t: int) -> int:
    """How many of so many people a hazard reaches this month."""
    return by_hazard(n, hazard, at(cell, t)) if n > 0 and hazard > 0.0 else 0


@_compiled
def lose_members(
    on: Flags,
    trait: Flags,
    relation: Codes,
    p: Floats,
    now: Floats,
    people: Ints,
    theatre: Floats,
    totals: Ints,
    start: Floats,
    levers: Floats,
    cells: States,
    t: int,
) -> None:
    """Who is killed, jailed or free again, and moves between country and city."""
    ruler = totals[TOTAL.ruler]
    stay_shut = 1.0 - p[P.prison_gain] * levers[LEVER.prisons]
    for g in range(people.shape[1]):
        if trait[TRAIT.state, g]:
            continue
        rural_risk, urban_risk = now[NOW.risk_rural, g], now[NOW.risk_urban, g]
        if on[ON.attrition]:
            in_country = reached(people[PEOPLE.rural, g], rural_risk, cells[STREAM.killed_rural, g], t)
            in_city = reached(people[PEOPLE.urban, g], urban_risk, cells[STREAM.killed_urban, g], t)
            people[PEOPLE.rural, g] -= in_country
            people[PEOPLE.urban, g] -= in_city
            totals[TOTAL.gone] += in_country + in_city
        if on[ON.policing]:
            caught = 0
            freed = reached(people[PEOPLE.jailed, g], p[P.prison_leak] * stay_shut, cells[STREAM.leak, g], t)
            if ruler >= 0 and g != ruler and relation[g, ruler] == ENEMIES:
                hazard = p[P.capture] * theatre[THEATRE.policing]
                caught = reached(people[PEOPLE.urban, g], hazard, cells[STREAM.captured, g], t)
            people[PEOPLE.urban, g] += freed - caught
            people[PEOPLE.jailed, g] += caught - freed
        if on[ON.displacement]:
            ratio, rural0, urban0 = p[P.displacement], start[START.risk_rural, g], start[START.risk_urban, g]
            to_city = displacement(ratio, rural_risk, urban_risk, rural0, urban0)
            to_country = displacement(ratio, urban_risk, rural_risk, urban0, rural0)
            into = reached(people[PEOPLE.rural, g], to_city, cells[STREAM.to_city, g], t)
            out = reached(people[PEOPLE.urban, g], to_country, cells[STREAM.to_country, g], t)
            people[PEOPLE.rural, g] += out - into
            people[PEOPLE.urban, g] += into - out


@_compiled
def choose_sides(
    on: Flags,
    trait: Flags,
    relation: Codes,
    distance: Floats,
    competing: bool,
    p: Floats,
    now: Floats,
    people: Ints,
    theatre: Floats,
    totals: Ints,
    start: Floats,
    levers: Floats,
    hazards: Floats,
    moved: Ints,
    ways: int,
    keys: States,
    cells: States,
    t: int,
) -> None:
    """Who leaves for the pool, gives up arms, or goes over, from the members before anybody moves."""
    ruler, n = totals[TOTAL.ruler], people.shape[1]
    for g in range(n):
        people[PEOPLE.members, g] = people[PEOPLE.rural, g] + people[PEOPLE.urban, g]
    top = totals[TOTAL.strongest] = strongest(people[PEOPLE.members], trait)
    names, names_of_enemies = all_names(now[NOW.standing], people[PEOPLE.members], trait), 0.0
    for h in range(n):
        now[NOW.appeal, h] = 1.0
        if competing and not trait[TRAIT.state, h] and people[PEOPLE.members, h] > 0:
            known = renown((now[NOW.standing, h] + UNKNOWN) / names, start[START.share_of_names, h])
            now[NOW.appeal, h] = appeal(known, p[P.visibility])
        if ruler >= 0 and h != ruler and not trait[TRAIT.state, h] and relation[ruler, h] == ENEMIES:
            names_of_enemies += now[NOW.standing, h] + UNKNOWN
    cooperation = theatre[THEATRE.cooperation]
    drawn_near = on[ON.defection] or on[ON.bandwagon] or on[ON.grievance] or on[ON.hedging]
    for g in range(n):
        for k in range(ways):
            moved[0, g, k], moved[1, g, k] = 0, 0
        if trait[TRAIT.state, g] or people[PEOPLE.members, g] == 0:
            continue
        for k in range(ways):
            hazards[k] = 0.0
        divided = division(p[P.cohesion_effect], now[NOW.lost, g])
        if on[ON.recruitment]:
            hazards[0] = leaving(p[P.leaving], now[NOW.appeal, g], divided)
        if on[ON.reintegration] and g != ruler:
            hazards[1] = p[P.reintegration_rate] * levers[LEVER.reintegration]
        hedges = on[ON.hedging] and ruler >= 0 and allied(g, ruler, relation) and names_of_enemies > 0.0
        for h in range(ways - 2):
            if h == g or trait[TRAIT.state, h] or people[PEOPLE.members, h] == 0:
                continue
            hazard = 0.0
            near = nearness(distance[g, h], p[P.defection_distance]) if drawn_near else 0.0
            size_ratio = people[PEOPLE.members, h] / people[PEOPLE.members, g]
            if on[ON.defection]:
                own, other = (now[NOW.standing, g], now[NOW.standing, h]) if competing else (0.0, 0.0)
                over = defection(p[P.defection], near, own, other, size_ratio, divided)
                if on[ON.mediation] and trait[TRAIT.talks, g] and not trait[TRAIT.talks, h]:
                    over *= 1.0 + p[P.mediation_splits] * levers[LEVER.mediation]
                hazard += over
            if on[ON.bandwagon] and h == top and relation[g, h] != ENEMIES:
                hazard += bandwagon(p[P.bandwagon], near, now[NOW.force, g], now[NOW.force, h])
            if on[ON.grievance] and g == ruler and not allied(g, h, relation):
                hazard += grievance(p[P.grievance], near, cooperation)
            if hedges and h != ruler and relation[h, ruler] == ENEMIES and relation[g, h] != ENEMIES:
                share = (now[NOW.standing, h] + UNKNOWN) / names_of_enemies
                hazard += hedging(p[P.hedging], near, cooperation, share, size_ratio)
            hazards[h + 2] = hazard
        if people[PEOPLE.rural, g] > 0:
            leave_by(people[PEOPLE.rural, g], hazards[:ways], keys, at(cells[STREAM.flow_rural, g], t), moved[0, g])
        if people[PEOPLE.urban, g] > 0:
            leave_by(people[PEOPLE.urban, g], hazards[:ways], keys, at(cells[STREAM.flow_urban, g], t), moved[1, g])


@_compiled
def join(
    on: Flags,
    trait: Flags,
    relation: Codes,
    variant: int,
    p: Floats,
    now: Floats,
    people: Ints,
    totals: Ints,
    start: Floats,
    weights: Floats,
    keys: States,
    theatre_cells: States,
    t: int,
) -> None:
    """Who joins from the pool, and whom."""
    weights[:] = 0.0
    people[PEOPLE.joined, :] = 0
    if not on[ON.recruitment]:
        return
    top, inflow = totals[TOTAL.strongest], 0.0
    for g in range(people.shape[1]):
        if trait[TRAIT.state, g] or start[START.members, g] == 0:
            continue
        emboldened = 1.0
        if on[ON.demonstration]:
            emboldened += p[P.embolden] * triumph_near(g, now[NOW.triumph], relation)
        turnover = start[START.turnover, g] * people[PEOPLE.members, g] / start[START.members, g]
        weights[g] = joining(turnover, now[NOW.appeal, g], emboldened)
        if variant == VARIANT.deter and on[ON.outbidding_number] and g != top:
            weights[g] *= math.exp(
                deterred(p[P.deterrence], now[NOW.force, top] - now[NOW.force, g], start[START.lead, g])
            )
        inflow += weights[g]
    if inflow > 0.0 and totals[TOTAL.pool] > 0:
        hazard = p[P.replacement] * inflow / totals[TOTAL.pool_at_start]
        joiners = by_hazard(totals[TOTAL.pool], hazard, at(theatre_cells[STREAM.joining], t))
        where = at(theatre_cells[STREAM.joining_where], t)
        split(joiners, weights, keys, where, people[PEOPLE.joined])
        totals[TOTAL.pool] -= joiners


@_compiled
def move(q: Floats, people: Ints, totals: Ints, moved: Ints, ways: int, cells: States, t: int) -> None:
    """Everybody who left, went over or joined is where they went; movers between groups stay in country or city."""
    n = people.shape[1]
    for g in range(n):
        totals[TOTAL.pool] += moved[0, g, 0] + moved[1, g, 0]
        totals[TOTAL.gone] += moved[0, g, 1] + moved[1, g, 1]
        for k in range(ways):
            people[PEOPLE.rural, g] -= moved[0, g, k]
            people[PEOPLE.urban, g] -= moved[1, g, k]
            if k >= 2:
                people[PEOPLE.rural, k - 2] += moved[0, g, k]
                people[PEOPLE.urban, k - 2] += moved[1, g, k]
    for g in range(n):
        if people[PEOPLE.joined, g] > 0:
            cell = at(cells[STREAM.joining_place, g], t)
            to_city = binomial(people[PEOPLE.joined, g], q[g, Q.urban_share], cell)
            people[PEOPLE.urban, g] += to_city
            people[PEOPLE.rural, g] += people[PEOPLE.joined, g] - to_city
        people[PEOPLE.members, g] = people[PEOPLE.rural, g] + people[PEOPLE.urban, g]
