"""Which mechanisms are on but can have no effect in a scenario, and why: so that silence is not taken for a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from tocsin.whatif.catalogue import MECHANISM_NAMES, Lever
from tocsin.whatif.scenario import Scenario, Shock

# The mechanisms through which a lever works; where all of them are off or idle, moving it changes nothing.
LEVER_MECHANISMS: Final[dict[Lever, tuple[str, ...]]] = {
    "strikes": ("attrition", "strike_harm", "strike_response"),
    "intelligence": ("intelligence", "cohesion", "grievance", "hedging"),
    "operations": ("attrition",),
    "policing": ("policing",),
    "prisons": ("policing", "shocks"),
    "reintegration": ("reintegration",),
    "mediation": ("mediation",),
}
_FOR_A_RULER: Final[tuple[Lever, ...]] = ("intelligence", "operations", "policing")


def idle_mechanisms(scenario: Scenario) -> dict[str, str]:
    """Mechanisms that are on and can do nothing here -> why, in the catalogue's order."""
    on = (name for name in MECHANISM_NAMES if name not in scenario.off)
    found = {name: next(_REASONS[name](scenario), None) for name in on}
    return {name: why for name, why in found.items() if why is not None}


def idle_lever(scenario: Scenario, lever: Lever) -> str | None:
    """Why moving a lever changes nothing here, None where it may."""
    if lever in _FOR_A_RULER and not _rulers(scenario):
        return "nobody rules"
    idle = idle_mechanisms(scenario)
    reasons = []
    for name in LEVER_MECHANISMS[lever]:
        if name in scenario.off:
            reasons.append(f"{name} is off")
        elif name in idle:
            reasons.append(f"{name}: {idle[name]}")
        else:
            return None
    return "; ".join(reasons)


def live_shocks(scenario: Scenario, *kinds: str) -> list[Shock]:
    """The shocks of these kinds that may happen."""
    if "shocks" in scenario.off:
        return []
    return [shock for shock in scenario.shocks if shock.kind in kinds and shock.probability.high > 0]


def _rulers(scenario: Scenario) -> set[str]:
    """Who may rule at some time."""
    found = {shock.group for shock in live_shocks(scenario, "take_over")} | {scenario.ruler}
    return {name for name in found if name is not None}


def _groups(scenario: Scenario) -> list[str]:
    return [side.name for side in scenario.sides if side.kind == "group" and side.numbers["members"].high > 0]


def _moved(scenario: Scenario, lever: Lever) -> bool:
    """Whether a lever is above nothing at some time, as things are or under an option."""
    return any(levers.get(lever, 0.0) > 0 for levers in (scenario.levers, *(o.levers for o in scenario.options)))


def _zero(scenario: Scenario, *names: str) -> bool:
    return all(scenario.quantities[name].low == scenario.quantities[name].high == 0 for name in names)


def _none(scenario: Scenario, number: str) -> bool:
    return all(side.numbers[number].low == side.numbers[number].high == 0 for side in scenario.sides)


def _allies(scenario: Scenario) -> set[str]:
    """Sides that have allies."""
    return {name for one in scenario.relations if one.kind == "allies" for name in one.pair}


def _recruitment(s: Scenario) -> Iterator[str]:
    if _zero(s, "leaving") and (_zero(s, "replacement") or _zero(s, "pool")):
        yield "nobody leaves (leaving is 0) and nobody joins (replacement or pool is 0)"


def _attrition(s: Scenario) -> Iterator[str]:
    if _zero(s, "attrition", "strike_attrition"):
        yield "attrition and strike_attrition are 0"
    # Where nobody rules, strikes hit every group; where a side does, its enemies.
    struck = s.ruler is None and _moved(s, "strikes")
    if not struck and _none(s, "pressure") and not any(one.kind == "enemies" for one in s.relations):
        yield "no side has enemies, or pressure from outside"


def _displacement(s: Scenario) -> Iterator[str]:
    if _zero(s, "displacement", "urban_severity"):
        yield "displacement and urban_severity are 0"


def _defection(s: Scenario) -> Iterator[str]:
    yield from _between_groups(s, "defection")


def _bandwagon(s: Scenario) -> Iterator[str]:
    yield from _between_groups(s, "bandwagon")


def _between_groups(s: Scenario, name: str) -> Iterator[str]:
    if _zero(s, name):
        yield f"{name} is 0"
    if len(_groups(s)) < 2:
        yield "there are fewer than two groups with members"


def _alliance(s: Scenario) -> Iterator[str]:
    if not _allies(s):
        yield "no two sides are allies"


def _cooperation(s: Scenario) -> Iterator[str]:
    if not _moved(s, "intelligence"):
        yield "no intelligence is shared, as things are or under an option"
    if not _rulers(s):
        yield "nobody rules, or may come to"


def _cohesion(s: Scenario) -> Iterator[str]:
    why = next(_cooperation(s), "divisions is 0" if _zero(s, "divisions") else None)
    if why is not None and not live_shocks(s, "leader_lost"):
        yield f"no leader can be lost, and {why}"


def _grievance(s: Scenario) -> Iterator[str]:
    if _zero(s, "grievance"):
        yield "grievance is 0"
    yield from _cooperation(s)
    if not _rulers(s) & set(_groups(s)):
        yield "no group rules, or may come to"


def _hedging(s: Scenario) -> Iterator[str]:
    if _zero(s, "hedging"):
        yield "hedging is 0"
    yield from _cooperation(s)
    if not _rulers(s) & _allies(s):
        yield "who rules has no allies"


def _outbidding_number(s: Scenario) -> Iterator[str]:
    # A group's answer to its own attacks is no competition, and stays where this is off.
    if not s.links and not {"match", "deter"} & set(s.variants):
        yield "there are no links, and no variant in which groups compete otherwise"


def _outbidding_severity(s: Scenario) -> Iterator[str]:
    if _zero(s, "severity_link"):
        yield "severity_link is 0"
    if sum(side.numbers["mass_casualty_share"].high > 0 for side in s.sides) < 2:
        yield "fewer than two sides make mass-casualty attacks"


def _demonstration(s: Scenario) -> Iterator[str]:
    if _zero(s, "embolden", "outdo"):
        yield "embolden and outdo are 0"
    if not live_shocks(s, "take_over"):
        yield "no group takes power, which is the triumph"


def _prestige(s: Scenario) -> Iterator[str]:
    if _zero(s, "prestige"):
        yield "prestige is 0"
    if not s.foreign_presence:
        yield "no soldiers of a great power are there (foreign_presence)"


def _timing(s: Scenario) -> Iterator[str]:
    if _zero(s, "timing"):
        yield "timing is 0"
    if not live_shocks(s, "withdrawal", "take_over", "jail_break"):
        yield "there is no withdrawal, take-over or jail break, which is the turmoil"


def _policing(s: Scenario) -> Iterator[str]:
    if not _rulers(s):
        yield "nobody rules, or may come to"


def _intelligence(s: Scenario) -> Iterator[str]:
    if _zero(s, "intelligence_gain", "strike_precision"):
        yield "intelligence_gain and strike_precision are 0"
    yield from _cooperation(s)


def _strike_response(s: Scenario) -> Iterator[str]:
    if _zero(s, "strike_response"):
        yield "strike_response is 0"
    yield from _strikes(s)


def _strike_harm(s: Scenario) -> Iterator[str]:
    if _zero(s, "strike_civilians"):
        yield "strike_civilians is 0"
    yield from _strikes(s)


def _strikes(s: Scenario) -> Iterator[str]:
    if not _moved(s, "strikes"):
        yield "there are no strikes, as things are or under an option"


def _reintegration(s: Scenario) -> Iterator[str]:
    if _zero(s, "reintegration_rate"):
        yield "reintegration_rate is 0"
    if not _moved(s, "reintegration"):
        yield "there is no programme, as things are or under an option"


def _mediation(s: Scenario) -> Iterator[str]:
    if _zero(s, "mediation_effect", "mediation_splits"):
        yield "mediation_effect and mediation_splits are 0"
    if not any(side.talks for side in s.sides):
        yield "no side talks"
    if not _moved(s, "mediation"):
        yield "nobody mediates, as things are or under an option"


def _external_reach(s: Scenario) -> Iterator[str]:
    if not any(side.external and side.numbers["external_rate"].high > 0 for side in s.sides):
        yield "no side attacks abroad (external, with an external_rate above 0)"


def _shocks(s: Scenario) -> Iterator[str]:
    if not any(shock.probability.high > 0 for shock in s.shocks):
        yield "there are no shocks" if not s.shocks else "all shocks have a probability of 0"


_REASONS: Final[dict[str, Callable[[Scenario], Iterator[str]]]] = {
    "recruitment": _recruitment,
    "attrition": _attrition,
    "displacement": _displacement,
    "defection": _defection,
    "alliance": _alliance,
    "bandwagon": _bandwagon,
    "cohesion": _cohesion,
    "grievance": _grievance,
    "hedging": _hedging,
    "outbidding_number": _outbidding_number,
    "outbidding_severity": _outbidding_severity,
    "demonstration": _demonstration,
    "prestige": _prestige,
    "timing": _timing,
    "policing": _policing,
    "intelligence": _intelligence,
    "strike_response": _strike_response,
    "strike_harm": _strike_harm,
    "reintegration": _reintegration,
    "mediation": _mediation,
    "external_reach": _external_reach,
    "shocks": _shocks,
}
