"""A scenario: a theatre, its groups and what is known of them, the story's shocks, and the options compared in it.

`read_scenario` (in `tocsin.whatif.files`) makes one from a TOML file and refuses what cannot be; here are its parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from tocsin.whatif.catalogue import Lever, RelationKind, ShockKind, Variant
from tocsin.whatif.parameters import Quantity

DO_NOTHING = "do_nothing"
NOT_A_FORECAST = "scenario, not a forecast"
Kind = Literal["group", "state"]


@dataclass(frozen=True)
class Side:
    """A group of the theatre, or its state: what it is like at the start.

    `ideology` are coordinates, each from 0 to 1: how global (0 nationalist), and how exclusive (0 broad). `external`:
    whether it attacks abroad. `talks`: whether it would take part in a mediation. `numbers` holds a quantity for each
    of `parameters.GROUP_NAMES`.
    """

    name: str
    kind: Kind
    ideology: tuple[float, float]
    external: bool
    talks: bool
    numbers: Mapping[str, Quantity]


@dataclass(frozen=True)
class Relation:
    """How two sides stand to each other; two sides without one are rivals."""

    pair: tuple[str, str]
    kind: RelationKind
    source: str = ""


@dataclass(frozen=True)
class Link:
    """Further attacks of `target` per attack of `source`, over all time after it: the fitted rivalry."""

    source: str
    target: str
    response: Quantity


@dataclass(frozen=True)
class Shock:
    """A dated event: some month from `first` to `last` (months.py's numbers), with a probability, or not at all.

    `group` is who takes over, whose prisoners flee, and so on (None for a withdrawal). `size` is a share, see
    `catalogue.SHOCKS`. The month is drawn evenly, per run, and is the same under every option.
    """

    kind: ShockKind
    first: int
    last: int
    probability: Quantity
    size: Quantity
    group: str | None = None
    source: str = ""


@dataclass(frozen=True)
class Option:
    """A policy choice: levers moved from month `first` to `last` (months.py's numbers, both in it).

    A lever it does not name stays as the scenario has it, and so do all of them before and after.
    """

    name: str
    title: str
    levers: Mapping[Lever, float]
    first: int
    last: int
    about: str = ""


@dataclass(frozen=True)
class Scenario:
    """Everything a simulation starts from; frozen, so that what was run can be said.

    `ruler` is the side that rules at the start. `first` is the first month simulated (months.py's number), `months` how
    many. `foreign_presence`: whether soldiers of a great power are there at the start. `levers` are as things are.
    `options` begin with doing nothing. `off` are the mechanisms switched off. `quantities` holds one for each of
    `parameters.THEATRE_NAMES`. `data_until`: the last month of the figures that its estimates come from, None where it
    has none.
    """

    name: str
    title: str
    about: str
    theatre: str
    as_of: date
    first: int
    months: int
    horizons: tuple[int, ...]
    draws: int
    seed: int
    ruler: str | None
    foreign_presence: bool
    sides: tuple[Side, ...]
    relations: tuple[Relation, ...]
    links: tuple[Link, ...]
    quantities: Mapping[str, Quantity]
    levers: Mapping[Lever, float]
    shocks: tuple[Shock, ...]
    options: tuple[Option, ...]
    variants: tuple[Variant, ...]
    off: tuple[str, ...] = ()
    data_until: date | None = None
    vintage: str = ""
    citation: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def names(self) -> tuple[str, ...]:
        """The sides' names, in order."""
        return tuple(side.name for side in self.sides)
