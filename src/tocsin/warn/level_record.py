"""What came of *watch* and *warning* in the replay that ships with the package, and how early emergences were on them.

Levels are those of `tocsin.warn.levels` with the default budgets, for 6 months ahead. Counts are by year of the
origins and emergences one by one, so that an assessment of a past day is told only what had come by then.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from tocsin.forecast.model import Target
from tocsin.months import month_label
from tocsin.settings import packaged_folder
from tocsin.warn.levels import Level

FILE = "levels.json"
HORIZON = 6
LEADS = 12  # months of lead that the curve shows, and the reach of an alert


@dataclass(frozen=True)
class LevelCount:
    """Group-months on a level in one year's origins: `n`, of which the outcome `target` came to `came` within 6 months.

    `target` is that of the view the group stood on its level by. `known_by` is the month in which the last outcome of
    the year's origins was known (numbered as in `tocsin.months`).
    """

    known_by: int
    level: Level
    target: Target
    n: int
    came: int


@dataclass(frozen=True)
class EmergenceRow:
    """One emergence: its month, whether its group had a recorded death before, and its leads in months.

    `level` is the lead of watch or warning, `warning` that of warning alone, None where there was none in the 12 months
    before. `random` has for each of 1 to 12 months the share of random draws with that lead or more.
    """

    month: int
    seen_before: bool
    level: int | None
    warning: int | None
    random: tuple[float, ...]


@dataclass(frozen=True)
class LevelRecord:
    """The levels of a replay's origins from `first` to `last`: what came of them, and the emergences they preceded."""

    model: str
    vintage: str
    first: int
    last: int
    watch_budget: int
    warning_budget: int
    counts: tuple[LevelCount, ...]
    emergences: tuple[EmergenceRow, ...]

    def known_by(self, month: int) -> LevelRecord:
        """What of it was known at the end of a month: whole years of origins, and emergences up to that month."""
        counts = tuple(row for row in self.counts if row.known_by <= month)
        last = max((row.known_by - HORIZON for row in counts), default=self.first - 1)
        emerged = tuple(row for row in self.emergences if row.month <= month)
        return replace(self, counts=counts, last=min(last, self.last), emergences=emerged)

    def of(self, level: Level, target: Target | None = None) -> tuple[int, int]:
        """In how many group-months on a level its outcome came within 6 months, and of how many; of one view or both.

        Neighbouring months and one group's are not independent of each other.
        """
        rows = [row for row in self.counts if row.level == level and target in (None, row.target)]
        return sum(row.came for row in rows), sum(row.n for row in rows)

    @property
    def span(self) -> str:
        """The origins in words."""
        return f"{month_label(self.first)} to {month_label(self.last)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as they are kept in the file."""
        rows = {name: [list(asdict(row).values()) for row in getattr(self, name)] for name in ("counts", "emergences")}
        return asdict(self) | rows


def read_level_record(path: Path) -> LevelRecord:
    """The record of levels kept in a file."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    counts = tuple(LevelCount(*row) for row in raw["counts"])
    emerged = tuple(
        EmergenceRow(month, seen, level, warning, tuple(random))
        for month, seen, level, warning, random in raw["emergences"]
    )
    return LevelRecord(**(raw | {"counts": counts, "emergences": emerged}))


@cache
def packaged_level_record() -> LevelRecord:
    """The record of the headline model's levels that ships with the package."""
    return read_level_record(packaged_folder() / FILE)
