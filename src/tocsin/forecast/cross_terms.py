"""Who may answer whom in the excitation model: sums of other groups' recent events, by how they stand to a group.

Three relations, as known at each month: groups it has clashed with, groups it stands or stood in a coalition with, and
the same actor in other theatres. Each goes in with attacks on civilians and with fighting, by the filter of four
months; so does the theatre's other kind of event. Their coefficients are shared by all groups, so that what rivalry
adds is a handful of numbers (see `tocsin.rivalry` for single links, and why most of them cannot be told).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tocsin.groups import members
from tocsin.panel import Panel

Floats = NDArray[np.float64]

RELATIONS = ("clashed", "allied", "same_actor")
# By relation and kind of event (attacks on civilians, fighting), and the theatre's events of the other kind.
N_TERMS = 2 * len(RELATIONS) + 1


def cross_matrices(panel: Panel, month: int | None = None) -> tuple[csr_array, ...]:
    """Matrices (unit, unit) of 0 and 1 by relation, as known at a month (a position; by default the last)."""
    last = panel.n_months - 1 if month is None else month
    n = len(panel.groups)
    out = []
    for pairs in (_clashed(panel), _allied(panel), _same_actor(panel)):
        known = [(a, b) for a, b, first in pairs if first <= last]
        rows, columns = np.array(known, np.int64).reshape(-1, 2).T
        out.append(csr_array((np.ones(len(known)), (rows, columns)), shape=(n, n)))
    return tuple(out)


def cross_past(panel: Panel, filters: NDArray[np.float32], theatre: NDArray[np.float32]) -> NDArray[np.float32]:
    """The terms at every month, (kind, term, unit, month), from filters of four months by kind (kind, unit, month).

    `theatre` (kind, unit, month) is the same of the theatre's other groups. A pair counts from the month in which its
    relation was first recorded.
    """
    out = np.zeros((2, N_TERMS, *filters.shape[1:]), np.float32)
    for place, pairs in enumerate((_clashed(panel), _allied(panel), _same_actor(panel))):
        for a, b, first in pairs:
            for kind in range(2):
                out[:, 2 * place + kind, a, first:] += filters[kind, b, first:]
    out[0, -1], out[1, -1] = theatre[1], theatre[0]
    return out


def cross_now(matrices: tuple[csr_array, ...], filters: Floats, theatre: Floats) -> tuple[Floats, Floats]:
    """The terms of one month, for each kind (term, unit, draw), from filters and theatre sums (kind, unit, draw)."""
    shared = [matrix @ filters[kind] for matrix in matrices for kind in range(2)]
    return np.stack([*shared, theatre[1]]), np.stack([*shared, theatre[0]])


def _clashed(panel: Panel) -> list[tuple[int, int, int]]:
    """Pairs of groups with a recorded clash, both ways, and the month of the first."""
    first: dict[tuple[int, int], int] = {}
    for a, b, month in zip(*(array.tolist() for array in panel.clashes), strict=True):
        for pair in ((a, b), (b, a)):
            first[pair] = min(month, first.get(pair, month))
    return [(a, b, month) for (a, b), month in sorted(first.items()) if a != b]


def _allied(panel: Panel) -> list[tuple[int, int, int]]:
    """Pairs in one theatre of which one is a member of the other, or both of one coalition; from its first event."""
    place = {(actor, theatre): g for g, (actor, theatre) in enumerate(zip(panel.actors, panel.theatres, strict=True))}
    begun = (panel.counts["events"] > 0).argmax(axis=1).tolist()
    first: dict[tuple[int, int], int] = {}
    for coalition, (actor, theatre) in enumerate(zip(panel.actors, panel.theatres, strict=True)):
        together = [place[member, theatre] for member in members(actor) if (member, theatre) in place]
        for a, b in _ordered_pairs([coalition, *together] if together else []):
            first[a, b] = min(begun[coalition], first.get((a, b), begun[coalition]))
    return [(a, b, month) for (a, b), month in sorted(first.items())]


def _same_actor(panel: Panel) -> list[tuple[int, int, int]]:
    """Pairs of groups that are one actor in two theatres, from the first month on."""
    of: dict[str, list[int]] = defaultdict(list)
    for g, actor in enumerate(panel.actors):
        of[actor].append(g)
    return [(a, b, 0) for rows in of.values() for a, b in _ordered_pairs(rows)]


def _ordered_pairs(rows: list[int]) -> Iterator[tuple[int, int]]:
    return ((a, b) for a in rows for b in rows if a != b)
