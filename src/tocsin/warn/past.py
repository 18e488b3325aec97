"""The assessment of the last period against what happened since, misses first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from tocsin.forecast.model import Target
from tocsin.warn.levels import Level


@dataclass(frozen=True)
class PastLine:
    """One group of the last period's assessment: what was said of it, and what came within the horizon since.

    `level` is what it stood on; `target` the outcome in question (25 deaths for a group at new risk, else a
    mass-casualty attack), `p` its probability, `rank` its place among the groups of that view in the world.
    """

    group: str
    list: Literal["new_risk", "ongoing"]
    level: Level
    target: Target
    p: float
    rank: int
    deaths_since: int
    mass_casualty_since: int


@dataclass(frozen=True)
class PastPeriod:
    """What was said `horizon_months` before, as of `as_of`, by models fitted then, and what came up to `until`.

    `missed`: the outcome came to a group on no level; `came`: to one on a level; `did_not_come`: on a level, and it did
    not. `unseen` are groups without a recorded death by then that had 25 deaths or more since, with those deaths:
    nothing was or could be said of them by name.
    """

    as_of: date
    until: date
    horizon_months: int
    model: str
    missed: tuple[PastLine, ...]
    came: tuple[PastLine, ...]
    did_not_come: tuple[PastLine, ...]
    unseen: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class LeadCurve:
    """How early emergences were on a level, in the replay: entry k is the share alerted k + 1 months or more before.

    `on_level` and `on_warning` are tocsin's, `random` what as many groups drawn at random each month give; `emergences`
    is how many there were, `never_seen` the share of them without any recorded death before, which nobody could name.
    """

    first: date
    last: date
    emergences: int
    never_seen: float
    on_level: tuple[float, ...]
    on_warning: tuple[float, ...]
    random: tuple[float, ...]
