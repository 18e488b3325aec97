"""How often probabilities like this one came true in the replay that ships with the package.

Counts are by class of probability, by list, and by year of the origins, so that an assessment of a past day is told
only what had come by then.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from tocsin.months import month_label
from tocsin.settings import packaged_folder

# Classes of probability, each closed on the left, the last on both sides.
EDGES = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
FILE = "record.json"


@dataclass(frozen=True)
class RecordRow:
    """One class of probability in one year's origins: `n` group-months, `expected` the sum of p, `came` outcomes.

    `known_by` is the month in which the last of their outcomes was known (numbered as in `tocsin.months`).
    """

    known_by: int
    target: str
    horizon: int
    list: str
    low: float
    high: float
    n: int
    expected: float
    came: int


@dataclass(frozen=True)
class Class:
    """What came of the probabilities of one class, from `low` to `high`: `came` of `n`, where `expected` were said."""

    low: float
    high: float
    n: int
    expected: float
    came: int

    @property
    def share(self) -> float:
        """The share that came true."""
        return self.came / self.n


@dataclass(frozen=True)
class Record:
    """The counts of a replay, and what it was a replay of: `first` and `last` are its origins."""

    model: str
    vintage: str
    first: int
    last: int
    rows: tuple[RecordRow, ...]

    def known_by(self, month: int, horizon: int) -> Record:
        """What of one horizon's record was known at the end of a month; its years of origins are whole ones."""
        rows = tuple(row for row in self.rows if row.known_by <= month and row.horizon == horizon)
        last = max((row.known_by - row.horizon for row in rows), default=self.first - 1)
        return replace(self, rows=rows, last=min(last, self.last))

    @cached_property
    def _classes(self) -> dict[tuple[str, int, str, float], list[RecordRow]]:
        found: dict[tuple[str, int, str, float], list[RecordRow]] = {}
        for row in self.rows:
            found.setdefault((row.target, row.horizon, row.list, row.low), []).append(row)
        return found

    def of(self, p: float, *, target: str, horizon: int, list: str) -> Class | None:
        """What came of probabilities in the class of `p`; None where the record holds none."""
        low = max(edge for edge in EDGES[:-1] if edge <= p)
        rows = self._classes.get((target, horizon, list, low), [])
        n = sum(row.n for row in rows)
        if not n:
            return None
        return Class(low, rows[0].high, n, sum(row.expected for row in rows), sum(row.came for row in rows))

    @property
    def span(self) -> str:
        """The origins in words."""
        return f"{month_label(self.first)} to {month_label(self.last)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as they are kept in the file."""
        return asdict(self) | {"rows": [list(asdict(row).values()) for row in self.rows]}


def read_record(path: Path) -> Record:
    """The record kept in a file."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Record(**(raw | {"rows": tuple(RecordRow(*row) for row in raw["rows"])}))


@cache
def packaged_record() -> Record:
    """The record of the headline model that ships with the package."""
    return read_record(packaged_folder() / FILE)
