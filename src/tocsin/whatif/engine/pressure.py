"""A month's order: dated events, cohesion and policing, and how hard everybody is pressed."""

from __future__ import annotations

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
    SHOCK,
    SHOCK_CELLS,
    STREAM,
    THEATRE,
    TOTAL,
    TRAIT,
    P,
    Q,
)
from tocsin.whatif.engine.draws import (
    at,
    binomial,
)
from tocsin.whatif.engine.mechanisms import (
    LEAST_COHESION,
    attrition,
    cohesion,
    intelligence,
    offensive,
    policing,
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
def dated_events(
    on: Flags,
    trait: Flags,
    shock_kind: Ints,
    shock_side: Ints,
    when: Ints,
    sizes: Floats,
    p: Floats,
    q: Floats,
    now: Floats,
    people: Ints,
    theatre: Floats,
    totals: Ints,
    levers: Floats,
    cells: States,
    t: int,
) -> None:
    """The shocks due this month, in the scenario's order."""
    for k in range(shock_kind.size):
        if when[k] != t:
            continue
        kind, g, cell, size = shock_kind[k], shock_side[k], t + SHOCK_CELLS * k, sizes[k]
        if kind == SHOCK.withdrawal:
            theatre[THEATRE.presence], totals[TOTAL.withdrawn], theatre[THEATRE.turmoil] = 0.0, 1, 1.0
        elif kind == SHOCK.take_over:
            ruler = totals[TOTAL.ruler]
            if ruler != g:
                if ruler >= 0 and trait[TRAIT.state, ruler]:
                    totals[TOTAL.gone] += people[PEOPLE.rural, ruler] + people[PEOPLE.urban, ruler]
                    people[PEOPLE.rural, ruler], people[PEOPLE.urban, ruler], totals[TOTAL.dissolved] = 0, 0, ruler
                totals[TOTAL.ruler], theatre[THEATRE.policing] = g, p[P.policing_start]
            now[NOW.triumph, g], theatre[THEATRE.turmoil] = 1.0, 1.0
        elif kind == SHOCK.jail_break:
            shut = p[P.prison_gain] * levers[LEVER.prisons] if on[ON.policing] else 0.0
            freed_share = size * (1.0 - shut)
            freed = binomial(people[PEOPLE.jailed, g], freed_share, at(cells[STREAM.jail_break, g], cell))
            to_city = binomial(freed, q[g, Q.urban_share], at(cells[STREAM.jail_break_place, g], cell))
            people[PEOPLE.jailed, g] -= freed
            people[PEOPLE.urban, g] += to_city
            people[PEOPLE.rural, g] += freed - to_city
            theatre[THEATRE.turmoil] = 1.0
        elif kind == SHOCK.amnesty:
            from_country = binomial(people[PEOPLE.rural, g], size, at(cells[STREAM.amnesty_rural, g], cell))
            from_city = binomial(people[PEOPLE.urban, g], size, at(cells[STREAM.amnesty_urban, g], cell))
            people[PEOPLE.rural, g] -= from_country
            people[PEOPLE.urban, g] -= from_city
            totals[TOTAL.gone] += from_country + from_city
        elif kind == SHOCK.leader_lost and on[ON.cohesion]:
            now[NOW.whole, g] = max(LEAST_COHESION, now[NOW.whole, g] - size)


@_compiled
def hold_and_press(
    on: Flags,
    trait: Flags,
    relation: Codes,
    p: Floats,
    q: Floats,
    now: Floats,
    people: Ints,
    theatre: Floats,
    totals: Ints,
    levers: Floats,
    own_strikes: bool,
) -> None:
    """Cohesion and policing this month, and how hard everyone is pressed."""
    ruler = totals[TOTAL.ruler]
    theatre[THEATRE.cooperation] = levers[LEVER.intelligence] if ruler >= 0 else 0.0
    withdrawn = totals[TOTAL.withdrawn] == 1 and not own_strikes
    theatre[THEATRE.strikes] = 0.0 if withdrawn else levers[LEVER.strikes]
    for g in range(people.shape[1]):
        people[PEOPLE.members, g] = people[PEOPLE.rural, g] + people[PEOPLE.urban, g]
        if on[ON.cohesion]:
            usual = q[g, Q.cohesion]
            # A state that works with a foreign power is nothing new; a group in power is called a traitor.
            divides = g == ruler and not trait[TRAIT.state, g]
            cost = p[P.divisions] * theatre[THEATRE.cooperation] if divides else 0.0
            now[NOW.whole, g] = cohesion(now[NOW.whole, g], usual, p[P.cohesion_repair], cost)
            now[NOW.ratio, g], now[NOW.lost, g] = now[NOW.whole, g] / usual, usual - now[NOW.whole, g]
    if on[ON.policing] and ruler >= 0:
        theatre[THEATRE.policing] = policing(
            theatre[THEATRE.policing], p[P.policing_growth], p[P.policing_gain], levers[LEVER.policing]
        )
    press(on, trait, relation, p, q, now, people, theatre, ruler, levers)


@_compiled
def press(
    on: Flags,
    trait: Flags,
    relation: Codes,
    p: Floats,
    q: Floats,
    now: Floats,
    people: Ints,
    theatre: Floats,
    ruler: int,
    levers: Floats,
) -> None:
    """Pressure on every group by its enemies and by strikes, its hazards, and everyone's share of all arms."""
    n = people.shape[1]
    armed = 0
    for g in range(n):
        armed += people[PEOPLE.members, g]
    better = intelligence(p[P.intelligence_gain], theatre[THEATRE.cooperation]) if on[ON.intelligence] else 1.0
    for g in range(n):
        now[NOW.force, g] = people[PEOPLE.members, g] / armed if armed > 0 else 0.0
    for g in range(n):
        now[NOW.ground, g], now[NOW.struck, g], now[NOW.risk_rural, g], now[NOW.risk_urban, g] = 0.0, 0.0, 0.0, 0.0
        now[NOW.ground, g] = q[g, Q.pressure]
        for h in range(n):
            if h != g and relation[g, h] == ENEMIES:
                effort = offensive(levers[LEVER.operations], now[NOW.ratio, h], better) if h == ruler else 1.0
                now[NOW.ground, g] += effort * now[NOW.force, h]
        if trait[TRAIT.state, g]:
            continue  # as strong as it is until it falls
        if ruler < 0 or (g != ruler and relation[g, ruler] == ENEMIES):
            now[NOW.struck, g] = theatre[THEATRE.strikes] * better
        if on[ON.attrition]:
            now[NOW.risk_rural, g] = attrition(
                now[NOW.ground, g], now[NOW.struck, g], p[P.attrition], p[P.strike_attrition]
            )
            now[NOW.risk_urban, g] = p[P.urban_cover] * now[NOW.risk_rural, g]
