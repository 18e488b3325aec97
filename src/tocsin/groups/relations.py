"""Who fights whom, who fights beside whom, and who shares enemies, in one theatre up to a month.

A clash with a coalition is a clash with each of its members, and what a coalition does its members do, when enemies
are compared; figures are never split, so a coalition's events stand under its own name only.

Nearly every group has fought a state, so that a shared state tells little. Only non-state enemies are compared, each
weighted by how few groups fight it: the sum of 1 / ln(groups that fight it) over the enemies two groups share (Adamic
& Adar 2003, doi:10.1016/S0378-8733(03)00009-1).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from math import log

import polars as pl

from tocsin.actors import AGAINST_CIVILIANS, STATE, is_named_group, is_unidentified
from tocsin.groups.names import members


@dataclass(frozen=True)
class Opponent:
    """Whom a group clashes with: `actor` is the other group as coded, or `state` for any government.

    `events` and `deaths` (best estimate, both sides' dead) are those of the clashes; `first_event` and `last_event`
    the first days of the months they lie in. `members` names the members where the opponent is a coalition.
    """

    actor: str
    members: tuple[str, ...]
    events: int
    deaths: int
    first_event: date
    last_event: date


@dataclass(frozen=True)
class Coalition:
    """A coalition the group is a member of, with the figures of all its events."""

    actor: str
    partners: tuple[str, ...]
    events: int
    deaths: int
    first_event: date
    last_event: date


@dataclass(frozen=True)
class Ally:
    """Another member of coalitions the group is in; the figures are those of these coalitions together."""

    actor: str
    coalitions: int
    events: int
    deaths: int
    last_event: date


@dataclass(frozen=True)
class SharedEnemies:
    """A group that fights the same non-state enemies.

    `weight` is their Adamic-Adar sum. `last_event` is the last month by which both had clashed with the same enemy
    within the record; `rivals` says that the two also clash with each other, `allies` that they stand in a coalition.
    """

    actor: str
    enemies: tuple[str, ...]
    weight: float
    last_event: date
    rivals: bool
    allies: bool


def relation_rows(monthly: pl.DataFrame, theatre: str, as_of: date) -> pl.DataFrame:
    """Figures per pair of a group and its opponent in one theatre: `actor, opponent, events, deaths, first, last`.

    `as_of` is the first day of the last month that counts. Attacks on civilians stand under the opponent `civilians`.
    """
    return (
        monthly.filter((pl.col("theatre").cast(pl.String) == theatre) & (pl.col("period") <= as_of))
        .with_columns(pl.col("actor", "opponent").cast(pl.String))
        .filter(is_named_group(pl.col("actor")))
        .group_by("actor", "opponent")
        .agg(
            pl.col("events").sum(),
            pl.col("deaths_best").sum().alias("deaths"),
            pl.col("period").min().alias("first"),
            pl.col("period").max().alias("last"),
        )
        .sort("actor", "opponent")
    )


def opponents(pairs: pl.DataFrame, actor: str) -> tuple[Opponent, ...]:
    """Whom a group clashes with, most deaths first; takes `relation_rows`."""
    rows = pairs.filter((pl.col("actor") == actor) & (pl.col("opponent") != AGAINST_CIVILIANS))
    ordered = rows.sort("deaths", "events", "opponent", descending=[True, True, False])
    return tuple(
        Opponent(r["opponent"], members(r["opponent"]), r["events"], r["deaths"], r["first"], r["last"])
        for r in ordered.iter_rows(named=True)
    )


def coalitions(pairs: pl.DataFrame, actor: str) -> tuple[Coalition, ...]:
    """The coalitions a group is a member of, latest first; takes `relation_rows`."""
    of = [name for name in pairs["actor"].unique() if actor in members(name)]
    rows = (
        pairs.filter(pl.col("actor").is_in(of))
        .group_by("actor")
        .agg(pl.col("events", "deaths").sum(), pl.col("first").min(), pl.col("last").max())
        .sort("last", "deaths", "actor", descending=[True, True, False])
    )
    return tuple(
        Coalition(
            r["actor"],
            tuple(member for member in members(r["actor"]) if member != actor),
            r["events"],
            r["deaths"],
            r["first"],
            r["last"],
        )
        for r in rows.iter_rows(named=True)
    )


def allies(together: tuple[Coalition, ...]) -> tuple[Ally, ...]:
    """The other members of a group's coalitions, most events first."""
    beside: dict[str, list[Coalition]] = defaultdict(list)
    for coalition in together:
        for partner in coalition.partners:
            beside[partner].append(coalition)
    found = [
        Ally(
            actor,
            len(shared),
            sum(c.events for c in shared),
            sum(c.deaths for c in shared),
            max(c.last_event for c in shared),
        )
        for actor, shared in beside.items()
    ]
    return tuple(sorted(found, key=lambda ally: (-ally.events, ally.actor)))


def shared_enemies(pairs: pl.DataFrame, actor: str) -> tuple[SharedEnemies, ...]:
    """Groups that fight the same non-state enemies as a group, the strongest overlap first; takes `relation_rows`."""
    enemies = _enemies(pairs)
    fighters: dict[str, int] = defaultdict(int)
    for other, fought in enemies.items():
        if not members(other):  # a coalition's members already count
            for enemy in fought:
                fighters[enemy] += 1
    own = enemies.get(actor, {})
    beside = {partner for coalition in coalitions(pairs, actor) for partner in coalition.partners}
    found = []
    for other, fought in enemies.items():
        shared = sorted(own.keys() & fought.keys())
        if other == actor or members(other) or other in members(actor) or not shared:
            continue
        # At least the two of them fight it; where one of the two is a coalition, the count may be one short.
        weight = sum(1 / log(max(fighters[enemy], 2)) for enemy in shared)
        last = max(min(own[enemy], fought[enemy]) for enemy in shared)
        found.append(SharedEnemies(other, tuple(shared), weight, last, other in own, other in beside))
    return tuple(sorted(found, key=lambda s: (-s.weight, s.actor)))


def _enemies(pairs: pl.DataFrame) -> dict[str, dict[str, date]]:
    """Each group's non-state enemies with the last month of a clash, its coalitions' clashes counted as its own."""
    enemies: dict[str, dict[str, date]] = defaultdict(dict)
    groups = ~pl.col("opponent").is_in([STATE, AGAINST_CIVILIANS]) & ~is_unidentified(pl.col("opponent"))
    clashes = pairs.filter(groups)
    for actor, opponent, last in clashes.select("actor", "opponent", "last").iter_rows():
        for side in (actor, *members(actor)):
            for enemy in members(opponent) or (opponent,):
                if side != enemy:
                    enemies[side][enemy] = max(last, enemies[side].get(enemy, last))
    return enemies
