"""A month's attacks on civilians, clashes, attacks abroad, and harm by strikes; and what is left of them."""

from __future__ import annotations

import math

from tocsin.rivalry import path_kernel
from tocsin.rivalry.compiled import compiled_from
from tocsin.whatif import catalogue, parameters
from tocsin.whatif.engine import columns, draws, mechanisms, sides
from tocsin.whatif.engine.columns import (
    LEFT,
    LEVER,
    MOST_ATTACKS,
    MOST_CLASHES,
    NOW,
    ON,
    PEOPLE,
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
    count,
    normal,
)
from tocsin.whatif.engine.mechanisms import (
    behind,
    calmed,
    deterred,
    external_reach,
    foiled,
    logistic,
    prestige,
    severity,
    under_strikes,
)
from tocsin.whatif.engine.sides import (
    allied,
    best_known,
    best_rival,
    policed,
    rivals_triumph,
    shock_of_all,
    shock_of_rivals,
    strength,
    triumph_near,
)
from tocsin.whatif.engine.story import (
    Codes,
    Flags,
    Floats,
    Ints,
    Singles,
    States,
)

# What the copy on disk of the compiled code is made from.
_compiled = compiled_from(path_kernel, catalogue, columns, draws, mechanisms, parameters, sides, inline=True)


@_compiled
def act(
    on: Flags,
    trait: Flags,
    relation: Codes,
    variant: int,
    presence: float,
    p: Floats,
    q: Floats,
    links: Floats,
    left: Floats,
    now: Floats,
    people: Ints,
    theatre: Floats,
    totals: Ints,
    start: Floats,
    levers: Floats,
    cells: States,
    theatre_cells: States,
    t: int,
    out: Singles,
) -> None:
    """Attacks on civilians with their deaths, clashes with theirs, and attacks abroad; `out` (measure, side, month)."""
    faded = left[LEFT.swing] * left[LEFT.swing]
    fresh = math.sqrt(1.0 - faded)
    theatre[THEATRE.driver] *= left[LEFT.swing]
    if p[P.driver_sd] != 0.0:
        theatre[THEATRE.driver] += p[P.driver_sd] * fresh * normal(at(theatre_cells[STREAM.driver], t))
    # Factors of mean 1, however far they have spread since the start.
    theatre[THEATRE.unsure] = faded * theatre[THEATRE.unsure] + (1.0 - faded)
    totals[TOTAL.best_known] = best_known(now[NOW.standing], trait)
    for g in range(people.shape[1]):
        now[NOW.swing, g] *= left[LEFT.swing]
        now[NOW.clash_swing, g] *= left[LEFT.swing]
        swing_sd = q[g, Q.swing_sd]
        if swing_sd != 0.0:
            now[NOW.swing, g] += swing_sd * fresh * normal(at(cells[STREAM.swing, g], t))
            if q[g, Q.clash_rate] > 0.0:
                now[NOW.clash_swing, g] += swing_sd * fresh * normal(at(cells[STREAM.clash_swing, g], t))
        now[NOW.attacks, g], now[NOW.mass, g] = 0.0, 0.0
        if g == totals[TOTAL.dissolved] or people[PEOPLE.members, g] == 0 or start[START.strength, g] <= 0.0:
            continue
        able = (
            strength(g, people[PEOPLE.members], trait, relation, p[P.alliance] if on[ON.alliance] else 0.0)
            / start[START.strength, g]
        )
        grown = p[P.size_elasticity] * math.log(able)
        spread = p[P.driver_sd] * p[P.driver_sd] + swing_sd * swing_sd
        shared = theatre[THEATRE.driver] - 0.5 * spread * theatre[THEATRE.unsure]
        calm = 1.0
        if on[ON.mediation] and trait[TRAIT.talks, g]:
            calm = calmed(p[P.mediation_effect], levers[LEVER.mediation]) / max(1e-9, start[START.calmed, g])

        log_rate = shared + now[NOW.swing, g] + grown
        mean = attack_mean(
            g, on, trait, relation, variant, p, q, links, now, people, theatre, totals, start, log_rate, calm
        )
        p_mass = 0.0
        if q[g, Q.mass_casualty_share] > 0.0:
            p_mass = logistic(
                q[g, Q.mass_casualty_share],
                severity_log_odds(g, on, trait, relation, variant, presence, p, now, people, theatre, totals, start),
            )
        attacks = count(mean, q[g, Q.attack_size], at(cells[STREAM.attacks, g], t))
        deaths, mass = float(attacks), 0
        if p_mass > 0.0 or q[g, Q.small_deaths] > 1.0:
            deaths, mass = severity(
                attacks, p_mass, q[g, Q.small_deaths], p[P.tail_shape], p[P.tail_scale], p[P.most_deaths],
                at(cells[STREAM.severity, g], t),
            )  # fmt: skip
        now[NOW.attacks, g], now[NOW.mass, g] = attacks, mass
        each = p_mass * left[LEFT.mean_mass] + (1.0 - p_mass) * start[START.mean_small, g]
        out[SIDE_OUT.attacks, g, t], out[SIDE_OUT.deaths, g, t] = attacks, deaths
        out[SIDE_OUT.expected_deaths, g, t], out[SIDE_OUT.mass_casualty, g, t] = mean * each, mass

        if q[g, Q.clash_rate] > 0.0:
            factor = math.exp(shared + now[NOW.clash_swing, g] + grown) * calm
            if start[START.ground, g] > 0.0:
                factor *= min(5.0, now[NOW.ground, g] / start[START.ground, g])
            clash_mean = min(MOST_CLASHES, q[g, Q.clash_rate] * factor)
            clashes = count(clash_mean, q[g, Q.clash_size], at(cells[STREAM.clashes, g], t))
            if clashes > 0:
                died = count(
                    clashes * q[g, Q.clash_deaths],
                    clashes * p[P.clash_deaths_size],
                    at(cells[STREAM.clash_deaths, g], t),
                )
                out[SIDE_OUT.clashes, g, t], out[SIDE_OUT.clash_deaths, g, t] = clashes, died

        if on[ON.external_reach] and trait[TRAIT.external, g]:
            losses = (
                now[NOW.risk_rural, g] * people[PEOPLE.rural, g] + now[NOW.risk_urban, g] * people[PEOPLE.urban, g]
            ) / people[PEOPLE.members, g]
            reach = (
                q[g, Q.external_rate] * able * external_reach(p[P.external_pressure], losses, start[START.losses, g])
            )
            if on[ON.demonstration]:
                reach *= 1.0 + p[P.embolden] * triumph_near(g, now[NOW.triumph], relation)
            out[SIDE_OUT.external, g, t] = count(reach, math.inf, at(cells[STREAM.external, g], t))


@_compiled
def attack_mean(
    g: int,
    on: Flags,
    trait: Flags,
    relation: Codes,
    variant: int,
    p: Floats,
    q: Floats,
    links: Floats,
    now: Floats,
    people: Ints,
    theatre: Floats,
    totals: Ints,
    start: Floats,
    log_rate: float,
    calm: float,
) -> float:
    """Attacks on civilians that a side is expected to make this month."""
    ruler, top = totals[TOTAL.ruler], totals[TOTAL.strongest]
    if on[ON.timing] and g != ruler:
        log_rate += p[P.timing] * theatre[THEATRE.turmoil]
    if on[ON.demonstration]:
        log_rate += p[P.outdo] * rivals_triumph(g, now[NOW.triumph], relation)
    if on[ON.strike_response]:
        strikes = theatre[THEATRE.strikes] if now[NOW.struck, g] > 0.0 else 0.0
        log_rate += under_strikes(p[P.strike_response], strikes, start[START.strikes, g])
    if on[ON.outbidding_number] and not trait[TRAIT.state, g]:
        if variant == VARIANT.match:
            log_rate += p[P.matching] * (
                behind(
                    now[NOW.standing, g],
                    best_rival(g, totals[TOTAL.best_known], now[NOW.standing], trait, relation),
                )
                - start[START.behind, g]
            )
        elif variant == VARIANT.deter and g != top:
            log_rate += deterred(p[P.deterrence], now[NOW.force, top] - now[NOW.force, g], start[START.lead, g])
    mean = q[g, Q.attack_rate] * math.exp(log_rate) * calm
    if on[ON.policing] and not trait[TRAIT.state, g]:
        stopped = 0.0
        if policed(g, ruler, trait):
            urban_share = people[PEOPLE.urban, g] / people[PEOPLE.members, g]
            stopped = foiled(p[P.policing_foils], theatre[THEATRE.policing], urban_share)
        mean *= (1.0 - stopped) / max(1e-9, 1.0 - start[START.foiled, g])
    mean += q[g, Q.own_response] * now[NOW.answer, g]
    if on[ON.outbidding_number] and variant != VARIANT.none:
        for h in range(people.shape[1]):
            if links[g, h] != 0.0 and h != g and not allied(g, h, relation):
                mean += links[g, h] * now[NOW.answer, h]
    return float(min(MOST_ATTACKS, max(0.0, mean)))


@_compiled
def severity_log_odds(
    g: int,
    on: Flags,
    trait: Flags,
    relation: Codes,
    variant: int,
    presence: float,
    p: Floats,
    now: Floats,
    people: Ints,
    theatre: Floats,
    totals: Ints,
    start: Floats,
) -> float:
    """By how much the log odds that an attack is mass-casualty differ from the start's."""
    log_odds = 0.0
    if on[ON.displacement]:
        log_odds += p[P.urban_severity] * (people[PEOPLE.urban, g] / people[PEOPLE.members, g] - start[START.urban, g])
    if on[ON.outbidding_severity] and variant != VARIANT.none:
        recent = shock_of_rivals(g, now[NOW.shock], relation)
        log_odds += p[P.severity_link] * (recent - start[START.shock_of_rivals, g])
    if on[ON.prestige] and g != totals[TOTAL.ruler] and not trait[TRAIT.state, g]:
        recent, at_start = shock_of_all(g, now[NOW.shock]), start[START.shock_of_all, g]
        log_odds += prestige(p[P.prestige], theatre[THEATRE.presence], recent, presence * math.exp(-at_start))
    return log_odds


@_compiled
def strike_harm(on: Flags, p: Floats, theatre: Floats, theatre_cells: States, t: int, out: Singles) -> None:
    """Civilians killed by strikes; `out` (measure, month)."""
    strikes = theatre[THEATRE.strikes]
    if strikes <= 0.0:
        return
    harm = p[P.strike_civilians] * strikes
    if on[ON.intelligence]:
        harm *= 1.0 + p[P.strike_precision] * theatre[THEATRE.cooperation]
    out[THEATRE_OUT.strike_deaths, t] = count(harm, math.inf, at(theatre_cells[STREAM.strike_civilians], t))


@_compiled
def fade(p: Floats, left: Floats, now: Floats, theatre: Floats) -> None:
    """What is left of names, answers, shocks, triumphs and turmoil when the month is over."""
    for g in range(now.shape[1]):
        named = now[NOW.attacks, g] + p[P.shock_weight] * now[NOW.mass, g]
        now[NOW.standing, g] = left[LEFT.standing] * now[NOW.standing, g] + (1.0 - left[LEFT.standing]) * named
        now[NOW.answer, g] = left[LEFT.answer] * now[NOW.answer, g] + (1.0 - left[LEFT.answer]) * now[NOW.attacks, g]
        now[NOW.shock, g] = left[LEFT.shock] * now[NOW.shock, g] + now[NOW.mass, g]
        now[NOW.triumph, g] *= left[LEFT.triumph]
    theatre[THEATRE.turmoil] *= left[LEFT.turmoil]
