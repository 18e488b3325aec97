"""The work of a comparison in parts: runs of one option each, over threads or a Dask cluster, the same to the bit.

A part is sampled, simulated and reduced where it runs. Parts are put together in the order of their runs, and all sums
are made over what was put together, so that neither their number nor who worked on them changes a result.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.scale import run_tasks
from tocsin.whatif.catalogue import Variant
from tocsin.whatif.comparison.differences import bands_of, outcomes_of
from tocsin.whatif.comparison.points import point_means
from tocsin.whatif.comparison.reduce import Reduced, Row, joined, reduce_paths
from tocsin.whatif.comparison.result import Band, Outcome
from tocsin.whatif.comparison.without import ROW, Off, to_middle
from tocsin.whatif.engine.sampling import sample_at, sample_draws
from tocsin.whatif.engine.simulate import simulate
from tocsin.whatif.scenario import Scenario

Floats = NDArray[np.float64]
_Key = tuple[Variant, int, bool, Off]


@dataclass(frozen=True, eq=False)
class Shared:
    """What every part needs: `main` is the variant that keeps months too, `replicates` (even) runs are at one point."""

    scenario: Scenario
    rows: tuple[Row, ...]
    ranked: tuple[Row, ...]
    main: Variant
    replicates: int


@dataclass(frozen=True, eq=False)
class Part:
    """Runs of one option at `points` parameter points from number `first` on.

    With `at` (point, quantity) they are the points of one trajectory, number `first`, which share their chance. With
    `off` they are without these mechanisms, up to the middle horizon, and of civilian deaths only.
    """

    variant: Variant
    option: int
    first: int
    points: int
    at: Floats | None = None
    off: Off = ()


def parts_of(variant: Variant, options: Iterable[int], points: int, points_a_part: int, *, off: Off = ()) -> list[Part]:
    """All runs of one variant, option by option."""
    return [
        Part(variant, option, first, min(points_a_part, points - first), off=off)
        for option in options
        for first in range(0, points, points_a_part)
    ]


def trajectories_of(variant: Variant, options: int, at: Floats, trajectories: int) -> list[Part]:
    """All trajectories (trajectory after trajectory in `at`), option by option."""
    each = np.split(at, trajectories)
    return [Part(variant, option, k, len(each[k]), each[k]) for option in range(options) for k in range(trajectories)]


def run_part(shared: Shared, part: Part) -> Reduced:
    """Sample, simulate and reduce one part; of a trajectory only two means a point, each of half of its runs."""
    scenario = to_middle(shared.scenario) if part.off else shared.scenario
    replicates = shared.replicates
    if part.at is None:
        runs, first = part.points * replicates, part.first * replicates
        draws = sample_draws(scenario, runs, seed=scenario.seed, offset=first, points=part.points)
    else:
        draws = sample_at(scenario, part.at, seed=scenario.seed, replicates=replicates, offset=part.first * replicates)
    off = (*scenario.off, *part.off)
    paths = simulate(scenario, draws, variant=part.variant, option=part.option, off=off, threads=1)
    if part.off:
        found = reduce_paths(scenario, paths, (ROW,))
        return replace(found, monthly=found.monthly[:, :0])
    found = reduce_paths(scenario, paths, shared.rows if part.at is None else shared.ranked)
    if part.at is not None:
        halves = point_means(found.expected, replicates // 2)
        return Reduced(found.monthly[:, :0], halves, halves)
    return found if part.variant == shared.main else replace(found, monthly=found.monthly[:, :0])


def run_parts(
    shared: Shared, parts: Sequence[Part], threads: int | None, cluster: str | None
) -> Iterator[tuple[int, Reduced]]:
    """Yield the place of each part and its runs, in the order in which they end."""
    if cluster is not None:
        yield from run_tasks(run_part, parts, shared, cluster=cluster)
        return
    workers = min(threads or processors(), len(parts))
    if workers == 1:
        yield from ((place, run_part(shared, part)) for place, part in enumerate(parts))
        return
    with ThreadPoolExecutor(workers) as pool:
        futures = {pool.submit(run_part, shared, part): place for place, part in enumerate(parts)}
        try:
            for future in as_completed(list(futures)):
                yield futures.pop(future), future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Gathered:
    """Parts as they come in: an option's are put together when all are there, and its months are let go of.

    `runs` and `outcomes` are by variant and option, `bands` and `trajectories` (row, horizon, point, half) by option;
    `without` are the expected civilian deaths (draw) at the middle horizon by option and mechanisms that are off.
    """

    def __init__(self, shared: Shared, parts: Sequence[Part]) -> None:
        self.shared, self.parts = shared, parts
        self.runs: dict[tuple[Variant, int], Reduced] = {}
        self.outcomes: dict[tuple[Variant, int], list[Outcome]] = {}
        self.bands: dict[int, list[Band]] = {}
        self.trajectories: dict[int, Floats] = {}
        self.without: dict[tuple[int, Off], Floats] = {}
        self._waiting: dict[_Key, dict[int, Reduced]] = {}
        self._wanted: dict[_Key, int] = {}
        for part in parts:
            key = _key(part)
            self._wanted[key] = self._wanted.get(key, 0) + 1

    def take(self, place: int, found: Reduced) -> None:
        """Add the runs of the part in this place."""
        key = _key(self.parts[place])
        held = self._waiting.setdefault(key, {})
        held[self.parts[place].first] = found
        if len(held) < self._wanted[key]:
            return
        whole = joined([held[first] for first in sorted(held)])
        del self._waiting[key]
        variant, option, trajectory, off = key
        if trajectory:
            self.trajectories[option] = whole.expected.reshape(*whole.expected.shape[:2], -1, 2)
            return
        if off:
            self.without[option, off] = whole.expected[0, 0]
            return
        scenario, rows = self.shared.scenario, self.shared.rows
        name = scenario.options[option].name
        self.outcomes[variant, option] = outcomes_of(variant, name, rows, scenario.horizons, whole)
        if variant == self.shared.main:
            self.bands[option] = bands_of(variant, name, rows, whole)
        self.runs[variant, option] = replace(whole, monthly=whole.monthly[:, :0].copy())


def _key(part: Part) -> _Key:
    return part.variant, part.option, part.at is not None, part.off
