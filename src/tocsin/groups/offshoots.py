"""New names that may be off-shoots: a group that came up where an older one is, against the same enemies.

A name is new in a theatre for 24 months from its first event. An older group of the theatre is a possible parent when

- it was there first: its first event lies at least 12 months before the new name's, some event in the 60 months before;
- they share ground: at least half of the new name's cell-months lie on or beside the parent's cells of those 60 months,
  and the two are spread alike (`overlap`, 0 to 1, at least 0.4);
- they share an enemy. A group that both have clashed with tells much. That both fight the government tells little,
  since nearly everybody does: then the parent must be the one older group of the theatre whose ground is most like the
  new name's, or one that the source names it after ("X - Y" or "X-Y", a faction of X).

Of these two are told, a group that the new one is named after before those with the most similar ground. A coalition
named by its members is nobody's off-shoot, and no parent. That the two fight each other does not speak against a split,
so it is told and not weighed. The marks were set on names that came up from 1995 to 2009: see `docs/explain.md`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import product
from math import sqrt

import polars as pl

from tocsin.actors import STATE
from tocsin.groups.facts import group_table
from tocsin.groups.names import group_name, members
from tocsin.groups.relations import relation_rows, shared_enemies
from tocsin.months import first_day, month_id

NEW_MONTHS = 24
OLDER_MONTHS = 12
GROUND_MONTHS = 60
LEAST_SHARED_GROUND = 0.5
LEAST_OVERLAP = 0.4
MOST_PARENTS = 2
_CELLS_A_ROW = 720  # of half a degree

CellMonths = list[tuple[int, int]]  # (month, PRIO-GRID cell), each once


@dataclass(frozen=True)
class Offshoot:
    """A `group` first seen of late that may have split from an older `parent`; a flag to look into, not a finding.

    `first_event` is the first day of the new name's first month; `shared_ground` the share of its cell-months that lie
    on or beside the older group's cells of the five years before; `shared_enemies` whom both have clashed with (groups
    by name, `state` for a government); `clashed` whether the two have a recorded clash with each other.
    """

    group: str
    parent: str
    first_event: date
    shared_ground: float
    shared_enemies: tuple[str, ...]
    clashed: bool


def possible_offshoots(
    monthly: pl.DataFrame, cells: pl.DataFrame, theatre: str | None, as_of_month: int
) -> tuple[Offshoot, ...]:
    """New names of a theatre (None: of every one) that may have split from an older group, the latest first.

    `monthly` and `cells` are those of a digest; for a view of several countries, of the digest in which they are
    merged. Months after `as_of_month` are not used. At most two parents a name, the likelier one first.
    """
    table = group_table(monthly if theatre is None else _of(monthly, theatre), as_of_month)
    table = table.filter(~pl.col("coalition"))
    new = table.filter(pl.col("first_event") > first_day(as_of_month - NEW_MONTHS))
    found = []
    for place in new["theatre"].unique(maintain_order=True):
        began = {
            actor: month_id(day)
            for actor, day in table.filter(pl.col("theatre") == place).select("actor", "first_event").iter_rows()
        }
        here, ground = _of(monthly, place), _cell_months(_of(cells, place), as_of_month)
        for actor in new.filter(pl.col("theatre") == place)["actor"]:
            found += _parents(here, ground, began, actor, place, as_of_month)
    return tuple(sorted(found, key=lambda o: (-o.first_event.toordinal(), o.group)))


def overlap(one: Counter[int], other: Counter[int]) -> float:
    """How alike two groups are spread: the cosine of their numbers by cell, 0 apart to 1 alike."""
    lengths = sum(n * n for n in one.values()) * sum(n * n for n in other.values())
    return sum(n * other[cell] for cell, n in one.items()) / sqrt(lengths) if lengths else 0.0


def around(cell: int) -> set[int]:
    """A half-degree cell and those beside it, corners included.

    >>> sorted(around(720 + 2))
    [1, 2, 3, 721, 722, 723, 1441, 1442, 1443]
    >>> sorted(around(721))  # across the date line
    [1, 2, 720, 721, 722, 1440, 1441, 1442, 2160]
    """
    row, column = divmod(cell - 1, _CELLS_A_ROW)
    return {
        (row + up) * _CELLS_A_ROW + (column + right) % _CELLS_A_ROW + 1 for up, right in product((-1, 0, 1), (-1, 0, 1))
    }


def _parents(
    monthly: pl.DataFrame,
    ground: dict[str, CellMonths],
    began: dict[str, int],
    new: str,
    theatre: str,
    as_of_month: int,
) -> list[Offshoot]:
    """What one new name may have split from, in the order it is told."""
    start = began[new]
    own = ground.get(new, [])
    older = {
        actor: [(month, cell) for month, cell in ground.get(actor, []) if start - GROUND_MONTHS <= month < start]
        for actor, first in began.items()
        if first <= start - OLDER_MONTHS
    }
    older = {actor: held for actor, held in older.items() if held}
    if not own or not older:
        return []
    spread = _spread(own)
    alike = {actor: overlap(spread, _spread(held)) for actor, held in older.items()}
    shared = {actor: _shared_ground(own, held) for actor, held in older.items()}
    recent = monthly.filter(pl.col("period") >= first_day(start - GROUND_MONTHS))
    pairs = relation_rows(recent, theatre, first_day(as_of_month))
    sides = [((a, *members(a)), (b, *members(b))) for a, b in pairs.select("actor", "opponent").iter_rows()]
    fights_state = {actor for ours, theirs in sides if STATE in theirs for actor in ours}
    enemies = {other.actor: other.enemies for other in shared_enemies(pairs, new)}
    fought = {actor for ours, theirs in sides if new in ours for actor in theirs}

    def held_against(actor: str) -> tuple[str, ...]:
        return (*enemies.get(actor, ()), *([STATE] * ({new, actor} <= fights_state)))

    def may_be(actor: str) -> bool:
        if alike[actor] < LEAST_OVERLAP or shared[actor] < LEAST_SHARED_GROUND or not held_against(actor):
            return False
        return bool(enemies.get(actor)) or alike[actor] == max(alike.values()) or named_after(actor)

    def named_after(actor: str) -> bool:
        return new.startswith((f"{actor} - ", f"{actor}-"))

    return [
        Offshoot(
            group_name(new, theatre),
            group_name(actor, theatre),
            first_day(start),
            shared[actor],
            held_against(actor),
            actor in fought,
        )
        for actor in sorted(filter(may_be, older), key=lambda actor: (not named_after(actor), -alike[actor], actor))[
            :MOST_PARENTS
        ]
    ]


def _of(table: pl.DataFrame, theatre: str) -> pl.DataFrame:
    return table.filter(pl.col("theatre").cast(pl.String) == theatre)


def _cell_months(cells: pl.DataFrame, as_of_month: int) -> dict[str, CellMonths]:
    """Months and cells with an event by actor, of the time that can matter."""
    last, first = first_day(as_of_month), first_day(as_of_month - NEW_MONTHS - GROUND_MONTHS)
    held: dict[str, CellMonths] = {}
    rows = cells.filter(pl.col("period").is_between(first, last)).select(
        pl.col("actor").cast(pl.String), "period", "cell"
    )
    for actor, period, cell in rows.unique(maintain_order=True).iter_rows():
        held.setdefault(actor, []).append((month_id(period), cell))
    return held


def _spread(held: Iterable[tuple[int, int]]) -> Counter[int]:
    """Cell-months by cell, each also in the cells beside it: neighbours in place count as near."""
    out: Counter[int] = Counter()
    for cell, months in Counter(cell for _, cell in held).items():
        for near in around(cell):
            out[near] += months
    return out


def _shared_ground(own: CellMonths, held: CellMonths) -> float:
    near = {near for cell in {cell for _, cell in held} for near in around(cell)}
    return sum(cell in near for _, cell in own) / len(own)
