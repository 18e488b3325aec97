"""The twin's last steps of a month: attacks and their deaths, clashes, attacks abroad, and the memory of them."""

from __future__ import annotations

import numpy as np

from tocsin.rivalry.negative_binomial import counts
from tocsin.whatif.catalogue import LEVER_NAMES
from tocsin.whatif.twin.draws import FloatArray, IntArray, normal, uniform
from tocsin.whatif.twin.people import deterred, emboldened
from tocsin.whatif.twin.pressure import load
from tocsin.whatif.twin.start import WEEKS_A_MONTH, Mask, Pressure, Start, Theatre, World, keep

MASS_CASUALTY = 20
SHOCK_WEEKS = 8.0
MOST_ATTACKS, MOST_CLASHES = 1e4, 1e5
Outcome = dict[str, FloatArray]


def effective(theatre: Theatre, world: World) -> FloatArray:
    """A side's members (side, draw) and the share of those of allied groups that counts as its own."""
    members = world.members.astype(np.float64)
    if not theatre.on("alliance"):
        return members
    helping = theatre.allies & ~theatre.is_state
    found = members.copy()
    for g in theatre.sides:
        for h in np.flatnonzero(helping[g]):
            found[g] += theatre.p["alliance"] * np.minimum(members[g], members[h])
    return found


def able(theatre: Theatre, world: World, start: Start, strength: FloatArray) -> Mask:
    """Whether a side (side, draw) does anything: it has members, is no fallen state, and had some strength once."""
    return (world.members > 0) & (strength > 0.0) & (start.effective > 0.0) & ~world.dissolved


def foiled(theatre: Theatre, world: World, in_cities: FloatArray) -> FloatArray:
    """The share (side, draw) of attacks that police foil: of groups that do not rule, by how urban they are."""
    share = np.zeros(world.rural.shape)
    if theatre.on("policing"):
        for g in theatre.groups:
            caught = theatre.p["policing_foils"] * world.policing * in_cities[g]
            share[g] = np.where((world.ruler == g) | (world.ruler < 0), 0.0, caught)
    return share


def behind(theatre: Theatre, standing: FloatArray) -> FloatArray:
    """How far (side, draw; logarithm) each group's name is behind the best of its rivals'."""
    found = np.zeros(standing.shape)
    for g in theatre.groups:
        rivals = [h for h in theatre.groups if h != g and not theatre.allies[g, h]]
        if rivals:
            found[g] = np.maximum(0.0, np.log((standing[rivals].max(axis=0) + 0.5) / (standing[g] + 0.5)))
    return found


def stir(theatre: Theatre, world: World, month: int) -> None:
    """Move what drives all attacks, and each side's own attacks and clashes, by a month's chance."""
    p = theatre.p
    kept = keep(p["swing_half_life"])
    fresh = np.sqrt(1.0 - kept**2)
    world.spread = kept**2 * world.spread + (1.0 - kept**2)
    world.driver = kept * world.driver + p["driver_sd"] * fresh * normal(theatre.cells("driver", None, month))
    for g in theatre.sides:
        chance = normal(theatre.cells("swing", g, month)), normal(theatre.cells("clash_swing", g, month))
        sd = theatre.of["swing_sd"][g]
        world.swing[g] = kept * world.swing[g] + sd * fresh * chance[0]
        world.clash_swing[g] = kept * world.clash_swing[g] + sd * fresh * chance[1]


def attack(theatre: Theatre, world: World, now: Pressure, start: Start, month: int) -> Outcome:
    """What each side does in a month: (side, draw) by measure, and the civilians whom strikes kill (draw)."""
    stir(theatre, world, month)
    strength = effective(theatre, world)
    rate = attack_mean(theatre, world, now, start, strength, month)
    chance = mass_chance(theatre, world, start)
    found = {name: np.zeros(rate.shape) for name in ("deaths", "mass", "clashes", "clash_deaths", "external")}
    found["attacks"] = _each(theatre, "attacks", rate, theatre.of["attack_size"], month)
    mass_mean, small_mean = means_of_deaths(theatre)
    found["expected"] = rate * (chance * mass_mean + (1.0 - chance) * small_mean)
    for g in theatre.sides:
        found["deaths"][g], found["mass"][g] = deaths(theatre, found["attacks"][g], chance[g], g, month)
    found["clashes"], found["clash_deaths"] = clash(theatre, world, now, start, strength, month)
    found["external"] = abroad(theatre, world, now, start, strength, month)
    found["strike_deaths"] = _strike_deaths(theatre, now, month)
    return found


def _each(theatre: Theatre, stream: str, mean: FloatArray, size: FloatArray, month: int) -> FloatArray:
    states = np.stack([theatre.cells(stream, g, month) for g in theatre.sides])
    return counts(mean, np.broadcast_to(size, mean.shape).copy(), states)


def _common(theatre: Theatre, world: World, g: int) -> FloatArray:
    """The log factor all sides share, less half the variance of what has spread: factors have mean 1."""
    variance = theatre.p["driver_sd"] ** 2 + theatre.of["swing_sd"][g] ** 2
    return np.asarray(world.driver - 0.5 * variance * world.spread)


def _growth(theatre: Theatre, start: Start, strength: FloatArray, g: int) -> FloatArray:
    ratio = np.maximum(strength[g], 1e-9) / np.maximum(start.effective[g], 1.0)
    return np.asarray(theatre.p["size_elasticity"] * np.log(ratio))


def _talking(theatre: Theatre, month: int, g: int) -> FloatArray:
    talks = theatre.on("mediation") and theatre.scenario.sides[g].talks
    effect = theatre.p["mediation_effect"]
    before = theatre.base[0, LEVER_NAMES.index("mediation")]
    talking = (1.0 - effect * theatre.lever(month, "mediation")) / np.maximum(1e-9, 1.0 - effect * before)
    return talking if talks else np.ones(effect.shape)


def attack_mean(
    theatre: Theatre, world: World, now: Pressure, start: Start, strength: FloatArray, month: int
) -> FloatArray:
    """Expected attacks (side, draw) of a month."""
    p, of = theatre.p, theatre.of
    mean, active = np.zeros(strength.shape), able(theatre, world, start, strength)
    lag, caught = behind(theatre, world.standing), foiled(theatre, world, world.urban_share())
    answers = theatre.on("outbidding_number") and theatre.variant != "none"
    for g in theatre.sides:
        log_rate = _common(theatre, world, g) + world.swing[g] + _growth(theatre, start, strength, g)
        if theatre.on("timing"):
            log_rate = log_rate + np.where(world.ruler == g, 0.0, p["timing"] * world.turmoil)
        others = [h for h in theatre.sides if h != g and not theatre.allies[g, h]]
        if theatre.on("demonstration") and others:
            log_rate = log_rate + p["outdo"] * world.triumph[others].max(axis=0)
        if theatre.on("strike_response"):
            struck = np.where(now.struck[g] > 0.0, now.strikes, 0.0)
            before = np.where(start.pressure.struck[g] > 0.0, start.pressure.strikes, 0.0)
            log_rate = log_rate + p["strike_response"] * (struck - before)
        if theatre.variant == "match" and theatre.on("outbidding_number"):
            log_rate = log_rate + p["matching"] * (lag[g] - start.behind[g])
        log_rate = log_rate + deterred(theatre, world, now, start, g)
        free = (1.0 - caught[g]) / (1.0 - start.foiled[g])
        total = of["attack_rate"][g] * np.exp(log_rate) * _talking(theatre, month, g) * free
        total = total + of["own_response"][g] * world.response[g]
        if answers:
            for h in others:
                total = total + theatre.links[g, h] * world.response[h]
        mean[g] = np.where(active[g], np.clip(total, 0.0, MOST_ATTACKS), 0.0)
    return mean


def mass_chance(theatre: Theatre, world: World, start: Start) -> FloatArray:
    """The chance (side, draw) that an attack kills 20 or more."""
    p, found = theatre.p, np.zeros(world.standing.shape)
    urban = world.urban_share() - start.urban_share
    for g in theatre.sides:
        share = theatre.of["mass_casualty_share"][g]
        known = (share > 0.0) & (share < 1.0)
        inner = np.where(known, share, 0.5)
        logit = np.log(inner / (1.0 - inner))
        if theatre.on("displacement"):
            logit = logit + p["urban_severity"] * urban[g]
        if theatre.on("outbidding_severity") and theatre.variant != "none":
            for h in theatre.sides:
                if h != g and not theatre.allies[g, h]:
                    logit = logit + p["severity_link"] * (world.shock_memory[h] - start.shock_memory[h])
        if theatre.on("prestige") and not theatre.is_state[g]:
            others = world.shock_memory.sum(axis=0) - world.shock_memory[g]
            first = start.shock_memory.sum(axis=0) - start.shock_memory[g]
            more = world.presence * np.exp(-others) - float(theatre.scenario.foreign_presence) * np.exp(-first)
            logit = logit + np.where(world.ruler == g, 0.0, p["prestige"] * more)
        found[g] = np.where(known, 1.0 / (1.0 + np.exp(-logit)), share)
    return found


def _cut(theatre: Theatre) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Shape, scale, and the tail's chance (draw) of more deaths than there can be."""
    shape, scale = theatre.p["tail_shape"], theatre.p["tail_scale"]
    most = theatre.p["most_deaths"] - MASS_CASUALTY
    bent = np.where(shape == 0.0, 1.0, shape)
    inside = np.maximum(0.0, 1.0 + bent * most / scale)
    return shape, scale, np.where(shape == 0.0, np.exp(-most / scale), inside ** (-1.0 / bent))


def means_of_deaths(theatre: Theatre) -> tuple[FloatArray, FloatArray]:
    """Expected deaths of a mass-casualty attack (draw) and of another one (side, draw).

    The first is the mean of the truncated generalised Pareto, which is continuous, less a half for its rounding down.
    """
    shape, scale, cut = _cut(theatre)
    bent = np.where((shape == 0.0) | (shape == 1.0), 0.5, shape)
    tail = scale / bent * ((1.0 - cut ** (1.0 - bent)) / ((1.0 - bent) * (1.0 - cut)) - 1.0)
    whole = np.log(np.where(cut > 0.0, cut, 1.0))
    tail = np.where(shape == 0.0, scale * (1.0 + cut * whole / (1.0 - cut)), tail)
    tail = np.where(shape == 1.0, scale * (-whole / (1.0 - cut) - 1.0), tail)
    deaths = np.arange(1, MASS_CASUALTY)[:, None, None]
    ratio = 1.0 - 1.0 / theatre.of["small_deaths"]
    chances = ratio ** (deaths - 1)
    return tail + MASS_CASUALTY - 0.5, (deaths * chances).sum(axis=0) / chances.sum(axis=0)


def deaths(
    theatre: Theatre, attacks: FloatArray, chance: FloatArray, g: int, month: int
) -> tuple[FloatArray, FloatArray]:
    """Deaths (draw) in a side's attacks of a month, and how many of the attacks killed 20 or more."""
    number = np.arange(1, int(attacks.max(initial=0)) + 1)[:, None]
    u = uniform(theatre.cells("severity", g, month)[None, :], number)
    attack = np.broadcast_to(number <= attacks, u.shape)
    large = attack & (u < chance)
    found = np.zeros(u.shape)
    shape, scale, cut, p, q = (
        np.broadcast_to(x, u.shape) for x in (*_cut(theatre), chance, 1.0 - 1.0 / theatre.of["small_deaths"][g])
    )
    v = cut[large] + u[large] / p[large] * (1.0 - cut[large])
    flat = shape[large] == 0.0
    bent = np.where(flat, 1.0, shape[large])
    above = np.where(flat, -scale[large] * np.log(v), scale[large] * (v**-bent - 1.0) / bent)
    found[large] = MASS_CASUALTY + np.floor(above)
    small = attack & ~large
    w = (u[small] - p[small]) / (1.0 - p[small])
    varied = q[small] > 0.0
    level = (1.0 - w) * (1.0 - q[small] ** (MASS_CASUALTY - 1))
    steps = np.floor(np.log(1.0 - level) / np.log(np.where(varied, q[small], 0.5)))
    found[small] = np.where(varied, np.clip(1.0 + steps, 1, MASS_CASUALTY - 1), 1.0)
    return found.sum(axis=0), large.sum(axis=0).astype(np.float64)


def clash(
    theatre: Theatre, world: World, now: Pressure, start: Start, strength: FloatArray, month: int
) -> tuple[FloatArray, FloatArray]:
    """Clashes (side, draw) of a month, and the deaths in them."""
    p, of = theatre.p, theatre.of
    mean, active = np.zeros(strength.shape), able(theatre, world, start, strength)
    for g in theatre.sides:
        before = start.pressure.ground[g]
        harder = np.divide(now.ground[g], before, out=np.ones(before.shape), where=before > 0.0)
        log_rate = _common(theatre, world, g) + world.clash_swing[g] + _growth(theatre, start, strength, g)
        total = of["clash_rate"][g] * np.exp(log_rate) * np.clip(harder, 0.0, 5.0) * _talking(theatre, month, g)
        mean[g] = np.where(active[g], np.minimum(total, MOST_CLASHES), 0.0)
    clashes = _each(theatre, "clashes", mean, of["clash_size"], month)
    killed = _each(theatre, "clash_deaths", clashes * of["clash_deaths"], clashes * p["clash_deaths_size"], month)
    return clashes, killed


def abroad(theatre: Theatre, world: World, now: Pressure, start: Start, strength: FloatArray, month: int) -> FloatArray:
    """Attacks (side, draw) of a month outside the theatre, of the sides that reach there."""
    p, mean, active = theatre.p, np.zeros(strength.shape), able(theatre, world, start, strength)
    losses = load(world, now)
    for g in theatre.sides:
        if theatre.on("external_reach") and theatre.scenario.sides[g].external:
            before = start.load[g]
            harder = np.divide(losses[g], before, out=np.ones(before.shape), where=before > 0.0)
            ratio = strength[g] / np.maximum(start.effective[g], 1.0)
            limited = np.exp(-p["external_pressure"] * (harder - 1.0))
            total = theatre.of["external_rate"][g] * ratio * limited * emboldened(theatre, world, g)
            mean[g] = np.where(active[g], total, 0.0)
    return _each(theatre, "external", mean, np.array(np.inf), month)


def _strike_deaths(theatre: Theatre, now: Pressure, month: int) -> FloatArray:
    p = theatre.p
    if not theatre.on("strike_harm"):
        return np.zeros(now.coop.shape)
    aimed = 1.0 + p["strike_precision"] * now.coop if theatre.on("intelligence") else 1.0
    mean = p["strike_civilians"] * now.strikes * aimed
    return counts(mean, np.full(mean.shape, np.inf), theatre.cells("strike_civilians", None, month))


def remember(theatre: Theatre, world: World, attacks: FloatArray, mass: FloatArray) -> None:
    """Let names, answers, triumphs and turmoil fade, and add a month's attacks to them."""
    p = theatre.p
    kept = keep(p["standing_half_life"])
    world.standing = kept * world.standing + (1.0 - kept) * (attacks + p["shock_weight"] * mass)
    kept = keep(p["response_half_life"] / WEEKS_A_MONTH)
    world.response = kept * world.response + (1.0 - kept) * attacks
    world.shock_memory = keep(SHOCK_WEEKS / WEEKS_A_MONTH) * world.shock_memory + mass
    world.triumph = world.triumph * keep(p["demonstration_half_life"])
    world.turmoil = world.turmoil * keep(p["chaos_half_life"])


def stability(theatre: Theatre, world: World, start: Start) -> FloatArray:
    """Cohesion times strength (draw) of the side that ruled at the start, 1 as then; 0 once another one rules.

    1 where nobody ruled at the start.
    """
    r = start.ruler
    if r < 0:
        return np.ones(world.pool.shape)
    firm = world.cohesion[r] / theatre.of["cohesion"][r]
    size: IntArray = np.maximum(start.members[r], 1)
    return np.where(world.ruler == r, firm * np.minimum(1.0, world.members[r] / size), 0.0)
