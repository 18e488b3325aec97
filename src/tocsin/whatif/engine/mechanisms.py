"""The mechanisms of a theatre, one small function each: hazards by month, and factors and log odds of attacks.

A hazard is a rate per member and month, so that P(it happens within the month) = 1 - exp(-hazard) where it stands
alone. Each function is what goes on between two sides or in one; who it applies to, and in which order, is said by
`pressure`, `members` and `attacks`. All are compiled, and take numbers; docs/whatif.md gives the same in words.
"""

from __future__ import annotations

import math

import numpy as np

from tocsin.rivalry import path_kernel
from tocsin.rivalry.compiled import compiled, compiled_from
from tocsin.rivalry.path_kernel import uniform_of

LEAST_COHESION = 0.05
# Added to every standing, so that a group nobody has heard of has a name to lose and to win.
UNKNOWN = 0.5
SMALL_ATTACK_DEATHS, MASS_CASUALTY_DEATHS = 19, 20
WEEKS_A_MONTH = 4.345
# Of the answer to a mass-casualty attack, as `tocsin.rivalry.severity` fits it.
SHOCK_HALF_LIFE_MONTHS = 8.0 / WEEKS_A_MONTH


@compiled
def keep(half_life_months: float) -> float:
    """The share of something that is left after a month."""
    return math.pow(0.5, 1.0 / half_life_months)


# --- cohesion and the ruling side ------------------------------------------------------------------------------------


@compiled
def cohesion(now: float, usual: float, repair: float, divisions: float) -> float:
    """Cohesion after a month: lost cohesion comes back, cooperation with a foreign power costs some."""
    return min(1.0, max(LEAST_COHESION, now + repair * (usual - now) - divisions))


@compiled
def policing(now: float, growth: float, gain: float, support: float) -> float:
    """Capacity to police cities after a month: a share of what is missing is learned, more with support."""
    return min(1.0, now + growth * (1.0 + gain * support) * (1.0 - now))


@compiled
def intelligence(gain: float, cooperation: float) -> float:
    """Factor of what strikes and the ruling side's operations achieve."""
    return 1.0 + gain * cooperation


@compiled
def offensive(operations: float, cohesion_ratio: float, better: float) -> float:
    """How hard the ruling side presses its enemies: less where it is divided, more where it knows more."""
    return operations * cohesion_ratio * better


# --- members ---------------------------------------------------------------------------------------------------------


@compiled
def attrition(ground: float, struck: float, by_ground: float, by_strikes: float) -> float:
    """Hazard of a member in the country of being killed, by enemies on the ground and by strikes."""
    return by_ground * ground + by_strikes * struck


@compiled
def displacement(ratio: float, here: float, there: float, here_at_start: float, there_at_start: float) -> float:
    """Hazard of moving between country and city, away from where it has become more dangerous since the start."""
    return ratio * max(0.0, (here - there) - (here_at_start - there_at_start))


@compiled
def renown(share: float, at_start: float) -> float:
    """A group's share of all groups' names against that at the start, from a fifth to five times: who is heard of more
    is heard of instead of others."""
    return min(5.0, max(0.2, share / at_start))


@compiled
def appeal(renown: float, visibility: float) -> float:
    """What a group's renown makes of joining it, and, inversely, of leaving it."""
    return math.pow(renown, visibility) if visibility != 0.0 and renown != 1.0 else 1.0


@compiled
def leaving(rate: float, appeal: float, division: float) -> float:
    """Hazard of leaving a group: higher where its name has faded and where it is divided."""
    return rate / appeal * division


@compiled
def division(effect: float, lost_cohesion: float) -> float:
    """Factor of leaving and going over in a group that has lost cohesion."""
    return math.exp(effect * lost_cohesion) if lost_cohesion != 0.0 else 1.0


@compiled
def nearness(distance: float, over: float) -> float:
    """How open members of one group are to another: 1 for the same ideology, exp(-1) at the distance `over`."""
    return math.exp(-distance / over)


@compiled
def defection(
    rate: float, near: float, own_standing: float, standing: float, size_ratio: float, division: float
) -> float:
    """Hazard of going over to a rival: twice the rate at most, where its name is by far the greater.

    `size_ratio`: its members over one's own. A small group can reach, and take in, only so many of a large one.
    """
    name = 2.0 * (standing + UNKNOWN) / (standing + own_standing + 2.0 * UNKNOWN)
    return rate * near * name * min(1.0, size_ratio) * division


@compiled
def bandwagon(rate: float, near: float, own_force: float, strongest: float) -> float:
    """Hazard of changing to the strongest side, by how much stronger it is (shares of all armed people)."""
    return rate * near * max(0.0, strongest - own_force)


@compiled
def grievance(rate: float, near: float, cooperation: float) -> float:
    """Hazard of leaving a ruling side that is framed as a traitor for one of its rivals."""
    return rate * near * cooperation


@compiled
def hedging(rate: float, near: float, cooperation: float, share: float, size_ratio: float) -> float:
    """Hazard of the ruling side's allies of going to one of its enemies, by that one's share of the enemies' names.

    `size_ratio` as in `defection`.
    """
    return rate * near * cooperation * share * min(1.0, size_ratio)


@compiled
def joining(turnover: float, appeal: float, emboldened: float) -> float:
    """Weight of a group among those who join: its turnover at the start's rates, times what its name has become."""
    return turnover * appeal * emboldened


# --- attacks ---------------------------------------------------------------------------------------------------------


@compiled
def behind(standing: float, best: float) -> float:
    """How far a group's name is behind its best rival's, as a log ratio; 0 for the one ahead."""
    return math.log((best + UNKNOWN) / (standing + UNKNOWN)) if best > standing else 0.0


@compiled
def deterred(deterrence: float, lead: float, lead_at_start: float) -> float:
    """Log factor of attacks and recruits of a group under a dominant one, against the start."""
    return -deterrence * max(0.0, lead - lead_at_start)


@compiled
def foiled(at_most: float, capacity: float, urban: float) -> float:
    """Share of a group's attacks that policing foils: those in cities, as far as its capacity goes."""
    return at_most * capacity * urban


@compiled
def under_strikes(response: float, strikes: float, at_start: float) -> float:
    """Log factor of a group's attacks under strikes, against those it was under at the start."""
    return response * (strikes - at_start)


@compiled
def calmed(effect: float, talks: float) -> float:
    """Factor of the attacks and clashes of a group that talks."""
    return 1.0 - effect * talks


@compiled
def prestige(effect: float, presence: float, recent_shock: float, at_start: float) -> float:
    """Log odds of a mass-casualty attack while a great power's soldiers are there and no rival has just struck so."""
    return effect * (presence * math.exp(-recent_shock) - at_start)


@compiled
def external_reach(sensitivity: float, losses: float, at_start: float) -> float:
    """Factor of attacks abroad: fewer where losses at home are higher than at the start."""
    return math.exp(-sensitivity * (losses / at_start - 1.0)) if at_start > 0.0 else 1.0


# --- severity --------------------------------------------------------------------------------------------------------


@compiled
def logistic(share: float, log_odds: float) -> float:
    """A share moved by log odds; none stays none, and all stays all."""
    if share <= 0.0 or share >= 1.0:
        return min(1.0, max(0.0, share))
    return 1.0 / (1.0 + (1.0 - share) / share * math.exp(-log_odds))


@compiled
def mass_casualty_deaths(rank: float, shape: float, scale: float, most: float) -> float:
    """Deaths of an attack with 20 or more: a generalised Pareto cut off at `most`; rank 0 is the deadliest."""
    room = most - MASS_CASUALTY_DEATHS
    if abs(shape) < 1e-9:
        least = math.exp(-room / scale)
        beyond = -scale * math.log(least + rank * (1.0 - least))
    else:
        least = max(0.0, 1.0 + shape * room / scale) ** (-1.0 / shape)
        beyond = scale * ((least + rank * (1.0 - least)) ** -shape - 1.0) / shape
    return MASS_CASUALTY_DEATHS + math.floor(max(0.0, beyond))


@compiled
def mean_mass_casualty_deaths(shape: float, scale: float, most: float) -> float:
    """The mean of `mass_casualty_deaths` over ranks, half a death less than before rounding down."""
    room = most - MASS_CASUALTY_DEATHS
    if abs(shape) < 1e-9:
        least = math.exp(-room / scale)
        area = scale * (1.0 - least)
    else:
        base = max(0.0, 1.0 + shape * room / scale)
        least = base ** (-1.0 / shape)
        if abs(shape - 1.0) < 1e-9:
            area = scale * math.log(base)
        else:
            area = scale / (1.0 - shape) * (1.0 - base ** (1.0 - 1.0 / shape))
    return MASS_CASUALTY_DEATHS - 0.5 + (area - room * least) / (1.0 - least)


@compiled
def small_attack_deaths(rank: float, mean: float) -> float:
    """Deaths, 1 to 19, of an attack with fewer than 20: geometric and cut off; rank 0 is the deadliest."""
    if mean <= 1.0:
        return 1.0
    ratio = 1.0 - 1.0 / mean
    whole = 1.0 - ratio**SMALL_ATTACK_DEATHS
    k = 1.0 + math.floor(math.log(1.0 - (1.0 - rank) * whole) / math.log(ratio))
    return min(float(SMALL_ATTACK_DEATHS), max(1.0, k))


@compiled
def mean_small_attack_deaths(mean: float) -> float:
    """The mean of `small_attack_deaths`: a little less than `mean`, which is that before it is cut off."""
    if mean <= 1.0:
        return 1.0
    rest = (1.0 - 1.0 / mean) ** SMALL_ATTACK_DEATHS
    return mean - SMALL_ATTACK_DEATHS * rest / (1.0 - rest)


@compiled_from(path_kernel)
def severity(
    attacks: int, p_mass: float, small: float, shape: float, scale: float, most: float, state: np.uint64
) -> tuple[float, int]:
    """Deaths of so many attacks, and how many of them were mass-casualty; each attack has a chance of its own."""
    deaths, mass = 0.0, 0
    for k in range(attacks):
        u = uniform_of(state, k + 1)
        if u < p_mass:
            deaths += mass_casualty_deaths(u / p_mass, shape, scale, most)
            mass += 1
        else:
            deaths += small_attack_deaths((u - p_mass) / (1.0 - p_mass), small)
    return deaths, mass
