"""What the twin of the simulation starts from: a scenario's sides and levers, a run's numbers, and the first state.

Arrays are (draw) for the theatre and (side, draw) for its sides, in the order of the scenario.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.whatif.catalogue import LEVER_DEFAULTS, LEVER_NAMES, Variant
from tocsin.whatif.engine.sampling import Draws
from tocsin.whatif.parameters import GROUP_NAMES, THEATRE_NAMES
from tocsin.whatif.scenario import Option, Scenario
from tocsin.whatif.twin.draws import FloatArray, IntArray, States, binomial, cell_state, normal, run_seeds

Mask = NDArray[np.bool_]
WEEKS_A_MONTH = 4.345
LEAST_COHESION = 0.05


@dataclass(frozen=True, eq=False)
class Theatre:
    """All that does not change during a simulation: `p` and `of` are its numbers (draw), (side, draw), by name.

    `levers` and `base` (month, of `LEVER_NAMES`) are those of the option and of the scenario; `own_strikes` (month):
    the option says itself how much it strikes. `near` (side, side, draw): 1 at no distance in ideology.
    """

    scenario: Scenario
    variant: Variant
    off: frozenset[str]
    seeds: States
    p: dict[str, FloatArray]
    of: dict[str, FloatArray]
    links: FloatArray
    when: IntArray
    sizes: FloatArray
    levers: FloatArray
    base: FloatArray
    own_strikes: Mask
    is_state: Mask
    enemies: Mask
    allies: Mask
    near: FloatArray

    @property
    def sides(self) -> range:
        """The places of the sides."""
        return range(len(self.scenario.sides))

    @property
    def groups(self) -> list[int]:
        """The places of the sides that are groups."""
        return [g for g in self.sides if not self.is_state[g]]

    def on(self, mechanism: str) -> bool:
        """Whether a mechanism is at work."""
        return mechanism not in self.off

    def lever(self, month: int, name: str) -> float:
        """A lever in a month."""
        return float(self.levers[month, LEVER_NAMES.index(name)])

    def cells(self, stream: str, g: int | None, month: int) -> States:
        """The state (draw) of a stream of a side, or of the theatre, in a month."""
        return cell_state(self.seeds, stream, None if g is None else self.scenario.names[g], month)


@dataclass(eq=False)
class World:
    """What changes from month to month: people (whole numbers), names, moods, and who rules (-1: nobody)."""

    rural: IntArray
    urban: IntArray
    jailed: IntArray
    pool: IntArray
    gone: IntArray
    cohesion: FloatArray
    standing: FloatArray
    response: FloatArray
    shock_memory: FloatArray
    driver: FloatArray
    spread: FloatArray
    swing: FloatArray
    clash_swing: FloatArray
    triumph: FloatArray
    turmoil: FloatArray
    policing: FloatArray
    ruler: IntArray
    presence: FloatArray
    withdrawn: Mask
    dissolved: Mask

    @property
    def members(self) -> IntArray:
        """Members (side, draw) in country and city."""
        return self.rural + self.urban

    def shares(self) -> FloatArray:
        """Each side's share (side, draw) of all that is armed."""
        members = self.members
        return np.asarray(members / np.maximum(members.sum(axis=0), 1))

    def urban_share(self) -> FloatArray:
        """The share (side, draw) of a side's members in cities; 0 without members."""
        return self.urban / np.maximum(self.members, 1)


@dataclass(eq=False)
class Pressure:
    """What bears upon each side in a month: (side, draw), but `coop` and `strikes` (draw).

    `lead` is how much larger the largest group's share of all arms is, before anybody moves that month.
    """

    coop: FloatArray
    strikes: FloatArray
    share: FloatArray
    ground: FloatArray
    struck: FloatArray
    rural: FloatArray
    urban: FloatArray
    lead: FloatArray


@dataclass(eq=False)
class Start:
    """The figures of the start that later ones are held against: (side, draw)."""

    members: IntArray
    effective: FloatArray
    standing: FloatArray
    pressure: Pressure
    foiled: FloatArray
    behind: FloatArray
    load: FloatArray
    urban_share: FloatArray
    shock_memory: FloatArray
    pool: IntArray
    ruler: int
    turnover: FloatArray


def keep(half_life: FloatArray | float) -> FloatArray:
    """What is left after a month of something with a half-life in months."""
    return np.asarray(0.5 ** (1.0 / np.asarray(half_life, np.float64)))


def make_theatre(
    scenario: Scenario, draws: Draws, *, variant: Variant, option: int, off: frozenset[str], seed: int
) -> Theatre:
    """The parts of a scenario and of its draws, by name."""
    n, names = len(draws.numbers), scenario.names
    runs = np.arange(n) if draws.runs is None else draws.runs
    base = np.tile([{**LEVER_DEFAULTS, **scenario.levers}[name] for name in LEVER_NAMES], (scenario.months, 1))
    levers, own_strikes = _levers(scenario, scenario.options[option], base)
    place = {name: g for g, name in enumerate(names)}
    enemies, allies = np.zeros((len(names), len(names)), np.bool_), np.zeros((len(names), len(names)), np.bool_)
    for relation in scenario.relations:
        a, b = (place[name] for name in relation.pair)
        if relation.kind != "rivals":
            matrix = enemies if relation.kind == "enemies" else allies
            matrix[a, b] = matrix[b, a] = True
    p = {name: draws.numbers[:, column] for column, name in enumerate(THEATRE_NAMES)}
    ideology = np.array([side.ideology for side in scenario.sides])
    distance = np.sqrt(((ideology[:, None] - ideology[None]) ** 2).sum(axis=2))
    return Theatre(
        scenario=scenario,
        variant=variant,
        off=off,
        seeds=run_seeds(seed, runs),
        p=p,
        of={name: draws.side_numbers[:, :, column].T for column, name in enumerate(GROUP_NAMES)},
        links=draws.links.transpose(1, 2, 0),
        when=draws.when,
        sizes=draws.sizes,
        levers=levers,
        base=base,
        own_strikes=own_strikes,
        is_state=np.array([side.kind == "state" for side in scenario.sides]),
        enemies=enemies,
        allies=allies,
        near=np.exp(-distance[:, :, None] / p["defection_distance"]),
    )


def _levers(scenario: Scenario, option: Option, base: FloatArray) -> tuple[FloatArray, Mask]:
    levers, own_strikes = base.copy(), np.zeros(scenario.months, np.bool_)
    for t in range(scenario.months):
        if option.first <= scenario.first + t <= option.last:
            for name, value in option.levers.items():
                levers[t, LEVER_NAMES.index(name)] = value
            own_strikes[t] = "strikes" in option.levers
    return levers, own_strikes


def _at_rest(theatre: Theatre) -> FloatArray:
    """Attacks a month (side, draw) that keep themselves going, answers among them; by sixty rounds, side by side."""
    of = theatre.of
    found = np.zeros(of["members"].shape)
    answering = theatre.on("outbidding_number") and theatre.variant != "none"
    for _ in range(60):
        for g in theatre.sides:
            total = of["attack_rate"][g] * np.exp(of["attack_swing"][g])
            for h in theatre.sides:
                if answering and h != g and not theatre.allies[g, h]:
                    total = total + theatre.links[g, h] * found[h]
            found[g] = np.minimum(1e4, np.maximum(0.0, total) / (1.0 - of["own_response"][g]))
    return found


def make_world(theatre: Theatre, *, settled: bool) -> World:
    """Everything at the start, before the first month."""
    p, of, scenario = theatre.p, theatre.of, theatre.scenario
    sides, n = of["members"].shape
    members = of["members"].astype(np.int64)
    urban = np.stack([binomial(members[g], of["urban_share"][g], theatre.cells("start", g, 0)) for g in theatre.sides])
    ruler = -1 if scenario.ruler is None else scenario.names.index(scenario.ruler)
    policing = np.zeros(n) if ruler < 0 else np.ones(n) if theatre.is_state[ruler] else p["policing_start"].copy()
    rate = _at_rest(theatre)
    world = World(
        rural=members - urban,
        urban=urban,
        jailed=of["prisoners"].astype(np.int64),
        pool=np.floor(p["pool"] * members[theatre.groups].sum(axis=0) + 0.5).astype(np.int64),
        gone=np.zeros(n, np.int64),
        cohesion=of["cohesion"].copy(),
        standing=rate * (1.0 + p["shock_weight"] * of["mass_casualty_share"]),
        response=rate.copy(),
        shock_memory=rate * of["mass_casualty_share"] / (1.0 - keep(8.0 / WEEKS_A_MONTH)),
        driver=np.zeros(n),
        spread=np.full(n, float(settled)),
        swing=of["attack_swing"].copy(),
        clash_swing=of["clash_swing"].copy(),
        triumph=np.zeros((sides, n)),
        turmoil=np.zeros(n),
        policing=policing,
        ruler=np.full(n, ruler),
        presence=np.full(n, float(scenario.foreign_presence)),
        withdrawn=np.zeros(n, np.bool_),
        dissolved=np.zeros((sides, n), np.bool_),
    )
    if settled:
        world.driver = p["driver_sd"] * normal(theatre.cells("driver0", None, 0))
        for g in theatre.sides:
            world.swing[g] = of["swing_sd"][g] * normal(theatre.cells("swing0", g, 0))
            world.clash_swing[g] = of["swing_sd"][g] * normal(theatre.cells("clash_swing0", g, 0))
    return world
