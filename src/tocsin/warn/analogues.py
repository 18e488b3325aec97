"""Past group-months that looked most like a group's, and what came of them in the 12 months after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Analogue:
    """A past group-month: `month` is the last day of the month it was like, `similarity` from 0 to 1 (the same).

    `deaths_before` are the deaths of the 24 months up to it, `deaths_after` those of the 12 months after, one a month;
    `mass_casualty_after` the mass-casualty attacks of those 12 months.
    """

    group: str
    month: date
    similarity: float
    deaths_before: tuple[int, ...]
    deaths_after: tuple[int, ...]
    mass_casualty_after: int


@dataclass(frozen=True)
class Analogues:
    """The `nearest` past cases, and what came of the `n` nearest, one per group, within 12 months.

    `came_deaths25` and `came_mass_casualty` of the `n` had 25 deaths or more, or a mass-casualty attack; the base rates
    are the shares among all past group-months of the same list that could have been chosen.
    """

    nearest: tuple[Analogue, ...]
    n: int
    came_deaths25: int
    came_mass_casualty: int
    base_rate_deaths25: float
    base_rate_mass_casualty: float
