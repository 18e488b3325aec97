"""One theatre, month by month, for many runs: the order in which the mechanisms act.

A month: dated events, cohesion, policing and pressure (`pressure`); who is killed, jailed, and moves, leaves, goes over
and joins (`members`); attacks, clashes and reach abroad, and what is left of names and answers (`attacks`). What each
mechanism computes is in `mechanisms`. `tocsin.whatif.twin.simulate` is the same in numpy, written a second time.
"""

from __future__ import annotations

import math

import numpy as np

from tocsin.rivalry import path_kernel
from tocsin.rivalry.compiled import compiled_from
from tocsin.rivalry.path_kernel import mix_one
from tocsin.whatif import catalogue, parameters
from tocsin.whatif.engine import attacks, columns, draws, mechanisms, members, sides
from tocsin.whatif.engine import pressure as order
from tocsin.whatif.engine.attacks import act, fade, strike_harm
from tocsin.whatif.engine.columns import (
    ENEMIES,
    LEFT,
    LEVER,
    MOST_ATTACKS,
    NOW,
    ON,
    PEOPLE,
    SETTLING_ROUNDS,
    SIDE_OUT,
    START,
    STREAM,
    THEATRE,
    THEATRE_OUT,
    TOTAL,
    TRAIT,
    VARIANT,
    P,
    Q,
)
from tocsin.whatif.engine.draws import (
    at,
    binomial,
    normal,
)
from tocsin.whatif.engine.mechanisms import (
    SHOCK_HALF_LIFE_MONTHS,
    UNKNOWN,
    WEEKS_A_MONTH,
    behind,
    calmed,
    foiled,
    keep,
    mean_mass_casualty_deaths,
    mean_small_attack_deaths,
)
from tocsin.whatif.engine.members import choose_sides, join, lose_members, move
from tocsin.whatif.engine.pressure import dated_events, hold_and_press, press
from tocsin.whatif.engine.sides import (
    all_names,
    allied,
    best_known,
    best_rival,
    policed,
    shock_of_all,
    shock_of_rivals,
    strength,
    strongest,
)
from tocsin.whatif.engine.story import (
    Codes,
    Flags,
    Floats,
    Ints,
    Singles,
    States,
    Story,
)

# What the copy on disk of the compiled code is made from.
_compiled = compiled_from(
    path_kernel, attacks, catalogue, columns, draws, mechanisms, members, order, parameters, sides
)
_inlined = compiled_from(
    path_kernel, attacks, catalogue, columns, draws, mechanisms, members, order, parameters, sides, inline=True
)
_NO_SIDE = np.uint64(0)


@_compiled
def run_draws(
    story: Story,
    seeds: States,
    numbers: Floats,
    side_numbers: Floats,
    links: Floats,
    when: Ints,
    sizes: Floats,
    sides_out: Singles,
    theatre_out: Singles,
) -> None:
    """Fill `sides_out` (draw, measure, side, month) and `theatre_out` (draw, measure, month), zero to begin with.

    `seeds` (draw), `numbers` (draw, theatre number), `side_numbers` (draw, side, group number), `links` (draw, target,
    source), `when` and `sizes` (draw, shock); a shock that does not happen has a month below 0.
    """
    n, n_streams = story.trait.shape[1], story.stream_keys.size
    now, start, left = np.empty((len(NOW), n)), np.empty((len(START), n)), np.empty(len(LEFT))
    people, moved = np.empty((len(PEOPLE), n), np.int64), np.empty((2, n, n + 2), np.int64)
    theatre, totals = np.empty(len(THEATRE)), np.empty(len(TOTAL), np.int64)
    cells, theatre_cells = np.empty((n_streams, n), np.uint64), np.empty(n_streams, np.uint64)
    hazards, weights = np.empty(n + 2), np.empty(n)
    for d in range(seeds.size):
        p, q = numbers[d], side_numbers[d]
        for s in range(n_streams):
            base = mix_one(seeds[d] ^ story.stream_keys[s])
            theatre_cells[s] = mix_one(base + _NO_SIDE)
            for g in range(n):
                cells[s, g] = mix_one(base + story.side_keys[g])
        what_is_left(p, left)
        begin(story, p, q, links[d], left, now, people, theatre, totals, start, cells, theatre_cells)
        run_months(
            story.on, story.trait, story.relation, story.distance, story.variant, story.presence, story.ruler,
            story.levers, story.own_strikes, story.shock_kind, story.shock_side, story.side_keys, story.way_keys,
            when[d], sizes[d], p, q, links[d], left, now, people, theatre, totals, start, hazards, weights, moved,
            cells, theatre_cells, sides_out[d], theatre_out[d],
        )  # fmt: skip


@_inlined
def run_months(
    on: Flags,
    trait: Flags,
    relation: Codes,
    distance: Floats,
    variant: int,
    presence: float,
    ruler: int,
    levers_by_month: Floats,
    own_strikes: Flags,
    shock_kind: Ints,
    shock_side: Ints,
    side_keys: States,
    way_keys: States,
    when: Ints,
    sizes: Floats,
    p: Floats,
    q: Floats,
    links: Floats,
    left: Floats,
    now: Floats,
    people: Ints,
    theatre: Floats,
    totals: Ints,
    start: Floats,
    hazards: Floats,
    weights: Floats,
    moved: Ints,
    cells: States,
    theatre_cells: States,
    sides_out: Singles,
    theatre_out: Singles,
) -> None:
    """One run, from its start to the last month."""
    competing = variant != VARIANT.none
    # Out of a group: to the pool, for good, and, where anything makes members change sides, to each of the sides.
    changing = on[ON.defection] or on[ON.bandwagon] or on[ON.grievance] or on[ON.hedging]
    ways = trait.shape[1] + 2 if changing else 2
    for t in range(levers_by_month.shape[0]):
        levers = levers_by_month[t]
        if on[ON.shocks]:
            dated_events(
                on, trait, shock_kind, shock_side, when, sizes, p, q, now, people, theatre,
                totals, levers, cells, t,
            )  # fmt: skip
        hold_and_press(
            on, trait, relation, p, q, now, people, theatre, totals, levers, own_strikes[t]
        )  # fmt: skip
        lose_members(on, trait, relation, p, now, people, theatre, totals, start, levers, cells, t)
        choose_sides(
            on, trait, relation, distance, competing, p, now, people, theatre, totals, start, levers, hazards,
            moved, ways, way_keys, cells, t,
        )  # fmt: skip
        join(on, trait, relation, variant, p, now, people, totals, start, weights, side_keys, theatre_cells, t)
        move(q, people, totals, moved, ways, cells, t)
        act(
            on, trait, relation, variant, presence, p, q, links, left, now, people, theatre, totals, start,
            levers, cells, theatre_cells, t, sides_out,
        )  # fmt: skip
        if on[ON.strike_harm]:
            strike_harm(on, p, theatre, theatre_cells, t, theatre_out)
        fade(p, left, now, theatre)
        record(ruler, q, now, people, theatre, totals, start, sides_out, theatre_out, t)


@_compiled
def what_is_left(p: Floats, left: Floats) -> None:
    """Fill what is left of things after a month, and the deaths of an attack of 20 or more on average."""
    left[LEFT.standing], left[LEFT.answer] = (
        keep(p[P.standing_half_life]),
        keep(p[P.response_half_life] / WEEKS_A_MONTH),
    )
    left[LEFT.shock], left[LEFT.swing] = keep(SHOCK_HALF_LIFE_MONTHS), keep(p[P.swing_half_life])
    left[LEFT.triumph], left[LEFT.turmoil] = keep(p[P.demonstration_half_life]), keep(p[P.chaos_half_life])
    left[LEFT.mean_mass] = mean_mass_casualty_deaths(p[P.tail_shape], p[P.tail_scale], p[P.most_deaths])


@_compiled
def begin(
    story: Story,
    p: Floats,
    q: Floats,
    links: Floats,
    left: Floats,
    now: Floats,
    people: Ints,
    theatre: Floats,
    totals: Ints,
    start: Floats,
    cells: States,
    theatre_cells: States,
) -> None:
    """The theatre at the start, and what later months are measured against."""
    on, trait, relation, ruler, n = story.on, story.trait, story.relation, story.ruler, people.shape[1]
    totals[TOTAL.ruler], totals[TOTAL.dissolved], totals[TOTAL.withdrawn] = ruler, -1, 0
    totals[TOTAL.gone] = 0
    theatre[THEATRE.presence], theatre[THEATRE.turmoil] = story.presence, 0.0
    theatre[THEATRE.driver], theatre[THEATRE.unsure] = 0.0, 1.0 if story.settled else 0.0
    if story.settled:
        theatre[THEATRE.driver] = p[P.driver_sd] * normal(at(theatre_cells[STREAM.driver0], 0))
    capacity = 0.0
    if ruler >= 0:
        capacity = 1.0 if trait[TRAIT.state, ruler] else p[P.policing_start]
    theatre[THEATRE.policing] = capacity
    in_groups = 0
    for g in range(n):
        start[START.members, g] = people[PEOPLE.members, g] = int(q[g, Q.members])
        people[PEOPLE.urban, g] = binomial(
            people[PEOPLE.members, g], q[g, Q.urban_share], at(cells[STREAM.start, g], 0)
        )
        people[PEOPLE.rural, g] = people[PEOPLE.members, g] - people[PEOPLE.urban, g]
        people[PEOPLE.jailed, g] = int(q[g, Q.prisoners])
        now[NOW.whole, g], now[NOW.ratio, g], now[NOW.lost, g] = q[g, Q.cohesion], 1.0, 0.0
        now[NOW.triumph, g], now[NOW.shock, g] = 0.0, 0.0
        now[NOW.swing, g], now[NOW.clash_swing, g] = q[g, Q.attack_swing], q[g, Q.clash_swing]
        now[NOW.answer, g], now[NOW.appeal, g] = 0.0, 1.0
        if story.settled:
            now[NOW.swing, g] = q[g, Q.swing_sd] * normal(at(cells[STREAM.swing0, g], 0))
            now[NOW.clash_swing, g] = q[g, Q.swing_sd] * normal(at(cells[STREAM.clash_swing0, g], 0))
        if not trait[TRAIT.state, g]:
            in_groups += people[PEOPLE.members, g]
    settle(on, relation, story.variant, q, links, now)
    for g in range(n):
        # All attacks, those that answer others among them, make a name.
        named = now[NOW.answer, g] * (1.0 + p[P.shock_weight] * q[g, Q.mass_casualty_share])
        start[START.standing, g] = now[NOW.standing, g] = named
        now[NOW.shock, g] = now[NOW.answer, g] * q[g, Q.mass_casualty_share] / (1.0 - left[LEFT.shock])
    totals[TOTAL.pool] = totals[TOTAL.pool_at_start] = math.floor(p[P.pool] * in_groups + 0.5)
    theatre[THEATRE.cooperation] = story.levers_start[LEVER.intelligence] if ruler >= 0 else 0.0
    theatre[THEATRE.strikes] = story.levers_start[LEVER.strikes]
    press(on, trait, relation, p, q, now, people, theatre, ruler, story.levers_start)
    top = totals[TOTAL.strongest] = strongest(people[PEOPLE.members], trait)
    names = all_names(now[NOW.standing], people[PEOPLE.members], trait)
    for g in range(n):
        start[START.strikes, g] = theatre[THEATRE.strikes] if now[NOW.struck, g] > 0.0 else 0.0
        start[START.calmed, g] = 1.0
        if on[ON.mediation] and trait[TRAIT.talks, g]:
            start[START.calmed, g] = calmed(p[P.mediation_effect], story.levers_start[LEVER.mediation])
        start[START.shock_of_rivals, g] = shock_of_rivals(g, now[NOW.shock], relation)
        start[START.shock_of_all, g] = shock_of_all(g, now[NOW.shock])
        start[START.share_of_names, g] = (now[NOW.standing, g] + UNKNOWN) / names if names > 0.0 else 1.0
        start[START.ground, g], start[START.risk_rural, g], start[START.risk_urban, g] = (
            now[NOW.ground, g],
            now[NOW.risk_rural, g],
            now[NOW.risk_urban, g],
        )
        killed = now[NOW.risk_rural, g] * people[PEOPLE.rural, g] + now[NOW.risk_urban, g] * people[PEOPLE.urban, g]
        start[START.losses, g] = killed / max(start[START.members, g], 1)
        start[START.strength, g] = strength(
            g, people[PEOPLE.members], trait, relation, p[P.alliance] if on[ON.alliance] else 0.0
        )
        start[START.lead, g] = now[NOW.force, top] - now[NOW.force, g] if top >= 0 else 0.0
        start[START.behind, g] = behind(
            now[NOW.standing, g],
            best_rival(g, best_known(now[NOW.standing], trait), now[NOW.standing], trait, relation),
        )
        start[START.mean_small, g] = mean_small_attack_deaths(q[g, Q.small_deaths])
        start[START.urban, g], start[START.foiled, g] = q[g, Q.urban_share], 0.0
        if start[START.members, g] > 0:
            start[START.urban, g] = people[PEOPLE.urban, g] / start[START.members, g]
        if on[ON.policing] and policed(g, ruler, trait):
            start[START.foiled, g] = foiled(p[P.policing_foils], capacity, start[START.urban, g])
        start[START.turnover, g] = 0.0
        if not trait[TRAIT.state, g]:
            start[START.turnover, g] = p[P.leaving] * start[START.members, g] + killed
            if on[ON.policing] and ruler >= 0 and relation[g, ruler] == ENEMIES:
                start[START.turnover, g] += p[P.capture] * capacity * people[PEOPLE.urban, g]


@_compiled
def settle(on: Flags, relation: Codes, variant: int, q: Floats, links: Floats, now: Floats) -> None:
    """Attacks a month at which each side's answers to itself and to others keep what they answer going."""
    n = q.shape[0]
    answering = on[ON.outbidding_number] and variant != VARIANT.none
    for _ in range(SETTLING_ROUNDS):
        changed = False
        for g in range(n):
            mean = q[g, Q.attack_rate] * math.exp(q[g, Q.attack_swing])
            if answering:
                for h in range(n):
                    if h != g and not allied(g, h, relation):
                        mean += links[g, h] * now[NOW.answer, h]
            settled = min(MOST_ATTACKS, max(0.0, mean) / (1.0 - q[g, Q.own_response]))
            changed = changed or settled != now[NOW.answer, g]
            now[NOW.answer, g] = settled
        if not changed:
            break


@_inlined
def record(
    ruler: int,
    q: Floats,
    now: Floats,
    people: Ints,
    theatre: Floats,
    totals: Ints,
    start: Floats,
    sides_out: Singles,
    theatre_out: Singles,
    t: int,
) -> None:
    """How things stand at the month's end."""
    in_jail = 0
    for g in range(people.shape[1]):
        in_jail += people[PEOPLE.jailed, g]
        sides_out[SIDE_OUT.members, g, t], sides_out[SIDE_OUT.urban, g, t] = (
            people[PEOPLE.members, g],
            people[PEOPLE.urban, g],
        )
        sides_out[SIDE_OUT.cohesion, g, t], sides_out[SIDE_OUT.standing, g, t] = now[NOW.whole, g], now[NOW.standing, g]
    stability, s = 1.0, ruler
    if s >= 0:
        held = min(1.0, people[PEOPLE.members, s] / start[START.members, s]) if start[START.members, s] > 0 else 1.0
        stability = now[NOW.whole, s] / q[s, Q.cohesion] * held if totals[TOTAL.ruler] == s else 0.0
    theatre_out[THEATRE_OUT.policing, t] = theatre[THEATRE.policing]
    theatre_out[THEATRE_OUT.stability, t] = stability
    theatre_out[THEATRE_OUT.ruler, t] = totals[TOTAL.ruler]
    theatre_out[THEATRE_OUT.pool, t] = totals[TOTAL.pool]
    theatre_out[THEATRE_OUT.gone, t] = totals[TOTAL.gone]
    theatre_out[THEATRE_OUT.prisoners, t] = in_jail
