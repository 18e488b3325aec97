"""The mechanisms, levers, shocks and structural variants that a scenario can name, each with what it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Variant = Literal["fitted", "match", "deter", "none"]
ShockKind = Literal["withdrawal", "take_over", "jail_break", "amnesty", "leader_lost"]
RelationKind = Literal["enemies", "rivals", "allies"]
Lever = Literal["strikes", "intelligence", "operations", "policing", "prisons", "reintegration", "mediation"]


@dataclass(frozen=True)
class Mechanism:
    """One thing that goes on in a theatre, by its name in scenario files; each can be switched off."""

    name: str
    words: str


MECHANISMS: tuple[Mechanism, ...] = (
    Mechanism("recruitment", "members leave, and people join, by a group's standing"),
    Mechanism("attrition", "operations, strikes and rivals' offensives kill members"),
    Mechanism("displacement", "members move to where they are safer, country or city; cities make attacks deadlier"),
    Mechanism("defection", "members go over to rivals near in ideology, and more of them to those of standing"),
    Mechanism("alliance", "allies' strength counts; allies do not outbid each other"),
    Mechanism("bandwagon", "members change to the strongest side"),
    Mechanism("cohesion", "a ruling side that works with a foreign power, or loses a leader, divides"),
    Mechanism("grievance", "a ruling side framed as a traitor loses members to its rivals"),
    Mechanism("hedging", "allies of the ruling side insure themselves against being abandoned"),
    Mechanism("outbidding_number", "attacks answer attacks, or a rival's lead"),
    Mechanism("outbidding_severity", "mass-casualty attacks answer mass-casualty attacks"),
    Mechanism("demonstration", "a triumph emboldens allies and is outdone by rivals"),
    Mechanism("prestige", "targets that bring a name while soldiers of a great power are there"),
    Mechanism("timing", "attacks are timed into turmoil"),
    Mechanism("policing", "the ruling side learns to police cities, jails members and keeps them"),
    Mechanism("intelligence", "shared intelligence makes strikes and operations hit better"),
    Mechanism("strike_response", "attacks of those who are struck fall or rise"),
    Mechanism("strike_harm", "strikes kill civilians"),
    Mechanism("reintegration", "members give up arms under a programme"),
    Mechanism("mediation", "groups that talk fight less, and some of their members leave for those that do not"),
    Mechanism("external_reach", "attacks abroad, limited by losses at home"),
    Mechanism("shocks", "the dated events of the scenario"),
)
MECHANISM_NAMES: tuple[str, ...] = tuple(mechanism.name for mechanism in MECHANISMS)

VARIANTS: dict[Variant, str] = {
    "fitted": "attacks answer attacks as estimated from the data",
    "match": "besides, a group whose best rival has the greater name attacks more",
    "deter": "the strongest group deters the others from attacking and recruiting",
    "none": "no competition: groups answer neither attacks nor standing of others",
}
VARIANT_NAMES: tuple[Variant, ...] = tuple(VARIANTS)

LEVERS: dict[Lever, str] = {
    "strikes": "strikes from over the horizon on the ruling side's enemies; 1 is a sustained campaign",
    "intelligence": "intelligence shared with the ruling side; 1 is full cooperation",
    "operations": "the ruling side's operations against its enemies; 1 is as at the start",
    "policing": "support to policing; 1 is a full programme",
    "prisons": "support to prisons; 1 is a full programme",
    "reintegration": "amnesty and reintegration; 1 is a full programme",
    "mediation": "mediation between the ruling side and groups that talk; 1 is talks in earnest",
}
LEVER_NAMES: tuple[Lever, ...] = tuple(LEVERS)
# As things are where a scenario says nothing.
LEVER_DEFAULTS: dict[Lever, float] = {name: (1.0 if name == "operations" else 0.0) for name in LEVER_NAMES}

SHOCKS: dict[ShockKind, str] = {
    "withdrawal": "foreign soldiers leave: their strikes end unless an option brings them back; turmoil",
    "take_over": "a group takes power, and a state that ruled dissolves; a triumph, turmoil, even if it rules already",
    "jail_break": "a share `size` of a group's prisoners is free",
    "amnesty": "a share `size` of a group's members gives up arms",
    "leader_lost": "a group loses a leader, and `size` of its cohesion",
}
SHOCK_NAMES: tuple[ShockKind, ...] = tuple(SHOCKS)

RELATIONS: dict[RelationKind, str] = {
    "enemies": "fight each other and outbid each other",
    "rivals": "compete without fighting",
    "allies": "neither fight nor outbid each other",
}
RELATION_NAMES: tuple[RelationKind, ...] = tuple(RELATIONS)

OUTCOMES: dict[str, str] = {
    "civilian_deaths": "deaths in attacks on civilians, and of civilians by strikes, since the start",
    "mass_casualty_attacks": "attacks on civilians with 20 deaths or more, since the start",
    "attacks": "attacks on civilians since the start",
    "external_attacks": "attacks outside the theatre since the start",
    "fighting_deaths": "deaths in clashes since the start",
    "ruler_stability": "cohesion times strength of the ruling side, 1 as at the start",
    "members": "members under arms at that time",
}
