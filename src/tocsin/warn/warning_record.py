"""Every warning of the replay that ships with the package and what came of it; every emergence that had none.

A warning begins when a group goes on the level *warning* and lasts while it stands there without a gap. It is judged by
what was said at its start: the outcome of the view it was entered by, within 6 months. The record holds months only, so
that a past day is told what had come by then and nothing later.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from tocsin.digest.load import PACKAGED_PUBLISHED
from tocsin.forecast.model import Target
from tocsin.months import month_label
from tocsin.settings import AsOfMode, packaged_folder

FILE = "warnings.json"
HORIZON = 6

List = Literal["new_risk", "ongoing"]
Outcome = Literal["came", "did_not_come", "open"]
OUTCOMES: tuple[Outcome, ...] = ("came", "did_not_come", "open")


@dataclass(frozen=True)
class WarningRow:
    """One warning as the file holds it; months are numbered as in `tocsin.months`.

    On warning in every month from `first` to `last`. `list`, `target` (the outcome of its view), `p` and `base_rate`
    (within 6 months) are those of the first month. `came` is the month in which the outcome came: the sixth month after
    `last` at the latest, None where it did not.
    """

    group: str
    theatre: str
    list: List
    target: Target
    first: int
    last: int
    p: float
    base_rate: float
    came: int | None


@dataclass(frozen=True)
class MissRow:
    """One emergence without a warning in the 12 months before it.

    `deaths` are those of the 12 months that end with `month`. `watch` is the lead of watch in months, None where the
    group was on no level at all. `p` and `base_rate` are what was said at the end of the month before, for 25 deaths or
    more within 6 months: None where the group had no recorded death by then, so that nothing could be said of it by
    name.
    """

    group: str
    theatre: str
    month: int
    deaths: int
    watch: int | None
    p: float | None
    base_rate: float | None


@dataclass(frozen=True)
class PastWarning:
    """One warning as known at the end of a month.

    `last` is the last month on warning as far as known, `standing` whether it stood there then. `outcome` is what came
    within 6 months of `first`: `open` while these are not over and it has not come. `came` is the month in which it
    came, also where that was later, but within 6 months of a month on warning.
    """

    group: str
    theatre: str
    list: List
    target: Target
    first: int
    last: int
    standing: bool
    p: float
    base_rate: float
    outcome: Outcome
    came: int | None


@dataclass(frozen=True)
class PastWarnings:
    """What was known at the end of `until`: warnings and missed emergences, both newest first."""

    until: int
    warnings: tuple[PastWarning, ...]
    misses: tuple[MissRow, ...]

    def count(self, outcome: Outcome) -> int:
        """How many warnings ended so."""
        return sum(warning.outcome == outcome for warning in self.warnings)


@dataclass(frozen=True)
class WarningRecord:
    """The warnings that began at a replay's origins, `first` to `last`, and the emergences of the same months missed.

    A warning whose `last` is the last origin stood when the replay ended.
    """

    model: str
    vintage: str
    first: int
    last: int
    watch_budget: int
    warning_budget: int
    warnings: tuple[WarningRow, ...]
    misses: tuple[MissRow, ...]

    def known_by(self, month: int) -> PastWarnings:
        """What of it was known at the end of a month."""
        found = [self._known(row, month) for row in self.warnings if row.first <= month]
        missed = [row for row in self.misses if row.month <= month]
        return PastWarnings(
            until=month,
            warnings=tuple(sorted(found, key=lambda warning: (-warning.first, warning.group, warning.target))),
            misses=tuple(sorted(missed, key=lambda row: (-row.month, row.group))),
        )

    def _known(self, row: WarningRow, month: int) -> PastWarning:
        came = row.came if row.came is not None and row.came <= month else None
        due = row.first + HORIZON
        on_time = came is not None and came <= due
        return PastWarning(
            group=row.group,
            theatre=row.theatre,
            list=row.list,
            target=row.target,
            first=row.first,
            last=min(row.last, month),
            standing=row.last >= min(month, self.last),
            p=row.p,
            base_rate=row.base_rate,
            outcome="came" if on_time else "did_not_come" if due <= month else "open",
            came=came,
        )

    @property
    def span(self) -> str:
        """The origins in words."""
        return f"{month_label(self.first)} to {month_label(self.last)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as they are kept in the file."""
        rows = {name: [list(asdict(row).values()) for row in getattr(self, name)] for name in ("warnings", "misses")}
        return asdict(self) | rows


def read_warning_record(path: Path) -> WarningRecord:
    """The record of warnings kept in a file."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    rows = {
        "warnings": tuple(WarningRow(*row) for row in raw["warnings"]),
        "misses": tuple(MissRow(*row) for row in raw["misses"]),
    }
    return WarningRecord(**(raw | rows))


@cache
def packaged_warning_record() -> WarningRecord:
    """The record of the headline model's warnings that ships with the package."""
    return read_warning_record(packaged_folder() / FILE)


def record_month(as_of: date, month: int, mode: AsOfMode) -> int:
    """Up to which month the packaged records are told on a day whose figures end with `month`.

    0, before any month, on a day when the figures that they are made from were not published, but for the mode
    `reconstructed`, which goes by newer figures on any day.
    """
    return 0 if mode != "reconstructed" and as_of < PACKAGED_PUBLISHED else month
