"""The past of a theatre's sides by month, as counted in the figures: what a scenario's free numbers are held against.

An attack is an attack on civilians (a one-sided event), a clash any other event that a side is in. Figures end with the
last month wholly known on the as-of day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.actors import GOVERNMENT, is_government
from tocsin.digest import Digest
from tocsin.digest.load import urban_cells
from tocsin.errors import InputError, NotHeldError, did_you_mean
from tocsin.groups.theatres import Theatre
from tocsin.months import first_day, last_day, last_known_month, month_id, month_label

Ints = NDArray[np.int64]
LEAST_MONTHS = 24
_COUNTS = ("attacks", "deaths", "mass_casualty", "clashes", "clash_deaths", "urban_events", "events")


@dataclass(frozen=True, eq=False)
class Past:
    """Figures of the sides of a theatre from month `first` to `last` (months.py's numbers, both in it).

    Arrays are (side, month), int64: `attacks` on civilians, the `deaths` in them, how many were `mass_casualty` (20
    deaths or more), `clashes` and the `clash_deaths` of all who died in them, all `events` and the `urban_events` among
    them (in half-degree cells with a city). `entered` (side) is the first month, counted from 0, from which a side is
    there to be compared: 0, or that of its first event ever, or `n_months` for one that never had any. `fighting`
    (side): whether its clashes count as its own. Those of a government do not, since each stands with the group it
    fought; its clashes and events by place are then 0.
    """

    theatre: str
    sides: tuple[str, ...]
    first: int
    last: int
    attacks: Ints
    deaths: Ints
    mass_casualty: Ints
    clashes: Ints
    clash_deaths: Ints
    urban_events: Ints
    events: Ints
    entered: Ints
    fighting: NDArray[np.bool_]
    vintage: str = ""
    citation: str = ""

    @property
    def n_months(self) -> int:
        """How many months there are."""
        return self.last - self.first + 1

    @property
    def active(self) -> NDArray[np.bool_]:
        """Whether a side had an event, by month (side, month)."""
        found: NDArray[np.bool_] = (self.attacks + self.clashes) > 0
        return found

    def between(self, first: int, last: int) -> Past:
        """The months `first` to `last` of it. Raises `InputError` where they are not in it, or fewer than 24."""
        if first < self.first or last > self.last:
            raise InputError(
                f"the past is known from {month_label(self.first)} to {month_label(self.last)}, asked for were "
                f"{month_label(first)} to {month_label(last)}"
            )
        _long_enough(first, last)
        cut = slice(first - self.first, last - self.first + 1)
        return replace(
            self,
            first=first,
            last=last,
            entered=np.clip(self.entered - cut.start, 0, last - first + 1),
            **{name: getattr(self, name)[:, cut] for name in _COUNTS},
        )

    def only(self, sides: Sequence[str]) -> Past:
        """The same of some sides, in the order given. Raises `NotHeldError` for one that is not in it."""
        missing = [side for side in sides if side not in self.sides]
        if missing:
            raise NotHeldError(f"no side {missing[0]!r} in this past of {self.theatre}; it has {', '.join(self.sides)}")
        rows = [self.sides.index(side) for side in sides]
        return replace(
            self,
            sides=tuple(sides),
            entered=self.entered[rows],
            fighting=self.fighting[rows],
            **{name: getattr(self, name)[rows] for name in _COUNTS},
        )


def read_past(
    digest: Digest,
    theatre: Theatre | str,
    sides: Sequence[str],
    *,
    first: int | None = None,
    last: int | None = None,
    as_of: date | None = None,
    actors: Mapping[str, str] | None = None,
) -> Past:
    """The monthly figures of the sides of a theatre.

    `first` and `last` are months (months.py's numbers; by default those of the figures), cut to what was wholly known
    on the day `as_of`. A side is looked up under its own name, or under the source's name for it in `actors`; one
    without any event has zeros. Raises `InputError` for fewer than 24 months, `NotHeldError` where no side has an event
    in them.
    """
    place = Theatre(theatre, (theatre,)) if isinstance(theatre, str) else theatre
    names = [(actors or {}).get(side, side) for side in sides]
    begin = digest.provenance.first_month if first is None else max(first, digest.provenance.first_month)
    end = digest.provenance.last_month if last is None else min(last, digest.provenance.last_month)
    if as_of is not None:
        end = min(end, last_known_month(as_of))
    _long_enough(begin, end)

    until = last_day(end)
    text = pl.col("theatre", "actor").cast(pl.String)
    here = (pl.col("theatre").is_in(place.countries)) & (pl.col("period") <= until)
    known = digest.monthly.with_columns(text, pl.col("kind").cast(pl.String)).filter(here)
    attack = pl.col("kind") == "onesided"
    own = attack | ~is_government(pl.col("actor"))
    monthly = known.filter(pl.col("actor").is_in(names) & own)
    of_groups = pl.col("actor").is_in(names) & ~is_government(pl.col("actor"))
    cells = digest.cells.with_columns(text).filter(here & of_groups)
    if monthly.filter(pl.col("period") >= first_day(begin)).is_empty():
        hint = did_you_mean(names[0], known["actor"].unique().sort()) if names else ""
        raise NotHeldError(
            f"no side of the scenario has an event in {place.name} from {month_label(begin)} to "
            f"{month_label(end)}.{hint}"
        )
    shape = (len(sides), end - begin + 1)

    def counted(table: pl.DataFrame, column: str) -> Ints:
        return _dense(table.filter(pl.col("period") >= first_day(begin)), column, names, begin, shape)

    earliest = {row["actor"]: row["period"] for row in monthly.group_by("actor").agg(pl.col("period").min()).to_dicts()}
    entered = [max(0, month_id(earliest[name]) - begin) if name in earliest else shape[1] for name in names]
    return Past(
        theatre=place.name,
        sides=tuple(sides),
        first=begin,
        last=end,
        attacks=counted(monthly.filter(attack), "events"),
        deaths=counted(monthly.filter(attack), "deaths_best"),
        mass_casualty=counted(monthly, "mass_casualty_events"),
        clashes=counted(monthly.filter(~attack), "events"),
        clash_deaths=counted(monthly.filter(~attack), "deaths_best"),
        urban_events=counted(cells.filter(pl.col("cell").is_in(list(urban_cells()))), "events"),
        events=counted(cells, "events"),
        entered=np.array(entered, np.int64),
        fighting=np.array([not name.startswith(GOVERNMENT) for name in names]),
        vintage=digest.provenance.vintage,
        citation=digest.provenance.citation,
    )


def _long_enough(first: int, last: int) -> None:
    if last - first + 1 < LEAST_MONTHS:
        raise InputError(
            f"a past needs {LEAST_MONTHS} months, and from {month_label(first)} to {month_label(last)} there are "
            f"{max(0, last - first + 1)}. Hint: an earlier first month"
        )


def _dense(table: pl.DataFrame, column: str, names: Sequence[str], first: int, shape: tuple[int, int]) -> Ints:
    array = np.zeros(shape, np.int64)
    for actor, period, value in table.group_by("actor", "period").agg(pl.col(column).sum()).iter_rows():
        for row, name in enumerate(names):
            if name == actor:
                array[row, month_id(period) - first] += value
    return array
