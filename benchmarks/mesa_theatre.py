"""A toy theatre person by person, in Mesa: what tocsin's counts are held against, in means and in seconds.

Every member is an agent who in a step is killed, leaves or stays; everyone in the pool joins a group or stays; every
group attacks by its size and by how far the best known of its rivals is ahead of it. The rules are those of
`tocsin.whatif` with all else switched off, and so is the order of events within a step.

Written to be fast in Mesa: members are asked group by group, so that what is the same for all of a group is worked out
once; one random number decides what a person does; and nobody is shuffled, since within a step nobody's choice hangs on
another's. `shuffled` asks in random order all the same, as Mesa's own examples do. `python benchmarks/mesa_theatre.py`
says how long a run takes.
"""

from __future__ import annotations

import gc
import math
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

import mesa
import numpy as np
from mesa.agent import AgentSet
from numpy.typing import NDArray

Draw = Callable[[], float]
# The standing of a group nobody has heard of, and how far what is heard of one can fall and rise against the start.
UNKNOWN, LEAST_RENOWN, MOST_RENOWN = 0.5, 0.2, 5.0


@dataclass(frozen=True)
class Rules:
    """The toy's numbers, per month and per member; one value per group where there are several."""

    members: int
    attack_rates: tuple[float, ...]
    pressures: tuple[float, ...]
    steps: int
    attrition: float = 0.01
    leaving: float = 0.01
    replacement: float = 1.0
    visibility: float = 0.5
    standing_half_life: float = 6.0
    pool: float = 1.0
    matching: float = 0.3
    size_elasticity: float = 0.8

    @property
    def groups(self) -> int:
        return len(self.attack_rates)


TOY = Rules(
    members=500,
    attack_rates=(1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0),
    pressures=(0.1, 0.5, 0.2, 0.4, 0.3, 0.3, 0.2, 0.4, 0.1, 0.5),
    steps=120,
)


class Person(mesa.Agent):
    """Somebody under arms in a group, or in the pool of those who may join one."""

    def __init__(self, model: Theatre, group: Group | None = None) -> None:
        super().__init__(model)
        self.group = group

    def serve(self, killed: float, gone: float, draw: Draw) -> None:
        """Be killed, leave for the pool, or (nearly always) stay; one random number decides."""
        u = draw()
        if u >= gone:
            return
        self.group.members.remove(self)
        if u < killed:
            self.model.killed += 1
            self.group.fallen += 1
            self.remove()
        else:
            self.group = None
            self.model.leavers.append(self)

    def consider(self, joining: float, groups: list[Group], weights: list[float], draw: Draw) -> None:
        """Join a group by its weight, or (nearly always) do not."""
        if draw() >= joining:
            return
        (self.group,) = self.model.random.choices(groups, cum_weights=weights)
        self.model.pool.remove(self)
        self.group.members.add(self)


class Group(mesa.Agent):
    """A group: its members, its standing, and its attacks."""

    def __init__(self, model: Theatre, attack_rate: float, pressure: float) -> None:
        super().__init__(model)
        rules = model.rules
        self.attack_rate = self.standing = attack_rate
        self.hazard = rules.attrition * pressure
        self.turnover = rules.leaving + self.hazard
        self.members = Person.create_agents(model, rules.members, group=self)
        self.attacks = 0
        self.fallen = 0

    def lose(self) -> None:
        """Members are killed, and leave the more the smaller the group's share of all names is against the start."""
        rules = self.model.rules
        renown = min(max(self.share_of_names() / self.share_at_start, LEAST_RENOWN), MOST_RENOWN)
        fame = renown**rules.visibility
        leaving = rules.leaving / fame
        self.fallen, before = 0, len(self.members)
        killed, gone = -math.expm1(-self.hazard), -math.expm1(-self.hazard - leaving)
        self.model.ask(self.members, Person.serve, killed, gone, self.model.random.random)
        # Who leaves this month still counts where people ask whom to join; who was killed does not.
        self.pull = self.turnover * (before - self.fallen) * fame

    def share_of_names(self) -> float:
        """How much of what is heard of all groups is heard of this one."""
        return (self.standing + UNKNOWN) / sum(group.standing + UNKNOWN for group in self.model.groups)

    def behind(self) -> float:
        """How far the best known rival is ahead (log), 0 for the best known."""
        best = max(group.standing for group in self.model.groups if group is not self)
        return max(0.0, math.log((best + UNKNOWN) / (self.standing + UNKNOWN)))

    def expect(self) -> None:
        """Attacks to be expected, from this month's size and last month's standing."""
        rules, size = self.model.rules, len(self.members) / self.model.rules.members
        lead = math.exp(rules.matching * (self.behind() - self.behind_at_start))
        self.mean = self.attack_rate * size**rules.size_elasticity * lead

    def attack(self) -> None:
        """Attack, and be the better known for it."""
        attacks = int(self.model.rng.poisson(self.mean))
        keep = 0.5 ** (1.0 / self.model.rules.standing_half_life)
        self.standing = keep * self.standing + (1.0 - keep) * attacks
        self.attacks += attacks


class Theatre(mesa.Model):
    """Groups that compete for a name and for recruits, and the pool that these come from."""

    def __init__(self, rules: Rules, seed: int, *, shuffled: bool = False) -> None:
        super().__init__(seed=seed)
        self.rules = rules
        self.ask = AgentSet.shuffle_do if shuffled else AgentSet.do
        self.killed = 0
        Group.create_agents(self, rules.groups, attack_rate=rules.attack_rates, pressure=rules.pressures)
        self.groups: list[Group] = list(self.agents_by_type[Group])
        self.pool_at_start = round(rules.pool * rules.members * rules.groups)
        self.pool: AgentSet = Person.create_agents(self, self.pool_at_start)
        self.leavers: list[Person] = []
        for group in self.groups:
            group.behind_at_start, group.share_at_start = group.behind(), group.share_of_names()

    def step(self) -> None:
        """One month: losses, leaving, joining, attacks, in this order."""
        groups = self.agents_by_type[Group]
        groups.do("lose")
        weights = list(accumulate(group.pull for group in self.groups))
        joining = -math.expm1(-self.rules.replacement * weights[-1] / self.pool_at_start)
        self.ask(self.pool, Person.consider, joining, self.groups, weights, self.random.random)
        # Who left this month can join again from the next on.
        for person in self.leavers:
            self.pool.add(person)
        self.leavers.clear()
        groups.do("expect")
        groups.do("attack")


def outcome_names(rules: Rules) -> list[str]:
    """What `run` gives, in its order."""
    numbers = range(1, rules.groups + 1)
    return ["killed", "pool", *(f"members of {n}" for n in numbers), *(f"attacks by {n}" for n in numbers)]


def run(rules: Rules, seed: int, *, shuffled: bool = False) -> NDArray[np.float64]:
    """Outcomes of one run: killed and in the pool at the end, members by group at the end, attacks by group in all."""
    theatre = Theatre(rules, seed, shuffled=shuffled)
    for _ in range(rules.steps):
        theatre.step()
    members = [len(group.members) for group in theatre.groups]
    attacks = [group.attacks for group in theatre.groups]
    return np.array([theatre.killed, len(theatre.pool), *members, *attacks], dtype=np.float64)


def timed_run(rules: Rules, seed: int, *, shuffled: bool = False) -> tuple[float, float, NDArray[np.float64]]:
    """Seconds of one run by the clock and of the processor, and its outcomes."""
    # Mesa keeps every model there ever was in this table; without it, later runs do not pay for earlier ones.
    mesa.Agent._ids.clear()
    gc.collect()
    start, used = time.perf_counter(), time.process_time()
    outcomes = run(rules, seed, shuffled=shuffled)
    return time.perf_counter() - start, time.process_time() - used, outcomes


def main() -> int:
    print(f"{TOY.groups} groups, {TOY.groups * TOY.members:,} members, {TOY.steps} steps in Mesa {mesa.__version__}")
    for shuffled, order in ((False, "in their order"), (True, "shuffled")):
        runs = [timed_run(TOY, seed, shuffled=shuffled) for seed in range(1, 6)]
        print(f"  {order}: {statistics.median(seconds for seconds, _, _ in runs):.3f} s a run, median of {len(runs)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
