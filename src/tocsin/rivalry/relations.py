"""How the groups of a theatre stand to each other: who clashes with whom, who shares ground, who is allied.

A clash with a coalition is a clash with each of its members, as in `tocsin.groups`: a clash of C with "A, B" counts for
C and "A, B", for C and A, and for C and B. Every located event counts, also those whose week is not known, so months
are what is compared: those that end in the window, so that nothing after its last day goes in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.actors import AGAINST_CIVILIANS, STATE, is_named_group
from tocsin.digest import Digest
from tocsin.groups.names import members


@dataclass(frozen=True, eq=False)
class Relations:
    """Three symmetric arrays (group, group) with a zero diagonal.

    `clashes` (int32) are the recorded clashes of two groups. `shared_ground` (float64, 0 to 1) is the cosine of their
    numbers of events by half-degree cell: 0 where no cell saw both, 1 where both spread alike over the same cells.
    `allied` (bool): some coalition with events holds them both, or they are themselves coalitions with a member in
    common, or one is a member of the other.
    """

    clashes: NDArray[np.int32]
    shared_ground: NDArray[np.float64]
    allied: NDArray[np.bool_]

    def only(self, rows: Sequence[int]) -> Relations:
        """The relations between some of the groups, by their positions, in the order given."""
        at = np.ix_(np.array(rows, np.intp), np.array(rows, np.intp))
        return Relations(self.clashes[at], self.shared_ground[at], self.allied[at])


def relations_between(digest: Digest, theatre_name: str, actors: Sequence[str], first: date, last: date) -> Relations:
    """Relations of actors in one theatre of a digest, in the order given, over the months that end from first to last.

    `actors` are names of the source, without their theatre. An actor without events in these months has no relations.
    """
    here = (pl.col("theatre").cast(pl.String) == theatre_name) & pl.col("period").dt.month_end().is_between(first, last)
    monthly = digest.monthly.filter(here).with_columns(pl.col("actor", "opponent").cast(pl.String))
    active = monthly.filter(is_named_group(pl.col("actor")))["actor"].unique().to_list()
    return Relations(
        clashes=_clashes(monthly, actors),
        shared_ground=_shared_ground(digest.cells.filter(here), actors),
        allied=_allied(actors, set(active)),
    )


def _clashes(monthly: pl.DataFrame, actors: Sequence[str]) -> NDArray[np.int32]:
    """Clashes (group, group). Each stands in the figures of both sides; the rows of one of them are used."""
    pairs = (
        monthly.filter(
            is_named_group(pl.col("actor"))
            & ~pl.col("opponent").is_in([STATE, AGAINST_CIVILIANS])
            & (pl.col("actor") < pl.col("opponent"))
        )
        .group_by("actor", "opponent")
        .agg(pl.col("events").sum())
    )
    place = {actor: g for g, actor in enumerate(actors)}
    clashes = np.zeros((len(place), len(place)), np.int32)
    for actor, opponent, events in pairs.iter_rows():
        sides = [place[side] for side in (actor, *members(actor)) if side in place]
        others = [place[side] for side in (opponent, *members(opponent)) if side in place]
        # Coalitions may overlap; a pair still has fought once.
        for g, h in {(min(g, h), max(g, h)) for g in sides for h in others if g != h}:
            clashes[g, h] += events
            clashes[h, g] += events
    return clashes


def _shared_ground(cells: pl.DataFrame, actors: Sequence[str]) -> NDArray[np.float64]:
    """Cosine (group, group) of the numbers of events by cell."""
    number = pl.DataFrame({"actor": list(actors), "g": np.arange(len(actors))}, schema_overrides={"actor": pl.String})
    rows = (
        cells.with_columns(pl.col("actor").cast(pl.String))
        .join(number, on="actor")
        .group_by("g", "cell")
        .agg(pl.col("events").sum())
        .with_columns((pl.col("cell").rank("dense") - 1).cast(pl.Int64).alias("c"))
    )
    counts = np.zeros((len(actors), rows["cell"].n_unique()))
    counts[rows["g"].to_numpy(), rows["c"].to_numpy()] = rows["events"].to_numpy()
    # Whole numbers multiply exactly, so that the order of rows cannot show in the last digit.
    products = counts @ counts.T
    lengths = np.sqrt(np.diag(products))
    scale = np.outer(lengths, lengths)
    cosine: NDArray[np.float64] = np.divide(products, scale, out=np.zeros_like(products), where=scale > 0).clip(
        0.0, 1.0
    )
    np.fill_diagonal(cosine, 0.0)
    return cosine


def _allied(actors: Sequence[str], active: set[str]) -> NDArray[np.bool_]:
    """Allied pairs (group, group), from the names of the coalitions that have events."""
    place: dict[str, list[int]] = {}
    parts = [set(members(actor)) or {actor} for actor in actors]
    for g, actor in enumerate(actors):
        if actor in active or not members(actor):
            for part in parts[g]:
                place.setdefault(part, []).append(g)
    allied = np.zeros((len(actors), len(actors)), bool)
    for together in place.values():
        # Two names with a part in common: a coalition and its member, or two coalitions with the same member.
        allied[np.ix_(together, together)] = True
    for coalition in active:
        inside = set(members(coalition))
        held = [g for g in {g for part in inside for g in place.get(part, [])} if parts[g] <= inside]
        allied[np.ix_(held, held)] = True
    np.fill_diagonal(allied, False)
    return allied
