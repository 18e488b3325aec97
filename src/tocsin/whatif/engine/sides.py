"""Who is what to whom: questions about the sides of a theatre that several mechanisms ask. All are compiled."""

from __future__ import annotations

from tocsin.rivalry.compiled import compiled_from
from tocsin.whatif.engine import columns, mechanisms
from tocsin.whatif.engine.columns import ALLIES, TRAIT
from tocsin.whatif.engine.mechanisms import UNKNOWN
from tocsin.whatif.engine.story import Codes, Flags, Floats, Ints

_compiled = compiled_from(columns, mechanisms, inline=True)


@_compiled
def allied(g: int, h: int, relation: Codes) -> bool:
    """Whether two sides are allies; nobody is its own."""
    return g != h and relation[g, h] == ALLIES


@_compiled
def policed(g: int, ruler: int, trait: Flags) -> bool:
    """Whether a ruling side polices a side: every group but itself."""
    return ruler >= 0 and g != ruler and not trait[TRAIT.state, g]


@_compiled
def strongest(members: Ints, trait: Flags) -> int:
    """The group with the most members, the first of several; -1 where there is none."""
    top = -1
    for g in range(members.size):
        if not trait[TRAIT.state, g] and (top < 0 or members[g] > members[top]):
            top = g
    return top


@_compiled
def strength(g: int, members: Ints, trait: Flags, relation: Codes, alliance: float) -> float:
    """A side's members, and a share of those of the groups allied with it, of each no more than it has itself."""
    able = float(members[g])
    if alliance > 0.0:
        for h in range(members.size):
            if h != g and relation[g, h] == ALLIES and not trait[TRAIT.state, h]:
                able += alliance * min(members[g], members[h])
    return able


@_compiled
def best_known(standing: Floats, trait: Flags) -> int:
    """The group with the greatest standing, the first of several; -1 where there is none."""
    top = -1
    for g in range(standing.size):
        if not trait[TRAIT.state, g] and (top < 0 or standing[g] > standing[top]):
            top = g
    return top


@_compiled
def best_rival(g: int, top: int, standing: Floats, trait: Flags, relation: Codes) -> float:
    """The greatest standing among the other groups that are no allies; 0 where there is none. `top`: `best_known`."""
    if top >= 0 and top != g and relation[g, top] != ALLIES:
        return float(standing[top])
    best = 0.0
    for h in range(standing.size):
        if h != g and not trait[TRAIT.state, h] and relation[g, h] != ALLIES:
            best = max(best, standing[h])
    return best


@_compiled
def all_names(standing: Floats, members: Ints, trait: Flags) -> float:
    """The sum of the standings of all groups that have members, each with what an unknown group has."""
    total = 0.0
    for g in range(standing.size):
        if not trait[TRAIT.state, g] and members[g] > 0:
            total += standing[g] + UNKNOWN
    return total


@_compiled
def shock_of_rivals(g: int, shock: Floats, relation: Codes) -> float:
    """Recent mass-casualty attacks of everybody else that is no ally."""
    total = 0.0
    for h in range(shock.size):
        if h != g and relation[g, h] != ALLIES:
            total += shock[h]
    return total


@_compiled
def shock_of_all(g: int, shock: Floats) -> float:
    """Recent mass-casualty attacks of everybody else."""
    total = 0.0
    for h in range(shock.size):
        if h != g:
            total += shock[h]
    return total


@_compiled
def triumph_near(g: int, triumph: Floats, relation: Codes) -> float:
    """How fresh the last triumph of a group or an ally of it is."""
    near = float(triumph[g])
    for h in range(triumph.size):
        if h != g and relation[g, h] == ALLIES:
            near = max(near, triumph[h])
    return near


@_compiled
def rivals_triumph(g: int, triumph: Floats, relation: Codes) -> float:
    """How fresh the last triumph of anybody else that is no ally is."""
    far: float = 0.0
    for h in range(triumph.size):
        if h != g and relation[g, h] != ALLIES:
            far = max(far, triumph[h])
    return far
